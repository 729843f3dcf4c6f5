"""How torch and the converters are made to run: quietly, and in little memory."""

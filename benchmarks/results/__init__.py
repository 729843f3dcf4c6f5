"""Result files: their schema, reading, writing, tables."""

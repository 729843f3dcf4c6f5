"""Connected phones: how they are found, driven and read, one subject a module."""

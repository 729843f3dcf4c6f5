"""Writing a bundle's folder, and comparing two."""

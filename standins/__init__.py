"""Stand-ins for libraries that cannot be had on Linux, and what was recorded of the real ones."""

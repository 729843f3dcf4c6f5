"""Checks of the Android demo's project files."""

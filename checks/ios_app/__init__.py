"""Checks of the iOS demo's project files."""

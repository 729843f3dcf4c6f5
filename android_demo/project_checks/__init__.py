"""The parts of check_project.py."""

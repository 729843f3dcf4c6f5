"""The parts of check_ios_project.py."""

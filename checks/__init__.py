"""Checks of the repository itself: its arrows, its size, its app projects."""

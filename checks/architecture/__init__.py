"""Holds the imports of every language against `rules.toml`: no circle, no arrow the wrong way."""

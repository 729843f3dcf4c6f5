"""Layers of lowered programs, beside those of the fp32 network."""

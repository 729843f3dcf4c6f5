"""Graphs and choices of int8 that do not belong to one target."""

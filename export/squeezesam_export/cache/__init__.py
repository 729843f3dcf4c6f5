"""Lowered programs that are kept from one export to the next."""

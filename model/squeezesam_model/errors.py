"""What is wrong with weights, said once."""

from __future__ import annotations


class WeightsError(Exception):
    """Weights that cannot be read, or that belong to another preset."""


def first_line(error: BaseException) -> str:
    """What an exception says, as far as a sentence goes; its name where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__

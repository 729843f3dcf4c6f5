"""What is wrong with weights, said once."""

from __future__ import annotations

_MOST = 300  # characters: a stranger's names may stand in it


class WeightsError(Exception):
    """Weights that cannot be read, or that belong to another preset."""


def first_line(error: BaseException) -> str:
    """What an exception says, as far as a sentence goes; its name where it says nothing."""
    lines = str(error).strip().splitlines()
    if not lines:
        return type(error).__name__
    return lines[0] if len(lines[0]) <= _MOST else f"{lines[0][:_MOST]}…"

"""What can be wrong with a package, in sentences for the person who wants to run it."""

from __future__ import annotations

_LONGEST = 500


def printable(text: str) -> str:
    """`text` on one line, escaped where a terminal would obey it: names in it are strangers'."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class MilError(Exception):
    """A package that cannot be opened or executed; the text is a sentence.

    One line, and not longer than a person reads: names in it may be strangers', of any length.
    """

    def __init__(self, sentence: str) -> None:
        whole = printable(sentence)
        super().__init__(whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}…")


class PackageError(MilError):
    """The package is damaged, or holds something that an ML program on a host cannot have."""


class UnknownOperator(MilError):  # noqa: N818
    """An operator, or an argument of one, that the interpreter does not know."""


class ExecutionError(MilError):
    """An operator could not be executed, or gave another shape or type than the program says."""


class InputError(MilError):
    """What was given to ``predict`` does not fit the program's inputs."""

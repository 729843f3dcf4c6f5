"""What an export fails with."""

from __future__ import annotations


class ExportError(Exception):
    """An export that failed; the text is a sentence for the person who asked for it."""

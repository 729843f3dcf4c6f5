"""Generated parts of pages: tables, and text between two marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from results.result import write_text


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def origin(result: dict[str, Any]) -> str:
    """Where and when a result was measured."""
    machine = result["machine"]
    title = machine.get("marketing_name") or machine.get("model") or machine["cpu"]
    where = f"{machine['cores']} cores of {title}" if machine.get("cores") else title
    features = f" ({', '.join(machine['features'])})" if machine.get("features") else ""
    return (
        f"Measured {result['date']}, commit {result['commit']}, with `{result['command']}` on "
        f"{where}{features}, {machine['system']}."
    )


def between_marks(text: str, block: str, marks: tuple[str, str]) -> str:
    """``text`` with ``block`` between the marks; unchanged if a mark is missing."""
    begin, end = marks
    if begin not in text or end not in text:
        return text
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    return f"{before}{begin}\n{block}\n{end}{after}"


def replace_between_marks(page: Path, block: str, marks: tuple[str, str]) -> None:
    """Put ``block`` between the marks of a page; a page without marks stays as it is."""
    if not page.exists():
        return
    text = page.read_text(encoding="utf-8")
    renewed = between_marks(text, block, marks)
    if renewed != text:
        write_text(page, renewed)

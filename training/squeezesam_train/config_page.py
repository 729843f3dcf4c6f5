"""Write the page of configuration keys: `python -m squeezesam_train.config_page FILE`.

They come from the dataclasses and their docstrings, so that page and code cannot drift apart.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import sys
from pathlib import Path

import yaml
from squeezesam.terminal import printable

from squeezesam_train.config import Phase, TrainConfig

_BLOCK = r"(<!-- {}: begin -->\n).*?(<!-- {}: end -->)"


def key_table(kind: type[TrainConfig] | type[Phase]) -> str:
    """A Markdown table of a dataclass: key, default, what its docstring says."""
    attributes = (kind.__doc__ or "").partition("Attributes:")[2]
    meanings: dict[str, str] = {}
    for item in re.split(r"\n        (?=\w+: )", attributes):
        name, _, text = item.strip().partition(": ")
        text = re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"`\1`", " ".join(text.split()))
        meanings[name] = text.replace("``", "`").replace("|", "/")
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for field in dataclasses.fields(kind):
        rows.append(f"| `{field.name}` | {_default(field)} | {meanings[field.name]} |")
    return "\n".join(rows) + "\n"


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"`{yaml.safe_dump(field.default).split()[0]}`"
    return "required" if field.default_factory is dataclasses.MISSING else "empty"


def updated(page: str) -> str:
    """The page with its marked tables as the code has them now."""
    for name, kind in (("keys", TrainConfig), ("phase keys", Phase)):
        pattern = re.compile(_BLOCK.format(name, name), re.DOTALL)
        table = key_table(kind)
        page, count = pattern.subn(lambda m, table=table: m[1] + table + m[2], page)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"the page needs one '<!-- {name}: begin -->' … end block")
    return page


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="squeezesam_train.config_page", description=__doc__)
    parser.add_argument("page", type=Path)
    path = parser.parse_args(argv).page
    try:
        text = updated(path.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        print(f"squeezesam_train.config_page: {printable(f'{path}: {error}')}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

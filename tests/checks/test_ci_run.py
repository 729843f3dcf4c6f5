"""What CI runs exists, and its time limits stay within their sum."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAGE = re.compile(r"\bstage (\d+) ([a-z0-9 -]+)$", re.MULTILINE)


def test_the_limits_of_the_stages_come_to_less_than_85_minutes() -> None:
    stages = STAGE.findall((ROOT / ".ci" / "run").read_text())
    assert len(stages) >= 10
    assert sum(int(minutes) for minutes, _ in stages) < 85


def test_every_stage_is_a_target_of_make() -> None:
    makefiles = [ROOT / "Makefile", *sorted((ROOT / "make").glob("*.mk"))]
    text = "\n".join(path.read_text() for path in makefiles)
    targets = set(re.findall(r"^([a-z0-9-]+):(?!=)", text, re.MULTILINE))
    named = STAGE.findall((ROOT / ".ci" / "run").read_text())
    assert [word for _, words in named for word in words.split() if word not in targets] == []

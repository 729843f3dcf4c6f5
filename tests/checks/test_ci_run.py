"""What CI runs exists, its time limits stay within their sum, and a failure ends both its lanes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / ".ci" / "run").read_text()
STAGE = re.compile(r"\bstage (\d+) ([a-z0-9 -]+)$", re.MULTILINE)
LANE = re.compile(r"^([a-z]+)\(\) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)

# In place of make: it notes what it was asked for, and fails or hangs where it is told to.
MAKE = """#!/bin/bash
for target; do
    echo "$target" >> "$ASKED"
    [[ $target != "$SLOW" ]] || exec sleep 600
    [[ $target == "$BAD" ]] || continue
    # The other lane must have come to the stage that hangs.
    until [[ -z $SLOW ]] || grep -qx "$SLOW" "$ASKED"; do sleep 0.1; done
    exit 2
done
"""


def test_the_limits_of_the_stages_come_to_less_than_85_minutes() -> None:
    lanes = [
        _minutes(body) for name, body in LANE.findall(SCRIPT) if f"lane {name} {name}" in SCRIPT
    ]
    assert len(lanes) == 2
    alone = _minutes(LANE.sub("", SCRIPT))
    assert alone > 0
    assert alone + max(lanes) < 85


def test_every_stage_is_a_target_of_make() -> None:
    makefiles = [ROOT / "Makefile", *sorted((ROOT / "make").glob("*.mk"))]
    text = "\n".join(path.read_text() for path in makefiles)
    targets = set(re.findall(r"^([a-z0-9-]+):(?!=)", text, re.MULTILINE))
    assert [word for word in _targets() if word not in targets] == []


def test_every_stage_runs_once(tmp_path: Path) -> None:
    code, output, asked = _run(tmp_path)
    assert code == 0, output
    assert sorted(asked) == sorted(_targets())
    assert "all stages passed" in output


@pytest.mark.parametrize("bad", ["lint", "test", "fuzz", "test-wheel", "test-arm64", "test-apps"])
def test_a_stage_that_fails_ends_the_run_in_its_name(tmp_path: Path, bad: str) -> None:
    code, output, _ = _run(tmp_path, bad=bad)
    assert code == 1
    assert re.search(rf"== make [a-z -]*{bad}[a-z -]* failed", output), output
    assert "all stages passed" not in output


@pytest.mark.parametrize(("bad", "slow"), [("fuzz", "demo"), ("test-wheel", "fuzz")])
def test_a_failure_ends_what_the_other_lane_is_doing(tmp_path: Path, bad: str, slow: str) -> None:
    start = time.monotonic()
    code, _, asked = _run(tmp_path, bad=bad, slow=slow)
    assert code == 1
    assert slow in asked
    # The other lane's stage would have slept for ten minutes.
    assert time.monotonic() - start < 300


def _run(folder: Path, bad: str = "", slow: str = "") -> tuple[int, str, list[str]]:
    repository, programs = folder / "repository", folder / "bin"
    for path in (".ci", "runtime/tools"):
        (repository / path).mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", repository / ".ci")
    # A stage that may try again need not wait for it here.
    (repository / "runtime/tools/retry.sh").write_text('retry() { "$@"; }\n')
    programs.mkdir()
    (programs / "make").write_text(MAKE)
    (programs / "make").chmod(0o755)
    asked = folder / "asked"
    done = subprocess.run(
        [repository / ".ci" / "run"],
        env=os.environ
        | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "ASKED": str(asked),
            "BAD": bad,
            "SLOW": slow,
        },
        capture_output=True,
        text=True,
        timeout=400,
    )
    return done.returncode, done.stdout + done.stderr, asked.read_text().split()


def _minutes(text: str) -> int:
    return sum(int(minutes) for minutes, _ in STAGE.findall(text))


def _targets() -> list[str]:
    return [word for _, words in STAGE.findall(SCRIPT) for word in words.split()]

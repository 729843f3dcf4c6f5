"""The lock: the versions that were tested together, and a hash of every file."""

from __future__ import annotations

import re

import pytest

from checks.lock import ELSEWHERE, LOCK, MORE, ROOT, locked, only, pinned


def test_the_lock_has_the_versions_of_constraints_and_what_is_named_besides() -> None:
    wanted = (ROOT / "constraints.txt").read_text() + "\n".join(MORE)
    assert pinned(LOCK.read_text()) == pinned(wanted)


def test_every_package_has_its_hashes_and_nothing_else_is_installed_from_it() -> None:
    text = re.sub(r" \\\n", " ", LOCK.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(pinned(text))
    for line in lines:
        assert re.fullmatch(r"[\w.-]+==\S+( +; [^-]+)?( +--hash=sha256:[0-9a-f]{64})+", line), line
    for name, hashes in ELSEWHERE.items():
        (line,) = (line for line in lines if line.startswith(f"{name} "))
        assert all(one in line for one in hashes)


def test_a_build_from_elsewhere_of_another_version_is_noticed() -> None:
    with pytest.raises(SystemExit, match="ELSEWHERE is of another version"):
        locked("a==1 \\\n    --hash=sha256:00\n")


def test_one_package_has_a_lock_of_its_own() -> None:
    alone = only("torch", LOCK.read_text())
    assert list(pinned(alone)) == ["torch"]
    assert LOCK.read_text().count(alone) == 1
    with pytest.raises(KeyError):
        only("torc", LOCK.read_text())

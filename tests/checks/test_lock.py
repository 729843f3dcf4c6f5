"""The lock: the versions that were tested together, and a hash of every file."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

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


@pytest.mark.parametrize(
    ("names", "whole"),
    [
        ({"a.whl": b"a", "b.whl": b"b"}, True),
        ({"a.whl": b"a", "b.whl": b"another"}, False),
        ({"a.whl": b"a", "b-1.whl": b"b"}, False),
        ({"a.whl": b"a", "a.whl.whl": b"a"}, False),
        ({}, False),
    ],
    ids=["listed", "changed", "of another name", "of a longer name", "none"],
)
def test_downloads_are_unpacked_only_if_each_of_them_is_listed(
    names: dict[str, bytes], whole: bool, tmp_path: Path
) -> None:
    tools, downloads = tmp_path / "tools", tmp_path / "downloads"
    tools.mkdir()
    downloads.mkdir()
    shutil.copy(ROOT / "runtime/tools/retry.sh", tools)
    listed = [(hashlib.sha256(name.encode()).hexdigest(), f"{name}.whl") for name in "abc"]
    (tools / "checksums").write_text("".join(f"{digest}  {name}\n" for digest, name in listed))
    for name, content in names.items():
        (downloads / name).write_bytes(content)
    script = 'set -euo pipefail; source "$1/retry.sh"; verified "$2"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", tools, downloads], capture_output=True, check=False
    )
    assert (done.returncode == 0) == whole

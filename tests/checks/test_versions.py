"""Every build says the versions of versions.toml, and one that does not is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from checks.versions import RECORDED, SAID, TABLE, faults

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files that say versions."""
    for name in {"versions.toml", TABLE, *(name for _, name, _ in [*SAID, *RECORDED])}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_all_builds_agree() -> None:
    assert faults(ROOT) == []


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_build_that_says_another_version_is_named(copy: Path) -> None:
    replace(
        copy / "android_demo/gradle/libs.versions.toml",
        'executorch = "1.4.1"',
        'executorch = "1.4.0"',
    )
    assert faults(copy) == [
        "android_demo/gradle/libs.versions.toml says executorch 1.4.0, versions.toml says 1.4.1"
    ]


def test_a_build_that_says_none_is_named(copy: Path) -> None:
    replace(copy / "runtime/web/package.json", "typescript", "tsc")
    assert faults(copy) == [
        "runtime/web/package.json says no version of typescript; versions.toml says 5.6.3"
    ]


def test_a_new_version_is_missed_everywhere_that_says_it(copy: Path) -> None:
    replace(copy / "versions.toml", 'executorch = "1.4.1"', 'executorch = "1.5.0"')
    said = [name for version, name, _ in [*SAID, *RECORDED] if version == "executorch"]
    found = faults(copy)
    assert [fault.split(" says ")[0] for fault in found[:-1]] == said
    assert found[-1].startswith(f"{TABLE} is not up to date")

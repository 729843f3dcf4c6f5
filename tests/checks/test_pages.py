"""The pages lead where they say, and the README stays a page."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from squeezesam_model import DEFAULT_SEGMENTER

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TARGETS = "onnx|executorch|coreml|coreai"
_BUNDLE = re.compile(rf"bundles[/=]((?:[a-z]+-)+?(?:{_TARGETS})-[a-z0-9-]*\d+x\d+)")
PLACES_OF_BUNDLES = ("*.md", "*.yml", "*.properties", "*.py", ":!tests")


def pages() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_the_readme_is_at_most_80_lines() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 80


def test_bundles_are_called_as_the_export_calls_them() -> None:
    """A page, an app or a script that names another folder than the default preset's misleads.

    Left out are the lines that say how a figure was measured: they keep the names of their day.
    """
    lines = subprocess.run(
        ["git", "grep", "-hE", "bundles[/=][a-z]", "--", *PLACES_OF_BUNDLES],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    kept = [line for line in lines if not line.startswith("Measured")]
    called = {name for line in kept for name in _BUNDLE.findall(line)}
    assert len(called) >= 4
    assert [name for name in sorted(called) if not name.startswith(f"{DEFAULT_SEGMENTER}-")] == []


@pytest.mark.parametrize("name", pages())
def test_every_link_within_the_repository_leads_somewhere(name: str) -> None:
    page = ROOT / name
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target and not target.startswith(("#", "mailto:")):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_page_of_the_documentation_can_be_reached_from_its_index() -> None:
    reached, todo = set(), [ROOT / "docs" / "index.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        text = page.read_text(encoding="utf-8")
        todo += [(page.parent / link.partition("#")[0]).resolve() for link in _LINK.findall(text)]
    assert {ROOT / name for name in pages() if name.startswith("docs/")} <= reached

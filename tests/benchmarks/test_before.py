"""A former command and today's are measured by turns, and the table says how they compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lab import before

# Notes its turn, and is as slow as it is told.
FAKE = """#!/bin/sh
echo {name} >> {log}
cat <<'END'
{said}
END
"""


def command(folder: Path, name: str, milliseconds: float) -> Path:
    """A stand-in of `ssam` that needs so long for the network, and a millisecond more in all."""
    said = {
        "once_ms": {"load": 10 * milliseconds},
        "stages_ms": {
            "open": {"p50": milliseconds / 2}, "total": {"p50": milliseconds + 1.0},
        },
        "programs_ms": {"heat": {"p50": 0.0}, "segment": {"p50": milliseconds}},
        "peak_rss_kib": 2048 * milliseconds,
    }  # fmt: skip
    path = folder / name
    path.write_text(FAKE.format(name=name, log=folder / "log", said=json.dumps(said)))
    path.chmod(0o755)
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """One that asks for nothing that a former command does not know."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    outputs = [{"name": "masks"}, {"name": "scores"}]
    text = json.dumps({"programs": {"segment": {"outputs": outputs}}})
    (folder / "manifest.json").write_text(text)
    return folder


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(before, "unpublishable", lambda page: "")
    monkeypatch.setattr(before, "size", lambda command: 512.0)
    found = tmp_path / "page.md"
    found.write_text("\n".join(("Above", *before.MARKS, "Below")))
    return found


def test_the_two_take_turns_and_each_figure_has_its_ratio(
    page: Path, bundle: Path, tmp_path: Path
) -> None:
    old, new = command(tmp_path, "old", 4), command(tmp_path, "new", 2)
    words = [str(old), str(bundle), "--old", "abc1234", "--new", str(new)]
    assert before.main([*words, "--rounds", "2", "--page", str(page)]) == 0
    assert (tmp_path / "log").read_text().split() == [*["new"] * 2, *["old"] * 4, *["new"] * 2]
    text = page.read_text()
    assert "| bundle | figure | abc1234 | now | now / before |" in text
    assert "| bundle | automatic mask, ms | 5.00 | 3.00 | 0.60 |" in text
    assert "| bundle | of it outside of the network, ms | 1.00 | 1.00 | 1.00 |" in text
    assert "| bundle | peak memory, MiB | 8.00 | 4.00 | 0.50 |" in text
    assert "|  | the command, KiB | 512 | 512 | 1.00 |" in text
    assert text.startswith("Above")
    assert text.endswith("Below")


def test_a_bundle_that_asks_for_more_than_the_former_knew_is_measured_without_it_too(
    page: Path, bundle: Path, tmp_path: Path
) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    masks, scores = manifest["programs"]["segment"]["outputs"]
    masks["heat_weights"], scores["score_heads"] = {"click": 0.5}, {"traits": []}
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    copy = before.same_work(bundle, tmp_path / "copies")
    assert copy is not None
    left = json.loads((copy / "manifest.json").read_text())
    assert left["programs"]["segment"]["outputs"] == [{"name": "masks"}, {"name": "scores"}]
    old, new = command(tmp_path, "old", 4), command(tmp_path, "new", 2)
    words = [str(old), str(bundle), "--old", "abc1234", "--new", str(new), "--rounds", "1"]
    assert before.main([*words, "--page", str(page)]) == 0
    text = page.read_text()
    assert "| bundle | automatic mask, ms | 5.00 | 3.00 | 0.60 |" in text
    assert "| bundle, the same work | automatic mask, ms | 5.00 | 3.00 | 0.60 |" in text


def test_a_command_that_fails_or_is_missing_is_one_sentence_and_the_page_stays(
    page: Path, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = command(tmp_path, "new", 2)
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho 'ssam: no such bundle' >&2\nexit 1\n")
    broken.chmod(0o755)
    kept = page.read_text()
    for old, said in ((broken, "no such bundle"), (tmp_path / "none", "No such file")):
        words = [str(old), str(bundle), "--old", "x", "--new", str(new)]
        assert before.main([*words, "--rounds", "1", "--page", str(page)]) == 1
        error = capsys.readouterr().err.strip().splitlines()[-1]
        assert error.startswith("before: ")
        assert said in error
    assert page.read_text() == kept

"""One command after new weights, its steps; and a study of many photos, run on a few small ones."""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path

import pytest
import renew
from lab import batch
from measure.machine import RENEWS


class TakenError(Exception):
    """The options were read without a complaint."""


@pytest.mark.parametrize("step", renew.steps(), ids=lambda step: step.name)
def test_every_step_is_a_command_that_takes_its_options(
    step: renew.Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = step.command(tmp_path)[2:]
    script = step.words[0].removesuffix(".py")
    module = importlib.import_module(f"lab.{words.pop(0)}" if script == "study" else script)
    read = argparse.ArgumentParser.parse_args

    def reading(parser: argparse.ArgumentParser, given: list[str]) -> None:
        read(parser, given)
        raise TakenError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", reading)
    with pytest.raises(TakenError):
        module.main(words)


def test_all_weights_that_ship_are_fitted_before_anything_is_measured() -> None:
    names = [step.name for step in renew.steps()]
    fits = [name for name in names if name.startswith("scores-")]
    assert len(fits) == 2
    # Which photos get an automatic mask, then what it is and how good.
    assert names[:3] == ["stands-out", *sorted(fits)]


def test_a_step_that_fails_stops_the_run_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(renew, "HERE", tmp_path)
    (tmp_path / "say.py").write_text(f"import os; print('of', os.environ[{RENEWS!r}])")
    (tmp_path / "fail.py").write_text("import sys; sys.exit(3)")
    chosen = [renew.Step(name, (f"{name}.py",)) for name in ("say", "fail", "say")]
    monkeypatch.setattr(renew, "commit", lambda: "abc1234")
    assert renew.run(chosen, tmp_path) == 1
    out, err = capfd.readouterr()
    assert out.count("of abc1234") == 1
    assert err == "renew.py: fail ended with 3; what came before it is written\n"


@pytest.mark.parametrize("words", [[], ["--data", "nowhere"], ["--data", "."]])
def test_without_photos_nothing_begins(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(renew, "run", lambda *_: pytest.fail("began"))
    assert renew.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_tree_that_was_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.csv").write_text("")
    monkeypatch.setattr(renew, "commit", lambda: "abc1234-dirty")
    assert renew.main(["--data", str(tmp_path)]) == 2
    assert "clean commit" in capsys.readouterr().err


def test_the_study_of_many_photos_measures_every_stage_the_command_and_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "runtime")
    from tiny_bundle import write_tiny_bundle

    monkeypatch.setattr(batch, "WIDTH", 160)
    monkeypatch.setattr(batch, "HEIGHT", 120)
    bundle = write_tiny_bundle(tmp_path / "tiny")
    words = [str(bundle), "--photos", "3", "--predictions", "20", "--output", str(tmp_path)]
    assert batch.main(words) == 0
    found = json.loads((tmp_path / "batch.json").read_text())
    assert set(found["stages"]) == set(batch.STAGES)
    assert all(seconds > 0 for seconds in found["stages"].values())
    assert max(found["stages"].values()) <= found["allowed"] <= sum(found["stages"].values())
    assert found["share"] == found["allowed"] / found["command_seconds"]
    assert [count for count, _ in found["memory"]] == list(range(2, 21, 2))
    assert f"with `python benchmarks/study.py batch {bundle}" in batch.block(found)

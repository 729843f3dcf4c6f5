"""Engines: what they are given and how they fail."""

from __future__ import annotations

import builtins
import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made_engine import HandMade
from photo_files import scene
from squeezesam import (
    EngineError,
    EngineUnavailableError,
    Segmenter,
    SqueezeSamError,
)
from squeezesam.engines import Engine, create_engine

THING = (32, 48, 96, 128)


def test_an_engine_gets_the_contract_s_tensors(bundle: Path) -> None:
    seen: dict[str, dict[str, Any]] = {}
    engine = HandMade(lambda name, inputs: seen.update({name: inputs}))
    assert isinstance(engine, Engine)
    session = Segmenter.load(bundle, engine=engine).open(scene(256, 192, (THING,)))
    session.predict()
    assert set(seen) == {"heat", "segment"}
    session.add_point(64, 88, foreground=False)
    session.set_box(20, 30, 120, 140)
    session.add_point(70, 90)
    session.predict()
    inputs = seen["segment"]
    shapes = {name: value.shape for name, value in inputs.items()}
    assert shapes == {
        "image": (1, 3, 128, 128),
        "prompts": (1, 2, 128, 128),
        "points": (1, 16, 2),
        "labels": (1, 16),
    }
    assert all(value.dtype == np.float32 for value in inputs.values())
    assert inputs["labels"][0].tolist() == [2, 3, 0, 1] + [-1] * 12
    half = [[9.75, 14.75], [59.75, 69.75], [31.75, 43.75], [34.75, 44.75]]
    assert np.allclose(inputs["points"][0, :4], half)
    assert (inputs["points"][0, 4:] == 0).all()
    assert set(np.unique(inputs["prompts"][0, 0])) == {0, 1}
    assert set(np.unique(inputs["prompts"][0, 1])) == {-1, 0, 1}
    assert inputs["image"][0, :, 96:].reshape(3, -1).T.tolist() == [[124, 116, 104]] * (32 * 128)
    assert seen["heat"]["image"].shape == (1, 3, 64, 64)


def test_of_too_many_clicks_the_newest_are_kept_as_points_and_all_are_drawn(bundle: Path) -> None:
    seen: dict[str, dict[str, Any]] = {}
    engine = HandMade(lambda name, inputs: seen.update({name: inputs}))
    session = Segmenter.load(bundle, engine=engine).open(scene(128, 128, (THING,)))
    for step in range(20):
        session.add_point(6 * step + 3, 60)
    session.predict()
    points = seen["segment"]["points"][0]
    assert points[:, 0].tolist() == [6 * step + 3 for step in range(4, 20)]
    assert seen["segment"]["prompts"][0, 1, 60, 3] == 1


@pytest.mark.parametrize("error", [ValueError("broken"), RuntimeError("two\nlines")])
def test_an_exception_in_an_engine_becomes_an_engine_error_with_its_cause(
    bundle: Path, error: Exception
) -> None:
    def fail(name: str, inputs: Any) -> None:
        raise error

    session = Segmenter.load(bundle, engine=HandMade(fail)).open(scene(64, 64))
    session.add_point(3, 3)
    with pytest.raises(EngineError) as caught:
        session.predict()
    assert caught.value.__cause__ is error
    assert str(error).split("\n")[0] in str(caught.value)


def test_a_typed_error_and_an_interrupt_pass_through_the_core_as_they_are(bundle: Path) -> None:
    raised: list[BaseException] = [EngineError("out of batteries"), KeyboardInterrupt()]

    def fail(name: str, inputs: Any) -> None:
        raise raised[0]

    session = Segmenter.load(bundle, engine=HandMade(fail)).open(scene(64, 64))
    session.add_point(3, 3)
    with pytest.raises(EngineError, match="out of batteries"):
        session.predict()
    raised.pop(0)
    with pytest.raises(KeyboardInterrupt):
        session.predict()


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"masks": np.zeros((1, 4, 32, 32), np.float32)},
        {"masks": np.zeros((1, 3, 32, 32), np.float32), "scores": np.zeros((1, 4), np.float32)},
        {
            "masks": np.full((1, 4, 32, 32), np.nan, np.float32),
            "scores": np.zeros((1, 4), np.float32),
        },
        {"masks": "nonsense", "scores": np.zeros((1, 4), np.float32)},
    ],
)
def test_an_engine_that_returns_nonsense_is_an_engine_error(
    bundle: Path, answer: dict[str, Any]
) -> None:
    engine = HandMade(lambda name, inputs: answer)
    session = Segmenter.load(bundle, engine=engine).open(scene(64, 64))
    session.add_point(3, 3)
    with pytest.raises(EngineError):
        session.predict()


def test_prewarming_runs_every_program_once(bundle: Path) -> None:
    ran: list[str] = []
    Segmenter.load(bundle, engine=HandMade(lambda name, inputs: ran.append(name))).prewarm()
    assert sorted(ran) == ["heat", "segment"]


def test_masks_and_sessions_outlive_the_segmenter(bundle: Path) -> None:
    session = Segmenter.load(bundle, threads=1).open(scene(64, 64, ((8, 8, 40, 40),)))
    mask = session.predict()
    del session
    logits = mask.candidates[0].logits
    expected = logits.copy()
    del mask
    assert np.array_equal(logits, expected)


def test_an_engine_for_another_target_is_refused(bundle: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="executes executorch bundles"):
        Segmenter.load(bundle, engine="executorch")
    with pytest.raises(EngineUnavailableError, match="no engine 'abacus'"):
        Segmenter.load(bundle, engine="abacus")
    engine = HandMade(lambda name, inputs: None)
    engine.target = "executorch"
    with pytest.raises(EngineUnavailableError, match="hand-made"):
        Segmenter.load(bundle, engine=engine)


def test_a_missing_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] in ("executorch", "torch", "onnxruntime"):
            raise ImportError(f"No module named {name!r}")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    for target in ("executorch", "onnx"):
        with pytest.raises(EngineUnavailableError, match="pip install"):
            create_engine(target)


def test_core_ml_bundles_point_to_apple_systems() -> None:
    with pytest.raises(EngineUnavailableError, match="iOS and macOS"):
        create_engine("coreml")


def test_importing_the_package_imports_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys, squeezesam; "
        "heavy = {'cv2', 'onnxruntime', 'torch', 'executorch', 'PIL'} & set(sys.modules); "
        "sys.exit(', '.join(heavy) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert importlib.util.find_spec("cv2") is not None


def test_every_error_is_a_squeezesam_error() -> None:
    from squeezesam import errors

    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    assert len(classes) > 10
    assert all(issubclass(value, SqueezeSamError) for value in classes)

"""Engines: what they are given, how they fail, and how threads share them."""

from __future__ import annotations

import builtins
import importlib.util
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracle import Expected
from photo_files import scene
from squeezesam import (
    BusyError,
    CancelledError,
    EngineError,
    EngineUnavailableError,
    Segmenter,
    SqueezeSamError,
)
from squeezesam.engines import Engine, ProgramSpec, create_engine

THING = (32, 48, 96, 128)


class HandMade:
    """An engine of one's own: ONNX Runtime with a hook before every run."""

    name = "hand-made"
    target = "onnx"

    def __init__(self, hook: Callable[[str, dict[str, Any]], Any]) -> None:
        self._inner = create_engine("onnx", threads=1)
        self._hook = hook

    def load(self, spec: ProgramSpec) -> Any:
        return _Hooked(spec.name, self._inner.load(spec), self._hook)


class _Hooked:
    def __init__(self, name: str, program: Any, hook: Callable[[str, dict[str, Any]], Any]) -> None:
        self._name, self._program, self._hook = name, program, hook

    def run(self, inputs: Mapping[str, Any]) -> Any:
        answer = self._hook(self._name, {k: v.copy() for k, v in inputs.items()})
        return self._program.run(inputs) if answer is None else answer


def test_an_engine_gets_the_contract_s_tensors(bundle: Path) -> None:
    seen: dict[str, dict[str, Any]] = {}
    engine = HandMade(lambda name, inputs: seen.update({name: inputs}))
    assert isinstance(engine, Engine)
    session = Segmenter.load(bundle, engine=engine).open(scene(256, 192, (THING,)))
    session.predict()
    assert set(seen) == {"saliency", "segmenter"}
    session.add_point(64, 88, foreground=False)
    session.set_box(20, 30, 120, 140)
    session.add_point(70, 90)
    session.predict()
    inputs = seen["segmenter"]
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
    assert seen["saliency"]["image"].shape == (1, 3, 64, 64)


def test_of_too_many_clicks_the_newest_are_kept_as_points_and_all_are_drawn(bundle: Path) -> None:
    seen: dict[str, dict[str, Any]] = {}
    engine = HandMade(lambda name, inputs: seen.update({name: inputs}))
    session = Segmenter.load(bundle, engine=engine).open(scene(128, 128, (THING,)))
    for step in range(20):
        session.add_point(6 * step + 3, 60)
    session.predict()
    points = seen["segmenter"]["points"][0]
    assert points[:, 0].tolist() == [6 * step + 3 for step in range(4, 20)]
    assert seen["segmenter"]["prompts"][0, 1, 60, 3] == 1


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


def test_sessions_of_one_segmenter_run_side_by_side(segmenter: Segmenter) -> None:
    def work(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        x, y = (int(v) for v in rng.integers(10, 80, 2))
        photo = scene(200, 150, ((x, y, x + 70, y + 50),))
        session = segmenter.open(photo)
        good = Expected(photo).agrees_with(session.predict().array)
        box = (x + 10.0, y + 5.0, x + 40.0, y + 30.0)
        session.set_box(*box)
        return good and Expected(photo, box=box).agrees_with(session.predict().array)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(40)))


class Gate:
    """Holds the segmenter network until it is told to go on."""

    def __init__(self) -> None:
        self.entered, self.go = threading.Event(), threading.Event()

    def __call__(self, name: str, inputs: Any) -> None:
        if name == "segmenter":
            self.entered.set()
            assert self.go.wait(20)


def test_a_second_thread_on_one_session_is_turned_away(bundle: Path) -> None:
    gate = Gate()
    session = Segmenter.load(bundle, engine=HandMade(gate)).open(scene(64, 64))
    session.add_point(3, 3)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.predict)
        assert gate.entered.wait(20)
        with pytest.raises(BusyError):
            session.add_point(4, 4)
        with pytest.raises(BusyError):
            session.predict()
        gate.go.set()
        assert running.result(20).array.shape == (64, 64)
    assert len(session.prompts) == 1


def test_another_session_goes_on_while_one_waits_in_its_engine(bundle: Path) -> None:
    gate = Gate()
    first = True

    def hook(name: str, inputs: Any) -> None:
        nonlocal first
        if first:
            first = False
            gate(name, inputs)

    shared = Segmenter.load(bundle, engine=HandMade(hook))
    waiting, free = shared.open(scene(64, 64)), shared.open(scene(64, 64))
    waiting.add_point(3, 3)
    free.add_point(3, 3)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(waiting.predict)
        assert gate.entered.wait(20)
        assert free.predict().array.shape == (64, 64)
        assert not running.done()
        gate.go.set()
        running.result(20)


def test_a_prediction_can_be_cancelled_and_the_session_goes_on(bundle: Path) -> None:
    gate = Gate()
    session = Segmenter.load(bundle, engine=HandMade(gate)).open(scene(64, 64))
    session.add_point(3, 3)
    session.cancel()  # nothing under way: nothing happens
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.predict)
        assert gate.entered.wait(20)
        session.cancel()
        gate.go.set()
        with pytest.raises(CancelledError):
            running.result(20)
    assert session.predict().array.shape == (64, 64)


def test_prewarming_runs_every_program_once(bundle: Path) -> None:
    ran: list[str] = []
    Segmenter.load(bundle, engine=HandMade(lambda name, inputs: ran.append(name))).prewarm()
    assert sorted(ran) == ["saliency", "segmenter"]


def test_masks_and_sessions_outlive_the_segmenter(bundle: Path) -> None:
    session = Segmenter.load(bundle, threads=1).open(scene(64, 64, ((8, 8, 40, 40),)))
    mask = session.predict()
    del session
    logits = mask.candidates[0].logits
    expected = logits.copy()
    del mask
    assert np.array_equal(logits, expected)


def test_any_number_of_threads_gives_the_same_mask(bundle: Path) -> None:
    photo = scene(256, 192, (THING,))
    masks = [Segmenter.load(bundle, threads=n).open(photo).predict().array for n in (1, 2)]
    assert np.array_equal(*masks)
    with pytest.raises(ValueError, match="threads must be at least 1"):
        Segmenter.load(bundle, threads=0)


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

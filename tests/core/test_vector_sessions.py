"""The shared vectors against the core's sessions: prompts, recorded outputs, a recorded session."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from squeezesam import _core
from vector_cases import VECTORS, Array, Case, cases, error_of, floats, shaped_bytes


class _Replay:
    """An engine that gives recorded answers and keeps what it was asked."""

    def __init__(self, **outputs: Array) -> None:
        self._outputs = outputs
        self.seen: dict[str, Mapping[str, Array]] = {}

    def __call__(self, program: str, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        self.seen[program] = {name: np.array(value) for name, value in inputs.items()}
        return self._outputs


def _call(session: _core.Session, call: list[Any]) -> None:
    name, arguments, status, sentence = call
    if status != "SSAM_OK":
        with pytest.raises(error_of(status)) as caught:
            getattr(session, name)(*arguments)
        assert str(caught.value) == sentence
    elif name == "set_automatic":
        session.set_automatic(arguments[0] == 1, arguments[1])
    elif name == "undo":
        assert session.undo() == bool(arguments[0])
    else:
        getattr(session, name)(*arguments)


def _session(case: Case, engine: Any) -> _core.Session:
    return _core.Session(_core.Segmenter(_core.Bundle.parse(case["manifest"]), engine, False))


@pytest.mark.parametrize("case", cases("prompts"))
def test_prompts(case: Case) -> None:
    size = _core.Bundle.parse(case["manifest"]).info()
    masks = np.zeros((1, 4, size["mask_height"], size["mask_width"]), np.float32)
    engine = _Replay(masks=masks, scores=np.zeros((1, 4), np.float32))
    session = _session(case, engine)
    session.set_image(np.full((case["height"], case["width"], 3), 128, np.uint8))
    for call in case["calls"]:
        _call(session, call)
    assert [list(prompt[:5]) for prompt in session.prompts()] == case["prompts"]
    session.predict(candidate=0)
    given = engine.seen["segment"]
    np.testing.assert_allclose(given["points"].ravel(), floats(case["points"]), atol=1e-5)
    np.testing.assert_array_equal(given["labels"].ravel(), floats(case["labels"]))


def _sha256(tensor: Array, dtype: type) -> str:
    return hashlib.sha256(np.ascontiguousarray(tensor.astype(dtype)).tobytes()).hexdigest()


@pytest.mark.parametrize("case", cases("sessions"))
def test_a_whole_session_with_recorded_outputs(case: Case) -> None:
    info = _core.Bundle.parse(case["manifest"]).info()
    outputs = {name: floats(text) for name, text in case["outputs"].items()}
    side = round(len(outputs["heatmap"]) ** 0.5)
    engine = _Replay(
        heatmap=outputs["heatmap"].reshape(1, 1, side, side),
        masks=outputs["masks"].reshape(1, 4, info["mask_height"], info["mask_width"]),
        scores=outputs["scores"].reshape(1, 4),
    )
    session = _session(case, engine)
    stored = shaped_bytes(case["photo"], case["stored_height"], case["stored_width"], 3)
    session.set_image(stored, case["orientation"])
    for step in case["steps"]:
        for call in step["calls"]:
            _call(session, call)
        mask = session.predict(**step["options"])
        _check_step(step, mask, engine.seen["segment"])
        upright = _core.orient(stored, case["orientation"])
        assert _sha256(mask.cutout(upright)[0], np.uint8) == step["cutout_sha256"]
        assert (mask.alpha(upright) == mask.cutout(upright)[0][:, :, 3]).all()
        straight = _core.orient(_with_alpha(stored), case["orientation"])
        assert _sha256(mask.cutout(straight)[0], np.uint8) == step["straight_cutout_sha256"]
    assert _sha256(engine.seen["segment"]["image"], np.uint8) == case["image_sha256"]
    assert _sha256(engine.seen["heat"]["image"], np.uint8) == case["heat_image_sha256"]


def _with_alpha(stored: Array) -> Array:
    y, x = np.indices(stored.shape[:2])
    alpha = ((5 * x + 3 * y) % 400 - 70).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.dstack([stored, alpha]))


def _check_step(step: Case, mask: _core.Mask, given: Mapping[str, Array]) -> None:
    np.testing.assert_allclose(given["points"].ravel(), floats(step["points"]), atol=1e-5)
    np.testing.assert_array_equal(given["labels"].ravel(), floats(step["labels"]))
    assert _sha256(given["prompts"], np.int8) == step["planes_sha256"]
    _check_mask(step, mask)


def _check_mask(step: Case, mask: _core.Mask) -> None:
    found = mask.info()
    prompts = found["prompts"]
    assert [[int(p[5]), p[0]] for p in prompts] == [p[:2] for p in step["prompts"]]
    np.testing.assert_allclose(
        [p[1:5] for p in prompts], [p[2:] for p in step["prompts"]], atol=1e-9
    )
    assert (found["chosen"], found["score"]) == (step["chosen"], step["score"])
    assert (found["area"], list(found["bbox"])) == (step["area"], step["box"])
    assert mask.rle_string() == step["rle"]
    logits = mask.logits()
    for x, y, value in step["logits"]:
        assert logits[y, x] == pytest.approx(value, abs=1e-4)


class _Recorded:
    """An engine that gives the n-th step's masks and scores in its n-th run of segment."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._recording = (VECTORS / "replay.bin").read_bytes()
        self._shape = _core.Bundle.parse(case["manifest"]).programs()[1]["outputs"][0][1]
        self._steps = iter(case["steps"])
        self.seen: dict[str, Mapping[str, Array]] = {}
        self.runs = {"heat": 0, "segment": 0}

    def part(self, place: list[int], dtype: str = "i1") -> Array:
        return np.frombuffer(self._recording[place[0] : sum(place)], dtype)

    def _logits(self, place: list[int]) -> Array:
        floats = self.part(place).astype(np.float32)
        return floats * np.float32(self._case["scale"]) + np.float32(self._case["shift"])

    def __call__(self, program: str, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        self.seen[program] = {name: np.array(value) for name, value in inputs.items()}
        self.runs[program] += 1
        if program == "heat":
            side = round(self._case["heatmap"][1] ** 0.5)
            return {"heatmap": self._logits(self._case["heatmap"]).reshape(1, 1, side, side)}
        step = next(self._steps)
        masks = self._logits(step["masks"]).reshape(self._shape)
        return {"masks": masks, "scores": np.array([step["scores"]], np.float32)}


@pytest.mark.parametrize("case", cases("replay"))
def test_a_session_in_which_every_run_was_recorded(case: Case) -> None:
    engine = _Recorded(case)
    session = _session(case, engine)
    stored = engine.part(case["photo"], "u1").reshape(
        case["stored_height"], case["stored_width"], 3
    )
    session.set_image(stored, case["orientation"])
    for step in case["steps"]:
        for call in step["calls"]:
            _call(session, call)
        mask = session.predict(**step["options"])
        _check_step(step, mask, engine.seen["segment"])
        for photo, key in (
            (stored, "cutout_sha256"),
            (_with_alpha(stored), "straight_cutout_sha256"),
        ):
            cutout = mask.cutout(_core.orient(photo, case["orientation"]))[0]
            assert _sha256(cutout, np.uint8) == step[key]
    assert engine.runs == {"heat": 1, "segment": len(case["steps"])}
    assert _sha256(engine.seen["segment"]["image"], np.uint8) == case["image_sha256"]
    assert _sha256(engine.seen["heat"]["image"], np.uint8) == case["heat_image_sha256"]


class _Scripted:
    """An engine that expects the recorded runs, in order, and answers each as recorded."""

    def __init__(self, bundle: _core.Bundle) -> None:
        self._shapes = {
            name: shape for program in bundle.programs() for name, shape, *_ in program["outputs"]
        }
        self.runs: list[Case] = []

    def __call__(self, program: str, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        run = self.runs.pop(0)
        assert program == run["program"]
        assert inputs.keys() == run["inputs"].keys()
        for name, (count, wanted) in run["inputs"].items():
            given = inputs[name].ravel()
            assert len(given) == count
            indices, values = zip(*wanted, strict=True)
            np.testing.assert_allclose(given[list(indices)], values, atol=1e-5, err_msg=name)
        return {n: floats(text, *self._shapes[n]) for n, text in run["outputs"].items()}


@pytest.mark.parametrize("case", cases("pipelines"))
def test_a_pipeline_s_session(case: Case) -> None:
    bundle = _core.Bundle.parse(case["manifest"])
    engine = _Scripted(bundle)
    session = _core.Session(_core.Segmenter(bundle, engine, False))
    stored = shaped_bytes(case["photo"], case["stored_height"], case["stored_width"], 3)
    session.set_image(stored, case["orientation"])
    for step in case["steps"]:
        for call in step["calls"]:
            _call(session, call)
        engine.runs = list(step["runs"])
        mask = session.predict(**step["options"])
        assert engine.runs == []
        _check_mask(step, mask)

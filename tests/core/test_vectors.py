"""The shared vectors against the core, and against the reference that made them."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import squeezesam
from squeezesam import _core

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
Array = npt.NDArray[Any]
Case = dict[str, Any]


def _cases(file: str, kind: str | None = None) -> Iterator[Any]:
    for number, case in enumerate(
        json.loads((VECTORS / f"{file}.json").read_text("utf-8"))["cases"]
    ):
        if kind is None or case["kind"] == kind:
            yield pytest.param(case, id=re.sub(r"\W+", "-", f"{number} {case.get('name', '')}"))


def _bytes(text: str, *shape: int) -> Array:
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(shape)


def _floats(text: str, *shape: int) -> Array:
    return np.frombuffer(bytes.fromhex(text), "<f4").reshape(shape or (-1,))


def _bitmap(rows: list[str]) -> Array:
    return np.array([[letter == "#" for letter in row] for row in rows])


def _error(status: str) -> type[Exception]:
    """SSAM_ERROR_BUNDLE_VERSION → squeezesam.BundleVersionError."""
    words = status.removeprefix("SSAM_ERROR_").split("_")
    error: type[Exception] = getattr(squeezesam, "".join(map(str.capitalize, words)) + "Error")
    return error


def test_the_committed_vectors_are_what_the_reference_yields() -> None:
    command = [sys.executable, str(VECTORS / "generate.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_vectors_stay_small() -> None:
    assert sum(path.stat().st_size for path in VECTORS.glob("*.json")) < 400_000


@pytest.mark.parametrize("case", _cases("geometry", "fit"))
def test_the_size_in_an_input(case: Case) -> None:
    assert list(_core.fit(*case["photo"], *case["input"])) == case["size"]


@pytest.mark.parametrize("case", _cases("geometry", "orient"))
def test_turning_a_photo_upright(case: Case) -> None:
    stored = _bytes(case["stored"], case["stored_height"], case["stored_width"], 3)
    upright = _bytes(case["upright"], case["height"], case["width"], 3)
    np.testing.assert_array_equal(_core.orient(stored, case["orientation"]), upright)


@pytest.mark.parametrize("case", _cases("geometry", "resize"))
def test_turning_and_resizing_a_photo(case: Case) -> None:
    stored = _bytes(case["stored"], case["stored_height"], case["stored_width"], 3)
    found = _core.resize(stored, case["width"], case["height"], case["orientation"])
    np.testing.assert_array_equal(found, _bytes(case["resized"], *found.shape))


@pytest.mark.parametrize("case", _cases("nv12"))
def test_a_photo_of_two_planes(case: Case) -> None:
    width, height = case["stored_width"], case["stored_height"]
    luma = _bytes(case["luma"], height, case["stride"])[:, :width]
    rows = _bytes(case["chroma"], (height + 1) // 2, case["chroma_stride"])
    pairs = rows[:, : (width + 1) // 2 * 2].reshape(len(rows), -1, 2)
    if case["format"] == "FORMAT_NV21":  # Python speaks NV12 alone
        pairs = np.ascontiguousarray(pairs[:, :, ::-1])
    kind = (case["range"][6:].lower(), case["matrix"][7:].lower())
    upright = _core.nv12_to_rgb(luma, pairs, *kind, case["orientation"])
    np.testing.assert_array_equal(upright, _bytes(case["upright"], *upright.shape))
    found = _core.nv12_resize(
        luma, pairs, *kind, case["width"], case["height"], case["orientation"]
    )
    np.testing.assert_array_equal(found, _bytes(case["resized"], *found.shape))


@pytest.mark.parametrize("case", _cases("geometry", "exif"))
def test_the_orientation_written_in_a_file(case: Case) -> None:
    assert _core.exif_orientation(bytes.fromhex(case["file"])) == case["orientation"]


@pytest.mark.parametrize("case", _cases("planes"))
def test_drawing_prompts(case: Case) -> None:
    points = np.array(case["points"], np.float32).reshape(-1, 2)
    size = (case["width"], case["height"], case["radius"], case["box_default"])
    box, clicks = _core.planes(points, case["labels"], *size)
    wanted = case["box_default"] if case["box"] is None else _bitmap(case["box"])
    np.testing.assert_array_equal(box, np.broadcast_to(wanted, box.shape))
    letters = {".": 0, "+": 1, "-": -1}
    np.testing.assert_array_equal(clicks, [[letters[c] for c in row] for row in case["clicks"]])


@pytest.mark.parametrize("case", _cases("saliency", "heat"))
def test_the_heat_of_logits(case: Case) -> None:
    heat = _bytes(case["heat"], len(case["heat"]) // 2)
    np.testing.assert_array_equal(_core.logits_to_heat(_floats(case["logits"])), heat)


@pytest.mark.parametrize("case", _cases("saliency", "clicks"))
def test_the_clicks_of_a_heat_map(case: Case) -> None:
    found = _core.saliency_to_clicks(_bytes(case["heat"], case["height"], case["width"]))
    assert [list(click) for click in found.pop("clicks")] == case["clicks"]
    assert found == {key: case[key] for key in ("threshold", "area", "peak")}


def _rings(found: list[tuple[Array, int]]) -> list[Any]:
    """As the README says: each from its topmost, leftmost corner; holes in that order too."""
    turned = []
    for points, parent in found:
        start = min(range(len(points)), key=lambda i: (points[i][1], points[i][0]))
        turned.append((parent, np.roll(points, -start, axis=0).astype(int).tolist()))
    groups = [[ring] for ring in turned if ring[0] < 0]
    places = [i for i, ring in enumerate(turned) if ring[0] < 0]
    for parent, ring in turned:
        if parent >= 0:
            groups[places.index(parent)].append((parent, ring))
    for group in groups:
        group[1:] = sorted(group[1:], key=lambda ring: ring[1][0][::-1])
    groups.sort(key=lambda group: group[0][1][0][::-1])
    flat: list[Any] = []
    for outer, *holes in groups:
        parent = len(flat)
        flat += [{"parent": -1, "points": outer[1]}]
        flat += [{"parent": parent, "points": ring} for _, ring in holes]
    return flat


@pytest.mark.parametrize("case", _cases("bitmaps", "bitmap"))
def test_pieces_holes_runs_and_outlines(case: Case) -> None:
    bitmap = _bitmap(case["rows"])
    np.testing.assert_array_equal(_core.largest_component(bitmap), _bitmap(case["largest"]))
    for filled in case["filled"]:
        found = _core.fill_holes(bitmap, filled["max_area"])
        np.testing.assert_array_equal(found, _bitmap(filled["rows"]))
    assert _core.rle(bitmap).tolist() == case["rle_counts"]
    assert _core.rle_to_string(case["rle_counts"]) == case["rle_string"]
    counts = _core.rle_from_string(case["rle_string"])
    assert counts.tolist() == case["rle_counts"]
    np.testing.assert_array_equal(_core.rle_decode(counts, *bitmap.shape[::-1]), bitmap)
    assert _rings(_core.contour(bitmap, 0.0)) == case["contour"]


@pytest.mark.parametrize("case", _cases("bitmaps", "simplified"))
def test_simplified_outlines(case: Case) -> None:
    found = _rings(_core.contour(_bitmap(case["rows"]), case["epsilon"]))
    assert found == [{"parent": -1, "points": case["points"]}]


@pytest.mark.parametrize("case", _cases("bitmaps", "bad_rle"))
def test_strings_that_are_no_run_lengths(case: Case) -> None:
    with pytest.raises(_error(case["status"])) as caught:
        _core.rle_from_string(case["string"])
    assert str(caught.value) == case["sentence"]


@pytest.mark.parametrize("case", _cases("manifests"))
def test_manifests(case: Case) -> None:
    if case["status"] != "SSAM_OK":
        with pytest.raises(_error(case["status"])) as caught:
            _core.Bundle.parse(case["text"])
        assert type(caught.value) is _error(case["status"])
        assert str(caught.value) == case["sentence"]
        return
    bundle = _core.Bundle.parse(case["text"])
    info: dict[str, Any] = dict(bundle.info())
    assert info.pop("manifest") == case["text"]
    assert {**info, "pad_value": list(info["pad_value"])} == case["info"]
    for name, wanted in case["programs"].items():
        program = json.loads(json.dumps(bundle.program(name)))
        assert program == wanted


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
        with pytest.raises(_error(status)) as caught:
            getattr(session, name)(*arguments)
        assert str(caught.value) == sentence
    elif name == "undo":
        assert session.undo() == bool(arguments[0])
    else:
        getattr(session, name)(*arguments)


def _session(case: Case, engine: Any) -> _core.Session:
    return _core.Session(_core.Segmenter(_core.Bundle.parse(case["manifest"]), engine, False))


@pytest.mark.parametrize("case", _cases("prompts"))
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
    given = engine.seen["segmenter"]
    np.testing.assert_allclose(given["points"].ravel(), _floats(case["points"]), atol=1e-5)
    np.testing.assert_array_equal(given["labels"].ravel(), _floats(case["labels"]))


def _sha256(tensor: Array, dtype: type) -> str:
    return hashlib.sha256(np.ascontiguousarray(tensor.astype(dtype)).tobytes()).hexdigest()


@pytest.mark.parametrize("case", _cases("sessions"))
def test_a_whole_session_with_recorded_outputs(case: Case) -> None:
    info = _core.Bundle.parse(case["manifest"]).info()
    outputs = {name: _floats(text) for name, text in case["outputs"].items()}
    side = round(len(outputs["heatmap"]) ** 0.5)
    engine = _Replay(
        heatmap=outputs["heatmap"].reshape(1, 1, side, side),
        masks=outputs["masks"].reshape(1, 4, info["mask_height"], info["mask_width"]),
        scores=outputs["scores"].reshape(1, 4),
    )
    session = _session(case, engine)
    stored = _bytes(case["photo"], case["stored_height"], case["stored_width"], 3)
    session.set_image(stored, case["orientation"])
    for step in case["steps"]:
        for call in step["calls"]:
            _call(session, call)
        mask = session.predict(**step["options"])
        _check_step(step, mask, engine.seen["segmenter"])
    assert _sha256(engine.seen["segmenter"]["image"], np.uint8) == case["image_sha256"]
    assert _sha256(engine.seen["saliency"]["image"], np.uint8) == case["saliency_image_sha256"]


def _check_step(step: Case, mask: _core.Mask, given: Mapping[str, Array]) -> None:
    found = mask.info()
    prompts = found["prompts"]
    assert [[int(p[5]), p[0]] for p in prompts] == [p[:2] for p in step["prompts"]]
    np.testing.assert_allclose(
        [p[1:5] for p in prompts], [p[2:] for p in step["prompts"]], atol=1e-9
    )
    np.testing.assert_allclose(given["points"].ravel(), _floats(step["points"]), atol=1e-5)
    np.testing.assert_array_equal(given["labels"].ravel(), _floats(step["labels"]))
    assert _sha256(given["prompts"], np.int8) == step["planes_sha256"]
    assert (found["chosen"], found["score"]) == (step["chosen"], step["score"])
    assert (found["area"], list(found["bbox"])) == (step["area"], step["box"])
    assert mask.rle_string() == step["rle"]
    logits = mask.logits()
    for x, y, value in step["logits"]:
        assert logits[y, x] == pytest.approx(value, abs=1e-4)


class _Recorded:
    """An engine that gives the n-th step's masks and scores in its n-th segmenter run."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._recording = (VECTORS / "replay.bin").read_bytes()
        self._shape = _core.Bundle.parse(case["manifest"]).program("segmenter")["outputs"][0][1]
        self._steps = iter(case["steps"])
        self.seen: dict[str, Mapping[str, Array]] = {}
        self.runs = {"saliency": 0, "segmenter": 0}

    def part(self, place: list[int], dtype: str = "i1") -> Array:
        return np.frombuffer(self._recording[place[0] : sum(place)], dtype)

    def _logits(self, place: list[int]) -> Array:
        floats = self.part(place).astype(np.float32)
        return floats * np.float32(self._case["scale"]) + np.float32(self._case["shift"])

    def __call__(self, program: str, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        self.seen[program] = {name: np.array(value) for name, value in inputs.items()}
        self.runs[program] += 1
        if program == "saliency":
            side = round(self._case["heatmap"][1] ** 0.5)
            return {"heatmap": self._logits(self._case["heatmap"]).reshape(1, 1, side, side)}
        step = next(self._steps)
        masks = self._logits(step["masks"]).reshape(self._shape)
        return {"masks": masks, "scores": np.array([step["scores"]], np.float32)}


@pytest.mark.parametrize("case", _cases("replay"))
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
        _check_step(step, session.predict(**step["options"]), engine.seen["segmenter"])
    assert engine.runs == {"saliency": 1, "segmenter": len(case["steps"])}
    assert _sha256(engine.seen["segmenter"]["image"], np.uint8) == case["image_sha256"]
    assert _sha256(engine.seen["saliency"]["image"], np.uint8) == case["saliency_image_sha256"]

"""The shared vectors against the core's plain functions, and against the reference."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from squeezesam import _core
from vector_cases import VECTORS, Array, Case, bitmap_of, cases, error_of, floats, shaped_bytes


def test_the_committed_vectors_are_what_the_reference_yields() -> None:
    command = [sys.executable, str(VECTORS / "generate.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_vectors_stay_small() -> None:
    assert sum(path.stat().st_size for path in VECTORS.glob("*.json")) < 850_000


@pytest.mark.parametrize("case", cases("geometry", "fit"))
def test_the_size_in_an_input(case: Case) -> None:
    assert list(_core.fit(*case["photo"], *case["input"])) == case["size"]


@pytest.mark.parametrize("case", cases("geometry", "orient"))
def test_turning_a_photo_upright(case: Case) -> None:
    stored = shaped_bytes(case["stored"], case["stored_height"], case["stored_width"], 3)
    upright = shaped_bytes(case["upright"], case["height"], case["width"], 3)
    np.testing.assert_array_equal(_core.orient(stored, case["orientation"]), upright)


@pytest.mark.parametrize("case", cases("geometry", "resize"))
def test_turning_and_resizing_a_photo(case: Case) -> None:
    stored = shaped_bytes(case["stored"], case["stored_height"], case["stored_width"], 3)
    found = _core.resize(stored, case["width"], case["height"], case["orientation"])
    np.testing.assert_array_equal(found, shaped_bytes(case["resized"], *found.shape))


@pytest.mark.parametrize("case", cases("nv12"))
def test_a_photo_of_two_planes(case: Case) -> None:
    width, height = case["stored_width"], case["stored_height"]
    luma = shaped_bytes(case["luma"], height, case["stride"])[:, :width]
    rows = shaped_bytes(case["chroma"], (height + 1) // 2, case["chroma_stride"])
    pairs = rows[:, : (width + 1) // 2 * 2].reshape(len(rows), -1, 2)
    if case["format"] == "FORMAT_NV21":  # Python speaks NV12 alone
        pairs = np.ascontiguousarray(pairs[:, :, ::-1])
    kind = (case["range"][6:].lower(), case["matrix"][7:].lower())
    upright = _core.nv12_to_rgb(luma, pairs, *kind, case["orientation"])
    np.testing.assert_array_equal(upright, shaped_bytes(case["upright"], *upright.shape))
    found = _core.nv12_resize(
        luma, pairs, *kind, case["width"], case["height"], case["orientation"]
    )
    np.testing.assert_array_equal(found, shaped_bytes(case["resized"], *found.shape))


@pytest.mark.parametrize("case", cases("geometry", "exif"))
def test_the_orientation_written_in_a_file(case: Case) -> None:
    assert _core.exif_orientation(bytes.fromhex(case["file"])) == case["orientation"]


@pytest.mark.parametrize("case", cases("planes"))
def test_drawing_prompts(case: Case) -> None:
    points = np.array(case["points"], np.float32).reshape(-1, 2)
    size = (case["width"], case["height"], case["radius"], case["box_default"])
    box, clicks = _core.planes(points, case["labels"], *size)
    wanted = case["box_default"] if case["box"] is None else bitmap_of(case["box"])
    np.testing.assert_array_equal(box, np.broadcast_to(wanted, box.shape))
    letters = {".": 0, "+": 1, "-": -1}
    np.testing.assert_array_equal(clicks, [[letters[c] for c in row] for row in case["clicks"]])


@pytest.mark.parametrize("case", cases("saliency", "heat"))
def test_the_heat_of_logits(case: Case) -> None:
    heat = shaped_bytes(case["heat"], len(case["heat"]) // 2)
    np.testing.assert_array_equal(_core.logits_to_heat(floats(case["logits"])), heat)


@pytest.mark.parametrize("case", cases("saliency", "clicks"))
def test_the_clicks_of_a_heat_map(case: Case) -> None:
    found = _core.saliency_to_clicks(shaped_bytes(case["heat"], case["height"], case["width"]))
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


@pytest.mark.parametrize("case", cases("bitmaps", "bitmap"))
def test_pieces_holes_runs_and_outlines(case: Case) -> None:
    bitmap = bitmap_of(case["rows"])
    np.testing.assert_array_equal(_core.largest_component(bitmap), bitmap_of(case["largest"]))
    for filled in case["filled"]:
        found = _core.fill_holes(bitmap, filled["max_area"])
        np.testing.assert_array_equal(found, bitmap_of(filled["rows"]))
    assert _core.rle(bitmap).tolist() == case["rle_counts"]
    assert _core.rle_to_string(case["rle_counts"]) == case["rle_string"]
    counts = _core.rle_from_string(case["rle_string"])
    assert counts.tolist() == case["rle_counts"]
    np.testing.assert_array_equal(_core.rle_decode(counts, *bitmap.shape[::-1]), bitmap)
    assert _rings(_core.contour(bitmap, 0.0)) == case["contour"]


@pytest.mark.parametrize("case", cases("bitmaps", "simplified"))
def test_simplified_outlines(case: Case) -> None:
    found = _rings(_core.contour(bitmap_of(case["rows"]), case["epsilon"]))
    assert found == [{"parent": -1, "points": case["points"]}]


@pytest.mark.parametrize("case", cases("bitmaps", "bad_rle"))
def test_strings_that_are_no_run_lengths(case: Case) -> None:
    with pytest.raises(error_of(case["status"])) as caught:
        _core.rle_from_string(case["string"])
    assert str(caught.value) == case["sentence"]


@pytest.mark.parametrize("case", cases("manifests"))
def test_manifests(case: Case) -> None:
    if case["status"] != "SSAM_OK":
        with pytest.raises(error_of(case["status"])) as caught:
            _core.Bundle.parse(case["text"])
        assert type(caught.value) is error_of(case["status"])
        assert str(caught.value) == case["sentence"]
        return
    bundle = _core.Bundle.parse(case["text"])
    info: dict[str, Any] = dict(bundle.info())
    assert info.pop("manifest") == case["text"]
    sides = [t[1] for p in case["programs"] for t in (*p["inputs"], *p["outputs"])]
    assert info.pop("tensor_bytes") == 4 * sum(math.prod(shape) for shape in sides)
    assert info == case["info"]
    found = json.loads(json.dumps(bundle.programs()))
    for program in found:
        # Of a tensor's source and role one is empty.
        for side in ("inputs", "outputs"):
            program[side] = [[n, shape, source + role] for n, shape, source, role in program[side]]
    assert found == case["programs"]

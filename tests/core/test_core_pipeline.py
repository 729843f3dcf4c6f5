"""A whole session against the geometry written down once more in numpy.

The engine returns random logits, so that every number on the way in and out is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from heat_maps import bundled_photos
from saliency_oracle import oracle_clicks
from squeezesam import _core

Floats = npt.NDArray[np.float32]
PAD = (124, 116, 104)
SLOTS = 6
RADIUS = 3.0
# Input H×W of segmenter and of saliency network, heat map H×W, photo.
CASES = [
    ((128, 128), (64, 64), (64, 64), "cat"),
    ((96, 160), (96, 160), (24, 40), "astronaut"),
    ((160, 96), (32, 64), (16, 32), "rocket"),
    ((64, 64), (128, 128), (128, 128), "coffee"),
]


def _program(inputs: dict[str, list[int]], outputs: dict[str, list[int]]) -> dict[str, Any]:
    def tensors(shapes: dict[str, list[int]]) -> list[dict[str, Any]]:
        return [{"name": n, "shape": s, "dtype": "float32"} for n, s in shapes.items()]

    files = [{"path": "program", "size": 0, "sha256": "0" * 64}]
    described = {"inputs": tensors(inputs), "outputs": tensors(outputs)}
    return {"file": "program", "files": files, "macs": 0, **described}


def _manifest(size: tuple[int, int], small: tuple[int, int], heat: tuple[int, int]) -> str:
    mask = [size[0] // 4, size[1] // 4]
    segmenter = _program(
        {
            "labels": [1, SLOTS],  # in another order than usual: names decide
            "image": [1, 3, *size],
            "points": [1, SLOTS, 2],
            "prompts": [1, 2, *size],
        },
        {"scores": [1, 4], "masks": [1, 4, *mask]},
    )
    saliency = _program({"image": [1, 3, *small]}, {"heatmap": [1, 1, *heat]})
    manifest = {
        "schema_version": 1,
        "name": "random",
        "licence": "Apache-2.0",
        "target": "onnx",
        "backend": "cpu",
        "precision": "fp32",
        "model": {"preset": "none"},
        "input": {
            "height": size[0],
            "width": size[1],
            "channels": "rgb",
            "range": [0, 255],
            "normalisation": "folded",
            "pad_value": PAD,
        },
        "prompts": {"max_points": SLOTS, "click_radius": RADIUS, "box_default": 1.0},
        "capabilities": {"negative_points": True, "box": True, "automatic": True},
        "programs": {"segmenter": segmenter, "saliency": saliency},
    }
    return json.dumps(manifest)


class RandomEngine:
    """Smooth random logits; keeps what it was given."""

    def __init__(
        self, size: tuple[int, int], heat: tuple[int, int], rng: np.random.Generator
    ) -> None:
        coarse = rng.normal(0, 4, (4, 5, 6)).astype(np.float32)
        mask = (size[1] // 4, size[0] // 4)
        self.masks: Floats = np.stack([cv2.resize(c, mask) for c in coarse])
        self.scores = rng.random(4).astype(np.float32)
        field = rng.normal(0, 3, (7, 7)).astype(np.float32)
        self.heat: Floats = np.asarray(cv2.resize(field, heat[::-1]), np.float32)
        self.seen: dict[str, dict[str, Floats]] = {}

    def __call__(self, program: str, inputs: Mapping[str, Floats]) -> dict[str, Floats]:
        self.seen[program] = {name: np.array(value) for name, value in inputs.items()}
        if program == "heat":
            return {"heatmap": self.heat[None, None]}
        return {"masks": self.masks[None], "scores": self.scores[None]}


def _fit(photo: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    scale = min(size[0] / photo[0], size[1] / photo[1])
    return (
        min(size[0], max(1, int(photo[0] * scale + 0.5))),
        min(size[1], max(1, int(photo[1] * scale + 0.5))),
    )


def _padded(photo: npt.NDArray[np.uint8], size: tuple[int, int]) -> Floats:
    height, width = _fit(photo.shape[:2], size)
    canvas = np.empty((*size, 3), np.float32)
    canvas[:] = PAD
    canvas[:height, :width] = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
    return canvas.transpose(2, 0, 1)[None]


def _to_photo(at: float, photo: int, resized: int) -> float:
    return min(max((at + 0.5) / (resized / photo) - 0.5, 0.0), photo - 1.0)


def _expected_clicks(
    heat: Floats, photo: tuple[int, int], small: tuple[int, int]
) -> list[tuple[float, float]]:
    """Heat logits to clicks in photo pixels."""
    resized = _fit(photo, small)
    valid = [max(1, int(r * h / s + 0.5)) for r, h, s in zip(resized, heat.shape, small)]  # noqa: B905
    rounded = np.floor(255 / (1 + np.exp(-heat.astype(np.float64))) + 0.5)
    clicks = oracle_clicks(rounded.astype(np.uint8)[: valid[0], : valid[1]])
    steps = [s / h for s, h in zip(small, heat.shape)]  # noqa: B905
    return [
        (
            _to_photo((x + 0.5) * steps[1] - 0.5, photo[1], resized[1]),
            _to_photo((y + 0.5) * steps[0] - 0.5, photo[0], resized[0]),
        )
        for x, y in clicks
    ]


def _sample_positions(photo: int, valid: float) -> tuple[npt.NDArray[np.int64], Floats]:
    at = np.clip((np.arange(photo) + 0.5) * (valid / photo) - 0.5, 0, np.ceil(valid) - 1)
    whole = np.floor(at).astype(np.int64)
    return whole, (at - whole).astype(np.float32)


def _expected_logits(plane: Floats, photo: tuple[int, int], size: tuple[int, int]) -> Floats:
    resized = _fit(photo, size)
    valid = [r * p / s for r, p, s in zip(resized, plane.shape, size)]  # noqa: B905
    y, fy = _sample_positions(photo[0], valid[0])
    x, fx = _sample_positions(photo[1], valid[1])
    y1 = np.minimum(y + 1, int(np.ceil(valid[0])) - 1)
    x1 = np.minimum(x + 1, int(np.ceil(valid[1])) - 1)
    rows = plane[y] * (1 - fy)[:, None] + plane[y1] * fy[:, None]
    return np.asarray(rows[:, x] * (1 - fx) + rows[:, x1] * fx)


@pytest.mark.parametrize(("size", "small", "heat", "name"), CASES)
def test_a_session_follows_the_geometry_of_the_contract(
    size: tuple[int, int], small: tuple[int, int], heat: tuple[int, int], name: str
) -> None:
    rng = np.random.default_rng(len(name))
    engine = RandomEngine(size, heat, rng)
    bundle = _core.Bundle.parse(_manifest(size, small, heat))
    session = _core.Session(_core.Segmenter(bundle, engine, False))
    photo = bundled_photos()[name]
    session.set_image(photo)

    mask = session.predict()
    given = engine.seen["heat"]["image"]
    # Made from the segmenter's copy where that is the larger one: an average of averages.
    assert np.abs(given - _padded(photo, small)).mean() < 0.5
    clicks = _expected_clicks(engine.heat, photo.shape[:2], small)
    used = [prompt[1:3] for prompt in mask.info()["prompts"]]
    np.testing.assert_allclose(used, clicks, rtol=1e-12)

    given = engine.seen["segment"]["image"]
    assert np.abs(given - _padded(photo, size)).max() <= 1
    height, width = _fit(photo.shape[:2], size)
    scale = np.array([width / photo.shape[1], height / photo.shape[0]])
    points = ((np.array(clicks) + 0.5) * scale - 0.5).astype(np.float32)
    seen = engine.seen["segment"]
    np.testing.assert_array_equal(seen["points"][0, : len(points)], points)
    assert seen["labels"][0].tolist() == [1.0] * len(points) + [-1.0] * (SLOTS - len(points))
    drawn = _core.planes(points, np.ones(len(points)), size[1], size[0], RADIUS)
    np.testing.assert_array_equal(seen["prompts"][0], drawn)

    chosen = mask.info()["chosen"]
    assert chosen == engine.scores.argmax()
    logits = _expected_logits(engine.masks[chosen], photo.shape[:2], size)
    np.testing.assert_allclose(mask.logits(), logits, atol=1e-4)
    differing = mask.array() != (logits > 0)
    assert np.abs(logits[differing]).max(initial=0) < 1e-4
    assert 0.02 < mask.array().mean() < 0.98


def test_a_turned_photo_gives_the_turned_photos_mask() -> None:
    engine = RandomEngine((128, 128), (64, 64), np.random.default_rng(0))
    bundle = _core.Bundle.parse(_manifest((128, 128), (64, 64), (64, 64)))
    stored = bundled_photos()["cat"]
    masks, images = [], []
    for pixels, orientation in ((stored, 6), (_core.orient(stored, 6), 1)):
        session = _core.Session(_core.Segmenter(bundle, engine, False))
        session.set_image(pixels, orientation)
        masks.append(session.predict().array())
        images.append(engine.seen["segment"]["image"])
    assert masks[0].shape == (stored.shape[1], stored.shape[0])
    np.testing.assert_array_equal(masks[0], masks[1])
    np.testing.assert_array_equal(images[0], images[1])

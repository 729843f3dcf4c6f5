"""saliency.json: logits to heat, heat to clicks, by scikit-image and whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from saliency_oracle import _most_salient_blob, oracle_clicks
from skimage import data
from skimage.filters import threshold_otsu
from vector_reference import Bytes, Random, hexed

ABOUT = (
    "heat: ssam_logits_to_heat of float32 logits. clicks: ssam_salient_clicks of a heat map of "
    "bytes; clicks are x, y in heat map pixels, centre first; threshold -1, area 0 and no clicks "
    "for a flat map."
)
TOLERANCE = {"heat": "exact", "clicks": "exact: sums of whole numbers, divided once as float64"}


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    return [_heat(), *(_clicks(name, heat) for name, heat in _maps())]


def _heat() -> dict[str, Any]:
    rng = Random(3)
    logits = np.array(
        [0.0, -0.0, 40.0, -40.0, 3e38, -3e38, 1e-30, *(rng.array((400,), 13001) / 1000 - 6.5)],
        np.float32,
    )
    with np.errstate(over="ignore"):
        values = 255 / (1 + np.exp(-logits.astype(np.float64)))
    sure = np.abs(values % 1 - 0.5) > 1e-4  # elsewhere the last bit of exp would decide
    assert sure.sum() > 390
    heat = np.floor(values + 0.5).astype(np.uint8)
    return {"kind": "heat", "logits": hexed(logits[sure]), "heat": hexed(heat[sure])}


def _clicks(name: str, heat: Bytes) -> dict[str, Any]:
    case: dict[str, Any] = {"kind": "clicks", "name": name, "width": heat.shape[1],
                            "height": heat.shape[0], "heat": hexed(heat)}  # fmt: skip
    if (heat == heat.flat[0]).all():
        return {**case, "threshold": -1, "area": 0, "peak": int(heat.flat[0]), "clicks": []}
    rows, columns = _most_salient_blob(heat)
    return {
        **case,
        "threshold": int(threshold_otsu(heat)),
        "area": len(rows),
        "peak": int(heat[rows, columns].max()),
        "clicks": [list(click) for click in oracle_clicks(heat)],
    }


def _maps() -> Iterator[tuple[str, Bytes]]:
    rng = Random(4)
    yield "flat", np.full((5, 7), 77, np.uint8)
    yield "one pixel", np.full((1, 1), 9, np.uint8)
    yield "two levels", _grid([[0, 255], [255, 255]])
    yield "equal specks: raster order decides", _grid([[9, 0, 0, 9], [0, 0, 0, 0], [9, 0, 0, 9]])
    yield "more of the peak wins", _grid([[200, 0, 0, 0, 0], [0, 0, 0, 200, 200], [0] * 5])
    yield (
        "then the larger area",
        _grid([[200, 150, 0, 0, 0], [0, 0, 0, 200, 150], [0, 0, 0, 0, 150]]),
    )
    for size in (12, 20, 33):
        y, x = np.mgrid[:size, :size]
        distance = (y - size // 2) ** 2 + (x - size // 3) ** 2
        ring = (distance >= (size // 5) ** 2) & (distance <= (size // 3) ** 2)
        yield f"ring of {size}", np.where(ring, 200, 10).astype(np.uint8)
        cup = np.zeros((size, size), np.uint8)
        cup[2:-2, 2:4] = cup[2:-2, -4:-2] = cup[-4:-2, 2:-2] = 180
        yield f"cup of {size}", cup
    for levels in (2, 3, 5, 256):
        coarse = rng.array((9, 11), levels)
        yield f"noise of {levels} levels", (coarse * (255 // (levels - 1))).astype(np.uint8)
    for name, grey in (("cat", data.chelsea()[..., 1]), ("cup", data.coffee()[..., 2]),
                       ("person", data.astronaut()[..., 0]), ("coins", data.coins())):  # fmt: skip
        small = _block_means(grey, 32)
        yield f"{name}, brightness", small
        border = int(np.concatenate([small[0], small[-1]]).astype(np.int64).sum()) // 64
        contrast = np.abs(small.astype(np.int64) - border)
        yield f"{name}, contrast to the border", contrast.astype(np.uint8)


def _grid(values: list[list[int]]) -> Bytes:
    return np.array(values, np.uint8)


def _block_means(grey: npt.NDArray[np.uint8], side: int) -> Bytes:
    step_y, step_x = grey.shape[0] // side, grey.shape[1] // side
    blocks = grey[: step_y * side, : step_x * side].reshape(side, step_y, side, step_x)
    return (blocks.astype(np.int64).sum(axis=(1, 3)) // (step_y * step_x)).astype(np.uint8)

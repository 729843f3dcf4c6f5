"""nv12.json: two-plane photos to RGB, from the matrices' definition in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from vector_reference import UPRIGHT, Bytes, Random, hexed, resize

ABOUT = (
    "ssam_orient and ssam_resize (to the upright width x height) of two-plane photos: format, "
    "range and matrix name constants without SSAM_; luma and chroma hold their strides' "
    "gaps; upright and resized are RGB bytes."
)
TOLERANCE = {"all": "exact"}

# Luma's parts of red and blue (ITU-R BT.601-7 and BT.709-6).
PARTS = {
    "MATRIX_BT601": (Fraction(299, 1000), Fraction(114, 1000)),
    "MATRIX_BT709": (Fraction(2126, 10000), Fraction(722, 10000)),
}
# A core with 16 binary digits may round a value so near to a half either way: no case has one.
SAFE = Fraction(1, 100)


def rgb(y: int, u: int, v: int, span: str, matrix: str) -> tuple[Fraction, Fraction, Fraction]:
    """Red, green and blue of one pixel, 0…255 before clamping, without any rounding."""
    red_part, blue_part = PARTS[matrix]
    video = span == "RANGE_VIDEO"
    luma = Fraction(y - 16, 219) if video else Fraction(y, 255)
    to_unit = 224 if video else 255
    red = luma + 2 * (1 - red_part) * Fraction(v - 128, to_unit)
    blue = luma + 2 * (1 - blue_part) * Fraction(u - 128, to_unit)
    green = (luma - red_part * red - blue_part * blue) / (1 - red_part - blue_part)
    return 255 * red, 255 * green, 255 * blue


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    sizes = [(6, 4), (5, 3), (1, 1), (2, 5), (7, 2), (16, 12), (9, 9), (4, 6)]
    kinds = [(s, m) for s in ("RANGE_VIDEO", "RANGE_FULL") for m in PARTS]
    return [
        _case(index, *sizes[index % len(sizes)], *kinds[index % 4], "NV12" if index < 8 else "NV21")
        for index in range(12)
    ]


def _case(index: int, width: int, height: int, span: str, matrix: str, form: str) -> dict[str, Any]:
    luma, chroma, stored = _photo(Random(100 + index), width, height, span, matrix)
    pairs = chroma if form == "NV12" else chroma[:, :, ::-1]
    orientation = 1 + index % 8
    upright = np.ascontiguousarray(UPRIGHT[orientation](stored))
    gap, chroma_gap = index % 3, 2 * (index % 2)
    target = (3 + index % 3, 2 + index % 4)
    return {
        "orientation": orientation,
        "format": f"FORMAT_{form}",
        "range": span,
        "matrix": matrix,
        "stored_width": width,
        "stored_height": height,
        "stride": width + gap,
        "luma": hexed(np.pad(luma, ((0, 0), (0, gap)))),
        "chroma_stride": 2 * pairs.shape[1] + chroma_gap,
        "chroma": hexed(np.pad(pairs.reshape(len(pairs), -1), ((0, 0), (0, chroma_gap)))),
        "upright": hexed(upright),
        "width": target[0],
        "height": target[1],
        "resized": hexed(resize(upright, *target)),
    }


def _photo(
    random: Random, width: int, height: int, span: str, matrix: str
) -> tuple[Bytes, Bytes, Bytes]:
    """Luma height×width, chroma pairs h×w×2 (Cb, Cr) and the RGB of the same photo."""
    luma = np.zeros((height, width), np.uint8)
    chroma = np.zeros(((height + 1) // 2, (width + 1) // 2, 2), np.uint8)
    stored = np.zeros((height, width, 3), np.uint8)
    for row, column in np.ndindex(*chroma.shape[:2]):
        block = [
            (2 * row + dv, 2 * column + du)
            for dv in (0, 1)
            for du in (0, 1)
            if 2 * row + dv < height and 2 * column + du < width
        ]
        # Every other row of blocks nearly grey: wild chroma alone would clamp almost everything.
        reach = 256 if row % 2 else 48
        while True:
            cb, cr = (128 - reach // 2 + random.below(reach) for _ in range(2))
            lumas = [random.below(256) for _ in block]
            exact = [rgb(y, cb, cr, span, matrix) for y in lumas]
            if all(_is_safe(value) for values in exact for value in values):
                break
        chroma[row, column] = cb, cr
        for place, y, values in zip(block, lumas, exact, strict=True):
            luma[place] = y
            stored[place] = [min(255, max(0, int((v + Fraction(1, 2)) // 1))) for v in values]
    return luma, chroma, stored


def _is_safe(value: Fraction) -> bool:
    return abs(value % 1 - Fraction(1, 2)) >= SAFE

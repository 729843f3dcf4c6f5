"""The size a photo takes in a network's input: the rule of the runtime, in whole numbers."""

from __future__ import annotations


def fit(
    photo_width: int, photo_height: int, input_width: int, input_height: int
) -> tuple[int, int]:
    """(width, height) of a photo in an input: the largest that fits with the aspect kept.

    Each side is rounded half up and at least 1, exactly as ``ssam_fit`` does it; a float product
    would now and then fall on the other side of a half, and Python's round() goes to the even
    number. All sizes are in pixels and at least 1; ValueError otherwise.
    """
    if min(photo_width, photo_height, input_width, input_height) < 1:
        raise ValueError(
            f"cannot fit {photo_width}×{photo_height} pixels into {input_width}×{input_height}"
        )
    if input_width * photo_height <= input_height * photo_width:
        return input_width, min(input_height, _scaled(photo_height, input_width, photo_width))
    return min(input_width, _scaled(photo_width, input_height, photo_height)), input_height


def _scaled(side: int, numerator: int, denominator: int) -> int:
    return max(1, (2 * side * numerator + denominator) // (2 * denominator))

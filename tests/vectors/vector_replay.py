"""replay.json and replay.bin: a session at the size of the shipped bundles, every run recorded.

Unlike sessions.json, each prediction has the answer that the shipped networks really gave to its
own prompts, at their full 512×512. What is recorded (photo, heat map, masks, scores) is taken by
`generate.py --record`; everything expected is worked out anew from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from session_reference import IdleClicks, Reference, stored
from vector_manifest_text import manifest
from vector_reference import UPRIGHT, Floats, resize

ABOUT = (
    "A session in which the engine answers a run of heat with heatmap and the n-th run of segment "
    "with masks and scores of the n-th step. photo, heatmap and "
    "masks: [first byte, bytes] in replay.bin; a tensor's bytes are signed, q stands for "
    "q * scale + shift. Otherwise as sessions.json."
)
TOLERANCE = {"prompts": 1e-9, "points": 1e-5, "score": "exact", "logits": 1e-4, "rest": "exact"}

SIDE, SMALL, ORIENTATION = 512, 256, 8
WIDTH, HEIGHT = 192, 128
# Both are sums of few powers of two, so every logit is exact in float32; none can become 0.
SCALE, SHIFT = 0.125, 3 / 128
_BEST = {"candidate": -1, "keep_largest": 0, "max_hole_area": 0}

_Planes = list[npt.NDArray[Any]]


def _steps() -> Iterator[tuple[list[Any], dict[str, int], list[Any]]]:
    """(calls, options, what the person has given by then: [kind, x0, y0, x1, y1])."""
    cup = ["foreground", 75.0, 45.5, 75.0, 45.5]
    plate = ["background", 130.25, 100.0, 130.25, 100.0]
    box = ["box", 30.0, 8.0, 150.5, 118.0]
    yield [], _BEST, []
    yield [["add_point", [75.0, 45.5, 1], "SSAM_OK", ""]], _BEST, [cup]
    yield (
        [["add_point", [130.25, 100.0, 0], "SSAM_OK", ""]],
        {**_BEST, "keep_largest": 1, "max_hole_area": -1},
        [cup, plate],
    )
    yield (
        [["undo", [1], "SSAM_OK", ""], ["set_box", box[1:], "SSAM_OK", ""]],
        {**_BEST, "candidate": 1, "max_hole_area": 30},
        [box, cup],
    )


def record() -> bytes:
    """Runs the shipped networks in PyTorch on a photo, skimage's cup of coffee: replay.bin."""
    import torch
    from skimage import data
    from squeezesam_model import load_saliency, load_segmenter
    from squeezesam_model.weights import shipped_weights

    photo = resize(np.ascontiguousarray(data.coffee()), WIDTH, HEIGHT)
    reference = Reference(photo, SIDE, SMALL)
    image, small = (torch.from_numpy(x.astype(np.float32))[None] for x in reference.inputs())
    segmenter = load_segmenter(shipped_weights("squeezesam-fast"))
    with torch.no_grad():
        heat = _quantised(load_saliency(shipped_weights("saliency"))(small).numpy())
        parts: _Planes = [stored(photo, ORIENTATION), heat]
        for _, _, given in _steps():
            prompts = reference.used(given, _logits(heat).reshape(SMALL // 4, SMALL // 4))
            inputs = [
                torch.from_numpy(x.astype(np.float32))[None]
                for x in reference.network_inputs(prompts)
            ]
            output = segmenter(image, *inputs)
            parts += [_quantised(output.masks.numpy()), output.scores.numpy().astype("<f4")]
    return b"".join(part.tobytes() for part in parts)


def _quantised(logits: npt.NDArray[Any]) -> npt.NDArray[np.int8]:
    return np.clip(np.round((logits - SHIFT) / SCALE), -128, 127).astype(np.int8)


def _logits(quantised: npt.NDArray[np.int8]) -> Floats:
    return quantised.astype(np.float64) * SCALE + SHIFT


class _Recording:
    """replay.bin, read in the order in which `record` wrote it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, count: int, dtype: str) -> tuple[list[int], npt.NDArray[Any]]:
        """The next `count` values and where they are: [first byte, bytes]."""
        place = [self._at, count * np.dtype(dtype).itemsize]
        self._at += place[1]
        return place, np.frombuffer(self._content, dtype, count, place[0])


def cases(content: bytes) -> list[dict[str, Any]]:
    """The one case, as the JSON holds it, from the recorded bytes."""
    recording = _Recording(content)
    photo_place, rows = recording.take(3 * WIDTH * HEIGHT, "u1")
    turned = ORIENTATION > 4
    width, height = (HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT)
    upright = UPRIGHT[ORIENTATION](rows.reshape(height, width, 3))
    reference = Reference(np.ascontiguousarray(upright), SIDE, SMALL, ORIENTATION)
    heat_place, heat = recording.take((SMALL // 4) ** 2, "i1")
    logits = _logits(heat).reshape(SMALL // 4, SMALL // 4)
    idle = IdleClicks()
    return [
        {
            "name": f"cup, {WIDTH} x {HEIGHT}, EXIF {ORIENTATION}, at {SIDE} x {SIDE}",
            "source": "squeezesam.safetensors and saliency.safetensors, in PyTorch",
            "orientation": ORIENTATION,
            "stored_width": width,
            "stored_height": height,
            "photo": photo_place,
            "manifest": json.dumps(manifest(width=SIDE, height=SIDE, heat=SMALL)),
            "scale": SCALE,
            "shift": SHIFT,
            "heatmap": heat_place,
            **reference.digests(),
            "steps": [_step(recording, reference, logits, idle, *words) for words in _steps()],
        }
    ]


def _step(
    recording: _Recording,
    reference: Reference,
    heat: Floats,
    idle: IdleClicks,
    calls: list[Any],
    options: dict[str, int],
    given: list[Any],
) -> dict[str, Any]:
    place, quantised = recording.take(4 * (SIDE // 4) ** 2, "i1")
    _, scores = recording.take(4, "<f4")
    masks = _logits(quantised).reshape(4, SIDE // 4, SIDE // 4)
    prompts = reference.used(given, heat)
    idle.take(calls)
    idle.show(reference.finished(masks, scores.astype(np.float64), options)[2], prompts)
    return {
        "calls": calls,
        "options": options,
        "masks": place,
        "scores": [float(score) for score in scores],
        "prompts": prompts,
        **reference.network_prompts(idle.without(prompts)),
        **reference.mask(masks, scores.astype(np.float64), options),
    }

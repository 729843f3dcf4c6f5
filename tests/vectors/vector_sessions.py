"""sessions.json: whole sessions with recorded network outputs, from the photo to the mask.

The recorded part (photo and outputs) is taken once with the shipped weights, by
`generate.py --record`; everything expected is worked out anew from it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import numpy.typing as npt
from saliency_oracle import oracle_clicks
from vector_manifests import manifest
from vector_reference import (
    UPRIGHT,
    Floats,
    fill_holes,
    fit,
    hexed,
    keep_largest,
    resize,
    rle_counts,
    rle_string,
    upsample,
)

ABOUT = (
    "A session whose engine answers with outputs (float32) whatever it is given. photo: RGB bytes "
    "as stored. image_sha256, saliency_image_sha256: of the bytes 3 x H x W of the engine's input "
    "image (its floats are whole numbers 0...255). Every step in turn: the calls as in "
    "prompts.json, then predict with options; then prompts (ssam_mask_get_info, with 1 for an "
    "automatic click), points, labels and planes_sha256 (the engine's inputs; planes as signed "
    "bytes 2 x H x W), chosen, score, area, box (x, y, width, height) and rle of the mask, and "
    "logits: [x, y, value] of a few pixels of ssam_mask_render_logits."
)
TOLERANCE = {"prompts": 1e-9, "points": 1e-5, "score": "exact", "logits": 1e-4, "rest": "exact"}

SIDE, SMALL = 128, 96
RECORDED = ("name", "orientation", "stored_width", "stored_height", "photo", "outputs", "source")
_MARGIN = 2e-5  # no logit is so near to 0 that rounding could tip it

_Call = list[Any]


def record() -> list[dict[str, Any]]:
    """Runs the shipped networks once, in PyTorch, on a photo: a part of skimage's cat."""
    import torch
    from skimage import data
    from squeezesam_model import load_saliency, load_segmenter
    from squeezesam_model.planes import prompt_planes
    from squeezesam_model.weights import shipped_weights

    photo, orientation = np.ascontiguousarray(data.chelsea()[0:240:3, 20:380:3]), 6
    image, small = (torch.from_numpy(x.astype(np.float32))[None] for x in _inputs(photo))
    points, labels = torch.tensor([[[60.0, 40.0], [30.0, 60.0]]]), torch.ones(1, 2)
    with torch.no_grad():
        planes = prompt_planes(points, labels, SIDE, SIDE)
        network = load_segmenter(shipped_weights("squeezesam"))
        output = network(image, planes, points, labels)
        heat = load_saliency(shipped_weights("saliency"))(small)
    stored = _stored(photo, orientation)
    return [
        {
            "name": f"cat, {photo.shape[1]} x {photo.shape[0]}, EXIF {orientation}",
            "orientation": orientation,
            "stored_width": stored.shape[1],
            "stored_height": stored.shape[0],
            "photo": hexed(stored),
            "outputs": {
                "heatmap": hexed(_short(heat.numpy())),
                "masks": hexed(_short(output.masks.numpy())),
                "scores": hexed(output.scores.numpy().astype(np.float32)),
            },
            "source": "squeezesam.safetensors and saliency.safetensors, in PyTorch",
        }
    ]


def _short(values: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Rounded to thousandths, and none of them 0: a flat part must not lie on the threshold."""
    return (np.round(values.astype(np.float64), 3) + 0.00037).astype(np.float32)


def _stored(upright: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    return np.ascontiguousarray(UPRIGHT[inverse](upright))


def _inputs(photo: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint8]]:
    """uint8 3×H×W of both networks; the small one is made from the large one's picture."""
    size = (photo.shape[1], photo.shape[0])
    large = resize(photo, *fit(size, (SIDE, SIDE)))
    small = resize(large, *fit(size, (SMALL, SMALL)))
    inputs = []
    for picture, side in ((large, SIDE), (small, SMALL)):
        canvas = np.empty((side, side, 3), np.uint8)
        canvas[:] = (124, 116, 104)
        canvas[: picture.shape[0], : picture.shape[1]] = picture
        inputs.append(np.ascontiguousarray(canvas.transpose(2, 0, 1)))
    return inputs


def cases(recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All cases, as the JSON holds them, from their recorded parts."""
    return [_case({key: case[key] for key in RECORDED}) for case in recorded]


def _case(recorded: dict[str, Any]) -> dict[str, Any]:
    photo = _photo(recorded)
    image, small = _inputs(photo)
    return {
        **recorded,
        "manifest": json.dumps(manifest(width=SIDE, height=SIDE, saliency=SMALL)),
        "image_sha256": hashlib.sha256(image.tobytes()).hexdigest(),
        "saliency_image_sha256": hashlib.sha256(small.tobytes()).hexdigest(),
        "steps": [_step(recorded, photo, *words) for words in _steps(photo)],
    }


def _photo(recorded: dict[str, Any]) -> npt.NDArray[np.uint8]:
    flat = np.frombuffer(bytes.fromhex(recorded["photo"]), np.uint8)
    stored = flat.reshape(recorded["stored_height"], recorded["stored_width"], 3)
    return np.ascontiguousarray(UPRIGHT[recorded["orientation"]](stored))


def _steps(photo: npt.NDArray[np.uint8]) -> list[tuple[list[_Call], dict[str, int], list[Any]]]:
    """(calls, options, what the person has given by then: [kind, x0, y0, x1, y1])."""
    height, width = photo.shape[:2]
    best = {"candidate": -1, "keep_largest": 0, "max_hole_area": 0}
    click = ["foreground", 20.25, 30.0, 20.25, 30.0]
    away = ["background", width - 5.0, 3.0, width - 5.0, 3.0]
    box = ["box", 5.0, 6.5, width - 9.0, height - 4.0]
    add_click = ["add_point", [20.25, 30.0, 1], "SSAM_OK", ""]
    add_away = ["add_point", [width - 5.0, 3.0, 0], "SSAM_OK", ""]
    set_box = ["set_box", box[1:], "SSAM_OK", ""]
    return [
        ([], best, []),
        ([add_away], {**best, "keep_largest": 1}, [away]),
        ([add_click, set_box], {**best, "candidate": 0}, [box, away, click]),
        ([], {"candidate": 2, "keep_largest": 1, "max_hole_area": -1}, [box, away, click]),
        ([["clear", [], "SSAM_OK", ""]], {**best, "max_hole_area": 40, "candidate": 1}, []),
    ]


def _step(
    recorded: dict[str, Any],
    photo: npt.NDArray[np.uint8],
    calls: list[_Call],
    options: dict[str, int],
    given: list[Any],
) -> dict[str, Any]:
    height, width = photo.shape[:2]
    prompts = [[0, *prompt] for prompt in given]
    if not any(prompt[0] in ("foreground", "box") for prompt in given):
        prompts = [[1, "foreground", x, y, x, y] for x, y in _automatic(recorded, photo)] + prompts
    scores = _floats(recorded["outputs"]["scores"], (4,)).clip(0, 1)
    chosen = int(scores.argmax()) if options["candidate"] < 0 else options["candidate"]
    plane = _floats(recorded["outputs"]["masks"], (4, SIDE // 4, SIDE // 4))[chosen]
    resized = fit((width, height), (SIDE, SIDE))
    logits = upsample(plane, (resized[0] / 4, resized[1] / 4), (width, height))
    assert np.abs(logits).min() > _MARGIN
    mask = logits > 0
    if options["keep_largest"]:
        mask = keep_largest(mask)
    if options["max_hole_area"]:
        mask = fill_holes(mask, options["max_hole_area"])
    samples = [(width * i // 7, height * (3 * i % 7) // 7) for i in range(7)]
    return {
        "calls": calls,
        "options": options,
        "prompts": prompts,
        **_network_prompts(prompts, (width, height)),
        "chosen": chosen,
        "score": float(scores[chosen]),
        "area": int(mask.sum()),
        "box": _box(mask),
        "rle": rle_string(rle_counts(mask)),
        "logits": [[sx, sy, round(float(logits[sy, sx]), 6)] for sx, sy in samples],
    }


def _box(mask: npt.NDArray[np.bool_]) -> list[int]:
    """x, y, width, height of the smallest rectangle; all 0 for an empty mask."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return [0, 0, 0, 0]
    x, y = int(columns.min()), int(rows.min())
    return [x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1]


def _floats(text: str, shape: tuple[int, ...]) -> Floats:
    return np.frombuffer(bytes.fromhex(text), "<f4").astype(np.float64).reshape(shape)


def _automatic(recorded: dict[str, Any], photo: npt.NDArray[np.uint8]) -> list[tuple[float, float]]:
    size = (photo.shape[1], photo.shape[0])
    resized = fit(size, (SMALL, SMALL))
    logits = _floats(recorded["outputs"]["heatmap"], (SMALL // 4, SMALL // 4))
    heat = np.floor(255 / (1 + np.exp(-logits)) + 0.5).astype(np.uint8)
    valid = [max(1, (2 * side // 4 + 1) // 2) for side in resized]  # at least half on the photo
    clicks = oracle_clicks(np.ascontiguousarray(heat[: valid[1], : valid[0]]))

    def to_photo(at: float, axis: int) -> float:
        place = (4 * (at + 0.5)) * size[axis] / resized[axis] - 0.5
        return min(max(place, 0.0), size[axis] - 1.0)

    return [(to_photo(x, 0), to_photo(y, 1)) for x, y in clicks]


def _network_prompts(prompts: list[Any], size: tuple[int, int]) -> dict[str, Any]:
    resized = fit(size, (SIDE, SIDE))

    def place(x: float, y: float) -> list[float]:
        return [(x + 0.5) * resized[0] / size[0] - 0.5, (y + 0.5) * resized[1] / size[1] - 0.5]

    entries: list[tuple[list[float], int]] = []
    for _, kind, x0, y0, x1, y1 in prompts:
        if kind == "box":
            entries += [(place(x0, y0), 2), (place(x1, y1), 3)]
        else:
            entries.append((place(x0, y0), int(kind == "foreground")))
    points = np.zeros((16, 2), np.float32)
    labels = np.full(16, -1, np.float32)
    for slot, (point, label) in enumerate(entries):
        points[slot], labels[slot] = point, label
    planes = _planes(entries)
    return {
        "points": hexed(points),
        "labels": hexed(labels),
        "planes_sha256": hashlib.sha256(planes.tobytes()).hexdigest(),
    }


def _planes(entries: list[tuple[list[float], int]]) -> npt.NDArray[np.int8]:
    y, x = np.mgrid[:SIDE, :SIDE]
    radius = 5 * SIDE / 512
    box = np.ones((SIDE, SIDE), np.int8)
    corners = [point for point, label in entries if label in (2, 3)]
    if corners:
        (x0, y0), (x1, y1) = corners
        box = ((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)).astype(np.int8)
    clicks = np.zeros((SIDE, SIDE), np.int8)
    for wanted, sign in ((0, -1), (1, 1)):
        for (px, py), label in entries:
            if label == wanted:
                distance = (x - px) ** 2 + (y - py) ** 2 - radius**2
                assert np.abs(distance).min() > _MARGIN
                clicks[distance <= 0] = sign
    return np.stack([box, clicks])

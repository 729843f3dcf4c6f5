"""sessions.json: whole sessions with recorded network outputs, from the photo to the mask.

The recorded part (photo and outputs) is taken once with the shipped weights, by
`generate.py --record`; everything expected is worked out anew from it.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from session_reference import IdleClicks, Reference, stored
from vector_manifest_text import manifest
from vector_reference import UPRIGHT, Floats, hexed

ABOUT = (
    "A session whose engine answers with outputs (float32) whatever it is given. photo: RGB bytes "
    "as stored. image_sha256, heat_image_sha256: of the bytes 3 x H x W of the engine's input "
    "image (its floats are whole numbers 0...255). Every step in turn: the calls as in "
    "prompts.json, then predict with options; then prompts (ssam_mask_get_info, with 1 for an "
    "automatic click), points, labels and planes_sha256 (the engine's inputs; planes as signed "
    "bytes 2 x H x W), chosen, score, area, box (x, y, width, height) and rle of the mask, and "
    "logits: [x, y, value] of a few pixels of ssam_mask_render_logits."
)
TOLERANCE = {"prompts": 1e-9, "points": 1e-5, "score": "exact", "logits": 1e-4, "rest": "exact"}

SIDE, SMALL = 128, 96
RECORDED = ("name", "orientation", "stored_width", "stored_height", "photo", "outputs", "source")

_Call = list[Any]


def record() -> list[dict[str, Any]]:
    """Runs the shipped networks once, in PyTorch, on a photo: a part of skimage's cat."""
    import torch
    from skimage import data
    from squeezesam_model import load_saliency, load_segmenter
    from squeezesam_model.planes import prompt_planes
    from squeezesam_model.weights import shipped_weights

    photo, orientation = np.ascontiguousarray(data.chelsea()[0:240:3, 20:380:3]), 6
    image, small = (
        torch.from_numpy(x.astype(np.float32))[None] for x in Reference(photo, SIDE, SMALL).inputs()
    )
    points, labels = torch.tensor([[[60.0, 40.0], [30.0, 60.0]]]), torch.ones(1, 2)
    with torch.no_grad():
        planes = prompt_planes(points, labels, SIDE, SIDE)
        network = load_segmenter(shipped_weights("squeezesam-fast"))
        output = network(image, planes, points, labels)
        heat = load_saliency(shipped_weights("saliency"))(small)
    rows = stored(photo, orientation)
    return [
        {
            "name": f"cat, {photo.shape[1]} x {photo.shape[0]}, EXIF {orientation}",
            "orientation": orientation,
            "stored_width": rows.shape[1],
            "stored_height": rows.shape[0],
            "photo": hexed(rows),
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


def cases(recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All cases, as the JSON holds them, from their recorded parts."""
    return [_case({key: case[key] for key in RECORDED}) for case in recorded]


def _case(recorded: dict[str, Any]) -> dict[str, Any]:
    reference = Reference(_photo(recorded), SIDE, SMALL, recorded["orientation"])
    idle = IdleClicks()
    return {
        **recorded,
        "manifest": json.dumps(manifest(width=SIDE, height=SIDE, heat=SMALL)),
        **reference.digests(),
        "steps": [_step(recorded, reference, idle, *words) for words in _steps(reference.photo)],
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
    reference: Reference,
    idle: IdleClicks,
    calls: list[_Call],
    options: dict[str, int],
    given: list[Any],
) -> dict[str, Any]:
    heat = _floats(recorded["outputs"]["heatmap"], (SMALL // 4, SMALL // 4))
    masks = _floats(recorded["outputs"]["masks"], (4, SIDE // 4, SIDE // 4))
    scores = _floats(recorded["outputs"]["scores"], (4,))
    prompts = reference.used(given, heat)
    idle.take(calls)
    idle.show(reference.finished(masks, scores, options)[2], prompts)
    return {
        "calls": calls,
        "options": options,
        "prompts": prompts,
        **reference.network_prompts(idle.without(prompts)),
        **reference.mask(masks, scores, options),
    }


def _floats(text: str, shape: tuple[int, ...]) -> Floats:
    return np.frombuffer(bytes.fromhex(text), "<f4").astype(np.float64).reshape(shape)

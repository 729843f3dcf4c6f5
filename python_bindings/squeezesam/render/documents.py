"""Masks as text: SVG outline, COCO run lengths, and the JSON account of a prediction."""

from __future__ import annotations

import json
from typing import Any

from ..prompts import Box, ForegroundPoint, Prompt
from .subject import Subject

STRAY = 0.75
"""How far, in pixels, the SVG outline may stray from the pixel edges: just enough to turn the
staircase of a slanted edge (whose steps lie at most 0.71 from it) into a line."""


def svg(mask: Subject) -> str:
    """An SVG document of the photo's size with the outline as one path (even-odd: holes stay)."""
    width, height = mask.photo.width, mask.photo.height
    rings = []
    for points, _ in mask.contour(STRAY):
        corners = " ".join(f"{x:.6g},{y:.6g}" for x, y in points.tolist())
        rings.append(f"M{corners}Z")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n'
        f'<path fill-rule="evenodd" fill="#1e88ff" fill-opacity="0.42" stroke="#1e88ff" '
        f'd="{"".join(rings)}"/>\n</svg>\n'
    )


def rle_json(mask: Subject) -> str:
    """COCO: {"size": [height, width], "counts": string}, as pycocotools' mask.decode takes it."""
    return json.dumps(mask.rle()) + "\n"


def result_json(mask: Subject) -> str:
    """Everything about the prediction but its pixels, which the `segmentation` entry encodes."""
    told = {**account(mask), "segmentation": mask.rle()}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def account(mask: Subject) -> dict[str, Any]:
    """Everything about the prediction but its pixels."""
    return {
        "photo": mask.photo.name,
        "width": mask.photo.width,
        "height": mask.photo.height,
        "bundle": mask.bundle,
        "engine": mask.engine,
        "score": round(mask.score, 6),
        "candidate": mask.candidate,
        "candidates": [{"index": c.index, "score": round(c.score, 6)} for c in mask.candidates],
        "automatic": mask.automatic,
        "prompts": [_prompt(prompt) for prompt in mask.prompts],
        "bounds": None if mask.bounds is None else list(mask.bounds),
        "area": mask.area,
        "timings_ms": mask.timings.as_json(),
    }


def _prompt(prompt: Prompt) -> dict[str, Any]:
    if isinstance(prompt, Box):
        corners = {"x0": prompt.x0, "y0": prompt.y0, "x1": prompt.x1, "y1": prompt.y1}
        return {"type": "box", **corners, "automatic": prompt.automatic}
    kind = "foreground" if isinstance(prompt, ForegroundPoint) else "background"
    return {"type": kind, "x": prompt.x, "y": prompt.y, "automatic": prompt.automatic}

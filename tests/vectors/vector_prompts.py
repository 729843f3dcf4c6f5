"""prompts.json: what a session makes of prompts, good and bad, up to the network's slots."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from vector_manifest_text import manifest
from vector_reference import fit, hexed

ABOUT = (
    "A session with an engine that answers 0 everywhere, on a grey photo of width x height. Every "
    "call in turn: [name, arguments, status, sentence]; sentence '' for SSAM_OK, and undo says 1 "
    "or 0. Then prompts: ssam_session_get_prompts as [kind, x0, y0, x1, y1]. Then predict with "
    "candidate 0: points and labels are what the engine is given, float32."
)
TOLERANCE = {"prompts": "exact", "points": 1e-5, "labels": "exact"}

WIDTH, HEIGHT = 200, 150
SLOTS = 4
_INPUT = (64, 96)  # width, height
_OUTSIDE = "the click ({}, {}) is outside the photo of 200x150 pixels"
_ORDER = ": the first corner must be left of and above the second"
_OK, _BAD = "SSAM_OK", "SSAM_ERROR_PROMPT"


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    return [_case(name, calls) for name, calls in _CASES.items()]


def _point(x: float, y: float, foreground: int = 1) -> list[Any]:
    inside = -0.5 <= x < WIDTH - 0.5 and -0.5 <= y < HEIGHT - 0.5
    sentence = "" if inside else _OUTSIDE.format(f"{x:.10g}", f"{y:.10g}")
    return ["add_point", [x, y, foreground], _OK if inside else _BAD, sentence]


def _box(*corners: float, sentence: str = "") -> list[Any]:
    name = "the box (" + ", ".join(f"{value:.10g}" for value in corners) + ")"
    return [
        "set_box",
        list(corners),
        _BAD if sentence else _OK,
        name + sentence if sentence else "",
    ]


def _undo(done: int = 1) -> list[Any]:
    return ["undo", [done], _OK, ""]


_CLEAR: list[Any] = ["clear", [], _OK, ""]
_CASES: dict[str, list[list[Any]]] = {
    "one click": [_point(10, 20)],
    "clicks of both kinds": [_point(0, 0), _point(199, 149, 0), _point(99.5, 74.25)],
    "corners of the photo": [_point(-0.5, -0.5), _point(199.499, 149.499)],
    "outside": [_point(5, 5), _point(199.5, 10), _point(10, 149.5), _point(-0.51, 3),
                _point(-1e300, 3, 0)],
    "box and clicks": [_point(3, 4), _box(20, 30, 120, 90), _point(60, 60, 0)],
    "a new box replaces the old": [_box(0, 0, 9, 9), _box(20, 30, 120, 90)],
    "boxes are clamped": [_box(-50, -1, 500, 149)],
    "bad boxes": [
        _point(1, 1),
        _box(50, 20, 10, 60, sentence=" is inverted" + _ORDER),
        _box(10, 20, 10, 60, sentence=" is empty" + _ORDER),
        _box(10, 60, 20, 20, sentence=" is inverted" + _ORDER),
        _box(300, 10, 400, 90, sentence=" does not touch the photo of 200x150 pixels"),
        _box(-9, -9, -0.5, 4, sentence=" does not touch the photo of 200x150 pixels"),
    ],
    "undo takes back the last action": [
        _point(1, 2), _box(5, 5, 50, 50), _point(9, 9), _undo(), _undo(), _point(7, 7, 0),
    ],
    "undo brings back what clear took": [
        _box(5, 5, 50, 50), _point(30, 30), _CLEAR, _point(8, 8), _undo(), _undo(),
    ],
    "undo of a replaced box brings back the former": [
        _box(0, 0, 9, 9), _box(20, 30, 120, 90), _undo(),
    ],
    "nothing to undo": [_undo(0), _CLEAR, _undo(0), _point(4, 4), _undo(), _undo(0), _point(5, 6)],
    "the newest clicks get the slots": [_point(10 * i, 5 * i, i % 2) for i in range(1, 8)],
    "the box keeps its slots": [_box(1, 2, 30, 40), *(_point(10 * i, 9) for i in range(1, 6))],
}  # fmt: skip


def _replayed(calls: list[list[Any]]) -> tuple[list[float] | None, list[list[float]]]:
    """The box and the clicks (x, y, label) that are left at the end."""
    history: list[tuple[list[float] | None, list[list[float]]]] = []
    state: tuple[list[float] | None, list[list[float]]] = (None, [])
    for name, arguments, status, _ in calls:
        if status != _OK:
            continue
        box, clicks = state
        if name == "undo":
            assert arguments == [int(bool(history))]
            state = history.pop() if history else state
            continue
        if name == "clear" and state == (None, []):
            continue
        history.append(state)
        if name == "add_point":
            state = (box, [*clicks, arguments])
        elif name == "set_box":
            x0, y0, x1, y1 = arguments
            state = ([max(x0, -0.5), max(y0, -0.5), min(x1, WIDTH - 0.5), min(y1, HEIGHT - 0.5)],
                     clicks)  # fmt: skip
        else:
            state = (None, [])
    return state


def _case(name: str, calls: list[list[Any]]) -> dict[str, Any]:
    box, clicks = _replayed(calls)
    prompts = [["box", *box]] if box else []
    prompts += [["foreground" if f else "background", x, y, x, y] for x, y, f in clicks]
    entries = [[*box[:2], 2], [*box[2:], 3]] if box else []
    entries += clicks[len(clicks) - min(len(clicks), SLOTS - len(entries)) :]
    resized = fit((WIDTH, HEIGHT), _INPUT)
    points = np.zeros((SLOTS, 2))
    labels = np.full(SLOTS, -1.0)
    for slot, (x, y, label) in enumerate(entries):
        points[slot] = [(x + 0.5) * resized[0] / WIDTH - 0.5, (y + 0.5) * resized[1] / HEIGHT - 0.5]
        labels[slot] = label
    return {
        "name": name,
        "manifest": json.dumps(
            manifest(width=_INPUT[0], height=_INPUT[1], heat=32, max_points=SLOTS)
        ),
        "width": WIDTH,
        "height": HEIGHT,
        "calls": calls,
        "prompts": prompts,
        "points": hexed(points.astype(np.float32)),
        "labels": hexed(labels.astype(np.float32)),
    }

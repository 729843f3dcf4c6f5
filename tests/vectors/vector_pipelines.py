"""pipelines.json: sessions of an encoder with its decoder, and of a network that refines its last
mask. The networks' answers are formulas: a hill of logits that moves with every run; but for one
session (vector_split.py), whose answers are recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from session_reference import IdleClicks, Reference, stored
from vector_manifest_text import Manifest, refining_manifest, split_manifest
from vector_reference import Floats, hexed, upsample

ABOUT = (
    "A session whose engine answers its n-th run with outputs (float32) of the n-th of all steps' "
    "runs, which says as well which program that must be and what it is given: inputs, name -> "
    "[number of values, [[index, value], ...]]. Otherwise as sessions.json."
)
TOLERANCE = {"inputs": 1e-5, "score": "exact", "logits": 1e-4, "rest": "exact"}

SIDE = 64
WIDTH, HEIGHT, ORIENTATION = 40, 30, 6
_BEST = {"candidate": -1, "keep_largest": 0, "max_hole_area": 0}
_CLICK = ["foreground", 12.0, 9.5, 12.0, 9.5]
_AWAY = ["background", 37.0, 27.0, 37.0, 27.0]
_OFF = ["background", 14.0, 11.0, 14.0, 11.0]
_BOX = ["box", 4.0, 3.0, 31.5, 25.0]
_ADD_CLICK = ["add_point", [12.0, 9.5, 1], "SSAM_OK", ""]
_ADD_AWAY = ["add_point", [37.0, 27.0, 0], "SSAM_OK", ""]
_ADD_OFF = ["add_point", [14.0, 11.0, 0], "SSAM_OK", ""]
_SET_BOX = ["set_box", _BOX[1:], "SSAM_OK", ""]
_UNDO = ["undo", [1], "SSAM_OK", ""]
_CLEAR = ["clear", [], "SSAM_OK", ""]

# (calls, options, what the person has given by then, the step whose mask is built on or None)
Step = tuple[list[Any], dict[str, int], list[Any], int | None]
# What a program answers: (program, its inputs, [(output, shape)]) -> an array for each output.
Answer = Callable[
    [str, dict[str, npt.NDArray[Any]], list[tuple[str, list[int]]]], list[npt.NDArray[Any]]
]
_STEPS: list[Step] = [
    ([_ADD_CLICK], _BEST, [_CLICK], None),
    ([], {**_BEST, "candidate": 0}, [_CLICK], None),  # predicted twice: nothing to build on still
    ([_ADD_AWAY], _BEST, [_CLICK, _AWAY], None),  # it asks for nothing new: the same question
    ([_ADD_OFF], _BEST, [_CLICK, _AWAY, _OFF], 2),
    ([_UNDO], _BEST, [_CLICK, _AWAY], None),
    ([_SET_BOX], {**_BEST, "keep_largest": 1}, [_BOX, _CLICK, _AWAY], 4),
    ([_CLEAR, _ADD_CLICK], _BEST, [_CLICK], None),
]


def _photo() -> npt.NDArray[np.uint8]:
    """A coloured slope with a bright square."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    photo = np.stack([5 * x, 7 * y, 3 * (x + y)], axis=-1)
    photo[6:16, 8:20] = [250, 240, 20]
    return photo.astype(np.uint8)


def _hills(run: int, count: int, side: int) -> Floats:
    """count×side×side logits, none of them near 0, that differ from run to run."""
    y, x = np.mgrid[:side, :side]
    hills = [
        6 - np.hypot(x - side * (0.3 + 0.05 * run), y - side * (0.3 + 0.1 * k))
        for k in range(count)
    ]
    return np.round(np.stack(hills), 3) + 0.00037


def _scores(run: int, count: int) -> Floats:
    return np.array([(50 + 7 * ((run + k) % count)) / 128 for k in range(count)])


def _listed(values: npt.NDArray[Any], most: int = 40) -> list[Any]:
    """[count, [[index, value], ...]]: all of few values, some of many."""
    flat = values.ravel()
    step = max(1, len(flat) // most)
    return [len(flat), [[i, round(float(flat[i]), 6)] for i in range(0, len(flat), step)]]


def _formulas() -> Answer:
    runs = 0

    def answer(
        _program: str, _inputs: dict[str, npt.NDArray[Any]], outputs: list[tuple[str, list[int]]]
    ) -> list[npt.NDArray[Any]]:
        nonlocal runs
        runs += 1
        return [
            _hills(runs, shape[1], shape[3]) if len(shape) == 4 else _scores(runs, shape[1])
            for _, shape in outputs
        ]

    return answer


@dataclass
class Session:
    """One case while it is worked out."""

    manifest: Manifest
    reference: Reference
    answer: Answer
    orientation: int = ORIENTATION
    chosen: list[Floats] = field(default_factory=list)  # plane of each step
    kept: dict[str, list[npt.NDArray[Any]]] = field(default_factory=dict)  # answers by program
    _seed: int | None = None  # of random clicks
    _idle: IdleClicks = field(default_factory=IdleClicks)

    def case(self, name: str, steps: list[Step]) -> dict[str, Any]:
        rows = stored(self.reference.photo, self.orientation)
        return {
            "name": name,
            "manifest": json.dumps(self.manifest),
            "orientation": self.orientation,
            "stored_width": rows.shape[1],
            "stored_height": rows.shape[0],
            "photo": hexed(rows),
            "steps": [self._step(*words) for words in steps],
        }

    def _step(
        self, calls: list[Any], options: dict[str, int], given: list[Any], built_on: int | None
    ) -> dict[str, Any]:
        previous = None if built_on is None else self.chosen[built_on]
        prompts, runs = self._prompts(calls, given)
        self._idle.take(calls)
        asked = self._idle.without(prompts)
        programs = self.manifest["programs"]
        encoder = next((name for name in ("encode", "embed") if name in programs), None)
        if encoder is not None and encoder not in self.kept:
            runs.append(self._run(encoder, asked, previous))
        last = "decode" if "decode" in programs else "segment"
        runs.append(self._run(last, asked, previous))
        masks, scores = self.kept[last]
        mask = self.reference.mask(masks, scores, options)
        self._idle.show(self.reference.finished(masks, scores, options)[2], prompts)
        for key in ("cutout_sha256", "straight_cutout_sha256"):
            del mask[key]  # compared in sessions.json and replay.json
        self.chosen.append(masks[mask["chosen"]])
        return {"calls": calls, "options": options, "prompts": prompts, "runs": runs, **mask}

    def _prompts(self, calls: list[Any], given: list[Any]) -> tuple[list[Any], list[Any]]:
        """The prompts that are used, and the run of the heat map where it is needed now."""
        for name, arguments, *_ in calls:
            if name == "set_automatic":
                self._seed = arguments[1] if arguments[0] else None
        if any(prompt[0] != "background" for prompt in given):
            return [[0, *prompt] for prompt in given], []
        runs = [] if "heat" in self.kept else [self._run("heat", [], None)]
        return self.reference.used(given, self.kept["heat"][0][0], self._seed), runs

    def _run(self, program: str, prompts: list[Any], previous: Floats | None) -> dict[str, Any]:
        described = self.manifest["programs"][program]
        inputs = {
            tensor["name"]: self._value(tensor, prompts, previous) for tensor in described["inputs"]
        }
        outputs = [(tensor["name"], tensor["shape"]) for tensor in described["outputs"]]
        answers = self.answer(program, inputs, outputs)
        self.kept[program] = answers
        return {
            "program": program,
            "inputs": {name: _listed(value) for name, value in inputs.items()},
            "outputs": {
                name: hexed(answer.astype(np.float32))
                for (name, _), answer in zip(outputs, answers, strict=True)
            },
        }

    def _value(
        self, tensor: dict[str, Any], prompts: list[Any], previous: Floats | None
    ) -> npt.NDArray[Any]:
        source = tensor["source"]
        if source["kind"] == "photo":
            return self._image(source, tensor["shape"][3])
        if source["kind"] == "program":
            return self.kept[source["program"]][0]
        if source["kind"] == "mask_flag":
            return np.array([0.0 if previous is None else 1.0])
        if source["kind"] == "mask":
            return self._previous(source["values"], tensor["shape"][3], previous)
        planes, points, labels = self.reference.network_inputs(prompts)
        slots = self.manifest["prompts"].get("max_points", 0)
        return {"planes": planes, "points": points[:slots], "labels": labels[:slots]}[
            source["kind"]
        ]

    def _image(self, source: dict[str, Any], side: int) -> Floats:
        image = self.reference.inputs()[side != self.reference.side].astype(np.float64)
        if source["normalisation"] == "folded":
            return image
        width, height = self.reference.resized
        padding = np.array(source["padding"]["value"]).reshape(3, 1)
        image[:, height:, :] = padding[..., None]
        image[:, :, width:] = padding[..., None]
        mean, std = (np.array(source["normalisation"][k]).reshape(3, 1, 1) for k in ("mean", "std"))
        return np.asarray((image - mean) / std)

    def _previous(self, values: str, side: int, previous: Floats | None) -> Floats:
        if previous is None:
            return np.zeros((side, side))
        plane = previous.shape[0]
        large = upsample(previous, (plane, plane), (side, side))
        if values == "logits":
            return large
        width, height = self.reference.resized
        beside = np.ones((side, side), bool)
        beside[: round(height * side / SIDE), : round(width * side / SIDE)] = False
        return np.where(beside, 0, 1 / (1 + np.exp(-large)))


def _cases() -> Iterator[dict[str, Any]]:
    for name, manifest in (
        ("an encoder once a photo, its decoder at every prompt", split_manifest(SIDE)),
        ("the last mask as a probability, beside planes", refining_manifest(SIDE)),
    ):
        yield Session(manifest, Reference(_photo(), SIDE, SIDE), _formulas()).case(name, _STEPS)


def cases() -> list[dict[str, Any]]:
    """Those of formulas, as the JSON holds them."""
    return list(_cases())

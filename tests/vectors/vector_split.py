"""The recorded session of pipelines.json: MobileSAM with seeded random weights, and the heat map.

Its programs' answers are taken once, in PyTorch, by `generate.py --record`; everything expected is
worked out anew from them.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import numpy.typing as npt
from session_reference import Reference
from vector_manifest_text import Manifest, manifest_of, photo_source, program
from vector_pipelines import Answer, Session, Step
from vector_reference import UPRIGHT

NAME = "recorded: embed once a photo, decode at every prompt, heat for automatic clicks"
SIDE, HEAT, SLOTS, ORIENTATION = 64, 64, 16, 8
_BEST = {"candidate": -1, "keep_largest": 0, "max_hole_area": 0}
_NOSE = ["foreground", 20.0, 17.5, 20.0, 17.5]
_WALL = ["background", 41.25, 4.0, 41.25, 4.0]
_FACE = ["box", 5.5, 3.0, 40.0, 30.5]
_ADD_NOSE = ["add_point", [20.0, 17.5, 1], "SSAM_OK", ""]
_ADD_WALL = ["add_point", [41.25, 4.0, 0], "SSAM_OK", ""]
_UNDO = ["undo", [1], "SSAM_OK", ""]


def _draw(seed: int) -> list[Any]:
    return ["set_automatic", [1, seed], "SSAM_OK", ""]


STEPS: list[Step] = [
    ([], _BEST, [], None),
    ([_ADD_WALL], _BEST, [_WALL], 0),  # with the automatic clicks: builds on their mask
    ([_UNDO, _draw(7)], {**_BEST, "candidate": 1}, [], None),
    ([_draw(4294967295)], {**_BEST, "keep_largest": 1}, [], None),
    # Other clicks again: nothing is built on what answered the former ones.
    ([["set_automatic", [0, 0], "SSAM_OK", ""], _ADD_WALL], _BEST, [_WALL], None),
    ([_ADD_NOSE], {**_BEST, "candidate": 3}, [_WALL, _NOSE], None),
    (
        [["set_box", _FACE[1:], "SSAM_OK", ""]],
        {**_BEST, "candidate": 2, "max_hole_area": -1},
        [_FACE, _WALL, _NOSE],
        5,
    ),
    ([_UNDO], _BEST, [_WALL, _NOSE], None),
]


def manifest() -> Manifest:
    """As `squeezesam-export --model mobilesam --size 64` writes it, the heat map at 64."""
    normalisation = {"mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375]}
    padding = {"side": "bottom_right", "value": normalisation["mean"]}
    photo = photo_source(normalisation=normalisation, padding=padding)
    shape, plane = [1, 256, SIDE // 16, SIDE // 16], [1, 1, SIDE // 4, SIDE // 4]
    from_embed = {"kind": "program", "program": "embed", "output": "embedding"}
    programs = {
        "embed": program(
            "photo",
            "embed",
            [("image", [1, 3, SIDE, SIDE], photo)],
            [("embedding", shape, "embedding")],
        ),
        "decode": program(
            "prompt",
            "decode",
            [
                ("embedding", shape, from_embed),
                ("points", [1, SLOTS, 2], {"kind": "points", "normalised": False}),
                ("labels", [1, SLOTS], {"kind": "labels"}),
                ("previous", plane, {"kind": "mask", "values": "logits"}),
                ("flag", [1], {"kind": "mask_flag"}),
            ],
            [("masks", [1, 4, *plane[2:]], "masks"), ("scores", [1, 4], "scores")],
        ),
        "heat": program(
            "photo",
            "heat",
            [("image", [1, 3, HEAT, HEAT], photo_source())],
            [("heatmap", [1, 1, HEAT // 4, HEAT // 4], "heat")],
        ),
    }
    return manifest_of(
        programs,
        name="vector-mobilesam",
        max_points=SLOTS,
        radius=5 * SIDE / 512,
        automatic=True,
        previous_mask=True,
    )


def record() -> dict[str, Any]:
    """The whole case, from the networks' answers: skimage's cat, made small."""
    from skimage import data
    from squeezesam_model.families import chosen_weights
    from squeezesam_model.mobilesam.family import MobileSamFamily
    from vector_reference import resize

    family = MobileSamFamily()
    weights = chosen_weights(family, "mobilesam", {})
    network = family.load("mobilesam", weights, SIDE, SIDE)
    photo = resize(np.ascontiguousarray(data.chelsea()[0:300, 80:440]), 48, 40)
    return _case(photo, _run_by({one.name: one.module for one in network.programs}))


def _run_by(modules: dict[str, Any]) -> Answer:
    """Answers of torch modules, rounded to thousandths, none of them 0."""
    import torch

    described = manifest()["programs"]

    def answer(
        name: str, inputs: dict[str, npt.NDArray[Any]], outputs: list[tuple[str, list[int]]]
    ) -> list[npt.NDArray[Any]]:
        shapes = {one["name"]: one["shape"] for one in described[name]["inputs"]}
        with torch.no_grad():
            found = modules[name](
                *(
                    torch.from_numpy(np.asarray(value, np.float32)).reshape(shapes[key])
                    for key, value in inputs.items()
                )
            )
        found = found if isinstance(found, tuple) else (found,)
        rounded = [np.round(one[0].double().numpy(), 3) + 0.00037 for one in found]
        return [one.astype(np.float32).astype(np.float64) for one in rounded[: len(outputs)]]

    return answer


def case(recorded: dict[str, Any]) -> dict[str, Any]:
    """The case as the JSON holds it, from the answers and the photo of a committed one."""
    rows = np.frombuffer(bytes.fromhex(recorded["photo"]), np.uint8)
    rows = rows.reshape(recorded["stored_height"], recorded["stored_width"], 3)
    photo = np.ascontiguousarray(UPRIGHT[recorded["orientation"]](rows))
    runs = deque(run for step in recorded["steps"] for run in step["runs"])

    def answer(
        name: str, _inputs: dict[str, npt.NDArray[Any]], outputs: list[tuple[str, list[int]]]
    ) -> list[npt.NDArray[Any]]:
        run = runs.popleft()
        assert run["program"] == name, "STEPS have changed: record anew"
        return [
            np.frombuffer(bytes.fromhex(run["outputs"][key]), "<f4")
            .reshape(shape[1:])
            .astype(np.float64)
            for key, shape in outputs
        ]

    return _case(photo, answer)


def _case(photo: npt.NDArray[np.uint8], answer: Answer) -> dict[str, Any]:
    session = Session(manifest(), Reference(photo, SIDE, HEAT), answer, ORIENTATION)
    return session.case(NAME, STEPS)

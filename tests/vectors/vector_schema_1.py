"""Manifests of schema 1, which are read for good: sound ones, and what is said of bad ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from vector_manifest_text import EMPTY_SHA256, MAX_POINTS, Manifest

GONE: Any = object()


def manifest(
    *, width: int = 64, height: int = 96, saliency: int = 32, max_points: int = MAX_POINTS
) -> Manifest:
    """A sound manifest; `saliency` 0 for one without a saliency program."""
    programs = {
        "segmenter": _program(
            "segmenter",
            [("image", [1, 3, height, width]), ("prompts", [1, 2, height, width]),
             ("points", [1, max_points, 2]), ("labels", [1, max_points])],
            [("masks", [1, 4, height // 4, width // 4]), ("scores", [1, 4])],
        )
    }  # fmt: skip
    if saliency:
        programs["saliency"] = _program(
            "saliency",
            [("image", [1, 3, saliency, saliency])],
            [("heatmap", [1, 1, saliency // 4, saliency // 4])],
        )
    return {
        "schema_version": 1,
        "name": f"vector-onnx-fp32-{height}x{width}",
        "licence": "Apache-2.0",
        "model": {"preset": "squeezesam"},
        "target": "onnx",
        "backend": "cpu",
        "precision": "fp32",
        "input": {"height": height, "width": width, "channels": "rgb", "range": [0, 255],
                  "normalisation": "folded", "pad_value": [124, 116, 104]},
        "prompts": {"max_points": max_points, "click_radius": 5 * max(width, height) / 512,
                    "box_default": 1.0},
        "capabilities": {"negative_points": True, "box": True, "automatic": bool(saliency)},
        "programs": programs,
    }  # fmt: skip


def _program(name: str, inputs: list[Any], outputs: list[Any]) -> dict[str, Any]:
    file = f"{name}.onnx"
    return {
        "file": file,
        "files": [{"path": file, "size": 0, "sha256": EMPTY_SHA256}],
        "macs": 1000,
        "inputs": [{"name": n, "shape": s, "dtype": "float32"} for n, s in inputs],
        "outputs": [{"name": n, "shape": s, "dtype": "float32"} for n, s in outputs],
    }


def onnx(schema_2: Manifest) -> tuple[Manifest, Manifest]:
    """A manifest, and that of schema 2 which it stands for: the files keep their names."""
    new = copy.deepcopy(schema_2)
    for name, old_name in (("heat", "saliency"), ("segment", "segmenter")):
        program = new["programs"][name]
        (file,) = program["files"].values()
        program["file"] = f"{old_name}.onnx"
        program["files"] = {program["file"]: file}
    return manifest(), new


def coreml(schema_2: Manifest) -> tuple[Manifest, Manifest]:
    """A manifest for Core ML, and that of schema 2 which it stands for."""
    old = manifest(saliency=0)
    for key in ("name", "target", "backend", "precision"):
        old[key] = schema_2[key]
    for key in ("negative_points", "box"):
        old["capabilities"][key] = schema_2["capabilities"][key]
    program = old["programs"]["segmenter"]
    program["file"] = schema_2["programs"]["segment"]["file"]
    program["files"] = [
        {"path": path, "size": file["bytes"], "sha256": file["sha256"]}
        for path, file in schema_2["programs"]["segment"]["files"].items()
    ]
    del program["macs"]
    del old["prompts"]["box_default"]
    new = copy.deepcopy(schema_2)
    new["prompts"]["box_default"] = 1.0
    return old, new


def _without_last(items: list[Any]) -> list[Any]:
    return items[:-1]


def _twice(items: list[Any]) -> list[Any]:
    return items * 2


_MASKS = "programs/segmenter/outputs/0/shape"
_FILE = "programs/saliency/files/0"
EDITS: list[tuple[str, Any | Callable[[Any], Any], str]] = [
    ("input", GONE, "input is missing"),
    ("input/height", 64,
     "programs.segmenter.inputs[0].shape contradicts input.height and input.width: it must be "
     "1x3x64x64"),
    ("input/channels", "bgr",
     'programs.heat.inputs[0].source.channels is "bgr"; this runtime knows only "rgb"'),
    ("input/pad_value", [0, 0],
     "programs.heat.inputs[0].source.padding.value must have 3 entries"),
    ("input/pad_value", [0, 0, 256],
     "input.pad_value[2] must be a number from 0 to 255, not 256"),
    ("prompts/max_points", 9,
     'programs.segment.inputs give "points" the shape 1x16x2: prompts.max_points is 9'),
    ("capabilities/automatic", False,
     "capabilities.automatic is false, but a program gives a heat map"),
    ("programs/saliency", GONE, "capabilities.automatic is true, but no program gives a heat map"),
    ("programs/segmenter", GONE, "programs.segmenter is missing"),
    ("programs/segmenter/inputs/3/dtype", "int64",
     'programs.segment.inputs[3].dtype is "int64"; this runtime knows only "float32"'),
    ("programs/segmenter/inputs", _without_last,
     "programs.segmenter.inputs list 3 tensors instead of 4"),
    ("programs/segmenter/inputs/3/name", "tags",
     'programs.segmenter.inputs lack the tensor "labels"'),
    ("programs/segmenter/outputs", _twice,
     "programs.segmenter.outputs list 4 tensors instead of 2"),
    (_MASKS, [1, 3, 24, 16],
     'programs.segment.outputs give "scores" the shape 1x4: there are 3 masks to score'),
    (f"{_FILE}/path", "other.onnx",
     'programs.heat.files.other.onnx is not part of "saliency.onnx"'),
    (f"{_FILE}/size", -1,
     "programs.heat.files.saliency.onnx.bytes must be a whole number from 0 to 8589934592, not "
     "-1"),
    ("programs/saliency/files", [], "programs.heat.files is empty"),
    ("programs/saliency/files", _twice,
     'programs.saliency.files[1].path lists "saliency.onnx" twice'),
]  # fmt: skip

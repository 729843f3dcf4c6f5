"""A tiny but real bundle: two ONNX programs that compute a known function of image and prompts.

"segment" (any H×W, multiples of 4), everything averaged over 4×4 blocks:
  masks[0] = (brightness − 127.5) / 8 + 60·(box − 1) + 1000·min(clicks, 0)
             bright things, inside the box, outside the background discs;
  masks[1] = clicks − 0.5      the foreground discs;
  masks[2] = box − 0.5         the box itself;
  masks[3] = −1                nothing.
  scores   = 0.9 − 0.01·(number of background points), 0.02·(foreground points),
             0.3·(number of boxes), 1.5·(1 where 16 points are in use, else 0), clamped by the core.
"heat": heatmap = (brightness − 127.5) / 8, averaged over 4×4 blocks.
So black photos with white things have masks that can be written down.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PAD = (124, 116, 104)
MAX_POINTS = 16
PHOTO = {
    "kind": "photo",
    "channels": "rgb",
    "range": [0, 255],
    "normalisation": "folded",
    "padding": {"side": "bottom_right", "value": list(PAD)},
}


def write_tiny_bundle(
    folder: Path, *, height: int = 128, width: int = 128, automatic: bool = True
) -> Path:
    """Writes the bundle into the new `folder` and returns it."""
    folder.mkdir(parents=True)
    programs: dict[str, Any] = {}
    if automatic:
        size = 64
        onnx.save(_heat(size, size), folder / "heat.onnx")
        programs["heat"] = _described(
            folder,
            "photo",
            "heat.onnx",
            inputs=[("image", [1, 3, size, size], PHOTO)],
            outputs=[("heatmap", [1, 1, size // 4, size // 4], "heat")],
        )
    onnx.save(_segment(height, width), folder / "segment.onnx")
    programs["segment"] = _described(
        folder,
        "prompt",
        "segment.onnx",
        inputs=[
            ("image", [1, 3, height, width], PHOTO),
            ("prompts", [1, 2, height, width], {"kind": "planes"}),
            ("points", [1, MAX_POINTS, 2], {"kind": "points"}),
            ("labels", [1, MAX_POINTS], {"kind": "labels"}),
        ],
        outputs=[
            ("masks", [1, 4, height // 4, width // 4], "masks"),
            ("scores", [1, 4], "scores"),
        ],
    )
    write_manifest(folder, _manifest(height, width, automatic, programs))
    return folder


def read_manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))


def rehash(folder: Path, program: str) -> None:
    """Makes the manifest agree with a program file that a test has exchanged."""
    manifest = read_manifest(folder)
    for path, entry in manifest["programs"][program]["files"].items():
        data = (folder / path).read_bytes()
        entry.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    write_manifest(folder, manifest)


def _manifest(height: int, width: int, automatic: bool, programs: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema_version": 2,
        "name": f"tiny-onnx-fp32-{height}x{width}",
        "licence": "Apache-2.0",
        "model": {
            "family": "tiny",
            "preset": "tiny",
            "parameters": 0,
            "weights_sha256": dict.fromkeys(programs, "0" * 64),
        },
        "target": "onnx",
        "backend": "cpu",
        "precision": "fp32",
        "prompts": {
            "max_points": MAX_POINTS,
            "click_radius": 5.0 * max(height, width) / 512,
            "box_default": 1.0,
        },
        "capabilities": {
            "negative_points": True,
            "box": True,
            "automatic": automatic,
            "previous_mask": False,
        },
        "programs": programs,
        "quantisation": None,
        "calibration": None,
        "toolchain": {"onnx": onnx.__version__},
        "parity": {
            "verification": "executed-host",
            "engine": "onnxruntime",
            "photos": 1,
            "mask_iou": {"mean": 1.0, "min": 1.0, "per_photo": {"square": 1.0}},
            "snr_db": {"masks": 99.0, "scores": 99.0, "heatmap": 99.0},
        },
    }


def _described(
    folder: Path,
    runs: str,
    file: str,
    inputs: list[tuple[str, list[int], dict[str, Any]]],
    outputs: list[tuple[str, list[int], str]],
) -> dict[str, Any]:
    data = (folder / file).read_bytes()
    return {
        "runs": runs,
        "file": file,
        "files": {file: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}},
        "macs": 0,
        "inputs": [{"name": n, "shape": s, "source": source} for n, s, source in inputs],
        "outputs": [{"name": n, "shape": s, "role": role} for n, s, role in outputs],
    }


class _Graph:
    """Just enough of a graph builder to write formulas down."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def model(self, name: str, inputs: Any, outputs: Any) -> onnx.ModelProto:
        def values(tensors: Any) -> list[onnx.ValueInfoProto]:
            return [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in tensors]

        graph = helper.make_graph(
            self.nodes, name, values(inputs), values(outputs), initializer=self.constants
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
        model.ir_version = 9
        onnx.checker.check_model(model, full_check=True)
        return model

    def blocks(self, value: str) -> str:
        return self.add("AveragePool", value, kernel_shape=[4, 4], strides=[4, 4])

    def brightness(self, image: str) -> str:
        """(mean of RGB − 127.5) / 8 per 4×4 block."""
        grey = self.add("ReduceMean", image, self.constant([1], np.int64), keepdims=1)
        centred = self.add("Sub", self.blocks(grey), self.constant(127.5))
        return self.add("Div", centred, self.constant(8.0))


def _segment(height: int, width: int) -> onnx.ModelProto:
    g = _Graph()
    zero, one, half = g.constant(0.0), g.constant(1.0), g.constant(0.5)
    axis = g.constant([1], np.int64)
    box_plane = g.add(
        "Slice", "prompts", g.constant([0], np.int64), g.constant([1], np.int64), axis
    )
    click_plane = g.add(
        "Slice", "prompts", g.constant([1], np.int64), g.constant([2], np.int64), axis
    )
    box, clicks = g.blocks(box_plane), g.blocks(click_plane)
    strong = g.constant(60.0)
    outside = g.add("Mul", g.add("Sub", box, one), strong)
    refused = g.add("Mul", g.add("Min", clicks, zero), g.constant(1000.0))
    bright = g.add("Add", g.add("Add", g.brightness("image"), outside), refused)
    nothing = g.add("Sub", g.add("Mul", box, zero), one)
    g.add(
        "Concat",
        bright,
        g.add("Sub", clicks, half),
        g.add("Sub", box, half),
        nothing,
        output="masks",
        axis=1,
    )

    def count(label: float) -> str:
        hits = g.add("Equal", "labels", g.constant(label))
        return g.add("ReduceSum", g.add("Cast", hits, to=TensorProto.FLOAT), axis, keepdims=1)

    used = g.add("Sub", g.constant(float(MAX_POINTS)), count(-1.0))
    full = g.add("Cast", g.add("Equal", used, g.constant(float(MAX_POINTS))), to=TensorProto.FLOAT)
    g.add(
        "Concat",
        g.add("Sub", g.constant(0.9), g.add("Mul", count(0.0), g.constant(0.01))),
        g.add("Mul", count(1.0), g.constant(0.02)),
        g.add("Mul", count(2.0), g.constant(0.3)),
        g.add("Mul", full, g.constant(1.5)),
        output="scores",
        axis=1,
    )
    # The points themselves do not change the result, yet must be an input that is really read.
    g.add("Identity", "points", output="unused_points")
    return g.model(
        "segment",
        [
            ("image", [1, 3, height, width]),
            ("prompts", [1, 2, height, width]),
            ("points", [1, MAX_POINTS, 2]),
            ("labels", [1, MAX_POINTS]),
        ],
        [("masks", [1, 4, height // 4, width // 4]), ("scores", [1, 4])],
    )


def _heat(height: int, width: int) -> onnx.ModelProto:
    g = _Graph()
    g.add("Identity", g.brightness("image"), output="heatmap")
    return g.model(
        "heat",
        [("image", [1, 3, height, width])],
        [("heatmap", [1, 1, height // 4, width // 4])],
    )


def colliding(count: int) -> list[str]:
    """Keys of sixteen printable characters that libstdc++'s std::hash gives one value.

    Its hash (MurmurHash64A with a fixed seed) takes eight bytes at a time and can be run backwards:
    for any first half there is a second one that leads to a chosen value.
    """
    factor = np.uint64(0xC6A4A7935BD1E995)
    inverse = np.uint64(pow(0xC6A4A7935BD1E995, -1, 1 << 64))
    shift, start = np.uint64(47), np.uint64((0xC70F6907 ^ 16 * 0xC6A4A7935BD1E995) % (1 << 64))
    chance = np.random.default_rng(1)
    found: set[str] = set()
    with np.errstate(over="ignore"):
        while len(found) < count:
            first = chance.integers(97, 123, (1 << 20, 8), np.uint8)
            mixed = first.view(np.uint64)[:, 0] * factor
            mixed = (mixed ^ (mixed >> shift)) * factor
            second = ((start ^ mixed) * factor ^ np.uint64(1)) * inverse
            second = ((second ^ (second >> shift)) * inverse)[:, None].view(np.uint8)
            fits = ((second > 34) & (second < 127) & (second != 92)).all(axis=1)
            pairs = np.concatenate([first[fits], second[fits]], axis=1)
            found.update(row.tobytes().decode() for row in pairs)
    return sorted(found)[:count]

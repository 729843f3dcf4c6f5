"""Sound manifests of schema 2, as the vectors use them."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
MAX_POINTS = 16
PADDING = [124, 116, 104]
LABELS = {
    "foreground": 1,
    "background": 0,
    "box_top_left": 2,
    "box_bottom_right": 3,
    "padding": -1,
}


def photo_source(**others: Any) -> dict[str, Any]:
    """A photo in bytes, its normalisation folded into the network."""
    return {
        "kind": "photo",
        "channels": "rgb",
        "range": [0, 255],
        "normalisation": "folded",
        "padding": {"side": "bottom_right", "value": PADDING},
        **others,
    }


def program(runs: str, name: str, inputs: list[Any], outputs: list[Any]) -> dict[str, Any]:
    """inputs: (name, shape, source); outputs: (name, shape, role or None)."""
    file = f"{name}.onnx"
    return {
        "runs": runs,
        "file": file,
        "files": {file: {"bytes": 0, "sha256": EMPTY_SHA256}},
        "macs": 1000,
        "inputs": [{"name": n, "shape": s, "source": source} for n, s, source in inputs],
        "outputs": [
            {"name": n, "shape": s, **({} if role is None else {"role": role})}
            for n, s, role in outputs
        ],
    }


def manifest_of(
    programs: dict[str, Any],
    *,
    name: str = "vector",
    max_points: int = MAX_POINTS,
    radius: float = 5.0,
    **capabilities: bool,
) -> Manifest:
    """A manifest round `programs`; clicks and boxes of all kinds, unless `capabilities` differ."""
    return {
        "schema_version": 2,
        "name": name,
        "licence": "Apache-2.0",
        "model": {"family": "squeezesam", "preset": "squeezesam"},
        "target": "onnx",
        "backend": "cpu",
        "precision": "fp32",
        "prompts": {
            "max_points": max_points,
            "click_radius": radius,
            "box_default": 1.0,
        },
        "capabilities": {
            "negative_points": True,
            "box": True,
            "automatic": False,
            "previous_mask": False,
            **capabilities,
        },
        "programs": programs,
    }


def manifest(
    *, width: int = 64, height: int = 96, heat: int = 32, max_points: int = MAX_POINTS
) -> Manifest:
    """Two programs, "heat" and "segment"; `heat` 0 for one without a heat map."""
    programs = {}
    if heat:
        programs["heat"] = program(
            "photo",
            "heat",
            [("image", [1, 3, heat, heat], photo_source())],
            [("heatmap", [1, 1, heat // 4, heat // 4], "heat")],
        )
    programs["segment"] = program(
        "prompt",
        "segment",
        [
            ("image", [1, 3, height, width], photo_source()),
            ("prompts", [1, 2, height, width], {"kind": "planes"}),
            ("points", [1, max_points, 2], {"kind": "points"}),
            ("labels", [1, max_points], {"kind": "labels"}),
        ],
        [("masks", [1, 4, height // 4, width // 4], "masks"), ("scores", [1, 4], "scores")],
    )
    return manifest_of(
        programs,
        name=f"vector-onnx-fp32-{height}x{width}",
        max_points=max_points,
        radius=5 * max(width, height) / 512,
        automatic=bool(heat),
    )


def split_manifest(side: int = 64, max_points: int = 8) -> Manifest:
    """A pair as SAM's family has it: "encode" once a photo, "decode" at every prompt."""
    normalisation = {"mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375]}
    photo = photo_source(
        normalisation=normalisation,
        padding={"side": "bottom_right", "value": normalisation["mean"]},
    )
    encode = program(
        "photo",
        "encode",
        [("image", [1, 3, side, side], photo)],
        [("embedding", [1, 2, side // 16, side // 16], "embedding")],
    )
    embedding = {"kind": "program", "program": "encode", "output": "embedding"}
    decode = program(
        "prompt",
        "decode",
        [
            ("image_embeddings", [1, 2, side // 16, side // 16], embedding),
            ("point_coords", [1, max_points, 2], {"kind": "points", "normalised": False}),
            ("point_labels", [1, max_points], {"kind": "labels", "box": "corners"}),
            ("mask_input", [1, 1, side // 4, side // 4], {"kind": "mask", "values": "logits"}),
            ("has_mask_input", [1], {"kind": "mask_flag"}),
        ],
        [
            ("low_res_masks", [1, 3, side // 4, side // 4], "masks"),
            ("iou_predictions", [1, 3], "scores"),
        ],
    )
    # The decoder stands first: a manifest may list programs in any order.
    found = manifest_of(
        {"decode": decode, "encode": encode},
        name="vector-split",
        max_points=max_points,
        radius=5 * side / 512,
        previous_mask=True,
    )
    found["prompts"]["labels"] = LABELS
    return found


def refining_manifest(side: int = 64) -> Manifest:
    """One program that takes planes and the previous mask as probabilities, at the input's size."""
    segment = program(
        "prompt",
        "segment",
        [
            ("image", [1, 3, side, side], photo_source()),
            ("planes", [1, 2, side, side], {"kind": "planes"}),
            ("previous", [1, 1, side, side], {"kind": "mask", "values": "probability"}),
        ],
        [("masks", [1, 1, side // 4, side // 4], "masks"), ("scores", [1, 1], "scores")],
    )
    found = manifest_of(
        {"segment": segment}, name="vector-refining", radius=5 * side / 512, previous_mask=True
    )
    del found["prompts"]["max_points"]
    return found

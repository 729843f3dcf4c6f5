"""Tiny random networks with the names, shapes and steps of other projects' exporters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper, parser
from squeezesam.geometry import Letterbox

SIDE, WIDTH, SLOTS = 64, 8, 6
MEAN, STD = np.float32([123.675, 116.28, 103.53]), np.float32([58.395, 57.12, 57.375])
DECODED = """
    c = MatMul(POINTS, w_points)
    l = Unsqueeze(LABELS, last)
    lm = Mul(c, l)
    token = ReduceMean<axes=[-2], keepdims=0>(lm)
    iou = MatMul(token, w_scores)
    SCORES = Sigmoid(iou)
    t = MatMul(token, w_tokens)
    hyper = Reshape(t, s_hyper)
    up = ConvTranspose<strides=[4, 4]>(EMBEDDING, w_up)
    PREVIOUS
    flat = Reshape(features, s_flat)
    planes = MatMul(hyper, flat)
    MASKS = Reshape(planes, s_planes)
"""
PREVIOUS = """
    there = Mul(mask_input, has_mask_input)
    features = Add(up, there)
"""
HIGH = """
    high = ReduceMean<axes=[1]>(high_res_feats_0)
    second = ReduceMean(high_res_feats_1)
    both = Mul(high, second)
    lifted = Add(up, both)
"""
SIZED = """
    size = Cast<to=7>(orig_im_size)
    sizes = Concat<axis=0>(s_batch, size)
    MASKS_AT_SIZE = Resize<mode="linear">(LOW, , , sizes)
"""


def built(head: str, body: str, weights: dict[str, Any], opset: int = 17) -> onnx.ModelProto:
    text = f'<ir_version: 9, opset_import: ["": {opset}]>\n{head}\n{{{body}}}'
    model = parser.parse_model(text)
    used = {name for node in model.graph.node for name in node.input}
    model.graph.initializer.extend(
        numpy_helper.from_array(value, name) for name, value in weights.items() if name in used
    )
    return model


def weights(batch: tuple[int, ...], masks: int) -> dict[str, Any]:
    random = np.random.default_rng(5)

    def one(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(np.float32) / 4

    return {
        "w_patch": one(WIDTH, 3, 16, 16) / 4, "w_points": one(2, WIDTH) / 8,
        "w_scores": one(WIDTH, masks), "w_tokens": one(WIDTH, masks * WIDTH),
        "w_up": one(WIDTH, WIDTH, 4, 4), "last": np.int64([-1]),
        "s_hyper": np.int64([*batch, masks, WIDTH]), "s_flat": np.int64([*batch, WIDTH, 256]),
        "s_planes": np.int64([*batch, masks, 16, 16]), "s_batch": np.int64([*batch, masks]),
        "mean": MEAN, "std": STD, "unit_mean": (MEAN / 255).reshape(1, 3, 1, 1),
        "unit_std": (STD / 255).reshape(1, 3, 1, 1), "first": np.int64([0]),
        "w_high": one(4, 3, 4, 4),
    }  # fmt: skip


def encoder(layout: str) -> onnx.ModelProto:
    known, patches = weights((1,), 4), "Conv<strides=[16, 16]>"
    if layout == "efficientsam":
        head = "g (float[b, 3, h, w] batched_images) => (float[b, 8, e, f] image_embeddings)"
        body = f"""centred = Sub(batched_images, unit_mean)
            x = Div(centred, unit_std)
            image_embeddings = {patches}(x, w_patch)"""
    elif layout == "sam":  # samexporter's, with the normalisation inside
        head = "g (float[h, w, 3] input_image) => (float[1, 8, e, f] image_embeddings)"
        body = f"""centred = Sub(input_image, mean)
            x = Div(centred, std)
            planar = Transpose<perm=[2, 0, 1]>(x)
            batch = Unsqueeze(planar, first)
            image_embeddings = {patches}(batch, w_patch)"""
    elif layout == "sam2":
        head = """g (float[1, 3, 64, 64] image) => (float[1, 4, 16, 16] high_res_feats_0,
            float[1, 8, 4, 4] high_res_feats_1, float[1, 8, 4, 4] image_embed)"""
        body = f"""high_res_feats_0 = Conv<strides=[4, 4]>(image, w_high)
            image_embed = {patches}(image, w_patch)
            high_res_feats_1 = Relu(image_embed)"""
    else:
        head = "g (float[1, 3, 64, 64] image) => (float[1, 8, 4, 4] embeddings)"
        body = f"embeddings = {patches}(image, w_patch)"
    return built(head, body, known)


def decoder(layout: str, opset: int = 17) -> onnx.ModelProto:
    batch = (1, 1) if layout == "efficientsam" else (1,)
    masks = 3 if layout in ("efficientsam", "sam2") else 4
    extra = "float[1, 1, 16, 16] mask_input, float[1] has_mask_input"
    embedding = "float[1, 8, 4, 4] image_embeddings"
    points = "float[1, n, 2] point_coords, float[1, n] point_labels"
    words = {
        "POINTS": "point_coords", "LABELS": "point_labels", "EMBEDDING": "image_embeddings",
        "SCORES": "iou_predictions", "MASKS": "low_res_masks", "PREVIOUS": PREVIOUS,
    }  # fmt: skip
    body, shown = DECODED, f"float[1, {masks}] iou_predictions, float[1, {masks}, 16, 16] "
    given, outputs = f"{embedding}, {points}, {extra}", shown + "low_res_masks"
    if layout in ("sam", "mobilesam"):
        given += ", float[2] orig_im_size"
        outputs = f"float[1, {masks}, h, w] masks, {outputs}"
        body += SIZED.replace("MASKS_AT_SIZE", "masks").replace("LOW", "low_res_masks")
    elif layout == "edgesam":
        given, outputs = f"{embedding}, {points}", "float[1, 4] scores, float[1, 4, 16, 16] masks"
        words |= {"SCORES": "scores", "MASKS": "masks", "PREVIOUS": "features = Identity(up)"}
    elif layout == "efficientsam":
        given = f"""{embedding}, float[1, 1, n, 2] batched_point_coords,
            float[1, 1, n] batched_point_labels, int64[2] orig_im_size"""
        outputs = """float[1, 1, 3, h, w] output_masks, float[1, 1, 3] iou_predictions,
            float[1, 1, 3, 16, 16] given_1734"""
        words |= {
            "POINTS": "batched_point_coords", "LABELS": "batched_point_labels",
            "MASKS": "given_1734", "PREVIOUS": "features = Identity(up)",
        }  # fmt: skip
        sized = SIZED.replace("MASKS_AT_SIZE", "output_masks").replace("LOW", "given_1734")
        # A resizing of two axes behind three.
        body += sized
    elif layout == "sam2":
        given = """float[1, 8, 4, 4] image_embed, float[1, 4, 16, 16] high_res_feats_0,
            float[1, 8, 4, 4] high_res_feats_1, float[k, n, 2] point_coords,
            float[k, n] point_labels, float[k, 1, 16, 16] mask_input, float[k] has_mask_input"""
        outputs = shown + "masks"
        words |= {
            "EMBEDDING": "image_embed", "MASKS": "masks",
            "PREVIOUS": HIGH + PREVIOUS.replace("(up", "(lifted"),
        }  # fmt: skip
    for word, name in words.items():
        body = body.replace(word, name)
    return built(f"g ({given}) => ({outputs})", body, weights(batch, masks), opset)


class ByHand:
    """The files as they were, run by ONNX Runtime; our padding and slots."""

    def __init__(self, layout: str, folder: Path, rgb: np.ndarray) -> None:
        self.layout, self.folder = layout, folder
        self.placed = Letterbox((rgb.shape[1], rgb.shape[0]), (SIDE, SIDE))
        width, height = self.placed.resized
        photo = np.full((SIDE, SIDE, 3), MEAN, np.float32)
        photo[:height, :width] = self.placed.image(rgb, (0, 0, 0))[:height, :width]
        self.scale = np.float64([width / rgb.shape[1], height / rgb.shape[0]])
        if layout == "sam":
            fed = photo
        elif layout == "efficientsam":
            fed = (photo / 255).transpose(2, 0, 1)[None]
        else:
            fed = ((photo - MEAN) / STD).transpose(2, 0, 1)[None]
        self.embeddings = self.run("encoder", lambda names: {names[0]: fed.astype(np.float32)})

    def run(self, file: str, feed: Callable[[list[str]], dict[str, Any]]) -> dict[str, Any]:
        session = onnxruntime.InferenceSession(str(self.folder / f"{file}.onnx"))
        names = [one.name for one in session.get_inputs()]
        outputs = [one.name for one in session.get_outputs()]
        return dict(zip(outputs, session.run(None, feed(names)), strict=True))

    def masks(
        self, prompts: list[tuple[float, float, int]], previous: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        points, labels = np.zeros((1, SLOTS, 2)), np.full((1, SLOTS), -1.0)
        for slot, (x, y, label) in enumerate(prompts):
            points[0, slot] = (np.float64([x, y]) + 0.5) * self.scale - 0.5
            labels[0, slot] = label
        empty = np.zeros((16, 16)) if previous is None else previous
        known = {
            "point_coords": points, "point_labels": labels, "batched_point_coords": points[None],
            "batched_point_labels": labels[None], "mask_input": empty[None, None],
            "has_mask_input": np.float32([previous is not None]),
        }  # fmt: skip
        embeddings = {"image_embeddings": next(iter(self.embeddings.values())), **self.embeddings}

        def feed(names: list[str]) -> dict[str, Any]:
            size = np.int64([SIDE, SIDE])
            size = size if self.layout == "efficientsam" else size.astype(np.float32)
            given = {n: v.astype(np.float32) for n, v in {**known, **embeddings}.items()}
            return {n: v for n, v in {**given, "orig_im_size": size}.items() if n in names}

        found = self.run("decoder", feed)
        masks = next(v for v in found.values() if v.shape[-1] == 16 and v.ndim > 3)
        scores = next(v for v in found.values() if v.ndim < 4)
        return masks.reshape(-1, 16, 16), scores.reshape(-1)

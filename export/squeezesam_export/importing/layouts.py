"""What the files of other projects' exporters look like: names, photo, candidates.

Each row was looked up in the exporter that writes it, at the commit that stands beside it; the
table of docs/networks.md is this one.
"""

from __future__ import annotations

from dataclasses import dataclass

from squeezesam_model.network import Photo
from squeezesam_model.normalisation import MEAN, STD

# Normalised outside, zeros behind that: padded with the mean.
NORMALISED = Photo(mean=MEAN, std=STD, padding=MEAN)
# Normalised inside; the padding that gives zeros there.
BYTES = Photo(padding=MEAN)
UNIT = Photo(range=(0.0, 1.0), padding=MEAN)


@dataclass(frozen=True)
class Layout:
    """Of a pair of files.

    Attributes:
        name: what users type.
        written_by: whose exporter, for the table.
        photo: how the encoder wants it, where its input is a planar batch of one; an input of three
            dimensions is a picture of bytes, height×width×3.
        embeddings: decoder's input → encoder's output, the main one first; an output that is the
            encoder's only one may have any name.
        points: the decoder's input of coordinates, 1×N×2 or 1×1×N×2, pixels of the encoder's input.
        labels: 1×N or 1×1×N.
        mask: the last mask's logits; "" where there is none.
        flag: one number, whether there is one.
        size: of the photo, height and width: of no interest here; "" where it is not asked for.
        masks: outputs that may be the candidates at a quarter of the input, the first found; "" is
            the one that has no name of its own.
        scores: outputs that may be their predicted IoU.
        first_for_several: of four candidates, the first answers several prompts and the others one.
        background: whether it was trained on background points.
        slots: N, where the decoder takes no more; 0 where it takes any number.
    """

    name: str
    written_by: str
    photo: Photo
    embeddings: tuple[tuple[str, str], ...]
    points: str = "point_coords"
    labels: str = "point_labels"
    mask: str = "mask_input"
    flag: str = "has_mask_input"
    size: str = "orig_im_size"
    masks: tuple[str, ...] = ("low_res_masks",)
    scores: tuple[str, ...] = ("iou_predictions",)
    first_for_several: bool = True
    background: bool = True
    slots: int = 0


_SAM = (("image_embeddings", "image_embeddings"),)
LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout(
            "sam",
            "decoder: segment-anything's scripts/export_onnx_model.py (dca509f); encoder: "
            "samexporter's export_encoder (8d78443), with or without --use-preprocess",
            NORMALISED, _SAM,
        ),
        Layout(
            "mobilesam",
            "decoder: MobileSAM's scripts/export_onnx_model.py (34bbbfd); encoder: samexporter; "
            "RepViT-SAM, SlimSAM and TinySAM where exported so",
            NORMALISED, _SAM,
        ),
        Layout(
            "nanosam",
            "NanoSAM's export_sam_mask_decoder_onnx (7882b0d) and its image encoder",
            NORMALISED, _SAM, size="",
        ),
        Layout(
            "edgesam",
            "EdgeSAM's scripts/export_onnx_model.py (b53372c)",
            NORMALISED, _SAM, mask="", flag="", size="", masks=("masks",), scores=("scores",),
        ),
        Layout(
            "efficientsam",
            "EfficientSAM's export_to_onnx.py (d525f62)",
            UNIT, _SAM, "batched_point_coords", "batched_point_labels", "", "",
            masks=("low_res_masks", ""), first_for_several=False, background=False, slots=6,
        ),
        Layout(
            "sam2",
            "samexporter's export_sam2 (8d78443)",
            NORMALISED,
            (
                ("image_embed", "image_embed"), ("high_res_feats_0", "high_res_feats_0"),
                ("high_res_feats_1", "high_res_feats_1"),
            ),
            size="", masks=("masks",),
        ),
    )
}  # fmt: skip

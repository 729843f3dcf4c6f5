"""The gate: how near a written program must come to the fp32 network before a bundle is made."""

from __future__ import annotations

from dataclasses import dataclass

from squeezesam_export.program import ExportError
from squeezesam_export.verify.parity import SegmenterParity


@dataclass(frozen=True)
class Floors:
    """The least that is let through.

    Attributes:
        mask_iou: mean over the views of the IoU to fp32.
        snr_db: signal to noise of the masks' logits, the scores and the heat map. Masks alone
            would not do: thresholded, they hide a broken weight that moves no border, and
            the saliency network has none.
    """

    mask_iou: float
    snr_db: float


# What our weights reach at 512 (Core ML; int8 of all targets): fp16 0.996 and 55 dB, int8 0.987 and
# 28 dB. An fp16 mask that is far off is another candidate, chosen where two scores are equal.
_FLOORS = {"fp32": Floors(0.995, 40.0), "fp16": Floors(0.995, 40.0), "int8": Floors(0.97, 20.0)}


def floors(precision: str, mask_iou: float | None = None) -> Floors:
    """The floors of a precision; ``mask_iou`` replaces the one for the masks."""
    own = _FLOORS[precision]
    return own if mask_iou is None else Floors(mask_iou, own.snr_db)


def check(what: str, measured: SegmenterParity, heat_snr_db: float, least: Floors) -> None:
    """Refuse a program that lies below a floor.

    Args:
        what: target and precision, for the sentence.
        measured: of the segmenter.
        heat_snr_db: of the saliency network.
        least: the floors.

    Raises:
        ExportError: with the figure and its floor. What is not a number lies below any floor.
    """
    if not measured.mean_iou >= least.mask_iou:
        worst = min(measured.mask_iou, key=lambda name: measured.mask_iou[name])
        raise ExportError(
            f"the {what} masks reach a mean IoU of {measured.mean_iou:.4f} to fp32, below the "
            f"floor of {least.mask_iou} (worst: {worst}, {measured.mask_iou[worst]:.3f})"
        )
    for name, found in (
        ("masks", measured.masks_snr_db),
        ("scores", measured.scores_snr_db),
        ("heat map", heat_snr_db),
    ):
        if not found >= least.snr_db:
            raise ExportError(
                f"the {what} {name} reach a signal-to-noise ratio of {found:.1f} dB to fp32, below "
                f"the floor of {least.snr_db:g} dB"
            )

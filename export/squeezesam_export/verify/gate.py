"""The gate: how near a written program must come to the fp32 network before a bundle is made."""

from __future__ import annotations

from dataclasses import dataclass

from squeezesam_export.program import ExportError
from squeezesam_export.verify.parity import Parity


@dataclass(frozen=True)
class Floors:
    """The least that is let through.

    Attributes:
        mask_iou: mean over the views of the IoU to fp32.
        snr_db: signal to noise of every output. Masks alone would not do: thresholded, they hide
            a broken weight that moves no border, and not every program has any.
    """

    mask_iou: float
    snr_db: float


# The least that our weights reach at 512 on the built-in views, over all targets (its page is
# docs/export_parity.md): fp16 0.9989 and 37.2 dB (the heat map), int8 0.978 and 20.2 dB
# (ExecuTorch's masks); on one photo of a user's it may be some decibels less (the heat map of one
# of the views has 30.9). What a broken weight leaves is far below. An fp16 mask that is far off is
# another candidate, chosen where two scores are equal.
_FLOORS = {"fp32": Floors(0.995, 40.0), "fp16": Floors(0.995, 28.0), "int8": Floors(0.97, 17.0)}


def floors(precision: str, mask_iou: float | None = None) -> Floors:
    """The floors of a precision, int8's where we do not know it; ``mask_iou`` replaces its own."""
    own = _FLOORS.get(precision, _FLOORS["int8"])
    return own if mask_iou is None else Floors(mask_iou, own.snr_db)


def check(what: str, measured: Parity, least: Floors) -> None:
    """Refuse programs that lie below a floor.

    Args:
        what: target and precision, for the sentence.
        measured: on all photos.
        least: the floors.

    Raises:
        ExportError: with the figure and its floor. What is not a number lies below any floor.
    """
    if not measured.mean_iou >= least.mask_iou:
        worst = measured.worst
        raise ExportError(
            f"the {what} masks reach a mean IoU of {measured.mean_iou:.4f} to fp32, below the "
            f"floor of {least.mask_iou} (worst: {worst}, {measured.mask_iou[worst]:.3f})"
        )
    for role, found in measured.snr_db.items():
        if not found >= least.snr_db:
            raise ExportError(
                f"the {what} {role} reach a signal-to-noise ratio of {found:.1f} dB to fp32, below "
                f"the floor of {least.snr_db:g} dB"
            )

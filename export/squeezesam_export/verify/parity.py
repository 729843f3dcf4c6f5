"""Parity: written programs against the fp32 network, by their outputs' roles, on real photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from squeezesam.geometry import Letterbox
from squeezesam_model.network import Program

from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.program import F32, Execute


@dataclass(frozen=True)
class Parity:
    """How near written programs come to the fp32 ones.

    Attributes:
        mask_iou: view → IoU of the two chosen masks at the view's own resolution.
        snr_db: role → signal to noise of that output over all views; for masks, of all
            candidates' logits.
        same_choice: share of the views in which both choose the same candidate.
    """

    mask_iou: dict[str, float]
    snr_db: dict[str, float]
    same_choice: float

    @property
    def mean_iou(self) -> float:
        """Mean over the views."""
        return float(np.mean(list(self.mask_iou.values())))

    @property
    def worst(self) -> str:
        """The view with the lowest IoU."""
        return min(self.mask_iou, key=lambda name: self.mask_iou[name])


# Of a role whose values are probabilities: the energy per value below which hardly anything is to
# be told from noise. The heat map of a photo in which nothing stands out is nearly nought.
LEAST_ENERGY = {"heat": 0.01}


def snr_db(reference: Sequence[F32], measured: Sequence[F32], least_energy: float = 0.0) -> float:
    """10·log10 of the reference's energy over the difference's.

    Args:
        reference: arrays of any shape.
        measured: as many of the same shapes.
        least_energy: the reference counts for no less than this per value.

    Returns:
        at most 120 (equal arrays); −120 where ``measured`` holds what is no finite number.
    """
    if not all(np.isfinite(m).all() for m in measured):
        return -120.0
    signal = sum(float((np.float64(r) ** 2).sum()) for r in reference)
    signal = max(signal, least_energy * sum(r.size for r in reference))
    noise = sum(
        float(((np.float64(m) - np.float64(r)) ** 2).sum())
        for r, m in zip(reference, measured, strict=True)
    )
    return min(120.0, 10 * float(np.log10(max(signal, 1e-30) / max(noise, 1e-30))))


def final_mask(
    masks: F32, scores: F32, photo: tuple[int, int], input_: tuple[int, int]
) -> NDArray[np.bool_]:
    """The mask that an app would show: best candidate, cut to the photo, enlarged, thresholded.

    Args:
        masks: 1×M×h×w logits.
        scores: 1×M.
        photo: its own (height, width).
        input_: (height, width) of the network's input.
    """
    plane = np.ascontiguousarray(masks[0, int(scores[0].clip(0, 1).argmax())])
    placed = Letterbox((photo[1], photo[0]), (input_[1], input_[0]))
    return np.asarray(placed.enlarge(plane) > 0)


def mask_iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Intersection over union; 1 for two empty masks."""
    union = np.logical_or(a, b).sum()
    return float(np.logical_and(a, b).sum() / union) if union else 1.0


def compare(
    reference: Reference,
    executes: Mapping[str, Execute],
    views: Sequence[PreparedView],
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> Parity:
    """Run the written programs and the fp32 ones on every view.

    Args:
        reference: the fp32 network.
        executes: program → what runs the written one; a program that reads of another one gets
            what that one wrote. Those that are left out are not compared.
        views: what on.
        tick: is told how many views are done, and of how many.
    """
    masks = reference.mask_program
    ious: dict[str, float] = {}
    same: list[bool] = []
    pairs: dict[str, list[tuple[F32, F32]]] = {}
    for done, prepared in enumerate(views):
        tick(done, len(views))
        expected, found = reference.expected(prepared), reference.found(prepared, executes)
        for program in reference.programs:
            if program.name in found:
                outputs = zip(expected[program.name], found[program.name], strict=True)
                for output, pair in zip(program.outputs, outputs, strict=True):
                    pairs.setdefault(output.role or output.name, []).append(pair)
        if masks.name in found:
            wanted = chosen_mask(masks, prepared, expected[masks.name])
            made = chosen_mask(masks, prepared, found[masks.name])
            ious[_free_name(prepared.view.name, ious)] = round(mask_iou(wanted[0], made[0]), 5)
            same.append(wanted[1] == made[1])
    decibels = {
        role: snr_db([a for a, _ in both], [b for _, b in both], LEAST_ENERGY.get(role, 0.0))
        for role, both in pairs.items()
    }
    return Parity(ious, decibels, float(np.mean(same)) if same else 1.0)


def chosen_mask(
    program: Program, prepared: PreparedView, outputs: Sequence[F32]
) -> tuple[NDArray[np.bool_], int]:
    """The mask that an app would show, and which candidate it is."""
    by_role = dict(zip((output.role for output in program.outputs), outputs, strict=True))
    masks, scores = by_role["masks"], by_role["scores"]
    frame, rgb = prepared.frames[program.name], prepared.view.rgb
    mask = final_mask(masks, scores, (rgb.shape[0], rgb.shape[1]), frame.size)
    return mask, int(scores[0].clip(0, 1).argmax())


def _free_name(name: str, taken: dict[str, float]) -> str:
    return name if name not in taken else f"{name} ({len(taken)})"


def manifest_entry(parity: Parity | None, engine: str) -> dict[str, Any]:
    """The manifest's `parity`; without figures the graph was only checked."""
    if parity is None:
        return {"verification": "graph-checked", "engine": engine, "photos": 0}
    return {
        "verification": "executed-host",
        "engine": engine,
        "photos": len(parity.mask_iou),
        "mask_iou": {
            "mean": round(parity.mean_iou, 5),
            "min": min(parity.mask_iou.values()),
            "per_photo": parity.mask_iou,
        },
        "same_candidate": round(parity.same_choice, 4),
        "snr_db": {role: round(value, 2) for role, value in parity.snr_db.items()},
    }

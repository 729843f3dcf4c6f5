"""Parity: the written program against the fp32 network, on real photos with real prompts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from squeezesam_export.networks.sources import Networks, PreparedView
from squeezesam_export.program import F32, Execute


@dataclass(frozen=True)
class SegmenterParity:
    """How near a segmenter comes to the fp32 network.

    Attributes:
        mask_iou: view → IoU of the two chosen masks at the view's own resolution.
        masks_snr_db: signal to noise of all candidates' logits over all views.
        scores_snr_db: the same of the predicted scores.
        same_choice: share of the views in which both choose the same candidate.
    """

    mask_iou: dict[str, float]
    masks_snr_db: float
    scores_snr_db: float
    same_choice: float

    @property
    def mean_iou(self) -> float:
        """Mean over the views."""
        return float(np.mean(list(self.mask_iou.values())))


def snr_db(reference: Sequence[F32], measured: Sequence[F32]) -> float:
    """10·log10 of the reference's energy over the difference's.

    Returns:
        at most 120 (equal arrays); −120 where ``measured`` holds what is no finite number.
    """
    if not all(np.isfinite(m).all() for m in measured):
        return -120.0
    signal = sum(float((np.float64(r) ** 2).sum()) for r in reference)
    noise = sum(
        float(((np.float64(m) - np.float64(r)) ** 2).sum())
        for r, m in zip(reference, measured, strict=True)
    )
    return min(120.0, 10 * float(np.log10(max(signal, 1e-30) / max(noise, 1e-30))))


def final_mask(
    masks: F32,
    scores: F32,
    covered: tuple[int, int],
    photo: tuple[int, int],
    input_: tuple[int, int],
) -> NDArray[np.bool_]:
    """The mask that an app would show: best candidate, cut to the photo, enlarged, thresholded.

    Args:
        masks: 1×M×h×w logits.
        scores: 1×M.
        covered: (height, width) of the network's input that the photo covers.
        photo: its own (height, width).
        input_: (height, width) of the network's input.
    """
    plane = masks[0, int(scores[0].clip(0, 1).argmax())]
    # Sampled as the runtime does: mask pixel = (input pixel + 0.5) · h / H − 0.5.
    rows = _positions(photo[0], covered[0] * plane.shape[0] / input_[0])
    columns = _positions(photo[1], covered[1] * plane.shape[1] / input_[1])
    grid_x, grid_y = np.meshgrid(columns, rows)
    enlarged = cv2.remap(plane, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(enlarged > 0)


def _positions(count: int, span: float) -> F32:
    return np.asarray((np.arange(count) + 0.5) * span / count - 0.5, np.float32)


def mask_iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Intersection over union; 1 for two empty masks."""
    union = np.logical_or(a, b).sum()
    return float(np.logical_and(a, b).sum() / union) if union else 1.0


def compare_segmenter(
    networks: Networks,
    execute: Execute,
    views: Sequence[PreparedView],
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> SegmenterParity:
    """Run the written segmenter and the fp32 one on every view.

    Args:
        networks: the fp32 networks.
        execute: runs the written segmenter.
        views: what on.
        tick: is told how many views are done, and of how many.
    """
    ious: dict[str, float] = {}
    expected_all: list[tuple[F32, F32]] = []
    found_all: list[tuple[F32, F32]] = []
    for done, prepared in enumerate(views):
        tick(done, len(views))
        masks_expected, scores_expected = networks.expected(prepared)[0]
        expected = (masks_expected, scores_expected)
        masks, scores = execute([t.numpy() for t in prepared.segmenter])
        geometry = (
            prepared.covered,
            (prepared.view.rgb.shape[0], prepared.view.rgb.shape[1]),
            (networks.height, networks.width),
        )
        wanted, found = final_mask(*expected, *geometry), final_mask(masks, scores, *geometry)
        ious[_free_name(prepared.view.name, ious)] = round(mask_iou(wanted, found), 5)
        expected_all.append(expected)
        found_all.append((masks, scores))
    same = [
        int(e[1].clip(0, 1).argmax() == f[1].clip(0, 1).argmax())
        for e, f in zip(expected_all, found_all, strict=True)
    ]
    return SegmenterParity(
        ious,
        snr_db([e[0] for e in expected_all], [f[0] for f in found_all]),
        snr_db([e[1] for e in expected_all], [f[1] for f in found_all]),
        float(np.mean(same)),
    )


def compare_saliency(networks: Networks, execute: Execute, views: Sequence[PreparedView]) -> float:
    """SNR in dB of the heat map's logits over all views."""
    expected, found = [], []
    for prepared in views:
        expected += networks.expected(prepared)[1]
        found.append(execute([t.numpy() for t in prepared.saliency])[0])
    return snr_db(expected, found)


def _free_name(name: str, taken: dict[str, float]) -> str:
    return name if name not in taken else f"{name} ({len(taken)})"


def manifest_entry(
    parity: SegmenterParity | None, heat_snr: float | None, engine: str
) -> dict[str, Any]:
    """The manifest's `parity`; without figures the graph was only checked."""
    if parity is None or heat_snr is None:
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
        "snr_db": {
            "masks": round(parity.masks_snr_db, 2),
            "scores": round(parity.scores_snr_db, 2),
            "heatmap": round(heat_snr, 2),
        },
    }

"""Mixed precision by measurement: which layers stay in float so that the masks keep their shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.program import ExportError
from squeezesam_export.progress import Progress
from squeezesam_export.targets.protocol import Mixable
from squeezesam_export.verify import parity


@dataclass(frozen=True)
class Mixed:
    """What the search found.

    Attributes:
        in_float: layers kept in float, the noisiest first.
        mean_iou: mean mask IoU to fp32 with them in float.
        int8_iou: the same with every layer in int8.
        tried: how many programs were measured.
        layers: how many layers could be in int8.
    """

    in_float: tuple[str, ...]
    mean_iou: float
    int8_iou: float
    tried: int
    layers: int

    def entry(self, max_iou_drop: float) -> dict[str, Any]:
        """For the manifest's `quantisation`."""
        return {
            "max_iou_drop": max_iou_drop,
            "kept_in_float": list(self.in_float),
            "of_layers": self.layers,
            "all_int8_mean_iou": round(self.int8_iou, 5),
            "programs_measured": self.tried,
        }


def search(
    program: Mixable,
    reference: Reference,
    ranked_on: Sequence[PreparedView],
    measured_on: Sequence[PreparedView],
    max_iou_drop: float,
    progress: Progress,
) -> Mixed:
    """The fewest of the noisiest layers whose return to float brings the masks within the bound.

    Layers are ranked by the noise that each adds itself; how many of them stay in float is found
    by bisection, every step measured.

    Args:
        program: the one that gives the masks, all in int8.
        reference: the fp32 network.
        ranked_on: photos that the noise is measured on.
        measured_on: photos that the bound must hold on.
        max_iou_drop: the mean mask IoU to fp32 must be at least 1 − this.
        progress: is told about the steps.

    Raises:
        ExportError: the bound is missed even with all of them in float.
    """
    progress("mixed precision: ranking the layers by the noise they add")
    name = reference.mask_program.name
    photos = [tuple(t.numpy() for t in view.inputs[name]) for view in ranked_on]
    order = [report.node.name for report in program.layers(photos)]
    known: dict[int, float] = {}

    def iou(count: int) -> float:
        if count not in known:
            progress(f"mixed precision: measuring with {count} of {len(order)} layers in float")
            run = program.execute(frozenset(order[:count]))
            measured = parity.compare(reference, {name: run}, measured_on, progress.tick)
            known[count] = measured.mean_iou
        return known[count]

    count = fewest(len(order), lambda wanted: iou(wanted) >= 1 - max_iou_drop)
    if count is None:
        raise ExportError(
            f"even with all {len(order)} layers in float the masks reach a mean IoU of "
            f"{iou(len(order)):.4f} to fp32, below {1 - max_iou_drop:.4f}: what else is int8 here "
            "costs more than --max-iou-drop allows"
        )
    return Mixed(tuple(order[:count]), iou(count), iou(0), len(known), len(order))


def fewest(most: int, enough: Callable[[int], bool]) -> int | None:
    """The smallest count from 0 to ``most`` that is enough, by bisection.

    Takes it that more never does worse; where that fails the result is still enough, though
    perhaps not the smallest. None where even ``most`` is not.
    """
    if enough(0):
        return 0
    if not enough(most):
        return None
    too_few, found = 0, most
    while found - too_few > 1:
        middle = (too_few + found) // 2
        if enough(middle):
            found = middle
        else:
            too_few = middle
    return found

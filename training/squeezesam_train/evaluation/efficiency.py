"""What a predictor costs: parameters, multiply-accumulates, memory of the weights, and their mean.

The efficient error rate (EER) is the mean, over these costs, of a model's cost over a reference's.
Smaller is better, the reference has 1.

Source: Papa et al., "A Survey on Efficient Vision Transformers", TPAMI 2024, used by Sun et al.,
"On Efficient Variants of Segment Anything Model: A Survey". The survey's reference is a large
model; ours is the first predictor of the run, so that fp32 against int8 can be read off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BYTES_PER_FLOAT = 4


@dataclass(frozen=True)
class Costs:
    """Of the segmenter; the saliency network is not counted.

    Attributes:
        parameters: count.
        macs: multiply-accumulates of one prediction.
        weight_bytes: of the program file, or of the float32 parameters.
    """

    parameters: int
    macs: int
    weight_bytes: int

    def as_tuple(self) -> tuple[int, int, int]:
        """All costs."""
        return self.parameters, self.macs, self.weight_bytes


def costs_of(description: dict[str, Any]) -> Costs | None:
    """From what a predictor says of itself; None for baselines and silent manifests."""
    if description["kind"] == "torch":
        parameters = int(description["parameters"])
        return Costs(parameters, int(description["macs"]), BYTES_PER_FLOAT * parameters)
    if description["kind"] == "bundle":
        # All that a mask takes: the saliency network, which only proposes clicks, is another cost.
        # Reports of earlier versions know programs by their names alone.
        programs = [
            program
            for name, program in description["programs"].items()
            if name != "saliency" and "heat" not in program.get("roles", (name,))
        ]
        parameters = int(description.get("parameters") or 0)
        macs, size = (sum(int(p[key] or 0) for p in programs) for key in ("macs", "bytes"))
        if parameters and macs and size:
            return Costs(parameters, macs, size)
    return None


def efficient_error_rate(costs: Costs, reference: Costs) -> float:
    """Mean of the ratios of the costs."""
    ratios = [a / b for a, b in zip(costs.as_tuple(), reference.as_tuple(), strict=True)]
    return sum(ratios) / len(ratios)


def efficiency(descriptions: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Costs and EER of every network of a run, against the first one."""
    known = {name: costs_of(description) for name, description in descriptions.items()}
    counted = {name: costs for name, costs in known.items() if costs is not None}
    reference = next(iter(counted.values()), None)
    if reference is None:
        return {}
    return {
        name: {
            "parameters": costs.parameters,
            "macs": costs.macs,
            "weight_bytes": costs.weight_bytes,
            "eer": round(efficient_error_rate(costs, reference), 4),
        }
        for name, costs in counted.items()
    }

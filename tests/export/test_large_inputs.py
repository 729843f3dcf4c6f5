"""int8 stays near fp32 at inputs larger than those that the networks were trained at."""

from __future__ import annotations

from pathlib import Path

import pytest
from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos import views
from squeezesam_export.targets.onnx import lowering
from squeezesam_export.verify import gate, parity
from squeezesam_model import DEFAULT_SEGMENTER
from squeezesam_model.family import FAMILY


@pytest.mark.parametrize("size", [768, 1024])
def test_int8_masks_at_large_inputs_pass_the_floors_of_every_export(
    size: int, tmp_path: Path
) -> None:
    weights = {part: FAMILY.shipped(DEFAULT_SEGMENTER, part) for part in FAMILY.parts}
    network = Reference(FAMILY.load(DEFAULT_SEGMENTER, weights, size, size))
    # A third of the views each: a run takes four times as long as at 512.
    calibration = [network.prepare(view) for view in views.calibration_views()[::3]]
    compared = [network.prepare(view) for view in views.comparison_views()[::3]]
    name = network.mask_program.name
    source = next(s for s in network.sources(calibration) if s.name == name)

    made = lowering.lower(source, "int8", tmp_path)

    assert made.execute is not None
    found = parity.compare(network, {name: made.execute}, compared)
    gate.check(f"int8 at {size}", found, gate.floors("int8"))

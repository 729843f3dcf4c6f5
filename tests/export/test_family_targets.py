"""Programs of other families lowered to every target: executed and held against fp32."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_families import SHALLOW, own_programs, reference
from squeezesam_export.program import ExportError
from squeezesam_export.targets.protocol import Lowering
from squeezesam_export.targets.registry import find_target
from squeezesam_export.verify import gate, parity

KINDS = (
    ("onnx", "fp16"), ("executorch", "fp32"), ("coreml", "fp32"), ("coreml", "fp16"),
)  # fmt: skip


def how(target: str, precision: str) -> Lowering:
    """The target's first backend and options."""
    found = find_target(target)
    options = {option.name: option.choices[0] for option in found.options}
    return Lowering(precision=precision, backend=found.backends[0], options=options)


@pytest.mark.parametrize(("target", "precision"), KINDS)
@pytest.mark.parametrize("preset", SHALLOW)
def test_the_programs_of_a_family_are_executed_and_lie_above_the_gates_floors(
    preset: str, target: str, precision: str, tmp_path: Path
) -> None:
    made, views = reference(preset)
    executes = {}
    for source in own_programs(preset):
        lowered = find_target(target).lower(source, how(target, precision), tmp_path)
        assert lowered.execute is not None
        executes[source.name] = lowered.execute
    measured = parity.compare(made, executes, views)
    gate.check(f"{target} {precision}", measured, gate.floors(precision, None))
    assert len(measured.mask_iou) == 2
    assert set(measured.snr_db) == {"embedding", "masks", "scores"}


def test_half_precision_of_xnnpack_is_refused_where_there_is_no_unet_to_halve(
    tmp_path: Path,
) -> None:
    embed, _ = own_programs("mobilesam")
    wanted = "XNNPACK's fp16 halves UNets alone, and 'embed' has none: choose fp32"
    with pytest.raises(ExportError, match=wanted):
        find_target("executorch").lower(embed, how("executorch", "fp16"), tmp_path)
    assert not list(tmp_path.iterdir())

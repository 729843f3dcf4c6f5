"""Each operator of the interpreter against torch, which knows nothing of MIL."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from mil_interpreter.memory import Budget
from mil_interpreter.operators.sizes import elements
from mil_interpreter.step import Step, execute, resolved
from mil_interpreter.values import Value
from mil_layer_cases import ACTIVATIONS, CONVOLUTIONS, MATRICES, NORMALIZATIONS, POOLS
from mil_programs import outputs, written
from mil_tensor_cases import BINARY, PICKED, REDUCTIONS, SHAPES, UNARY

GROUPS = {
    "conv": CONVOLUTIONS, "pool": POOLS, "matrix": MATRICES, "norm": NORMALIZATIONS,
    "activation": ACTIVATIONS, "unary": UNARY, "binary": BINARY, "shape": SHAPES,
    "pick": PICKED, "reduce": REDUCTIONS,
}  # fmt: skip
CASES = {f"{group}: {case.name}": case for group, cases in GROUPS.items() for case in cases}


@pytest.fixture(autouse=True)
def foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step makes more than was foreseen from its arguments."""

    def watched(step: Step, values: Mapping[str, Value], budget: Budget) -> dict[str, Value]:
        made = execute(step, values, budget)
        most = elements(step.operator.name, resolved(step, values))
        assert all(isinstance(one, str) or one.size <= most for one in made.values())
        return made

    monkeypatch.setattr("mil_interpreter.interpreter.execute", watched)


@pytest.mark.parametrize("name", CASES)
def test_an_operator_gives_what_torch_gives(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    inputs = case.inputs()
    path = written(case.build, case.shapes, tmp_path, case.elements, case.ios)
    expected = case.oracle(*(torch.from_numpy(array) for array in inputs))
    wanted = expected if isinstance(expected, tuple) else (expected,)
    found = outputs(path, *inputs)
    assert len(found) == len(wanted)
    for one, reference in zip(found, wanted, strict=True):
        assert one.dtype == reference.numpy().dtype
        assert one.shape == tuple(reference.shape)
        np.testing.assert_allclose(one, reference.numpy(), rtol=2e-5, atol=2e-5)

"""The lint of saved Core ML packages: what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import coremltools
import pytest
from coremltools.converters.mil import Builder
from mil_programs import converted, edit
from squeezesam_export.program import ExportError
from squeezesam_export.targets.coreml.lint import lint

OPSET = coremltools.target.iOS16


def _package(program: Any, folder: Path) -> Path:
    path = folder / "small.mlpackage"
    converted(program, 16).save(str(path))
    return path


def test_the_lint_finds_a_tensor_of_rank_six(tmp_path: Path) -> None:
    @Builder.program(input_specs=[Builder.TensorSpec(shape=(1, 2, 4, 4))], opset_version=OPSET)
    def program(x: Any) -> Any:
        wide = Builder.reshape(x=x, shape=(1, 2, 2, 2, 4), name="wide")
        return Builder.reshape(x=wide, shape=(1, 32), name="back")

    path = _package(program, tmp_path)
    assert (lint(path).largest_rank, lint(path).problems) == (5, [])

    def widen(block: Any) -> None:
        (wide,) = (one for one in block.operations if one.outputs[0].name == "wide")
        wide.outputs[0].type.tensorType.rank = 6
        wide.outputs[0].type.tensorType.dimensions.add().constant.size = 1

    # This coremltools refuses to write a sixth dimension, so it is added to the file.
    edit(path, widen)
    assert lint(path).largest_rank == 6
    assert lint(path).problems == ["the tensor wide has 6 dimensions; Core ML takes 5 at most"]


def test_the_lint_finds_forbidden_operators_in_branches_too(tmp_path: Path) -> None:
    @Builder.program(input_specs=[Builder.TensorSpec(shape=(1,))], opset_version=OPSET)
    def program(x: Any) -> Any:
        positive = Builder.squeeze(x=Builder.greater(x=x, y=0.0), axes=[0])
        return Builder.cond(
            pred=positive,
            _true_fn=lambda: Builder.erf(x=x, name="inner"),
            _false_fn=lambda: Builder.relu(x=x),
            name="branch",
        )

    report = lint(_package(program, tmp_path))
    assert report.operators["erf"] == 1
    assert report.operators["relu"] == 1
    assert len(report.problems) == 2
    assert "the operator cond (branch)" in report.problems[0]
    assert "the operator erf (inner)" in report.problems[1]


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nothing.mlpackage"
    path.mkdir()
    with pytest.raises(ExportError, match=r"nothing\.mlpackage cannot be read"):
        lint(path)

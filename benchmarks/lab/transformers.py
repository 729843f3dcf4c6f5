"""Ways to int8 for the transformers of other families' networks: a table of docs/quantisation.md.

    python benchmarks/study.py transformers [--model mobilesam] [--size 256]

The encoder and the decoder, with seeded random weights, are written as ONNX in each way, run by
ONNX Runtime on one thread and compared with fp32 on photos of scikit-image that were not calibrated
on. PTQ4SAM's two ideas (Lv et al., 2024) are tried: the sign factor, which turns channels of the
keys so that their two hills become one and leaves all products as they are; and levels of the
softmax that are powers of 2^(1/tau). Random weights learn no such hills: sizes and times hold for
any weights, the decibels are those of rounding alone. Times are the processor's.
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import squeezesam  # noqa: F401  # before onnxruntime: it switches the telemetry off

# isort: split
import onnx
import torch
from measure.machine import describe, load_average, unpublishable
from onnx import helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from results.markdown import origin, replace_between_marks, table
from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos import views
from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.onnx.graph import constants
from squeezesam_export.targets.onnx.lowering import executor, lower
from squeezesam_export.targets.onnx.matrices import shrink_matrices
from squeezesam_export.toolchain.quiet import quiet
from squeezesam_export.verify.parity import snr_db
from squeezesam_model.families import chosen_weights, family_of
from squeezesam_model.sam.layers import Attention
from squeezesam_model.sam.network import DECODE, EMBED

PAGE = Path(__file__).parents[2] / "docs" / "quantisation.md"
MARKS = ("<!-- transformers -->", "<!-- /transformers -->")
PRODUCTS = ("MatMul", "Gemm")
_RUNS = 3

Way = Callable[[SourceProgram, Path, Path], None]


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, source: SourceProgram) -> None:
        self._batches = iter(source.calibration)
        self._names = list(source.inputs)

    def get_next(self) -> dict[str, Any] | None:
        batch = next(self._batches, None)
        if batch is None:
            return None
        return {name: t.numpy() for name, t in zip(self._names, batch, strict=True)}


def of_activations(path: Path) -> list[str]:
    """Names of the products of two activations: queries by keys, softmax by values."""
    model = onnx.load(path)
    weights = constants(model)
    return [
        node.name
        for node in model.graph.node
        if node.op_type in PRODUCTS and not set(node.input) & set(weights)
    ]


def static(kinds: tuple[str, ...], attention: bool) -> Way:
    """Weights per channel and activations per tensor in int8; softmax and norms in float."""

    def write(source: SourceProgram, plain: Path, path: Path) -> None:
        prepared = path.with_suffix(".prepared.onnx")
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared), str(path), _Reader(source), quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(kinds), per_channel=True, reduce_range=True,
            nodes_to_exclude=[] if attention else of_activations(prepared),
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        )  # fmt: skip

    return write


def dynamic(_source: SourceProgram, plain: Path, path: Path) -> None:
    """Linear layers in int8, their activations' ranges found at every run."""
    quantize_dynamic(
        str(plain), str(path), op_types_to_quantize=list(PRODUCTS), per_channel=True,
        reduce_range=True, weight_type=QuantType.QInt8,
        nodes_to_exclude=of_activations(plain),
    )  # fmt: skip


def weights_alone(_source: SourceProgram, plain: Path, path: Path) -> None:
    """Matrices stored as int8 per column, multiplied in float."""
    model = onnx.load(plain)
    shrink_matrices(model)
    onnx.save_model(model, path)


def as_exported(source: SourceProgram, _plain: Path, path: Path) -> None:
    """What `squeezesam-export --precision int8` writes: convolutions static, matrices stored."""
    lower(source, "int8", path.parent).path.rename(path)


def signed(source: SourceProgram, plain: Path, path: Path) -> None:
    """All products static, behind PTQ4SAM's sign factor."""
    turned = copy.copy(source)
    object.__setattr__(turned, "module", with_signs(source))
    again = path.with_suffix(".signed.onnx")
    lower(turned, "fp32", plain.parent / "signed").path.rename(again)
    static(("Conv", *PRODUCTS), attention=True)(turned, again, path)


@torch.no_grad()
def with_signs(source: SourceProgram) -> torch.nn.Module:
    """A copy whose keys are turned to be positive on average, channel by channel, and the queries
    with them: every product of the two is as it was."""
    made = copy.deepcopy(source.module)
    found = [module for module in made.modules() if isinstance(module, Attention)]
    sums = {module: torch.zeros(module.k_proj.out_features) for module in found}

    def watched(module: Attention) -> Callable[..., None]:
        def add(_module: torch.nn.Module, _inputs: Any, keys: torch.Tensor) -> None:
            sums[module] += keys.flatten(0, -2).mean(0)

        return add

    hooks = [module.k_proj.register_forward_hook(watched(module)) for module in found]
    for inputs in source.calibration:
        made(*inputs)
    for hook in hooks:
        hook.remove()
    for module in found:
        sign = torch.where(sums[module] < 0, -1.0, 1.0)
        for layer in (module.k_proj, module.q_proj):
            layer.weight.mul_(sign[:, None])
            layer.bias.mul_(sign)
    return made


def rounded_softmax(steps: Callable[[str, str], Iterator[onnx.NodeProto]]) -> Way:
    """The softmax alone rounded, emulated in float: what the levels cost by themselves."""

    def write(_source: SourceProgram, plain: Path, path: Path) -> None:
        model = onnx.load(plain)
        nodes: list[onnx.NodeProto] = []
        for node in model.graph.node:
            nodes.append(node)
            if node.op_type == "Softmax":
                exact = f"{node.output[0]}_exact"
                nodes += steps(exact, node.output[0])
                node.output[0] = exact
        del model.graph.node[:]
        model.graph.node.extend(nodes)
        onnx.save_model(_with_constants(model), path)

    return write


_NUMBERS = {"levels": 15.0, "zero": 0.0, "tiny": 1e-12, "log2": float(1 / np.log(2))}


def _with_constants(model: onnx.ModelProto) -> onnx.ModelProto:
    numbers = {**_NUMBERS, "tau1": 1.0, "tau2": 2.0, "tau4": 4.0, "two": 2.0}
    for name, value in numbers.items():
        model.graph.initializer.append(numpy_helper.from_array(np.float32(value), f"study_{name}"))
    return model


def _chain(source: str, target: str, *steps: tuple[str, str | None]) -> Iterator[onnx.NodeProto]:
    for index, (kind, operand) in enumerate(steps):
        out = target if index == len(steps) - 1 else f"{target}_step_{index}"
        operands = [source] if operand is None else [source, f"study_{operand}"]
        if kind == "Clip":
            operands = [source, "study_zero", "study_levels"]
        yield helper.make_node(kind, operands, [out], name=f"{target}_{kind}_{index}")
        source = out


def uniform(source: str, target: str) -> Iterator[onnx.NodeProto]:
    """Sixteen equal levels from 0 to 1."""
    return _chain(source, target, ("Mul", "levels"), ("Round", None), ("Div", "levels"))


def logarithmic(tau: int) -> Callable[[str, str], Iterator[onnx.NodeProto]]:
    """Sixteen levels 2^(-q/tau)."""

    def steps(source: str, target: str) -> Iterator[onnx.NodeProto]:
        yield from _chain(
            source, f"{target}_log",
            ("Max", "tiny"), ("Log", None), ("Mul", "log2"), ("Mul", f"tau{tau}"), ("Neg", None),
            ("Round", None), ("Clip", None), ("Neg", None), ("Div", f"tau{tau}"),
        )  # fmt: skip
        yield helper.make_node("Pow", ["study_two", f"{target}_log"], [target], name=f"{target}_p")

    return steps


WAYS: dict[str, Way | None] = {
    "fp32": None,
    "int8 matrices, products in float": weights_alone,
    "**as exported**: convolutions in int8, matrices stored in int8": as_exported,
    "linear layers in int8, ranges found at every run": dynamic,
    "linear layers in int8, calibrated": static(PRODUCTS, attention=False),
    "linear layers and convolutions, calibrated": static(("Conv", *PRODUCTS), attention=False),
    "the same, and products of attention": static(("Conv", *PRODUCTS), attention=True),
    "the same, with the sign factor (decoder)": signed,
    "softmax alone in 16 equal levels, emulated": rounded_softmax(uniform),
    **{
        f"softmax alone in 16 levels of 2^(1/{tau}), emulated": rounded_softmax(logarithmic(tau))
        for tau in (1, 2, 4)
    },
}


def measure(source: SourceProgram, compared: list[Any], folder: Path) -> Iterator[list[str]]:
    """A row for each way of writing a program."""
    with quiet():
        (folder / "signed").mkdir(parents=True)
        plain = lower(source, "fp32", folder).path
    exact = executor(plain, threads=1)
    given = [[tensor.numpy() for tensor in inputs] for inputs in compared]
    wanted = [exact(inputs)[0] for inputs in given]
    for index, (name, way) in enumerate(WAYS.items()):
        if way is signed and source.name != DECODE:
            continue
        path = folder / f"{index}" / "way.onnx"
        path.parent.mkdir()
        if way is None:
            path = plain
        else:
            with quiet():
                way(source, plain, path)
        run = executor(path, threads=1)
        found, times = [], []
        for inputs in given:
            run(inputs)
            for _ in range(_RUNS):
                began = time.process_time()
                answer = run(inputs)
                times.append(1000 * (time.process_time() - began))
            found.append(answer[0])
        snr = "–" if way is None else f"{snr_db(wanted, found):.1f}"
        emulated = "emulated" in name
        row = [source.name, name, "–" if emulated else f"{path.stat().st_size / 1e6:.2f}"]
        yield [*row, "–" if emulated else f"{statistics.median(times):.1f}", snr]


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="mobilesam")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--views", type=int, default=4, help="calibrated on, and compared on")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(argv)
    if fault := unpublishable(options.page):
        print(f"transformers: {fault}", file=sys.stderr)
        return 2
    torch.set_num_threads(1)
    family = family_of(options.model)
    weights = chosen_weights(family, options.model, {})
    made = Reference(family.load(options.model, weights, options.size, options.size))
    seen = [made.prepare(view) for view in views.calibration_views()[: options.views]]
    other = [made.prepare(view) for view in views.comparison_views()[-options.views :]]
    rows = []
    for source in made.sources(seen):
        if source.name not in (EMBED, DECODE):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            compared = [view.inputs[source.name] for view in other]
            for row in measure(source, compared, Path(scratch)):
                print(json.dumps(row, ensure_ascii=False), file=sys.stderr, flush=True)
                rows.append(row)
    head = ["program", "way", "MB", "processor ms", "first output, dB to fp32"]
    words = f"benchmarks/study.py transformers --model {options.model} --size {options.size}"
    told = origin(describe(words.split()))
    block = f"{table(head, rows)}\n\n{told} Load of the machine {load_average()}, 1 thread."
    replace_between_marks(options.page, block, MARKS)
    return 0

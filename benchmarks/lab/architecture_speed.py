"""Work and time of architectures at 512 pixels: ONNX Runtime, fp32, one thread."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from squeezesam_export.networks.sources import Networks
from squeezesam_export.program import Execute
from squeezesam_export.targets.onnx import lowering as target_onnx
from squeezesam_model import SaliencyNet, saliency_preset
from squeezesam_model.count import count_macs, count_parameters, example_inputs

from lab.architecture_variants import Variant

SIZE = 512
ROUNDS = 15


def measure_speed(variants: list[Variant]) -> dict[str, Any]:
    """Parameters, multiply-accumulates and the median time of one run, per variant.

    The variants take turns within each round, so that a noisy moment hits all alike.
    """
    saliency = SaliencyNet(saliency_preset("saliency")).eval()
    facts: dict[str, Any] = {}
    programs: dict[str, tuple[Execute, list[np.ndarray[Any, Any]]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for variant in variants:
            network = variant.build().eval()
            facts[variant.name] = {
                "parameters": count_parameters(network),
                "macs": count_macs(network, example_inputs(SIZE, SIZE)),
            }
            folder = Path(scratch) / variant.name
            folder.mkdir()
            program = Networks(network, saliency, SIZE, SIZE).programs([])[0]
            lowered = target_onnx.lower(program, "fp32", folder)
            inputs = [tensor.numpy() for tensor in program.example]
            programs[variant.name] = (target_onnx.executor(lowered.path, threads=1), inputs)
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(ROUNDS):
            for name, (run, inputs) in programs.items():
                started = time.perf_counter()
                run(inputs)
                times[name].append(1000 * (time.perf_counter() - started))
    for name, measured in times.items():
        facts[name]["milliseconds"] = round(statistics.median(measured), 1)
    return facts

"""Time per operator of a Core ML program on a connected iPhone, through coremltools.

coremltools 9 builds a small app of its own (`modelrunner`), installs it, and estimates each
operator's time from whole predictions and Core ML's compute plan. Needs a Mac with Xcode.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from devices.failures import AppError, MissingError, NoDeviceError, one_line
from devices.phones import Phone

COMPUTE_UNITS = {
    "all": "ALL",
    "cpuOnly": "CPU_ONLY",
    "cpuAndGPU": "CPU_AND_GPU",
    "cpuAndNeuralEngine": "CPU_AND_NE",
}
SHOWN = 20


def costliest(
    package: Path, phone: Phone, compute_unit: str, team: str | None, runs: int, timeout: float
) -> list[dict[str, Any]]:
    """The costliest operators of a .mlpackage, as `operators` of a result's row.

    Raises:
        DeviceError: coremltools is missing or does not find the phone; its app failed.
    """
    try:
        import coremltools
        from coremltools.models.ml_program.experimental import perf_utils, remote_device
    except ImportError as error:
        raise MissingError("--operators needs coremltools 9: `pip install coremltools`") from error

    async def measure() -> list[Any]:
        found = [d for d in remote_device.Device.get_devices() if d.udid == phone.identifier]
        if not found:
            raise NoDeviceError("coremltools does not find the iPhone: connect it with a cable")
        device = await found[0].prepare_for_model_debugging(
            credentials=remote_device.AppSigningCredentials(development_team=team or "")
        )
        model = coremltools.models.MLModel(
            str(package),
            compute_units=getattr(coremltools.ComputeUnit, COMPUTE_UNITS[compute_unit]),
            skip_model_load=True,
        )
        benchmarker = perf_utils.MLModelBenchmarker(model=model, device=device)
        return list(await benchmarker.benchmark_operation_execution(iterations=runs, warmup=True))

    try:
        infos = asyncio.run(asyncio.wait_for(measure(), timeout))
    except NoDeviceError:
        raise
    except Exception as error:  # whatever its app, Xcode or the device did
        raise AppError(f"coremltools' benchmark failed: {one_line(str(error))}") from error
    return [_entry(info) for info in infos[:SHOWN]]


def _entry(info: Any) -> dict[str, Any]:
    usage = info.compute_device_usage
    device = type(usage.preferred_compute_device).__name__ if usage is not None else None
    outputs = [output.name for output in info.spec.outputs]
    statistics = info.measurement.statistics
    return {
        "name": outputs[0] if outputs else "",
        "type": str(info.spec.type),
        # MLCPUComputeDevice, MLGPUComputeDevice, MLNeuralEngineComputeDevice
        "device": device.removeprefix("ML").removesuffix("ComputeDevice") if device else None,
        "ms": round(statistics.median, 4) if statistics is not None else None,
    }

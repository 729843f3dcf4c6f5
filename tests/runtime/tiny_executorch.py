"""The tiny bundle's formulas once more, lowered to ExecuTorch."""

from __future__ import annotations

from pathlib import Path

import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from tiny_bundle import MAX_POINTS, read_manifest, rehash, write_manifest, write_tiny_bundle
from torch import nn

SEGMENT_SHAPES = [(1, 3, 128, 128), (1, 2, 128, 128), (1, MAX_POINTS, 2), (1, MAX_POINTS)]


def _brightness(image: torch.Tensor) -> torch.Tensor:
    grey = image.mean(dim=1, keepdim=True)
    return (nn.functional.avg_pool2d(grey, 4) - 127.5) / 8


class TorchSegment(nn.Module):
    """The formulas of tiny_bundle.py once more."""

    def forward(
        self,
        image: torch.Tensor,
        prompts: torch.Tensor,
        points: torch.Tensor,
        labels: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        box, clicks = nn.functional.avg_pool2d(prompts, 4).split(1, dim=1)
        bright = _brightness(image) + 60 * (box - 1) + 1000 * clicks.clamp(max=0)
        masks = torch.cat([bright, clicks - 0.5, box - 0.5, box * 0 - 1], dim=1)

        def count(label: float) -> torch.Tensor:
            return (labels == label).to(torch.float32).sum(dim=1, keepdim=True)

        full = (count(-1.0) == 0).to(torch.float32)
        scores = [0.9 - 0.01 * count(0.0), 0.02 * count(1.0), 0.3 * count(2.0), 1.5 * full]
        return masks, torch.cat(scores, dim=1) + 0 * points.sum()


class TorchHeat(nn.Module):
    """Likewise."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return _brightness(image)


def lower(
    module: nn.Module, shapes: list[tuple[int, ...]], path: Path, *, xnnpack: bool = False
) -> None:
    """Writes `module` as the program `path`: on the portable operators, or on XNNPACK."""
    program = torch.export.export(module.eval(), tuple(torch.zeros(s) for s in shapes))
    partitioner = [XnnpackPartitioner()] if xnnpack else None
    lowered = to_edge_transform_and_lower(program, partitioner=partitioner).to_executorch()
    delegates = [d.id for d in lowered.executorch_program.execution_plan[0].delegates]
    assert ("XnnpackBackend" in delegates) == xnnpack
    path.write_bytes(lowered.buffer)


def write_tiny_executorch_bundle(folder: Path, *, xnnpack: bool = False) -> Path:
    """The tiny bundle again, its programs lowered to ExecuTorch."""
    write_tiny_bundle(folder)
    lower(TorchSegment(), SEGMENT_SHAPES, folder / "segment.pte", xnnpack=xnnpack)
    lower(TorchHeat(), [(1, 3, 64, 64)], folder / "heat.pte", xnnpack=xnnpack)
    manifest = read_manifest(folder)
    manifest.update(target="executorch", backend="xnnpack", name="tiny-executorch-fp32-128x128")
    for name, program in manifest["programs"].items():
        (folder / f"{name}.onnx").unlink()
        program["file"] = f"{name}.pte"
        program["files"] = {f"{name}.pte": {}}
    write_manifest(folder, manifest)
    for name in manifest["programs"]:
        rehash(folder, name)
    return folder

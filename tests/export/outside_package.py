"""A package as somebody else would write it: a network of encoder and decoder, and a target.

It is copied into a folder of its own and found through its entry points alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from squeezesam_export.program import F32, Execute, LoweredProgram, SourceProgram
from squeezesam_export.targets.protocol import Lowering, Option, Target
from squeezesam_model.network import (
    Capabilities,
    FromProgram,
    Input,
    Labels,
    MaskFlag,
    Network,
    Origin,
    Output,
    Photo,
    Points,
    PreviousMask,
    Program,
    Prompts,
)
from torch import Tensor, nn

SIDE, CELLS, SLOTS = 64, 16, 5


class Encoder(nn.Module):
    """The photo's mean colour per cell: 1×3×64×64 → 1×3×16×16."""

    def forward(self, image: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(image, SIDE // CELLS)


class Decoder(nn.Module):
    """Two masks: cells whose colour is near that of the first prompt's cell, wide and narrow."""

    def forward(
        self, embedding: Tensor, points: Tensor, labels: Tensor, previous: Tensor, flag: Tensor
    ) -> tuple[Tensor, Tensor]:
        steps = torch.arange(CELLS, dtype=torch.float32)
        centre = points[:, :1] * CELLS  # normalised coordinates
        near_x = torch.relu(1 - (steps + 0.5 - centre[:, :, 0]).abs())
        near_y = torch.relu(1 - (steps + 0.5 - centre[:, :, 1]).abs())
        weight = near_y[:, None, :, None] * near_x[:, None, None, :] + 1e-6
        wanted = (embedding * weight).sum((2, 3), keepdim=True) / weight.sum((2, 3), keepdim=True)
        distance = (embedding - wanted).abs().mean(1, keepdim=True)
        foreground = labels[:, :1, None, None].clamp(0, 1)
        kept = 0.01 * flag.reshape(1, 1, 1, 1) * previous
        masks = torch.cat([0.5 - distance, 0.25 - distance], 1) * foreground + kept
        return masks, masks.mean((2, 3)).sigmoid()


class CellNetwork:
    """Loaded, at 64×64."""

    family, preset, size = "cells", "cells-small", (SIDE, SIDE)
    prompts = Prompts(SLOTS)
    capabilities = Capabilities(negative_points=False, box=False, previous_mask=True)

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        photo = Photo(mean=(127.5,) * 3, std=(63.75,) * 3, padding=(0, 0, 0))  # type: ignore[arg-type]
        self.programs = (
            Program(
                "decode", "prompt", Decoder().eval(),
                (
                    Input("embedding", (1, 3, CELLS, CELLS), FromProgram("encode", "cells")),
                    Input("points", (1, SLOTS, 2), Points(normalised=True)),
                    Input("labels", (1, SLOTS), Labels()),
                    Input("previous", (1, 1, CELLS, CELLS), PreviousMask("logits")),
                    Input("flag", (1,), MaskFlag()),
                ),
                (Output("masks", "masks"), Output("scores", "scores")),
            ),
            Program(
                "encode", "photo", Encoder().eval(),
                (Input("image", (1, 3, SIDE, SIDE), photo),), (Output("cells", "embedding"),),
            ),
        )  # fmt: skip


class CellFamily:
    """Needs no weights file but one that says what it is."""

    name, presets, parts = "cells", ("cells-small",), ("cells",)

    def shipped(self, preset: str, part: str) -> Path:
        return Path(__file__)

    def load(self, preset: str, weights: Mapping[str, Path], height: int, width: int) -> Network:
        return CellNetwork(Origin({"decode": weights["cells"], "encode": weights["cells"]}))


class TorchTarget(Target):
    """Programs saved by torch.export and run by torch."""

    name, engine = "torchfile", "torch"
    backends, precisions = ("cpu",), ("fp32",)
    options = (
        Option("fault", ("none", "raises", "shape", "no file", "nothing"), "what goes wrong"),
    )
    tools = ("torch",)

    def lower(self, program: SourceProgram, how: Lowering, folder: Path) -> LoweredProgram:
        path = folder / f"{program.name}.pt2"
        fault = how.options["fault"]
        if fault == "raises":
            raise RuntimeError("the converter broke")
        if fault == "nothing":
            return None  # type: ignore[return-value]
        if fault != "no file":
            torch.export.save(torch.export.export(program.module, program.example), path)
        run = self.execute(path, how.backend, (), ()) if path.exists() else None
        if fault == "shape" and run is not None:
            good = run
            run = lambda inputs: [np.zeros((1, 2), np.float32) for _ in good(inputs)]  # noqa: E731
        return LoweredProgram(path, run, None, "torch.export")

    def execute(
        self, path: Path, backend: str, inputs: Sequence[str], outputs: Sequence[str]
    ) -> Execute | None:
        module = torch.export.load(path).module()

        def run(arrays: Sequence[F32]) -> list[F32]:
            with torch.inference_mode():
                return [out.numpy() for out in module(*map(torch.from_numpy, arrays))]

        return run


FAMILY, TARGET = CellFamily(), TorchTarget()

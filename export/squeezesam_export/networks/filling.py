"""A program's inputs filled by their sources, as the runtime fills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from squeezesam.geometry import Letterbox, prompt_planes
from squeezesam_model.network import (
    FromProgram,
    Input,
    Labels,
    MaskFlag,
    Photo,
    Planes,
    Points,
    PreviousMask,
    Program,
    Prompts,
)
from squeezesam_model.points import PADDING
from torch import Tensor

from squeezesam_export.photos.views import Prompt, View, letterbox


@dataclass(frozen=True)
class Frame:
    """Where a photo lies in a program's input.

    Attributes:
        size: (height, width) of the input.
        covered: (height, width) of it that the photo covers, from the top left.
    """

    size: tuple[int, int]
    covered: tuple[int, int]


@dataclass(frozen=True)
class Filling:
    """What a program's inputs are made from.

    Attributes:
        view: photo and prompts.
        frame: of the program's photo, or of the photo of the program that it reads of.
        prompts: how they reach the network.
        upstream: outputs of other programs, by (program, output).
        previous: B×M×h×w logits of the last masks and their scores; None where there are none.
    """

    view: View
    frame: Frame
    prompts: Prompts
    upstream: Mapping[tuple[str, str], Tensor]
    previous: tuple[Tensor, Tensor] | None = None


def frame_of(programs: Sequence[Program], program: Program, view: View) -> Frame:
    """Where the view lies in a program's photo, or in that of a program further up.

    Raises:
        ValueError: neither it nor any program that it reads of takes a photo.
    """
    for one in program.inputs:
        if isinstance(one.source, Photo):
            size = (one.shape[2], one.shape[3])
            return Frame(size, letterbox(view.rgb, *size, one.source.padding)[1])
    by_name = {other.name: other for other in programs}
    for one in program.inputs:
        if isinstance(one.source, FromProgram):
            return frame_of(programs, by_name[one.source.program], view)
    raise ValueError(f"the program '{program.name}' takes no photo, and reads of none that does")


def fill(program: Program, filling: Filling) -> tuple[Tensor, ...]:
    """The inputs of ``program``, in order, float32."""
    return tuple(_value(one, filling) for one in program.inputs)


def example(program: Program) -> dict[str, Tensor]:
    """Inputs of the right shapes: a grey photo without any prompt."""
    return {one.name: _example(one) for one in program.inputs}


def _example(one: Input) -> Tensor:
    if isinstance(one.source, Photo):
        return _normalised(torch.full(one.shape, 127.0), one.source)
    if isinstance(one.source, Planes):
        planes = torch.zeros(one.shape)
        planes[:, 0] = 1.0
        return planes
    return (
        torch.full(one.shape, float(PADDING))
        if isinstance(one.source, Labels)
        else (torch.zeros(one.shape))
    )


def _value(one: Input, filling: Filling) -> Tensor:
    source, frame = one.source, filling.frame
    if isinstance(source, Photo):
        pixels, _ = letterbox(filling.view.rgb, one.shape[2], one.shape[3], source.padding)
        return _normalised(torch.from_numpy(pixels), source)
    if isinstance(source, FromProgram):
        return filling.upstream[source.program, source.output]
    if isinstance(source, PreviousMask):
        return _previous(one, source, filling)
    if isinstance(source, MaskFlag):
        return torch.full(one.shape, float(filling.previous is not None))
    points, labels = scaled_prompts(
        filling.view.prompts, filling.view.rgb.shape[:2], frame, filling.prompts.max_points
    )
    if isinstance(source, Labels):
        return labels
    if isinstance(source, Planes):
        height, width = one.shape[2], one.shape[3]
        scale = torch.tensor([width / frame.size[1], height / frame.size[0]])
        same = (height, width) == frame.size
        radius = filling.prompts.click_radius or 0.0
        planes = prompt_planes(
            (points if same else points * scale)[0].numpy(), labels[0].numpy(), (width, height),
            radius=radius,
        )  # fmt: skip
        return torch.from_numpy(planes)[None]
    assert isinstance(source, Points)
    if source.normalised:
        return points / torch.tensor([frame.size[1], frame.size[0]])
    return points


def _normalised(pixels: Tensor, source: Photo) -> Tensor:
    """Bytes of 0…255 as the program wants them."""
    low, high = source.range
    if (low, high) != (0.0, 255.0):
        pixels = low + (high - low) * pixels / 255.0
    if source.mean is None or source.std is None:
        return pixels
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (source.mean, source.std))
    return (pixels - mean) / std


def _previous(one: Input, source: PreviousMask, filling: Filling) -> Tensor:
    if filling.previous is None:
        return torch.zeros(one.shape)
    masks, scores = filling.previous
    best = int(scores[0].clamp(0, 1).argmax())
    logits = torch.nn.functional.interpolate(
        masks[:, best : best + 1], one.shape[2:], mode="bilinear", align_corners=False
    )
    return logits.sigmoid() if source.values == "probability" else logits


def scaled_prompts(
    prompts: Sequence[Prompt], photo: tuple[int, ...], frame: Frame, slots: int
) -> tuple[Tensor, Tensor]:
    """Prompts in pixels of an input, 1×N×2 and 1×N, padded."""
    points = torch.zeros(1, slots, 2)
    labels = torch.full((1, slots), float(PADDING))
    placed = Letterbox((photo[1], photo[0]), (frame.size[1], frame.size[0]))
    for slot, (x, y, label) in enumerate(prompts[:slots]):
        points[0, slot] = torch.from_numpy(placed.to_input([(x, y)])[0])
        labels[0, slot] = label
    return points, labels


def prompts_from_heat(heat: Tensor, frame: Frame, view: View) -> tuple[Prompt, ...]:
    """A click where the photo is hottest; for every other photo the box of what is hot.

    Args:
        heat: 1×1×h×w logits.
        frame: of the program that gave it.
        view: the photo; its prompts are not looked at.
    """
    plane = heat[0, 0].numpy()
    stride = frame.size[1] // plane.shape[1]
    valid = plane[: max(1, frame.covered[0] // stride), : max(1, frame.covered[1] // stride)]
    height, width = view.rgb.shape[:2]
    scale_y, scale_x = height / valid.shape[0], width / valid.shape[1]
    y, x = divmod(int(valid.argmax()), valid.shape[1])
    rows, columns = np.nonzero((valid > 0).any(1))[0], np.nonzero((valid > 0).any(0))[0]
    if len(rows) and view.rgb.sum() % 2:
        return (
            (float(columns[0] * scale_x), float(rows[0] * scale_y), 2),
            (float((columns[-1] + 1) * scale_x - 1), float((rows[-1] + 1) * scale_y - 1), 3),
        )
    return (((x + 0.5) * scale_x - 0.5, (y + 0.5) * scale_y - 0.5, 1),)

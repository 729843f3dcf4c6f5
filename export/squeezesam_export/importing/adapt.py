"""A layout's two files as the programs `embed` and `decode`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from squeezesam_model.network import (
    FromProgram,
    Input,
    Labels,
    MaskFlag,
    Output,
    Points,
    PreviousMask,
)

from squeezesam_export.errors import ExportError
from squeezesam_export.importing.graph import Surgery, described, inputs_of, run
from squeezesam_export.importing.layouts import BYTES, LAYOUTS, Layout

EMBED, DECODE = "embed", "decode"


@dataclass(frozen=True)
class Imported:
    """A program: its graph, and what the manifest says of it.

    Attributes:
        name: in the bundle.
        model: self-contained, every shape fixed.
        inputs: in order.
        outputs: with their shapes, in order.
    """

    name: str
    model: onnx.ModelProto
    inputs: tuple[Input, ...]
    outputs: tuple[tuple[Output, tuple[int, ...]], ...]


def adapted_encoder(
    model: onnx.ModelProto, layout: Layout, height: int, width: int
) -> tuple[Imported, dict[str, tuple[int, ...]]]:
    """`embed`, and the shape of each of the file's outputs.

    Raises:
        ExportError: it is not of the layout, or does not run at this size.
    """
    given = inputs_of(model)
    if len(given) != 1:
        raise ExportError(f"the encoder has not one input alone: {described(model)}")
    ((name, sides),) = given.items()
    picture, planar = (height, width, 3), (1, 3, height, width)
    inside = {3: picture, 4: planar}.get(len(sides))
    if inside is None or any(a not in (None, b) for a, b in zip(sides, inside, strict=True)):
        wanted = f"{height}×{width}"
        raise ExportError(f"the encoder takes no photo of {wanted}: {described(model)}")
    photo = BYTES if inside == picture else layout.photo
    outputs = [output.name for output in model.graph.output]
    known = {wanted: wanted for _, wanted in layout.embeddings}
    if len(layout.embeddings) == 1 and len(outputs) == 1:
        known = {outputs[0]: layout.embeddings[0][1]}
    missing = sorted(set(known) - set(outputs))
    if missing:
        raise ExportError(
            f"the encoder has no output '{missing[0]}' of the layout '{layout.name}': "
            f"{described(model)}"
        )
    kind = np.float32
    found = run(model, {name: np.full(inside, 0.5, kind)}, "encoder")
    shapes = {new: tuple(found[old].shape) for old, new in known.items()}
    surgery = Surgery(model, "encoder")
    surgery.feed(name, "image", planar, inside, planar=inside == planar)
    made = surgery.give([(surgery.theirs(old), new, shapes[new]) for old, new in known.items()])
    main = layout.embeddings[0][1]
    declared = tuple(
        (Output(new, "embedding" if new == main else ""), shape) for new, shape in shapes.items()
    )
    return Imported(EMBED, made, (Input("image", planar, photo),), declared), shapes


def adapted_decoder(
    model: onnx.ModelProto,
    layout: Layout,
    embeddings: dict[str, tuple[int, ...]],
    size: tuple[int, int],
    slots: int,
) -> Imported:
    """`decode`, for an encoder that gives ``embeddings`` at an input of ``size``.

    Raises:
        ExportError: it is not of the layout, does not fit the encoder, or cannot be fixed.
    """
    given = inputs_of(model)
    layout = _without_missing(layout, given)
    _refuse_unknown(model, layout, given)
    surgery = Surgery(model, "decoder")
    fed: dict[str, Any] = {}
    inputs: list[Input] = []
    for name, output in layout.embeddings:
        shape = embeddings[output]
        _fits(name, given[name], shape)
        surgery.feed(name, output, shape, shape)
        inputs.append(Input(output, shape, FromProgram(EMBED, output)))
        fed[name] = np.zeros(shape, np.float32)
    batch = (1,) * (len(given[layout.points]) - 2)
    for name, new, shape, source in (
        (layout.points, "points", (slots, 2), Points()),
        (layout.labels, "labels", (slots,), Labels()),
    ):
        surgery.feed(name, new, (1, *shape), (*batch, *shape))
        inputs.append(Input(new, (1, *shape), source))
        fed[name] = np.full((*batch, *shape), -1, np.float32)
    if layout.mask:
        plane = tuple(side or 0 for side in given[layout.mask])[-2:]
        surgery.feed(layout.mask, "previous", (1, 1, *plane), (1, 1, *plane))
        surgery.feed(layout.flag, "flag", (1,), (1,))
        inputs.append(Input("previous", (1, 1, *plane), PreviousMask("logits")))
        inputs.append(Input("flag", (1,), MaskFlag()))
        fed[layout.mask] = np.zeros((1, 1, *plane), np.float32)
        fed[layout.flag] = np.zeros(1, np.float32)
    if layout.size:
        fed[layout.size] = np.asarray(size)
        surgery.fix(layout.size, np.asarray(size))
    for value in model.graph.input:
        if value.name in fed:
            kind = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
            fed[value.name] = fed[value.name].astype(kind)
    found = run(model, fed, "decoder")
    masks, scores = _results(model, layout, found)
    candidates = int(np.prod(found[scores].shape))
    shape = (1, candidates, *found[masks].shape[-2:])
    if int(np.prod(found[masks].shape)) != int(np.prod(shape)):
        raise ExportError(f"masks and scores of the decoder do not fit: {described(model)}")
    inner = surgery.theirs(scores)
    if layout.first_for_several and candidates == 4:
        inner = surgery.favour_by_count(scores, "labels", slots, candidates)
    made = surgery.give(
        [(surgery.theirs(masks), "masks", shape), (inner, "scores", (1, candidates))]
    )
    outputs = ((Output("masks", "masks"), shape), (Output("scores", "scores"), (1, candidates)))
    return Imported(DECODE, made, tuple(inputs), outputs)


def _without_missing(layout: Layout, given: dict[str, list[int | None]]) -> Layout:
    """What not every version of an exporter asks for."""
    if layout.size and layout.size not in given:
        return replace(layout, size="")
    return layout


def _refuse_unknown(
    model: onnx.ModelProto, layout: Layout, given: dict[str, list[int | None]]
) -> None:
    asked = [name for name, _ in layout.embeddings]
    asked += [layout.points, layout.labels, layout.mask, layout.flag, layout.size]
    wanted = {name for name in asked if name}
    problems = [f"no input '{name}'" for name in sorted(wanted - set(given))]
    problems += [f"an input '{name}' more" for name in sorted(set(given) - wanted)]
    if problems:
        raise ExportError(
            f"the decoder is not of the layout '{layout.name}', it has {problems[0]}: "
            f"{described(model)} (layouts: {', '.join(LAYOUTS)})"
        )


def _fits(name: str, sides: list[int | None], shape: tuple[int, ...]) -> None:
    if len(sides) != len(shape) or any(
        a not in (None, b) for a, b in zip(sides, shape, strict=True)
    ):
        takes = "×".join(str(side or "?") for side in sides)
        raise ExportError(
            f"the encoder does not fit the decoder: it gives {'×'.join(map(str, shape))}, and "
            f"'{name}' takes {takes}"
        )


def _results(model: onnx.ModelProto, layout: Layout, found: dict[str, Any]) -> tuple[str, str]:
    """Names of the masks' and the scores' outputs."""
    named = {*layout.masks, *layout.scores, "masks", "output_masks"}
    unnamed = [name for name in found if name not in named]
    masks = [name for name in layout.masks if name in found]
    if not masks and "" in layout.masks and len(unnamed) == 1:
        masks = unnamed
    scores = [name for name in layout.scores if name in found]
    if not masks or not scores:
        lacks = "masks at a quarter of the input" if not masks else "scores"
        raise ExportError(f"the decoder gives no {lacks}: {described(model)}")
    if found[masks[0]].ndim < 4:
        raise ExportError(f"the decoder's masks are no planes: {described(model)}")
    return masks[0], scores[0]

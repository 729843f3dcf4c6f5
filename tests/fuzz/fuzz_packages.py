"""Core ML packages: loaded and executed by the interpreter, or its own MilError."""

from __future__ import annotations

import math
import random
from functools import cache
from pathlib import Path

import numpy as np
from coremltools.proto import Model_pb2
from mil_interpreter import MilError, load
from mil_mutations import mutated
from mil_programs import linear_package, mb, model_file, weight_file, written
from targets import Target, damaged, folder, refused

_MEMORY = 32 << 20


@cache
def _package() -> Path:
    place = folder() / "package"
    place.mkdir()
    return linear_package(place)


def _joined(model: bytes, weights: bytes) -> bytes:
    return len(model).to_bytes(4, "little") + model + weights


def _parts(content: bytes) -> tuple[bytes, bytes]:
    length = int.from_bytes(content[:4], "little")
    return content[4 : 4 + length], content[4 + length :]


@cache
def _seeds() -> list[bytes]:
    place = folder() / "package-seeds"
    place.mkdir()
    made = [linear_package(place)]
    weight = np.random.default_rng(1).standard_normal((4, 3, 3, 3)).astype(np.float16)

    def network(x: object) -> object:
        y = mb.conv(x=x, weight=weight, pad_type="same", strides=[2, 2])
        y = mb.max_pool(x=mb.relu(x=y), kernel_sizes=[2, 2], pad_type="valid")
        y = mb.upsample_nearest_neighbor(x=y, scale_factor_height=2, scale_factor_width=2)
        y = mb.concat(values=[y, mb.pad(x=y, pad=[0, 0, 0, 0], mode="constant")], axis=1)
        y = mb.reshape(x=mb.transpose(x=y, perm=[0, 2, 3, 1]), shape=[1, -1, 8])
        return mb.softmax(x=mb.reduce_mean(x=y, axes=[1], keep_dims=True), axis=-1)

    (place / "more").mkdir()
    made.append(written(network, [(1, 3, 9, 9)], place / "more", "fp16", 16))
    return [_joined(model_file(p).read_bytes(), weight_file(p).read_bytes()) for p in made]


def _run(content: bytes) -> bool:
    package = _package()
    model, weights = _parts(content)
    model_file(package).write_bytes(model)
    weight_file(package).write_bytes(weights)
    try:
        program = load(package, memory=_MEMORY)
        shapes = {n: [size or 1 for size in kind.shape] for n, kind in program.inputs.items()}
        if sum(math.prod(shape) for shape in shapes.values()) < 1 << 20:
            program.predict(
                {n: np.ones(s, program.inputs[n].element.numpy) for n, s in shapes.items()}
            )
    except MilError as error:
        return refused(error)
    return True


def _mutate(content: bytes, chance: random.Random) -> bytes:
    model, weights = _parts(content)
    try:
        message = Model_pb2.Model.FromString(model)
    except Exception:
        return damaged(content, chance)
    if not message.ListFields():
        return damaged(content, chance)
    return _joined(*mutated(message, weights, chance))


TARGETS = {"mlpackage": Target(_seeds, _run, _mutate, ("mil_interpreter",))}

"""Packages are strangers' files: one sentence, and no more memory than is allowed."""

from __future__ import annotations

import json
import math
import os
import random
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coremltools.proto import Model_pb2
from mil_interpreter import ExecutionError, MilError, PackageError, load
from mil_interpreter.__main__ import main
from mil_interpreter.memory import Budget
from mil_interpreter.operators import find
from mil_interpreter.step import Step, execute
from mil_interpreter.types import ELEMENT_TYPES, TensorType
from mil_mutations import mutated
from mil_programs import X, edit, linear_package, model_file, outputs, weight_file

MIB = 1 << 20


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = linear_package(tmp_path_factory.mktemp("whole"))
    outputs(path, X)  # what torch keeps for good is there before memory is limited
    return path


@pytest.fixture
def package(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "small.mlpackage"))


@pytest.fixture
def little_memory() -> Iterator[None]:
    """What the process has, and 256 MiB: who takes more gets a MemoryError."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + 256 * MIB, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def _manifest(package: Path, name: str) -> None:
    path = package / "Manifest.json"
    content = json.loads(path.read_text())
    content["itemInfoEntries"][content["rootModelIdentifier"]]["path"] = name
    path.write_text(json.dumps(content))


def _weights(package: Path, name: str) -> None:
    def change(block: Any) -> None:
        for operation in block.operations:
            for value in operation.attributes.values():
                if value.WhichOneof("value") == "blobFileValue":
                    value.blobFileValue.fileName = name

    edit(package, change)


def _outside(path: Path) -> None:
    """The file is there, but it lies beside the package."""
    elsewhere = next(p for p in path.parents if p.suffix == ".mlpackage").parent / path.name
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _text(package: Path, content: str) -> None:
    (package / "Manifest.json").write_text(content)


def _hole(path: Path, size: int) -> None:
    path.unlink()
    path.touch()
    os.truncate(path, size)


FILES: dict[str, Callable[[Path], Any]] = {
    **{
        f"{what} of {file.__name__}": lambda p, file=file, change=change: change(file(p))
        for what, change in {"link outside": _outside, "pipe": _pipe, "circle": _circle}.items()
        for file in (weight_file, model_file)
    },
    "manifest outside": lambda p: _outside(p / "Manifest.json"),
    "weights outside": lambda p: _outside(weight_file(p).parent),
    "manifest is a folder": lambda p: _folder(p / "Manifest.json"),
    "NUL in the manifest": lambda p: _manifest(p, "a\0b"),
    "half a letter": lambda p: _manifest(p, "a\ud800"),
    "NUL in the program": lambda p: _weights(p, "@model_path/weights/\0.bin"),
    "long name": lambda p: _weights(p, "@model_path/" + "a" * 5000),
    "upwards": lambda p: _weights(p, "@model_path/weights/../../../../weight.bin"),
    "escape": lambda p: _weights(p, "\x1b[2J\n\u202ex"),
    "deep": lambda p: _text(p, "[" * 200_000),
    "deep objects": lambda p: _text(p, '{"a":' * 100_000 + "1" + "}" * 100_000),
    "digits": lambda p: _text(p, "1" * 100_000),
    "no text": lambda p: (p / "Manifest.json").write_bytes(b"\xff\xfe\x00"),
    "a list": lambda p: _text(p, '{"itemInfoEntries": [], "rootModelIdentifier": {}}'),
    "large manifest": lambda p: _hole(p / "Manifest.json", 5 << 30),
    "large model": lambda p: _hole(model_file(p), 5 << 30),
    "nothing but a hole": lambda p: _hole(weight_file(p), 5 << 30),
}


@pytest.mark.parametrize("damage", FILES.values(), ids=FILES.keys())
def test_files_that_are_not_what_they_should_be_are_one_sentence(
    damage: Callable[[Path], Any], package: Path, little_memory: None, capfd: Any
) -> None:
    damage(package)
    with pytest.raises(PackageError) as caught:
        load(package)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000
    assert main([str(package)]) == 1
    assert capfd.readouterr().err.count("\n") == 1


def test_a_link_inside_the_package_is_a_file_like_any(package: Path) -> None:
    other = weight_file(package).with_name("other.bin")
    weight_file(package).rename(other)
    weight_file(package).symlink_to(other.name)
    outputs(package, X)


def test_of_large_weights_only_what_is_used_is_read(
    whole: Path, package: Path, little_memory: None
) -> None:
    os.truncate(weight_file(package), 3 << 30)
    np.testing.assert_array_equal(outputs(package, X)[0], outputs(whole, X)[0])


SHAPES = [(1 << 32, 1 << 32), (1 << 40,), (0, 1 << 63), (1 << 20, 1 << 20), (1,) * 70, (1 << 33,)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("place", ["immediate", "file"])
def test_constants_of_any_size_and_type_are_refused_before_they_are_made(
    place: str, shape: tuple[int, ...], package: Path, little_memory: None
) -> None:
    content = model_file(package).read_bytes()
    for number in ELEMENT_TYPES:

        def change(block: Any, number: int = number) -> None:
            constant = next(
                o for o in block.operations if o.attributes["val"].HasField("blobFileValue")
            )
            value = constant.attributes["val"]
            if place == "immediate":
                value.immediateValue.tensor.ints.values[:] = [1]
            for kind in (value.type.tensorType, constant.outputs[0].type.tensorType):
                kind.dataType = number
                del kind.dimensions[:]
                kind.rank = len(shape)
                for size in shape:
                    kind.dimensions.add().constant.size = size

        model_file(package).write_bytes(content)
        edit(package, change)
        with pytest.raises(PackageError):
            load(package)


def _array(*sizes: int) -> np.ndarray:
    return np.zeros(sizes, np.float32)


def _ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


M = 1 << 20
# Small arguments, and a result (or what it takes on the way) of more than 64 MiB.
GIANTS: dict[str, dict[str, Any]] = {
    "fill": {"shape": _ints(200_000, 200_000), "value": _array()},
    "tile": {"x": _array(4), "reps": _ints(1 << 30)},
    "pad": {"x": _array(1, 4), "pad": _ints(0, 1 << 30)},
    "range_1d": {"start": _array(), "end": np.float32(1e12), "step": np.float32(1)},
    "one_hot": {"indices": _ints(1), "one_hot_vector_size": np.int32(1 << 30)},
    "upsample_nearest_neighbor": {"x": _array(1, 1, 9, 9), "scale_factor_width": np.float32(1e8)},
    "upsample_bilinear": {"x": _array(1, 1, 9, 9), "scale_factor_height": np.float32(1e8)},
    "add": {"x": _array(M, 1), "y": _array(M)},
    "select": {"cond": _array(M, 1) > 0, "a": _array(1, M), "b": _array()},
    "matmul": {"x": _array(M, 1), "y": _array(1, M)},
    "linear": {"x": _array(M, 1), "weight": _array(M, 1)},
    "einsum": {"values": (_array(M), _array(M)), "equation": "a,b->ab"},
    "scaled_dot_product_attention": dict.fromkeys(("query", "key", "value"), _array(1, M, 1)),
    "conv": {"x": _array(1, 1, 9), "weight": _array(1, 1, 1), "pad_type": "custom",
             "pad": _ints(1 << 30, 0)},
    "conv_transpose": {"x": _array(1, 1, 9), "weight": _array(1, 1, 1), "strides": _ints(1 << 28)},
    "max_pool": {"x": _array(1, 1, 9), "kernel_sizes": _ints(2), "pad_type": "custom",
                 "pad": _ints(1 << 30, 1 << 30)},
    "avg_pool": {"x": _array(1, 1, 9), "kernel_sizes": _ints(1 << 30), "pad_type": "same"},
    "gather": {"x": _array(1, M), "indices": np.zeros(M, np.int32)},
    "gather_nd": {"x": _array(1, M), "indices": np.zeros((M, 1), np.int32)},
    "concat": {"values": (_array(8 * M),) * 9, "axis": np.int32(0)},
    "stack": {"values": (_array(8 * M),) * 9, "axis": np.int32(0)},
    "constexpr_lut_to_dense": {"indices": np.zeros(1, np.uint8), "lut": _array(2),
                               "shape": _ints(M, M)},
    "constexpr_sparse_to_dense": {"nonzero_data": _array(0), "mask": np.zeros(1, np.uint8),
                                  "shape": _ints(M, M)},
    "constexpr_lut_to_sparse": {"indices_mask": np.zeros(M, np.uint8),
                                "indices_nonzero_data": np.zeros(0, np.uint8),
                                "lut": _array(1, 2, M)},
}  # fmt: skip


@pytest.mark.parametrize("name", GIANTS)
def test_what_an_operator_would_make_is_refused_before_it_is_made(
    name: str, little_memory: None
) -> None:
    step = Step(find(name, "out"), GIANTS[name], {"out": TensorType(ELEMENT_TYPES[11], (None,))})
    with pytest.raises(ExecutionError, match="the limit is 64 MiB"):
        execute(step, {}, Budget(64 * MIB))


def test_more_than_there_is_of_an_axis_cannot_be_picked() -> None:
    step = Step(find("topk", "out"), {"x": _array(3), "k": np.int32(1 << 30)}, {})
    with pytest.raises(ExecutionError, match="of 3 elements were asked for"):
        execute(step, {}, Budget(64 * MIB))


def test_values_that_are_alive_together_share_the_limit(package: Path) -> None:
    program = load(package, memory=2048)  # 512 of weights, 256 of input, 128 of output, biases
    program.predict({"x": X})
    with pytest.raises(ExecutionError, match="the limit is"):
        load(package, memory=program._budget.held + X.nbytes).predict({"x": X})
    with pytest.raises(PackageError, match="the limit is"):
        load(package, memory=500)


def test_slices_of_one_array_count_once() -> None:
    budget, array = Budget(1000), np.zeros(100, np.uint8)
    for part in (array, array[:50], array[50:]):
        budget.hold(part)
    assert budget.held == 100
    budget.let_go(array)
    budget.let_go(array[:50])
    assert budget.held == 100
    budget.let_go(array[50:])
    assert budget.held == 0


def test_whatever_is_changed_in_a_package_only_its_own_error_comes(
    package: Path, little_memory: None
) -> None:
    model = Model_pb2.Model.FromString(model_file(package).read_bytes())
    weights, chance = weight_file(package).read_bytes(), random.Random(3)
    said: list[str] = []
    for _ in range(300):
        changed, bytes_ = mutated(model, weights, chance)
        model_file(package).write_bytes(changed)
        weight_file(package).write_bytes(bytes_)
        try:
            program = load(package, memory=32 * MIB)
            program.predict(
                {
                    name: np.ones([size or 1 for size in kind.shape], kind.element.numpy)
                    for name, kind in program.inputs.items()
                    if math.prod(size or 1 for size in kind.shape) < M
                }
            )
        except MilError as error:
            said.append(str(error))
    assert len(said) > 100
    assert all(map(str.isprintable, said))

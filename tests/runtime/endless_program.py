"""Programs that do what a stranger's may do."""

from __future__ import annotations

import math
import os
import shutil
import signal
import time
from pathlib import Path

import onnx
from onnx import TensorProto, helper, numpy_helper
from tiny_bundle import read_manifest, rehash, write_manifest


def make_endless(bundle: Path, program: str = "segment") -> None:
    """The program's last output then waits for a loop of 10^15 rounds."""
    endless_loop(bundle / f"{program}.onnx")
    rehash(bundle, program)


def endless_loop(path: Path) -> None:
    """The same for a file by itself."""
    model = onnx.load(path)
    graph = model.graph
    last = graph.output[-1].name
    producer = next(node for node in graph.node if last in node.output)
    producer.output[list(producer.output).index(last)] = "before_the_loop"
    values = [helper.make_tensor_value_info(name, kind, []) for name, kind in _BODY]
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["still"]),
            helper.make_node("Add", ["state", "zero"], ["next"]),
        ],
        "body",
        values[:3],
        values[3:],
        initializer=[numpy_helper.from_array(_float(0.0), "zero")],
    )
    graph.initializer.extend(
        [
            helper.make_tensor("rounds", TensorProto.INT64, [], [10**15]),
            helper.make_tensor("true", TensorProto.BOOL, [], [True]),
            numpy_helper.from_array(_float(0.0), "start"),
        ]
    )
    graph.node.append(helper.make_node("Loop", ["rounds", "true", "start"], ["looped"], body=body))
    graph.node.append(helper.make_node("Add", ["before_the_loop", "looped"], [last]))
    onnx.save(model, path)


def make_wordy(bundle: Path, program: str = "segment") -> None:
    """The program's last output, of its own shape, then holds texts."""
    path = bundle / f"{program}.onnx"
    model = onnx.load(path)
    graph = model.graph
    last = graph.output[-1]
    shape = [size.dim_value for size in last.type.tensor_type.shape.dim]
    producer = next(node for node in graph.node if last.name in node.output)
    producer.output[list(producer.output).index(last.name)] = "numbers"
    words = helper.make_tensor("words", TensorProto.STRING, shape, [b"x"] * math.prod(shape))
    graph.initializer.append(words)
    graph.node.append(helper.make_node("Identity", ["words"], [last.name]))
    last.type.tensor_type.elem_type = TensorProto.STRING
    onnx.save(model, path)
    rehash(bundle, program)


def make_unknown(bundle: Path, program: str = "segment") -> None:
    """An operator of the program is then one that nobody has."""
    path = bundle / f"{program}.onnx"
    model = onnx.load(path)
    model.graph.node[-1].op_type = "Nobody"
    onnx.save(model, path)
    rehash(bundle, program)


_BODY = [
    ("round", TensorProto.INT64),
    ("go_on", TensorProto.BOOL),
    ("state", TensorProto.FLOAT),
    ("still", TensorProto.BOOL),
    ("next", TensorProto.FLOAT),
]


def _float(value: float):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.float32(value).reshape(())


def crash(words: list[str]) -> int:
    """For a child: ends as a native library does that meets what it cannot read."""
    os.write(2, b"terminate called after throwing an instance of 'std::\x1b[2Kexception'\n")
    os.kill(os.getpid(), signal.SIGABRT)
    return 0


def hang(words: list[str]) -> int:
    """For a child: does not come back."""
    while True:
        time.sleep(60)


def speak(words: list[str]) -> int:
    """For a child: prints its words; the exit code is their number."""
    print(*words)
    return len(words)


def stumble(words: list[str]) -> int:
    """For a child: raises what nobody foresaw."""
    raise ValueError("two\nlines")


def slow_to_hash(bundle: Path, to: Path, size: int, sha256: str) -> Path:
    """A copy for Core ML, one program of which has `size` noughts that take no room."""
    shutil.copytree(bundle, to)
    with (to / "heat.onnx").open("wb") as file:
        file.truncate(size)
    manifest = read_manifest(to)
    manifest["target"] = "coreml"
    manifest["programs"]["heat"]["files"]["heat.onnx"] = {"bytes": size, "sha256": sha256}
    write_manifest(to, manifest)
    return to

"""ONNX graphs made to fit a bundle: fixed shapes, our names and ranks, nothing that is not read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.compose
import onnxruntime
from google.protobuf.message import Message
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from squeezesam_model.printable import shown

from squeezesam_export.errors import ExportError

OLDEST_OPSET, LARGEST_FILE = 11, 2**31 - 1
_THEIRS = "given/"
_MOST_LISTED, _LONGEST_NAME, _LONGEST_REASON = 16, 64, 400  # in a sentence


def opened(path: Path) -> onnx.ModelProto:
    """The file with all its weights.

    Raises:
        ExportError: it is missing, damaged, too old or too large, or weights beside it are missing.
    """
    try:
        if path.exists() and (not path.is_file() or path.stat().st_size > LARGEST_FILE):
            raise ExportError(f"{path} is no ONNX file: it is no plain file of at most 2.1 GB")
        model = onnx.load(path, load_external_data=False)
    except ExportError:
        raise
    except OSError as error:
        raise ExportError(f"cannot read {path}: {error.strerror}") from error
    except Exception as error:
        raise ExportError(f"{path} is no ONNX file, or a damaged one") from error
    if not model.graph.node:
        raise ExportError(f"{path} is no ONNX file, or an empty one")
    outside = [tensor for tensor in model.graph.initializer if tensor.external_data]
    # In a branch, a constant, a function: onnx would leave them outside, an engine read them.
    if len(outside) != sum(bool(tensor.external_data) for tensor in _tensors(model)):
        raise ExportError(f"{path} has weights outside the file that are not its graph's own")
    if outside:
        taken = path.stat().st_size + sum(_taken(tensor, path) for tensor in outside)
        if taken > LARGEST_FILE:
            raise ExportError(f"{path} with its weights is too large for one ONNX file of 2.1 GB")
        try:
            model = onnx.load(path)
        except Exception as error:  # a link, or a path that leads out of the folder
            raise ExportError(f"{path}: its weights outside the file cannot be read") from error
    opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)
    if opset < OLDEST_OPSET:
        raise ExportError(f"{path} is of ONNX opset {opset}; {OLDEST_OPSET} is the oldest taken")
    return model


def _taken(tensor: onnx.TensorProto, path: Path) -> int:
    """How many bytes onnx would read for a tensor that lies beside the file.

    By tensor, not by file: a thousand may each ask for all of the same one.

    Raises:
        ExportError: what it asks for is not there, lies elsewhere, or is no part of a file.
    """
    asked = {entry.key: entry.value for entry in tensor.external_data}
    name = asked.get("location", "")
    if not name or Path(name).name != name:
        raise ExportError(f"{path} looks for weights outside of its folder: {shown(name)}")
    try:
        size = (path.parent / name).stat().st_size if (path.parent / name).is_file() else None
        offset = int(asked.get("offset") or 0)
        length = int(asked.get("length") or 0)
        wanted = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize * math.prod(tensor.dims)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExportError(f"{path} has weights outside the file that are no tensor's") from error
    if size is None:
        raise ExportError(f"{path} has weights in {shown(name)}, which is not beside it")
    taken = length or max(0, size - offset)
    too_much = taken > wanted and (length or wanted)  # onnx may read all for a length of nought
    if min(offset, length, *tensor.dims) < 0 or too_much or offset + taken > size:
        raise ExportError(f"{path}: a tensor takes more of {shown(name)} than is its own")
    return taken


def _tensors(message: Message) -> Iterator[onnx.TensorProto]:
    """Every tensor in it, wherever."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for one in [value] if isinstance(value, Message) else value:
            if isinstance(one, onnx.TensorProto):
                yield one
            else:
                yield from _tensors(one)


def inputs_of(model: onnx.ModelProto) -> dict[str, list[int | None]]:
    """Name → dimensions, None where one is dynamic; weights left out."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return {
        value.name: [d.dim_value if d.HasField("dim_value") else None for d in _dims(value)]
        for value in model.graph.input
        if value.name not in weights
    }


def described(model: onnx.ModelProto) -> str:
    """The tensors that go in and come out, for a sentence."""

    def listed(values: Sequence[Any]) -> str:
        words = [f"{brief(v.name)} {_sides(v)}" for v in values[:_MOST_LISTED]]
        more = len(values) - len(words)
        return ", ".join(words) + (f" and {more} more" if more > 0 else "")

    known = inputs_of(model)
    given = [value for value in model.graph.input if value.name in known]
    return f"inputs {listed(given)}; outputs {listed(model.graph.output)}"


def brief(name: str) -> str:
    """A stranger's name as it is, or its beginning where it is longer than a sentence bears."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _sides(value: Any) -> str:
    sides = list(_dims(value))
    words = [brief(str(d.dim_value or d.dim_param or "?")) for d in sides[:_MOST_LISTED]]
    return "×".join([*words, *(["…"] if len(sides) > len(words) else [])])


def _dims(value: Any) -> Any:
    return value.type.tensor_type.shape.dim


class Surgery:
    """A graph under change. Its own names are those of the file, whatever they become inside."""

    def __init__(self, model: onnx.ModelProto, what: str) -> None:
        self.what, self._words = what, described(model)
        # Under a prefix nothing of theirs can have one of our names.
        self.model = onnx.compose.add_prefix(model, _THEIRS)
        self._front: list[onnx.NodeProto] = []
        self._back: list[onnx.NodeProto] = []

    def fix(self, name: str, value: NDArray[Any]) -> None:
        """An input becomes a constant."""
        given = self._take(name)
        kind = given.type.tensor_type.elem_type
        array = value.astype(helper.tensor_dtype_to_np_dtype(kind))
        self.model.graph.initializer.append(numpy_helper.from_array(array, given.name))

    def feed(
        self, name: str, new: str, shape: Sequence[int], inside: Sequence[int], planar: bool = True
    ) -> None:
        """An input becomes one of another name, rank and type: float32 of ``shape``.

        Args:
            name: of the input.
            new: its name from now on.
            shape: from now on.
            inside: what the graph is given.
            planar: False: the picture's channels go last.
        """
        given = self._take(name)
        kind = given.type.tensor_type.elem_type
        fed = helper.make_tensor_value_info(new, TensorProto.FLOAT, shape)
        self.model.graph.input.append(fed)
        current = new
        if not planar:
            last = f"{new}/last"
            self._front.append(helper.make_node("Transpose", [new], [last], perm=[0, 2, 3, 1]))
            current = last
        if kind != TensorProto.FLOAT:
            self._front.append(helper.make_node("Cast", [current], [f"{new}/cast"], to=kind))
            current = f"{new}/cast"
        self._front.append(self._reshaped(current, given.name, inside))

    def favour_by_count(self, scores: str, labels: str, slots: int, candidates: int) -> str:
        """Scores less one for candidates that do not answer so many prompts; their name inside.

        More than one prompt is answered by the first, a single one by the others.
        """
        first = np.eye(1, candidates, dtype=np.float32)
        flat = self._made("Reshape", f"{_THEIRS}{scores}", self._kept([1, candidates], np.int64))
        zero, one = (self._kept(value, np.float32) for value in (0, 1))
        present = self._made("Clip", self._made("Add", labels, one), zero, one)
        count = self._made("MatMul", present, self._kept(np.ones((slots, 1)), np.float32))
        several = self._made("Clip", self._made("Sub", count, one), zero, one)
        single = self._made("Sub", one, several)
        off = self._made(
            "Add",
            self._made("MatMul", several, self._kept(1 - first, np.float32)),
            self._made("MatMul", single, self._kept(first, np.float32)),
        )
        return self._made("Sub", flat, off)

    def theirs(self, name: str) -> str:
        """What a tensor of the file is called inside."""
        return f"{_THEIRS}{name}"

    def give(self, outputs: Sequence[tuple[str, str, Sequence[int]]]) -> onnx.ModelProto:
        """The graph gives these alone, (name inside, new name, shape), and keeps what they need."""
        graph = self.model.graph
        ends = [self._reshaped(name, new, shape) for name, new, shape in outputs]
        wanted, kept = {new for _, new, _ in outputs}, list[onnx.NodeProto]()
        for node in reversed([*self._front, *graph.node, *self._back, *ends]):
            if wanted & set(node.output):
                copy = onnx.NodeProto()
                copy.CopyFrom(node)
                kept.append(copy)
                wanted |= {*node.input, *_outer(node)}
        weights = [w for w in graph.initializer if w.name in wanted]
        del graph.node[:], graph.output[:], graph.value_info[:], graph.initializer[:]
        graph.node.extend(reversed(kept))
        graph.initializer.extend(weights)
        graph.output.extend(
            helper.make_tensor_value_info(new, TensorProto.FLOAT, shape)
            for _, new, shape in outputs
        )
        return self.model

    def _take(self, name: str) -> onnx.ValueInfoProto:
        for index, value in enumerate(self.model.graph.input):
            if value.name == f"{_THEIRS}{name}":
                taken = onnx.ValueInfoProto()
                taken.CopyFrom(value)
                del self.model.graph.input[index]
                return taken
        raise ExportError(f"the {self.what} has no input '{name}': {self._words}")

    def _made(self, operator: str, *inputs: str) -> str:
        name = f"ours/{len(self._back)}"
        self._back.append(helper.make_node(operator, list(inputs), [name]))
        return name

    def _kept(self, value: Any, kind: Any) -> str:
        name = f"ours/constant{len(self.model.graph.initializer)}"
        tensor = numpy_helper.from_array(np.asarray(value, kind), name)
        self.model.graph.initializer.append(tensor)
        return name

    def _reshaped(self, source: str, name: str, shape: Sequence[int]) -> onnx.NodeProto:
        return helper.make_node("Reshape", [source, self._kept(list(shape), np.int64)], [name])


def _outer(node: onnx.NodeProto) -> set[str]:
    """What branches and loops inside of an operator read."""
    return {
        name
        for attribute in node.attribute
        for inner in attribute.g.node
        for name in {*inner.input, *_outer(inner)}
    }


def run(model: onnx.ModelProto, inputs: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Name → output, by ONNX Runtime.

    Raises:
        ExportError: it cannot be loaded or run; the first line of why.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, ["CPUExecutionProvider"]
        )
        names = [output.name for output in session.get_outputs()]
        found = dict(zip(names, session.run(None, dict(inputs)), strict=True))
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ExportError(f"the {what} cannot be run: {lines[0][:_LONGEST_REASON]}") from error
    for name, value in found.items():
        if not isinstance(value, np.ndarray):  # a sequence, a map, an optional one
            raise ExportError(f"the {what} cannot be used: its output '{brief(name)}' is no tensor")
    return found

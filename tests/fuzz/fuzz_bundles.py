"""Manifests with their files, and ONNX programs: opened as they are, or BundleError."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import onnx
from mil_mutations import INTEGERS, TEXTS, changed
from squeezesam import BundleError, ModelBundle
from targets import Target, damaged, folder, refused
from tiny_bundle import read_manifest, write_tiny_bundle

_VALUES: tuple[Any, ...] = (
    None, True, False, [], {}, "", 0.5, -1.5, 1e308, [[]], "\u202e", "\ud800", "../heat.onnx",
    "/etc/passwd", "segment.onnx", "photo", "planes", "embedding", "masks", *INTEGERS, *TEXTS,
)  # fmt: skip


@cache
def _bundle(name: str) -> Path:
    return write_tiny_bundle(folder() / name, height=16, width=16)


def _opened(place: Path) -> bool:
    try:
        bundle = ModelBundle(place)
    except BundleError as error:
        return refused(error)
    for program in bundle.programs:
        assert program.path.resolve().parent == place.resolve()
    assert bundle.name.isprintable()
    return True


def _manifest(content: bytes) -> bool:
    place = _bundle("manifest")
    (place / "manifest.json").write_bytes(content)
    return _opened(place)


def _other_manifest(content: bytes, chance: random.Random) -> bytes:
    """One value of the JSON text exchanged, left out, or put elsewhere."""
    try:
        tree = json.loads(content)
        places = list(_places(tree))
    except (ValueError, RecursionError):
        places = []
    if not places or chance.random() < 0.15:
        return damaged(content, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        holder, key = chance.choice(places)
        what = chance.randrange(6)
        try:
            if what == 0:
                del holder[key]
            elif what == 1:
                other, that = chance.choice(places)
                holder[key] = json.loads(json.dumps(other[that]))
            elif what == 2 and isinstance(holder, dict):
                holder[str(chance.choice(_VALUES))] = holder[key]
            else:
                holder[key] = chance.choice(_VALUES)
        except (KeyError, IndexError, ValueError):
            continue
    return json.dumps(tree).encode("utf-8", "surrogatepass")


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Holder and key of every value of a JSON document, which may be a bare number or string."""
    if isinstance(tree, (dict, list)):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield tree, key
            yield from _places(tree[key])


def _program(content: bytes) -> bool:
    """What the core lets pass keeps no data outside, as onnx's own reader sees it."""
    place = _bundle("program")
    (place / "segment.onnx").write_bytes(content)
    (place / "manifest.json").write_bytes(_with_hash_of(content))
    accepted = _opened(place)
    if accepted:
        try:
            model = onnx.ModelProto.FromString(content)
        except Exception:  # no protobuf for onnx: no engine takes it either
            return True
        assert not any(_outside(tensor) for tensor in _tensors(model)), "external data passed"
    return accepted


def _with_hash_of(content: bytes) -> bytes:
    """The manifest that agrees with the program; made of one text, for this is done at each run."""
    before, size, between, digest, after = _manifest_parts()
    size, digest = str(len(content)).encode(), hashlib.sha256(content).hexdigest().encode()
    return b"".join((before, size, between, digest, after))


@cache
def _manifest_parts() -> tuple[bytes, bytes, bytes, bytes, bytes]:
    manifest = read_manifest(_bundle("program"))
    entry = manifest["programs"]["segment"]["files"]["segment.onnx"]
    entry.update(bytes=123456789, sha256="f" * 64)
    before, size, rest = json.dumps(manifest).encode().partition(b"123456789")
    return (before, size, *rest.partition(b"f" * 64))


def _outside(tensor: Any) -> bool:
    external = tensor.data_location == onnx.TensorProto.EXTERNAL
    return bool(external or len(tensor.external_data))


def _tensors(message: Any) -> Any:
    for _, value in message.ListFields():
        for one in value if hasattr(value, "__len__") and not isinstance(value, (str, bytes)) \
                else [value]:  # fmt: skip
            if isinstance(one, onnx.TensorProto):
                yield one
            if hasattr(one, "ListFields"):
                yield from _tensors(one)


def _other_program(content: bytes, chance: random.Random) -> bytes:
    try:
        model = onnx.ModelProto.FromString(content)
    except Exception:
        return damaged(content, chance)
    if chance.random() < 0.3:
        tensor = chance.choice(list(_tensors(model)) or [onnx.TensorProto()])
        if chance.random() < 0.5:
            tensor.data_location = onnx.TensorProto.EXTERNAL
        if chance.random() < 0.5:
            entry = tensor.external_data.add()
            entry.key, entry.value = "location", chance.choice(TEXTS)
        return bytes(model.SerializeToString())
    return changed(model, chance)


def _manifests() -> list[bytes]:
    return [json.dumps(read_manifest(_bundle("manifest"))).encode()]


def _programs() -> list[bytes]:
    return [(_bundle("program") / name).read_bytes() for name in ("segment.onnx", "heat.onnx")]


TARGETS = {
    "manifest": Target(_manifests, _manifest, _other_manifest, ("squeezesam",)),
    "onnx-program": Target(_programs, _program, _other_program, ("squeezesam",)),
}

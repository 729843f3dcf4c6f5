"""Bundles as strangers make them: refused before anything of them is run."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor
from onnx import ModelProto, TensorProto
from squeezesam import BundleDamagedError, BundleError, ModelBundle, Segmenter
from squeezesam import _core as core
from squeezesam.engines.onnxruntime_engine import OnnxRuntimeEngine
from tiny_bundle import colliding, read_manifest, rehash, write_manifest


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    """A copy of the tiny bundle for a test to break."""
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


@pytest.mark.parametrize(
    "evil",
    [
        "\x1b[2K",
        "two\nlines",
        "\r",
        "\x7f",
        "\x9b31m",
        "\u2028",
        "\u202e",
        "\u200b",
        "\ufeff",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("place", ["licence", "preset", "parity", "key", "program"])
def test_no_text_of_a_manifest_may_hold_what_a_terminal_obeys(
    copy: Path, place: str, evil: str
) -> None:
    manifest = read_manifest(copy)
    if place == "licence":
        manifest["licence"] += evil
    elif place == "preset":
        manifest["model"]["preset"] += evil
    elif place == "parity":
        manifest["parity"]["mask_iou"]["per_photo"] = {"photo": [{"note": evil}]}
    elif place == "key":
        manifest["toolchain"][evil] = "1"
    else:
        manifest["programs"][f"x{evil}"] = manifest["programs"].pop("heat")
    write_manifest(copy, manifest)
    with pytest.raises(BundleError, match="with a control character in it") as caught:
        ModelBundle(copy)
    assert evil not in str(caught.value)


def test_a_long_key_with_many_elements_is_read_in_linear_time(copy: Path) -> None:
    manifest = read_manifest(copy)
    manifest["k" * 1_000_000] = [0] * 500_000
    write_manifest(copy, manifest)
    # By the square of its size it would take minutes; this is a second or less.
    words = [sys.executable, "-c", "import sys, squeezesam; squeezesam.ModelBundle(sys.argv[1])"]
    subprocess.run([*words, str(copy)], timeout=60, capture_output=True, check=False)


@pytest.mark.parametrize(
    "name", ["w.bin", "weights/w.bin", ".hidden", "segment.onnx.data", "zwei zoll.txt", "x/y/z"]
)
def test_a_file_that_the_manifest_does_not_list_is_refused(copy: Path, name: str) -> None:
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).write_bytes(b"")
    for check in ("hashes", "sizes"):
        with pytest.raises(BundleDamagedError, match="does not list this file"):
            ModelBundle(copy, check=check)  # type: ignore[arg-type]


def test_a_link_to_a_folder_is_refused_and_one_to_the_very_file_is_not(
    copy: Path, tmp_path: Path
) -> None:
    (copy / "heat.onnx").rename(tmp_path / "elsewhere.onnx")
    (copy / "heat.onnx").symlink_to(tmp_path / "elsewhere.onnx")
    ModelBundle(copy)
    (tmp_path / "folder").mkdir()
    (copy / "more").symlink_to(tmp_path / "folder")
    with pytest.raises(BundleDamagedError, match="link to another folder"):
        ModelBundle(copy)


def test_what_finder_leaves_in_a_folder_is_overlooked_and_nothing_else_of_that_name(
    copy: Path, tmp_path: Path
) -> None:
    (copy / ".DS_Store").write_bytes(b"Bud1")
    ModelBundle(copy)
    (copy / ".DS_Store").unlink()
    (tmp_path / "secret").write_bytes(b"x")
    (copy / ".DS_Store").symlink_to(tmp_path / "secret")
    with pytest.raises(BundleDamagedError, match="does not list this file"):
        ModelBundle(copy)
    (copy / ".DS_Store").unlink()
    (copy / ".DS_Store").mkdir()
    with pytest.raises(BundleDamagedError, match="does not list this file"):
        ModelBundle(copy)


@pytest.mark.parametrize("check", ["hashes", "sizes"])
def test_a_program_that_is_exchanged_while_it_is_loaded_is_noticed(copy: Path, check: Any) -> None:
    class Slow(OnnxRuntimeEngine):
        def load(self, spec: Any) -> Any:
            with spec.path.open("ab") as file:
                file.write(b"\x82\x01\x00")  # an empty field that protobuf reads over
            return super().load(spec)

    with pytest.raises(BundleDamagedError):
        Segmenter.load(copy, engine=Slow(1), check=check)


def _ways(message: Descriptor, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every way of fields that leads from a message to a tensor, no message twice."""
    for field in message.fields:
        if field.message_type is None or field.message_type.full_name in seen:
            continue
        if field.message_type.full_name == TensorProto.DESCRIPTOR.full_name:
            yield (field.name,)
        deeper = (*seen, message.full_name)
        yield from ((field.name, *way) for way in _ways(field.message_type, deeper))


WAYS = sorted(set(_ways(ModelProto.DESCRIPTOR)))


def _external(way: tuple[str, ...], how: str) -> bytes:
    """A model with one tensor at the end of `way` whose data lie in a file."""
    model = ModelProto(ir_version=9)
    at: Any = model
    for name in way:
        field = getattr(at, name)
        at = field.add() if hasattr(field, "add") else field
        at.SetInParent()
    at.data_type = TensorProto.FLOAT
    at.dims.append(1)
    if how != "entries alone":
        at.data_location = TensorProto.EXTERNAL
    if how != "location alone":
        at.external_data.add(key="location", value="w.bin")
    return model.SerializeToString()


def test_onnx_has_no_field_with_a_tensor_that_the_ways_forget() -> None:
    assert len(WAYS) > 20
    assert ("graph", "sparse_initializer", "values") in WAYS
    assert ("functions", "node", "attribute", "tensors") in WAYS


@pytest.mark.parametrize("how", ["as usual", "location alone", "entries alone"])
def test_external_data_is_found_wherever_onnx_can_hold_a_tensor(copy: Path, how: str) -> None:
    sound = (copy / "heat.onnx").read_bytes()
    for way in WAYS:
        # Protobuf joins two messages written one behind the other.
        for content in (_external(way, how), sound + _external(way, how)):
            (copy / "heat.onnx").write_bytes(content)
            rehash(copy, "heat")
            with pytest.raises(BundleError, match="external data"):
                ModelBundle(copy)


@pytest.mark.parametrize(
    ("what", "tail"),
    [
        ("a group", b"\x3b\x3c"),
        ("a field without a number", b"\x00\x00"),
        ("a graph that is a number", b"\x38\x01"),
        ("a length beyond the end", b"\x3a\xff\x01"),
        ("an endless number", b"\x08" + b"\xff" * 11),
        ("half a tag", b"\xff"),
        ("a number of 33 bits as a tag", b"\xba\x80\x80\x80\x10\x00"),
        ("a tensor that keeps its place as text", b"\x3a\x05\x2a\x03\x72\x01\x01"),
        ("a place of 33 bits", b"\x3a\x0a\x2a\x08\x70\x81\x80\x80\x80\x10\x40\x00"),
        ("too many graphs in graphs", None),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(
    copy: Path, what: str, tail: bytes | None
) -> None:
    if tail is None:
        tail = b""
        for _ in range(80):
            for tag in (b"\x32", b"\x2a", b"\x0a"):  # attribute.g, node.attribute, graph.node
                tail = tag + _varint(len(tail)) + tail
        tail = b"\x3a" + _varint(len(tail)) + tail
    path = copy / "heat.onnx"
    path.write_bytes(path.read_bytes() + tail)
    rehash(copy, "heat")
    with pytest.raises(BundleError, match=r"can be checked|external data"):
        ModelBundle(copy)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def test_onnx_runtime_s_own_format_is_told_by_name_and_by_content_alike(copy: Path) -> None:
    path = copy / "heat.onnx"
    # A field whose text puts the mark of the other format where a buffer's is looked for.
    path.write_bytes(b"\x12\x06" + b"..ORTM" + path.read_bytes())
    rehash(copy, "heat")
    with pytest.raises(BundleError, match=r"own format, yet not called \.ort"):
        ModelBundle(copy)


def test_tensors_larger_than_the_limit_are_refused_before_anything_is_allocated(
    copy: Path,
) -> None:
    manifest = read_manifest(copy)
    segment = manifest["programs"]["segment"]
    for tensor in (segment["inputs"][0], segment["inputs"][1]):
        tensor["shape"][2:] = [8192, 8192]
    segment["outputs"][0]["shape"] = [1, 4, 8192, 8192]
    write_manifest(copy, manifest)
    with pytest.raises(BundleError, match="MiB, more than the limit of 512 MiB"):
        ModelBundle(copy)


def test_an_app_can_set_the_limit(bundle: Path) -> None:
    needs = ModelBundle(bundle).info["tensor_bytes"]
    tensors = [t for p in ModelBundle(bundle).programs for t in (*p.inputs, *p.outputs)]
    assert needs == 4 * sum(math.prod(t.shape) for t in tensors)
    try:
        core.set_tensor_limit(needs - 1)
        with pytest.raises(BundleError, match="more than the limit of 1 MiB"):
            ModelBundle(bundle)
        core.set_tensor_limit(needs)
        ModelBundle(bundle)
    finally:
        core.set_tensor_limit(1 << 29)
    with pytest.raises(ValueError, match="at least 1 byte"):
        core.set_tensor_limit(0)


def test_a_manifest_that_is_no_file_is_refused(copy: Path) -> None:
    (copy / "manifest.json").unlink()
    os.mkfifo(copy / "manifest.json")
    with pytest.raises(BundleError, match=r"it has no manifest\.json"):
        ModelBundle(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(name="n" * 3_000_000), r"name has more than 256 bytes|is a text of"),
        (lambda m: m.update(note={"of": ["n" * 16_385]}), r"note\.of\[0\] is a text of more than"),
        (lambda m: m.update({"k" * 1025: 1}), "has a key of more than 1024 bytes"),
        (lambda m: m["programs"]["heat"].update(file="d/" * 600), "more than 1024 bytes"),
        (lambda m: m["programs"]["heat"].update(runs="n" * 16_000), "more than 256 bytes"),
    ],
)
def test_a_text_that_would_fill_the_screen_is_refused_in_a_short_sentence(
    copy: Path, change: Any, message: str
) -> None:
    manifest = read_manifest(copy)
    change(manifest)
    write_manifest(copy, manifest)
    with pytest.raises(BundleError, match=message) as caught:
        ModelBundle(copy)
    assert len(str(caught.value)) < len(str(copy)) + 200


def test_keys_with_one_hash_are_read_as_quickly_as_others(copy: Path) -> None:
    keys = colliding(20_000)
    spent = []
    for names in ([f"{number:016}" for number in range(len(keys))], keys):
        write_manifest(copy, {**read_manifest(copy), "notes": dict.fromkeys(names, 0)})
        begun = time.process_time()
        ModelBundle(copy)
        spent.append(time.process_time() - begun)
    assert spent[1] < 6 * spent[0], spent  # 20 where they are kept by their hash

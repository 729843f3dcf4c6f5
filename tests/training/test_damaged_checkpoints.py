"""Checkpoints are strangers' files: whatever their bytes, one sentence, or what was saved."""

from __future__ import annotations

import io
import pickle
import random
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from squeezesam_model import WeightsError
from squeezesam_model.sam.checkpoint import read_checkpoint
from squeezesam_train.checkpoint import (
    CheckpointError,
    check_owner,
    load_checkpoint,
    save_checkpoint,
)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoints") / "checkpoint.pt"
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    optimiser = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 3, 6, 6)).sum().backward()
    optimiser.step()
    state = {"step": 3, "model": model.state_dict(), "optimisers": [optimiser.state_dict()]}
    save_checkpoint(path, state)
    return path


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return len(a) == len(b) and all(map(_equal, a, b)) if isinstance(a, list) else bool(a == b)


def test_a_damaged_checkpoint_is_refused_or_what_it_was(saved: Path, tmp_path: Path) -> None:
    whole, content = load_checkpoint(saved), saved.read_bytes()
    chance = random.Random(1)
    said: list[str] = []
    for _ in range(200):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 1, 2, 8))):
            damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
        path = tmp_path / "damaged.pt"
        path.write_bytes(damaged[: chance.choice((len(damaged), chance.randrange(len(damaged))))])
        try:
            assert _equal(load_checkpoint(path), whole)  # the damage lies in the padding
        except CheckpointError as error:
            said.append(str(error))
    assert len(said) > 100
    assert not any("\n" in sentence for sentence in said)


def _archive(pickled: bytes, packed: int = zipfile.ZIP_STORED, extra: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        archive.writestr("checkpoint/data.pkl", pickled)
        archive.writestr("checkpoint/version", "3\n")
        archive.writestr("checkpoint/byteorder", "little")
        if extra:
            archive.writestr("checkpoint/data/0", extra)
    return file.getvalue()


class _Opens:
    def __reduce__(self) -> Any:
        return open, ("/dev/null",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        _archive(pickle.dumps(_Opens(), 2)),
        _archive(pickle.dumps([1, 2], 2)),
        _archive(pickle.dumps({"step": "3"}, 2)),
        _archive(b"\x80\x02" + b"]" * 100000 + b"."),
        _archive(b"\x80\x02\x8b" + struct.pack("<i", 1 << 30) + b"1."),
        _archive(pickle.dumps({"step": 1}, 2), zipfile.ZIP_DEFLATED, bytes(1 << 22)),
        _archive(b"\x80\x02K\x01}" + b"h\x99" * 3 + b"."),
    ],
    ids=range(9),
)
def test_what_is_no_checkpoint_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(path)
    assert "\n" not in str(caught.value)


def _called(name: bytes, *arguments: bytes) -> bytes:
    """A pickle of a state whose `x` is what a call gives."""
    inner = b"c" + name + b"\n" + b"".join(arguments) + bytes((0x84 + len(arguments),)) + b"R"
    return b"\x80\x02}(X\4\0\0\0stepK\1X\1\0\0\0x" + inner + b"u."


def _key_of_tuples(times: int) -> bytes:
    steps = (b"h%c\x86q%c" % (i, i + 1) for i in range(times))
    nest = b"K\1K\1\x86q\0" + b"".join(steps)
    return b"\x80\x02}(X\4\0\0\0stepK\1" + nest + b"K\1u."


def _tensors(*keys: str, sides: bytes = b"K\1\x85") -> bytes:
    """A pickle of a state with a tensor of one number for each storage that is named."""
    content = b"\x80\x02}(X\4\0\0\0stepK\1"
    for number, key in enumerate(keys):
        named = b"X" + struct.pack("<I", len(key.encode())) + key.encode()
        storage = b"(X\7\0\0\0storagectorch\nFloatStorage\n" + named + b"X\3\0\0\0cpuK\1tQ"
        made = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0" + sides + b"K\1\x85"
        content += b"J%c\0\0\0" % number + made + b"\x89ccollections\nOrderedDict\n)RtR"
    return content + b"u."


def _sizes_as_keys(uses: int) -> bytes:
    size = b"ctorch\nSize\n(" + b"K\1" * 50 + b"t\x85Rq\1"
    keys = size + b"(" + b"h\1" * 9990 + b"tq\2K\1" + b"h\2K\1" * uses
    return b"\x80\x02}(X\4\0\0\0stepK\1" + keys + b"u."


def _numbers(count: int) -> bytes:
    """As keys: all of one hash, since Python takes a number modulo 2⁶¹ - 1."""
    each = (b"\x8a\x0b" + (n * ((1 << 61) - 1)).to_bytes(11, "little") for n in range(1, count))
    return b"\x80\x02}(X\4\0\0\0stepK\1" + b"K\1".join(each) + b"K\1u."


_ORDERED = b"ccollections\nOrderedDict\n"
_BILLION = b"J" + struct.pack("<i", 2 * 10**9)
_MANY_OF_FEW = {
    "bytearray": _called(b"builtins\nbytearray", _BILLION),
    "storage": _called(b"torch\nFloatStorage", _BILLION),
    "tensor": _called(b"torch\nTensor", _BILLION),
    "codec": _called(b"_codecs\nencode", b"X\2\0\0\0ab", b"X\3\0\0\0hex"),
    "set": b"\x80\x02}(X\4\0\0\0stepK\1X\1\0\0\0x\x8fu.",
    "key of tuples": _key_of_tuples(40),
    "key of one tuple": _key_of_tuples(0),
    "keys of sizes": _sizes_as_keys(1000),
    "keys of one hash": _numbers(30000),
    "key within a list of pairs": _called(_ORDERED[1:-1], b"]q\1((K\1tK\1\x86e"),
    "large sizes": b"\x80\x02}(X\4\0\0\0stepK\1K\2(" + b"K\1" * 10**5 + b"tq\1K\3]("
    b"ctorch\nSize\nh\1\x85R" * 10**4 + b"eu.",
    "states of objects": b"\x80\x02}(X\4\0\0\0stepK\1K\2}("
    + b"".join(b"J" + struct.pack("<i", n) + b"N" for n in range(10**4))
    + b"uq\1K\3]("
    + (_ORDERED + b")Rh\1b") * 10**3
    + b"eu.",
    "one part under names that are cut": _tensors(*(f"0\0{n}" for n in range(100))),
    "one part in many cases": _tensors("a", "A"),
    "offset of tuples": _tensors("0", sides=b"K\1\x85\x85"),
    "object": b"\x80\x02}(X\4\0\0\0stepK\1X\1\0\0\0xctorch\nTensor\n)\x81u.",
}


@pytest.mark.parametrize("kind", _MANY_OF_FEW)
def test_bytes_that_make_many_of_few_are_refused_before_they_are_unpickled(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(_archive(_MANY_OF_FEW[kind]))
    begun = time.process_time()
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        load_checkpoint(path)
    with pytest.raises(WeightsError, match="no file of tensors alone"):
        read_checkpoint(path)
    assert time.process_time() - begun < 3


def test_a_harmless_state_of_the_same_make_is_read(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(_archive(_called(b"torch\nSize", b"K\1K\2\x86")))
    assert load_checkpoint(path)["x"] == torch.Size((1, 2))
    path.write_bytes(_archive(_tensors("0", "0")))
    with pytest.raises(CheckpointError, match=r"checkpoint\.pt: PytorchStreamReader"):
        load_checkpoint(path)  # it has no such part


def test_what_torch_wrote_before_its_archives_is_refused_with_the_way_to_save_it_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.pt"
    state = {"a.weight": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(3)}
    torch.save(state, path, _use_new_zipfile_serialization=False)
    with pytest.raises(WeightsError, match=r"save it anew: torch\.save\(torch\.load\("):
        read_checkpoint(path)
    with pytest.raises(CheckpointError, match="cut off or damaged"):
        load_checkpoint(path)
    torch.save(torch.load(path, weights_only=True), path)
    assert _equal(read_checkpoint(path), state)


def _doubled(times: int) -> list[Any]:
    inner: list[Any] = [1, 1]
    for _ in range(times):
        inner = [inner, inner]
    return inner


_ONE = torch.zeros(1, dtype=torch.float64)
_UNFOLDING: dict[str, Any] = {
    "lists of lists": {"x": _doubled(11)},
    "lists without an end": {"x": _doubled(60)},
    "keys": {tuple(_doubled(0)): _doubled(30)},
    "one number": {"exp_avg": _ONE.expand(3 * 10**8)},
    "one number in every row": {"exp_avg": torch.zeros(100).expand(10**6, 100)},
    "one storage many times": {f"x{i}": _ONE.expand(10**4) for i in range(1000)},
    "sparse": {"x": torch.sparse_coo_tensor(torch.zeros(1, 1), torch.ones(1), (10**9,))},
    "nowhere": {"x": torch.empty(10**12, device="meta")},
    "one text many times": {"x": ["x" * 10**4] * 10**4},
}


@pytest.mark.parametrize("place", ["optimisers", "model", "average"])
@pytest.mark.parametrize("kind", _UNFOLDING)
def test_a_state_that_unfolds_is_refused_before_it_is_walked_through(
    kind: str, place: str, saved: Path, tmp_path: Path
) -> None:
    state = load_checkpoint(saved)
    state[place] = [{"state": {0: _UNFOLDING[kind]}}] if place == "optimisers" else _UNFOLDING[kind]
    if kind == "lists of lists":
        state[place] = [state[place]] * 999
    save_checkpoint(tmp_path / "c.pt", state)
    begun = time.process_time()
    with pytest.raises(CheckpointError, match=r"c\.pt is not a checkpoint of squeezesam-train"):
        load_checkpoint(tmp_path / "c.pt")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("key", ["task", "preset", "optimiser"])
@pytest.mark.parametrize("kind", ["nested", "long", "tensor", "none"])
def test_a_note_of_any_size_is_told_in_a_short_sentence(
    key: str, kind: str, tmp_path: Path
) -> None:
    nested: Any = "x"
    for _ in range(9):
        nested = [nested] * 9
    note = {"nested": nested, "long": ["x" * 10**6], "tensor": torch.ones(1000, 1000), "none": None}
    save_checkpoint(tmp_path / "c.pt", {"step": 1, key: note[kind]})
    with pytest.raises(CheckpointError) as caught:
        check_owner(load_checkpoint(tmp_path / "c.pt"), {key: "wanted"}, tmp_path / "c.pt")
    assert len(str(caught.value)) - len(str(tmp_path)) < 400
    assert "\n" not in str(caught.value)

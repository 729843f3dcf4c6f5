"""A stranger's checkpoint is one sentence, whatever is wrong with it, and is not inflated."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from squeezesam_model import WeightsError
from squeezesam_model.archive import names_tensors_alone
from squeezesam_model.sam.checkpoint import read_checkpoint


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "sam.pth"
    torch.save({"model": {"a": torch.arange(300.0), "b": torch.ones(3, 4)}}, path)
    return path


def test_an_archive_that_unpacks_to_more_than_the_file_is_refused(saved: Path) -> None:
    packed = saved.with_name("packed.pth")
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w") as target:
        for part in source.infolist():
            target.writestr(part.filename, source.read(part), zipfile.ZIP_DEFLATED)
        target.writestr("archive/data/9", bytes(1 << 22), zipfile.ZIP_DEFLATED)
    with pytest.raises(WeightsError, match="damaged, or no file of tensors alone"):
        read_checkpoint(packed)


@pytest.mark.parametrize("seed", range(60))
def test_damage_anywhere_is_a_weights_error_or_still_tensors(saved: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = bytearray(saved.read_bytes())
    for place in rng.integers(0, len(data), int(rng.integers(1, 9))):
        data[place] = int(rng.integers(256))
    saved.write_bytes(data[: len(data) - int(rng.integers(0, 2) * rng.integers(len(data)))])
    with contextlib.suppress(WeightsError):
        found = read_checkpoint(saved)
        assert all(isinstance(value, torch.Tensor) for value in found.values())


# What torch must not unpickle, and what may be looked at in its place.
_HOSTILE = b"\x80\x02}(X\4\0\0\0stepK\1X\1\0\0\0xcbuiltins\nbytearray\nK\5\x85Ru."
_SOUND = b"\x80\x02}X\4\0\0\0stepK\1s."
_END = 22


def _zipped(*parts: tuple[str, bytes], folder: str = "x") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in [*parts, ("version", b"3\n")]:
            archive.writestr(f"{folder}/{name}", content)
    return file.getvalue()


def _two_directories() -> bytes:
    """The end record gives the place of the first, the second lies just before the record."""
    first, second = _zipped(("data.pkl", _HOSTILE)), _zipped(("data.pkl", _SOUND))
    (begin,) = struct.unpack("<I", first[-6:-2])
    (of_second,) = struct.unpack("<I", second[-6:-2])
    parts = first[:-_END] + second[:of_second].ljust(begin)
    directory = second[of_second:-_END].ljust(len(first) - _END - begin)
    return parts + directory + first[-_END:]


def _long_end(place_off: int, begin_off: int, sound: bytes) -> bytes:
    """The same archive with a second end record, as large archives have it."""
    _, *_, count, length, begin, _ = struct.unpack("<4s4H2LH", sound[-_END:])
    place = len(sound) - _END
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, begin + begin_off
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, place + place_off, 1)
    return sound[:-_END] + record + locator + sound[-_END:]


_NAMED = _zipped(("data.pkl", _SOUND))
_OLD = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}." + _HOSTILE
_AMBIGUOUS = {
    "an old file before": _OLD + b"\x80\x02]." + _NAMED,
    "any bytes before": b"MZ" + _NAMED,
    "any bytes behind": _NAMED + b"PK",
    "a comment": _NAMED[:-2] + b"\3\0abc",
    "two directories": _two_directories(),
    "capitals first": _zipped(("DATA.PKL", _HOSTILE), ("data.pkl", _SOUND)),
    "capitals last": _zipped(("data.pkl", _SOUND), ("DATA.PKL", _HOSTILE)),
    "capitals alone": _zipped(("DATA.PKL", _HOSTILE)),
    "two folders": _zipped(("DATA.PKL", _HOSTILE))[:-_END] + _zipped(("data.pkl", _SOUND)),
    "a name cut at a nought": _zipped(("data.pkl", _SOUND), ("dataXpkl", _HOSTILE)).replace(
        b"dataXpkl", b"data\0pkl"
    ),
    "other letters": _zipped(("data.pkl", _SOUND), ("datä.pkl", _HOSTILE)),
    "fewer parts than there are": _NAMED[:-14] + b"\1\0\1\0" + _NAMED[-10:],
    "another place": _NAMED[:-6] + struct.pack("<I", 9) + _NAMED[-2:],
    "a long end elsewhere": _long_end(1, 0, _NAMED),
    "a long end that says another place": _long_end(0, 1, _NAMED),
}


@pytest.mark.parametrize("kind", _AMBIGUOUS)
def test_an_archive_that_two_readers_read_differently_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    path.write_bytes(_AMBIGUOUS[kind])
    assert not _looked_at(path)
    with pytest.raises(WeightsError, match=r"no file of tensors alone|save it anew"):
        read_checkpoint(path)


def _looked_at(path: Path) -> bool:
    with contextlib.suppress(zipfile.BadZipFile):
        return names_tensors_alone(path)
    return False


@pytest.mark.parametrize("make", [lambda: _NAMED, lambda: _long_end(0, 0, _NAMED)])
def test_what_is_looked_at_is_what_torch_unpickles(
    make: Callable[[], bytes], tmp_path: Path
) -> None:
    path, content, chance, taken = tmp_path / "c.pt", make(), random.Random(1), 0
    path.write_bytes(content)
    assert _looked_at(path)
    begin = content.index(b"PK\1\2")
    for _ in range(600):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 1, 2, 4))):
            place = chance.randrange(begin if chance.random() < 0.7 else 0, len(content))
            damaged[place] = chance.choice((0, 1, damaged[place] ^ 32, chance.randrange(256)))
        path.write_bytes(damaged)
        if _looked_at(path):
            with zipfile.ZipFile(path) as archive:
                ours = [archive.read(n) for n in archive.namelist() if n.endswith("/data.pkl")]
            with contextlib.suppress(
                RuntimeError, UnicodeDecodeError
            ):  # torch refuses it by itself
                assert [torch._C.PyTorchFileReader(str(path)).get_record("data.pkl")] == ours
                taken += 1
    assert taken > 50

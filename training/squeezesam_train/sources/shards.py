"""Sharded tar files in webdataset's form: many photos a file, quick to copy and to stream.

A sample is a photo (`KEY.jpg`, `.jpeg`, `.webp` or `.png`) and its labels: a label map
(`KEY.label.png`, or `KEY.png` beside a photo of another form) or a json as in SA-1B (`KEY.json`),
so that SA-1B's own tars can be used as they are. A json beside a label map is passed over.

Samples are not streamed in order. The heads of all shards are read once at the start, and from then
on any sample is read by its place in the file. Therefore:

* a sample is a function of (seed, index) alone, as it is for the other sources;
* no shard belongs to a worker or a rank: each reads the samples of its own indices, so any number
  of workers and ranks sees the same samples, and every machine must be able to read every shard;
* a resumed run needs no state of the reader: it goes on at the next index, exactly.

Shards elsewhere (`https://…`, or any command's output as `pipe:…`) are copied into the folder
`cache` first, each once and by webdataset's `gopen`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from squeezesam_model.printable import shown
from webdataset.gopen import gopen
from webdataset.shardlists import expand_urls

from squeezesam_train.photos import (
    DamagedPhotoError,
    DataError,
    decode_labels,
    decode_photo,
)
from squeezesam_train.sources.base import Photo, checked
from squeezesam_train.sources.sa1b import labels_of
from squeezesam_train.sources.tar_index import Member, index_shard

_PHOTO_EXTENSIONS = ("jpg", "jpeg", "webp", "png")
_LABEL_MAP = "label.png"
_JSON = "json"
MOST_SHARDS = 100_000
_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(-?\d{1,18})\.\.(-?\d{1,18})(?:\.\.-?\d+)?")


@dataclass(frozen=True)
class _Sample:
    key: str
    photo: Member
    labels: Member


class ShardPhotos:
    """Photos of tar shards.

    Args:
        urls: shards, with braces for ranges: `train-{000000..000009}.tar`.
        labels: what they stand for, one of :data:`~squeezesam_train.sources.base.LABEL_KINDS`.
        merging: probability that a mask nested in a larger one is suppressed (json labels).
        cache: folder for shards that are not files of this machine.

    Raises:
        DataError: a shard is missing, corrupt, truncated or compressed, or a photo has no labels or
            labels have no photo.
    """

    def __init__(
        self, urls: Sequence[str], labels: str = "instance", merging: float = 0.5,
        cache: Path | None = None,
    ) -> None:  # fmt: skip
        self.name = ", ".join(urls)
        self._kind, self._merging = labels, merging
        self._shards = [local_shard(url, cache) for pattern in urls for url in addresses(pattern)]
        # One row per sample: shard, offset and size of the photo and of the labels, whether these
        # are json. All loading processes share an array; a list would be copied into each.
        rows: list[tuple[int, ...]] = []
        keys: list[bytes] = []
        for number, shard in enumerate(self._shards):
            for sample in _samples(shard):
                photo, label = sample.photo, sample.labels
                is_json = label.extension == _JSON
                rows.append((number, photo.offset, photo.size, label.offset, label.size, is_json))
                keys.append(sample.key.encode("utf-8", "surrogateescape"))
        self._rows = np.array(rows, np.int64)
        # Not an array of texts, whose every one would be as long as the longest.
        self._keys, self._key_ends = b"".join(keys), np.cumsum([len(key) for key in keys])

    def __len__(self) -> int:
        return len(self._rows)

    def draw(self, rng: np.random.Generator) -> Photo:
        """A random photo, all equally likely."""
        index = int(rng.integers(len(self._rows)))
        shard, photo_at, photo_size, label_at, label_size, is_json = self._rows[index].tolist()
        path = self._shards[shard]
        name = f"{path}:{self._key(index)}"
        rgb = decode_photo(_read(path, photo_at, photo_size), name, turn=False)
        data = _read(path, label_at, label_size)
        if is_json:
            labels = labels_of(data, f"{name}.json", rgb, rng, self._merging)
        else:
            labels = decode_labels(data, f"{name}.png")
        return checked(Photo(name, rgb, labels, self._kind))

    def _key(self, index: int) -> str:
        start = int(self._key_ends[index - 1]) if index else 0
        return self._keys[start : int(self._key_ends[index])].decode(errors="surrogateescape")


def addresses(pattern: str) -> list[str]:
    """What a shard's braces stand for, as webdataset expands them.

    Raises:
        DataError: more than MOST_SHARDS, or braces in braces, whose number is not seen beforehand.
    """
    count = 1
    for group in _BRACES.findall(pattern):
        count *= _many(group)
    # A dollar before braces is webdataset's for a variable of the environment.
    if count > MOST_SHARDS or any(mark in _BRACES.sub("", pattern) for mark in "{}$"):
        raise DataError(
            f"the shards {shown(pattern)} are more than {MOST_SHARDS} or have braces that "
            "cannot be counted"
        )
    found: list[str] = expand_urls(pattern)
    return found


def _many(group: str) -> int:
    """For how many addresses a group of braces stands, or more."""
    span = _RANGE.fullmatch(group)
    if span:
        return abs(int(span[2]) - int(span[1])) + 1
    # Of letters, from A to z at most; whatever else has two dots is one address.
    return ord("z") - ord("A") + 1 if ".." in group else group.count(",") + 1


def local_shard(url: str, cache: Path | None) -> Path:
    """The shard as a file of this machine; one from elsewhere is copied into the cache once.

    Raises:
        DataError: it lies elsewhere and there is no cache, or it cannot be fetched.
    """
    scheme, separator, _ = url.partition(":")
    if not separator or "/" in scheme or scheme == "file":
        return Path(url.removeprefix("file://").removeprefix("file:"))
    if cache is None:
        raise DataError(f"the shard {url} is not a file here: name a folder 'cache' to copy it to")
    # Shards of one name may lie in several places.
    place = hashlib.sha256(url.encode()).hexdigest()[:8]
    target = cache / f"{place}-{urllib.parse.quote(url.rsplit('/', 1)[-1], safe='')[-100:]}"
    if target.exists():
        return target
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with gopen(url) as stream, beside.open("xb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
        beside.rename(target)
    except (OSError, ValueError) as error:
        raise DataError(f"cannot fetch the shard {url}: {error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return target


def _samples(shard: Path) -> list[_Sample]:
    pairs: list[_Sample] = []
    for key, members in index_shard(shard).items():
        by_extension = {member.extension: member for member in members}
        photo = next((by_extension[e] for e in _PHOTO_EXTENSIONS if e in by_extension), None)
        rest = {e: m for e, m in by_extension.items() if m is not photo}
        labels = next((rest[e] for e in (_LABEL_MAP, "png", _JSON) if e in rest), None)
        if photo is None and labels is None:
            continue
        if photo is None:
            raise DataError(f"the shard {shard}: {key} has labels and no photo")
        if labels is None:
            raise DataError(f"the shard {shard}: {key} has a photo and no labels (.png or .json)")
        pairs.append(_Sample(key, photo, labels))
    if not pairs:
        raise DataError(f"the shard {shard} holds no photo with labels")
    return pairs


def _read(path: Path, offset: int, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(size)
    except OSError as error:
        raise DamagedPhotoError(f"cannot read the shard {path}: {error.strerror}") from error
    if len(data) < size:
        raise DamagedPhotoError(f"the shard {path} was cut short since the start of the run")
    return data

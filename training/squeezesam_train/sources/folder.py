"""Our folder form as a source: in memory decoded, in memory as files, or on disk."""

from __future__ import annotations

import mmap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from squeezesam import PhotoError
from squeezesam.photo_decode import upright_size_of_tiff
from squeezesam.photo_formats import by_signature
from squeezesam.photo_jpeg import exif_bytes

from squeezesam_train.photos import (
    U8,
    DamagedPhotoError,
    DataError,
    PhotoEntry,
    decode_labels,
    decode_photo,
    file_size,
    list_photos,
    photo_bytes,
    read_photo,
)
from squeezesam_train.sources.base import Photo, checked

# Photos in which objects of the labelled kind were left unlabelled (data README).
PARTLY_LABELLED = {
    *("coco_person1", "coco_people_vehicles", "ccp_person", "pennfudan", "balloon", "icoseg"),
    *("homedepot_kitchen", "fish", "taxi_vans", "ppe", "covidmask", "facemasks", "tshirts"),
    *("tshirts2", "waste_id", "waste_bottles", "doors_stairs", "mix16", "street4", "pallets"),
    *("leaves", "cards", "strawberry", "lemon_trees"),
}
_PHOTO_ENDINGS = (".jpg", ".webp")


class FolderPhotos:
    """The photos of an index, drawn by the weights of the folders they lie in.

    Everything is checked at the start, when there is nothing to lose yet: ``decoded`` decodes every
    file, ``encoded`` and ``paths`` look at presence, head and size only.

    Args:
        entries: the photos.
        weights: sampling weight per folder, 1 where absent. Folders of weight 0 are left out.
        cache: ``decoded`` keeps the pixels in memory (about 4 GB for 10,000 photos of 400 pixels),
            ``encoded`` the files' bytes and ``paths`` nothing; the last two decode on each draw.

    Raises:
        DataError: every weight is 0, or a photo or mask is missing, damaged or empty.
    """

    def __init__(
        self, entries: list[PhotoEntry], weights: dict[str, float], cache: str = "decoded"
    ) -> None:
        self.entries = [e for e in entries if weights.get(e.source, 1.0) > 0]
        if not self.entries:
            raise DataError("every source has the sampling weight 0")
        self.name = str(_root(self.entries[0]))
        self.cache = cache
        self._decoded: list[tuple[U8, U8]] = []
        self._encoded: list[tuple[bytes, bytes]] = []
        for entry in self.entries:
            self._keep(entry)
        raw = np.array([weights.get(entry.source, 1.0) for entry in self.entries])
        self._cumulative = np.cumsum(raw / raw.sum())

    def __len__(self) -> int:
        return len(self.entries)

    def draw(self, rng: np.random.Generator) -> Photo:
        """A random photo by the folders' weights."""
        index = int(np.searchsorted(self._cumulative, rng.random(), side="right"))
        index = min(index, len(self.entries) - 1)
        entry = self.entries[index]
        rgb, labels = self._read(index)
        partly = entry.source in PARTLY_LABELLED
        photo = Photo(str(entry.image_path), rgb, labels, entry.kind, entry.components, partly)
        return photo if self.cache == "decoded" else checked(photo)

    def _keep(self, entry: PhotoEntry) -> None:
        if self.cache == "decoded":
            rgb, labels = read_photo(entry)
            checked(Photo(str(entry.image_path), rgb, labels))
            self._decoded.append((rgb, labels))
            return
        _check_heads(entry)
        if self.cache == "encoded":
            self._encoded.append((photo_bytes(entry.image_path), photo_bytes(entry.mask_path)))

    def _read(self, index: int) -> tuple[U8, U8]:
        if self.cache == "decoded":
            return self._decoded[index]
        entry = self.entries[index]
        if self.cache == "paths":
            return read_photo(entry)
        photo, mask = self._encoded[index]
        rgb = decode_photo(photo, str(entry.image_path))
        return rgb, decode_labels(mask, str(entry.mask_path))


def open_folder(path: Path, split: str, weights: dict[str, float], cache: str) -> FolderPhotos:
    """The photos of one split of a folder with `index.csv`.

    Raises:
        DataError: see :class:`FolderPhotos`; also a mask file that has no photo beside it.
    """
    entries = [e for e in list_photos(path, split) if weights.get(e.source, 1.0) > 0]
    for source in sorted({entry.source for entry in entries}):
        _refuse_lone_masks(path / split / source)
    return FolderPhotos(entries, weights, cache)


def _root(entry: PhotoEntry) -> Path:
    return entry.image_path.parents[2]


def _refuse_lone_masks(folder: Path) -> None:
    files = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    masks = sorted(name for name in files if name.endswith(".png"))
    lone = [m for m in masks if not any(m[:-4] + ending in files for ending in _PHOTO_ENDINGS)]
    if lone:
        more = f" (and {len(lone) - 1} more)" if len(lone) > 1 else ""
        raise DataError(f"the mask {folder / lone[0]} has no photo (.jpg or .webp) beside it{more}")


def _check_heads(entry: PhotoEntry) -> None:
    """Both files are there, are images and have the same size, as far as their heads tell."""
    if _size(entry.image_path, "photo") != _size(entry.mask_path, "mask"):
        raise DataError(f"{entry.mask_path} does not have the size of its photo")


_BY_HEAD, _WHOLE = ("JPEG", "BMP"), ("PNG", "WEBP", "AVIF", "HEIF")
# Of the forms whose readers may take a whole file, or most of it, to see its head.
_LARGEST_WHOLE = 128 << 20
_LARGEST_NOTES = 1 << 20
_TOO_LARGE = f"{'/'.join(('TIFF', *_WHOLE))} of more than {_LARGEST_WHOLE >> 20} MiB"


@cache
def _forms(whole: bool) -> list[str]:
    """Pillow's names of what is read, with or without the forms that are read whole."""
    Image.init()
    return [form for form in (_BY_HEAD + _WHOLE if whole else _BY_HEAD) if form in Image.OPEN]


def _size(path: Path, what: str) -> tuple[int, int]:
    whole = file_size(path, what) <= _LARGEST_WHOLE
    try:
        _refuse_large_notes(path)
        if whole and (size := _size_of_tiff(path, what)):
            return size
        with _quiet(), Image.open(path, formats=_forms(whole)) as image:
            width, height = image.size
            # A photo taken upright is stored lying, with a note (EXIF orientation 5 to 8).
            turned = what == "photo" and _orientation(image) >= 5
    except DataError:
        raise
    except UnidentifiedImageError as error:
        told = "not an image" if whole else f"not an image, or {_TOO_LARGE}"
        raise DamagedPhotoError(f"cannot read the {what} {path}: {told}") from error
    except OSError as error:
        raise DamagedPhotoError(f"cannot read the {what} {path}: {error.strerror}") from error
    except Exception as error:  # a stranger's bytes: Pillow raises many kinds
        raise DamagedPhotoError(f"cannot read the {what} {path}: {error}") from error
    return (height, width) if turned else (width, height)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Pillow's warnings of what damage looks like."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _size_of_tiff(path: Path, what: str) -> tuple[int, int] | None:
    """Of a TIFF file as `squeezesam` reads it, width and height upright; None of another form."""
    with path.open("rb") as file:
        if by_signature(file.read(512)) != "tiff":
            return None
    try:
        return upright_size_of_tiff(photo_bytes(path, what), str(path))
    except PhotoError as error:
        raise DamagedPhotoError(f"cannot read the {what} {error}") from None


def _refuse_large_notes(path: Path) -> None:
    """Pillow puts each Exif segment of a JPEG behind all before it, and copies them to do so."""
    with path.open("rb") as file:
        if file.read(2) != b"\xff\xd8":
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if exif_bytes(content) > _LARGEST_NOTES:
                raise ValueError("more than a megabyte of Exif")


def _orientation(image: Image.Image) -> int:
    # A PNG's notes may come behind its pixels, which Pillow would decode to find them.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    found = image.getexif().get(0x0112, 1)
    return found if isinstance(found, int) else 1

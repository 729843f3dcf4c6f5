"""Turn DUTS as it is published (a folder of .jpg, a folder of .png masks) into our folder form.

    python -m squeezesam_train.sources.prepare_duts --photos DUTS-TR-Image --masks DUTS-TR-Mask \\
        --output DIR [--exclude-like DIR]

Writes DIR/index.csv and DIR/train/duts_tr/ID.jpg with its label map ID.png. Any set of salient
objects in the same layout will do; see --source.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from squeezesam.terminal import printable
from squeezesam.writing import move_folder
from tqdm import tqdm

from squeezesam_train.photos import (
    IGNORE,
    U8,
    DamagedPhotoError,
    DataError,
    check_sizes,
    check_text,
    decode_labels,
    decode_photo,
    lines_of,
    photo_bytes,
)
from squeezesam_train.sources.difference_hash import NEAR, NearDuplicates

FIELDS = (
    "split", "source", "id", "width", "height", "n_instances", "kind", "fg_frac", "n_cc",
    "licence_class", "licence", "origin",
)  # fmt: skip
# Mask values from OBJECT on are the object, those below BACKGROUND are not it; between: ignored.
OBJECT = 192
BACKGROUND = 64
SMALLEST_OBJECT = 200
SMALLEST_COMPONENT = 0.002


@dataclass
class Counts:
    """What became of the photos."""

    written: int = 0
    alike: int = 0
    tiny: int = 0
    damaged: int = 0


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m squeezesam_train.sources.prepare_duts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--photos", type=Path, required=True, help="folder of .jpg photos")
    parser.add_argument("--masks", type=Path, required=True, help="folder of .png masks, 0…255")
    parser.add_argument("--output", type=Path, required=True, help="folder to make")
    parser.add_argument(
        "--exclude-like", type=Path, metavar="DIR", help="leave out near duplicates of its photos"
    )
    parser.add_argument("--source", default="duts_tr", help="name in the index (duts_tr)")
    parser.add_argument("--split", default="train", help="split in the index (train)")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier output")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        counts = prepare(arguments)
    except (DataError, OSError) as error:
        print(f"prepare_duts: {printable(str(error))}", file=sys.stderr)
        return 1
    print(
        f"{counts.written} photos written to {arguments.output}; left out: {counts.alike} near "
        f"duplicates, {counts.tiny} with less than {SMALLEST_OBJECT} pixels of object, "
        f"{counts.damaged} damaged",
        file=sys.stderr,
    )
    return 0


def prepare(arguments: argparse.Namespace) -> Counts:
    """Write the folder beside its place, then rename it: there is never half of one.

    Raises:
        DataError: the output exists, photos and masks are no pairs, or none is left.
        OSError: the place cannot be written to; what was there is there still.
    """
    output: Path = arguments.output.absolute()
    _refuse_output(output, arguments)
    names = pair_names(arguments.photos, arguments.masks)
    known = NearDuplicates(arguments.exclude_like) if arguments.exclude_like else None
    output.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".partial-", dir=output.parent))
    try:
        counts = _write_all(arguments, names, known, beside)
        if not counts.written:
            raise DataError(f"no photo of {arguments.photos} is left to write")
        _refuse_output(output, arguments)  # once more: somebody may have put something there
        beside.chmod(0o755)
        move_folder(beside, output)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return counts


def _refuse_output(output: Path, arguments: argparse.Namespace) -> None:
    if not os.path.lexists(output):
        return
    if not arguments.overwrite:
        raise DataError(f"{output} exists (--overwrite replaces it)")
    if not output.is_dir():
        raise DataError(f"{output} is no folder: left as it is")
    # A slip in the command must not empty somebody's folder, nor one that holds other sets too.
    ours = _written_earlier(output / "index.csv", f"{arguments.split}/{arguments.source}")
    others = {path.relative_to(output).as_posix() for path in output.rglob("*")} - ours
    if others:
        raise DataError(
            f"{output} holds something that prepare_duts did not write, such as '{max(others)}': "
            "left as it is"
        )


def _written_earlier(index: Path, folder: str) -> set[str]:
    """Paths, relative to the index, of it and of what it lists in `folder`; none if unreadable."""
    try:
        with contextlib.closing(lines_of(index)) as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) != FIELDS:
                return set()
            ids = [r["id"] for r in reader if f"{r['split']}/{r['source']}" == folder]
    except (OSError, ValueError, csv.Error):  # ValueError: it is no UTF-8
        return set()
    files = {f"{folder}/{name}{ending}" for name in ids for ending in (".jpg", ".png")}
    folders = {str(above) for file in files for above in PurePosixPath(file).parents}
    return {index.name, *files, *folders}


def pair_names(photos: Path, masks: Path) -> list[str]:
    """Names (stems) of the photos, in order.

    Raises:
        DataError: a folder is missing or empty, or a photo or mask lacks its partner.
    """
    for folder in (photos, masks):
        if not folder.is_dir():
            raise DataError(f"there is no folder {folder}")
    photo_names = {p.stem for p in photos.glob("*.jpg")}
    mask_names = {p.stem for p in masks.glob("*.png")}
    if not photo_names:
        raise DataError(f"{photos} holds no .jpg photo")
    for lone, what, partner in (
        (mask_names - photo_names, masks, "photo"),
        (photo_names - mask_names, photos, "mask"),
    ):
        if lone:
            raise DataError(f"{len(lone)} files of {what} have no {partner}, such as '{min(lone)}'")
    return sorted(photo_names)


def _write_all(
    arguments: argparse.Namespace, names: list[str], known: NearDuplicates | None, folder: Path
) -> Counts:
    counts, rows = Counts(), []
    target = folder / arguments.split / arguments.source
    target.mkdir(parents=True)
    for name in tqdm(names, desc="photos", unit="photo", file=sys.stderr, mininterval=1):
        photo = arguments.photos / f"{name}.jpg"
        try:
            _check_name(name, photo)
            rgb = decode_photo(photo_bytes(photo), str(photo))
            labels = read_mask(arguments.masks / f"{name}.png")
            check_sizes(rgb, labels, f"the mask '{name}'")
        except DamagedPhotoError as error:
            counts.damaged += 1
            tqdm.write(f"left out: {printable(str(error))}", file=sys.stderr)
            continue
        if int((labels == 1).sum()) < SMALLEST_OBJECT:
            counts.tiny += 1
        elif known is not None and known.distance(rgb) < NEAR:
            counts.alike += 1
        else:
            shutil.copyfile(photo, target / f"{name}.jpg")
            _write_labels(target / f"{name}.png", labels)
            rows.append(index_row(arguments.split, arguments.source, name, labels))
            counts.written += 1
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    return counts


def read_mask(path: Path) -> U8:
    """A grey mask as labels: 1 from 192 on, 0 below 64, 255 (ignore) between.

    Raises:
        DamagedPhotoError: it cannot be read.
    """
    grey = decode_labels(photo_bytes(path, "mask"), str(path), to_grey=True)
    return np.where(grey >= OBJECT, 1, np.where(grey < BACKGROUND, 0, IGNORE)).astype(np.uint8)


def _check_name(name: str, photo: Path) -> None:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise DamagedPhotoError(f"{photo}: its name is no UTF-8, and index.csv is") from None
    try:
        check_text("id", name)
    except ValueError as error:
        raise DamagedPhotoError(f"{photo}: {error}, which index.csv must not have") from None


def _write_labels(path: Path, labels: U8) -> None:
    # Not by OpenCV: it ends the process at some names.
    path.write_bytes(cv2.imencode(".png", labels)[1].tobytes())


def index_row(split: str, source: str, name: str, labels: U8) -> dict[str, object]:
    """The row of `index.csv` for a photo with one salient label."""
    return {
        "split": split,
        "source": source,
        "id": name,
        "width": labels.shape[1],
        "height": labels.shape[0],
        "n_instances": 1,
        "kind": "salient",
        "fg_frac": round(float((labels == 1).mean()), 4),
        "n_cc": count_components(labels),
        "licence_class": "research",
        "licence": "",
        "origin": f"{source}:{name}",
    }


def count_components(labels: U8) -> int:
    """Connected components of label 1 that cover at least 0.2 % of the photo; 1 if none does."""
    mask = (labels == 1).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return max(1, int((areas >= SMALLEST_COMPONENT * labels.size).sum()))


if __name__ == "__main__":
    sys.exit(main())

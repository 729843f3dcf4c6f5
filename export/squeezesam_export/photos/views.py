"""Views of real photos with prompts: what networks are calibrated with and compared on.

By default they are crops of the photos inside the scikit-image package, with prompts noted by hand
in `scenes.json`; calibration and comparison never share a view.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from squeezesam import PhotoError, open_photo
from squeezesam.geometry import Letterbox
from squeezesam.photo import MAX_PIXELS, PHOTO_SUFFIXES, read_photo_file
from squeezesam.photo_decode import announced
from squeezesam.terminal import printable
from squeezesam_model.normalisation import PAD_VALUE

from squeezesam_export.program import ExportError

U8 = NDArray[np.uint8]
Prompt = tuple[float, float, int]

# Of all photos of a folder together: 64 of 16 megapixels. Each takes its time to be decoded.
_MOST_PIXELS = 1 << 30
_LONGEST_SIDE = 2048
_LONGEST_NAME = 120
_KINDS = ("click", "box", "clicks", "click and background", "box and click")


@dataclass(frozen=True)
class View:
    """A photo or a part of one.

    Attributes:
        name: says where it comes from.
        rgb: H×W×3 uint8.
        prompts: (x, y, label) in pixels of ``rgb``; empty where the photo came without prompts.
    """

    name: str
    rgb: U8
    prompts: tuple[Prompt, ...]


def comparison_views() -> list[View]:
    """The default views for parity: 30, unmirrored."""
    return list(_scene_views(zooms=(None, 1.5, 1.15), mirrored=False, shift=0))


def calibration_views() -> list[View]:
    """The default views for calibration: 30, mirrored and cropped otherwise than for parity."""
    return list(_scene_views(zooms=(1.3, None, 2.0), mirrored=True, shift=1))


def folder_views(folder: Path, limit: int = 64) -> list[View]:
    """The user's photos, in the order of their names, without prompts.

    Hidden files (`._photo.jpg` of macOS) are no photos; one that cannot be read is named on stderr
    and left out, and so are those beyond a gigapixel in all; what was announced by a damaged one
    counts. Larger ones than any network sees are kept at 2048 pixels. Views have the files' names,
    escaped and cut: they become keys of the manifest.

    Raises:
        ExportError: the folder is missing, or holds no photo that can be read.
    """
    if not folder.is_dir():
        raise ExportError(f"{folder} is not a folder of photos")
    paths = sorted(path for path in folder.rglob("*") if _is_photo(path, folder))
    # Label maps lie beside the photos as .png in our own data: a photo of the same name wins.
    stems = {p.with_suffix("") for p in paths if p.suffix.lower() != ".png"}
    paths = [p for p in paths if p.suffix.lower() != ".png" or p.with_suffix("") not in stems]
    if not paths:
        raise ExportError(f"there is no photo in {folder} ({', '.join(sorted(PHOTO_SUFFIXES))})")
    step = max(1, len(paths) // limit)
    views, left = [], _MOST_PIXELS
    for path in paths[::step][:limit]:
        most = min(left, MAX_PIXELS)
        try:
            pixels = open_photo(path, max_pixels=most, pipes=False).pixels
            left -= pixels.shape[0] * pixels.shape[1]
            views.append(View(_name(path), _reduced(pixels), ()))
        except PhotoError as error:
            print(f"squeezesam-export: left out: {printable(str(error))}", file=sys.stderr)
            with contextlib.suppress(PhotoError):
                left -= announced(read_photo_file(str(path), pipes=False), most)
        if left <= 0:
            print("squeezesam-export: left out: what comes after a gigapixel", file=sys.stderr)
            break
    if not views:
        raise ExportError(f"no photo in {folder} can be read")
    return views


def _name(path: Path) -> str:
    name = printable(path.name)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _reduced(rgb: U8) -> U8:
    """A photo that costs little memory, however many megapixels it came with."""
    if max(rgb.shape[:2]) <= _LONGEST_SIDE:
        return rgb
    placed = Letterbox((rgb.shape[1], rgb.shape[0]), (_LONGEST_SIDE, _LONGEST_SIDE))
    right, bottom = placed.resized
    canvas = placed.image(np.ascontiguousarray(rgb), (0, 0, 0))
    return np.ascontiguousarray(canvas[:bottom, :right])


def _is_photo(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.suffix.lower() in PHOTO_SUFFIXES and path.is_file()


def views_sha256(views: list[View]) -> str:
    """Hash of pixels and prompts: says whether two exports were calibrated alike."""
    digest = hashlib.sha256()
    for view in views:
        digest.update(repr((view.rgb.shape, view.prompts)).encode())
        digest.update(np.ascontiguousarray(view.rgb).tobytes())
    return digest.hexdigest()


def letterbox(
    rgb: U8, height: int, width: int, padding: tuple[float, float, float] = PAD_VALUE
) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Resize with the aspect kept and pad bottom and right: the core's own steps.

    Returns:
        1×3×height×width float32 in 0…255, and the (height, width) that the photo covers.
    """
    placed = Letterbox((rgb.shape[1], rgb.shape[0]), (width, height))
    canvas = placed.image(np.ascontiguousarray(rgb), (0, 0, 0))
    planar = np.empty((1, 3, height, width), np.float32)
    planar[0] = np.asarray(padding, np.float32)[:, None, None]
    right, bottom = placed.resized
    planar[0, :, :bottom, :right] = canvas[:bottom, :right].transpose(2, 0, 1)
    return planar, (bottom, right)


def _read(path: Path) -> U8:
    try:
        return open_photo(path, pipes=False).pixels
    except PhotoError as error:
        raise ExportError(f"{error}") from None


def _scene_photo(name: str) -> U8:
    try:
        folder = resources.files("skimage") / "data"
    except ModuleNotFoundError as error:
        raise ExportError(
            "the default photos come with scikit-image, which is not installed; "
            "install it or name your own folder with --calibration"
        ) from error
    return _read(Path(str(folder / name)))


def _scene_views(zooms: tuple[float | None, ...], mirrored: bool, shift: int) -> Iterator[View]:
    scenes = json.loads((resources.files("squeezesam_export.photos") / "scenes.json").read_text())
    scenes.pop("_")
    count = 0
    for photo, objects in scenes.items():
        rgb = _scene_photo(photo)
        for thing in objects:
            for turn, zoom in enumerate(zooms):
                kind = _KINDS[(count + 2 * turn + shift) % len(_KINDS)]
                yield _view(f"{photo} {thing['object']}", rgb, thing, zoom, mirrored, kind)
            count += 1


def _view(
    name: str, rgb: U8, thing: dict[str, Any], zoom: float | None, mirrored: bool, kind: str
) -> View:
    height, width = rgb.shape[:2]
    left, top, right, bottom = 0, 0, width, height
    if zoom is not None:
        x0, y0, x1, y1 = thing["box"]
        cx, cy, half = (x0 + x1) / 2, (y0 + y1) / 2, zoom * max(x1 - x0, y1 - y0) / 2
        left, right = max(0, round(cx - half)), min(width, round(cx + half))
        top, bottom = max(0, round(cy - half)), min(height, round(cy + half))
    crop = rgb[top:bottom, left:right]
    prompts = [(x - left, y - top, label) for x, y, label in _prompts(thing, kind)]
    inside = [p for p in prompts if 0 <= p[0] < right - left and 0 <= p[1] < bottom - top]
    if mirrored:
        crop, inside = crop[:, ::-1], _mirror(inside, right - left)
    how = "whole" if zoom is None else f"zoom {zoom}"
    return View(f"{name}, {how}, {kind}", np.ascontiguousarray(crop), tuple(inside))


def _prompts(thing: dict[str, Any], kind: str) -> list[Prompt]:
    x0, y0, x1, y1 = (float(v) for v in thing["box"])
    box: list[Prompt] = [(x0, y0, 2), (x1, y1, 3)] if "box" in kind else []
    count = {"box": 0, "clicks": 3}.get(kind, 1)
    on: list[Prompt] = [(float(x), float(y), 1) for x, y in thing["on"][:count]]
    off: list[Prompt] = [(float(x), float(y), 0) for x, y in thing["off"]]
    return box + on + (off if "background" in kind else [])


def _mirror(prompts: list[Prompt], width: int) -> list[Prompt]:
    """Mirrored prompts; a box's corners swap their x."""
    flipped = {label: (width - 1 - x, y) for x, y, label in prompts if label in (2, 3)}
    out: list[Prompt] = []
    if 2 in flipped and 3 in flipped:
        out += [(flipped[3][0], flipped[2][1], 2), (flipped[2][0], flipped[3][1], 3)]
    return out + [(width - 1 - x, y, label) for x, y, label in prompts if label in (0, 1)]

"""Photo in, object out: the one call that does everything with its defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from .errors import InvalidArgumentError, OutputError
from .formats import FORMATS
from .photo import Photo, PhotoSource, open_photo
from .segmenter import Segmenter
from .writing import check_free, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .mask import Mask

Pixels: TypeAlias = npt.NDArray[np.uint8]
Background: TypeAlias = "tuple[int, int, int] | Photo"
BackgroundSource: TypeAlias = "str | Sequence[int] | PhotoSource | Photo"
Source = TypeVar("Source")
"""A path (text or `os.PathLike`), the bytes of a file, a PIL image or a uint8 array."""

_FAINT = 13  # of 255: what is less opaque than 5 % is not worth widening the crop for
_STRIP = 1 << 18  # pixels that are mixed at a time, so that no whole copies pile up
_OPAQUE_SUFFIXES = (".png", ".webp", ".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class Finish:
    """How a mask becomes the picture that is kept.

    background: what comes behind the object; None leaves it transparent.
    crop: only the rectangle round the object, widened by the margin as far as the photo goes.
    margin: in pixels; with relative=True in percent of the object's longer side.
    soft: alpha from 0 to 255 at the edge; False gives 0 and 255 only.
    """

    background: Background | None = None
    crop: bool = False
    margin: float = 0
    relative: bool = False
    soft: bool = True

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of files that can hold the picture; the first is the usual one."""
        return FORMATS["cutout"].suffixes if self.background is None else _OPAQUE_SUFFIXES

    def of(self, mask: Mask) -> Pixels:
        """uint8 h×w×4 straight RGBA, or h×w×3 RGB before a background.

        Raises OutputError where there is nothing to crop to.
        """
        picture = mask.cutout(soft=self.soft)
        if self.background is not None and not self.crop:
            return lay_over(picture, self.background)
        if self.crop:
            left, top, right, bottom = self._window(picture[..., 3], mask.photo.name)
            picture = np.ascontiguousarray(picture[top:bottom, left:right])
        return picture if self.background is None else lay_over(picture, self.background)

    def _window(self, alpha: Pixels, name: str) -> tuple[int, int, int, int]:
        import cv2

        left, top, width, height = cv2.boundingRect((alpha >= _FAINT).view(np.uint8))
        if not width or not height:
            raise OutputError(f"{name}: the mask is empty, there is nothing to crop to")
        by = self.margin * max(width, height) / 100 if self.relative else self.margin
        room = round(min(by, max(alpha.shape)))  # more than the photo is the whole photo
        return (
            max(0, left - room),
            max(0, top - room),
            min(alpha.shape[1], left + width + room),
            min(alpha.shape[0], top + height + room),
        )


def parse_margin(text: str | float) -> tuple[float, bool]:
    """``20`` (pixels) or ``5%`` as number and whether it is a percentage.

    Raises InvalidArgumentError for anything else, and for what is negative or no number.
    """
    relative = isinstance(text, str) and text.endswith("%")
    try:
        value = float(str(text).removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise InvalidArgumentError(f"the margin {text!r} is no number of pixels or percent (5%)")
    return value, relative


def remove(
    photo: Source,
    output: str | os.PathLike[str] | None = None,
    *,
    background: BackgroundSource | None = None,
    crop: bool = False,
    margin: float | str = 0,
    soft: bool = True,
    refine: bool = False,
    overwrite: bool = False,
    bundle: str | os.PathLike[str] | None = None,
    segmenter: Segmenter | None = None,
) -> Source:
    """Removes the background of a photo; gives back what it was given.

    photo: an array (uint8 H×W, H×W×3 or H×W×4) gives a uint8 array, a PIL image a PIL image, the
        bytes of a photo the bytes of a PNG file, a path the path of the file written: `output`, or
        PHOTO-cutout.png beside the photo.
    background: a colour (``"white"``, ``"#20a040"``, three values 0…255) or a photo behind the
        object; by default all but the object is transparent, and the result is RGBA, not RGB.
    crop: only the rectangle round the object, with a `margin` in pixels or, as ``"5%"``, in percent
        of the object's longer side.
    soft: soft edges. refine: move the edge to the photo's, as `Mask.refine`.
    overwrite: replace a file that is there.
    bundle: the model bundle's folder; by default the one that comes with the package. It is loaded
        once. segmenter: one that is loaded already, in place of a bundle.

    Raises NothingStandsOutError for a photo without an object, PhotoError, BundleError, OutputError
    and InvalidArgumentError.
    """
    number, relative = parse_margin(margin)
    given = None if background is None else read_background(background)
    finish = Finish(given, crop, number, relative, soft)
    target = _target(photo, output, finish, overwrite)
    session = (segmenter or _loaded(bundle)).open(photo)
    picture = finish.of(session.predict(refine=refine))
    if target is not None:
        write_whole(target, _encoded(picture, target.suffix.lower()), overwrite=overwrite)
    given_back: Source = _as_given(photo, picture, target)
    return given_back


def _target(photo: Any, output: Any, finish: Finish, overwrite: bool) -> Path | None:
    """Where the cut-out of a path goes, checked; None for a photo that is no path."""
    if not isinstance(photo, (str, os.PathLike)):
        if output is not None:
            raise InvalidArgumentError("an output is for a photo that is given as a path")
        return None
    source = Path(photo)
    target = source.with_name(f"{source.stem}-cutout.png") if output is None else Path(output)
    check_target(target, source, finish, overwrite=overwrite)
    return target


def _as_given(photo: Any, picture: Pixels, target: Path | None) -> Any:
    """The picture as the kind of thing that the photo was."""
    if target is not None:
        return str(target) if isinstance(photo, str) else target
    if isinstance(photo, np.ndarray):
        return picture
    if isinstance(photo, (bytes, bytearray, memoryview)):
        return _encoded(picture, ".png")
    from PIL import Image

    return Image.fromarray(picture)


def _encoded(picture: Pixels, suffix: str) -> bytes:
    from .render import encode  # brings OpenCV, which a prediction does not need

    return encode(picture, suffix)


def check_target(target: Path, source: Path | None, finish: Finish, *, overwrite: bool) -> None:
    """Raises OutputError for a file that cannot hold the picture or must not be replaced.

    Overwriting never goes as far as the photo itself, `source`.
    """
    if target.suffix.lower() not in finish.suffixes:
        kind = "a cut-out" if finish.background is None else "a photo with another background"
        raise OutputError(f"{target}: {kind} is saved as {' or '.join(finish.suffixes)}")
    check_free(target, overwrite=overwrite)
    if source is not None and os.path.realpath(target) == os.path.realpath(source):
        raise OutputError(f"{target}: is the photo itself; name another file")


def _loaded(bundle: str | os.PathLike[str] | None) -> Segmenter:
    return _load(None if bundle is None else os.fspath(bundle))


@lru_cache(maxsize=2)
def _load(bundle: str | None) -> Segmenter:
    return Segmenter.load(bundle)


def read_background(source: Any) -> Background:
    """A colour or a photo from what the caller has in hand.

    source: a colour as CSS writes it (``white``, ``#20a040``, ``rgb(32, 160, 64)``), three values
        0…255, a `Photo`, or whatever `open_photo` takes. A text that is a colour's name is a
        colour: write ``./white`` for a file of that name.

    Raises InvalidArgumentError for what is neither, and PhotoError for a photo that cannot be read.
    """
    if isinstance(source, Photo):
        return source
    if isinstance(source, (tuple, list)):
        return _colour(source)
    if isinstance(source, str):
        named = _named(source)
        if named is not None:
            return named
        if not os.path.lexists(source.replace("\0", "?")):
            raise InvalidArgumentError(f"the background {source!r} is neither a colour nor a file")
    return open_photo(source, name="background")


def lay_over(cutout: Pixels, background: Background) -> Pixels:
    """uint8 H×W×4 straight RGBA over the background: uint8 H×W×3, mixed in sRGB values.

    A photo covers the whole picture: it is scaled with its aspect kept and cut off evenly.
    """
    height, width = cutout.shape[:2]
    behind: Pixels
    if isinstance(background, Photo):
        behind = _covering(background.pixels, width, height)
    else:
        behind = np.broadcast_to(np.array(background, np.uint8), (height, width, 3))
    mixed = np.empty((height, width, 3), np.uint8)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = cutout[top : top + rows]
        alpha = strip[..., 3:].astype(np.uint16)
        sums = strip[..., :3] * alpha + behind[top : top + rows] * (255 - alpha)
        mixed[top : top + rows] = (sums + 127) // 255
    return mixed


def _colour(values: Sequence[Any]) -> tuple[int, int, int]:
    try:
        whole = [int(value) for value in values]
    except (TypeError, ValueError):
        whole = []
    if len(whole) != 3 or not all(0 <= value <= 255 for value in whole):
        raise InvalidArgumentError(f"a colour is three values from 0 to 255, not {values!r}")
    return whole[0], whole[1], whole[2]


def _named(text: str) -> tuple[int, int, int] | None:
    from PIL import ImageColor

    try:
        values = ImageColor.getrgb(text.strip())
    except ValueError:
        return None
    if len(values) == 4 and values[3] != 255:
        raise InvalidArgumentError(f"the background {text!r} is transparent; leave it out for that")
    return _colour(values[:3])


def _covering(pixels: Pixels, width: int, height: int) -> Pixels:
    """The middle of the photo, scaled so that it fills width×height."""
    import cv2

    rows, columns = pixels.shape[:2]
    scale = max(width / columns, height / rows)
    cut_width = min(columns, max(1, round(width / scale)))
    cut_height = min(rows, max(1, round(height / scale)))
    left, top = (columns - cut_width) // 2, (rows - cut_height) // 2
    window = pixels[top : top + cut_height, left : left + cut_width]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(window, (width, height), interpolation=how), np.uint8)

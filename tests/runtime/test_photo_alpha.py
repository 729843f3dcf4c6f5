"""A photo's own alpha multiplies its cut-out's, whatever it came in; its colours stay."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from command_line import Typed
from photo_files import STORED, encoded
from PIL import Image
from skimage import data
from squeezesam import Photo, PhotoError, Segmenter, open_photo, remove

SIDE = (160, 128)


def _rgba() -> np.ndarray:
    """A dark photo with a bright object, a transparent corner and a ramp of alpha over both."""
    rgb = np.asarray(Image.fromarray(data.coffee()).resize(SIDE)) // 3
    rgb[40:90, 50:120] += 150
    alpha = np.broadcast_to(np.linspace(40, 255, SIDE[0]).astype(np.uint8), rgb.shape[:2]).copy()
    alpha[:30, :30] = 0
    return np.dstack([rgb, alpha])


RGBA = _rgba()


def _containers() -> dict[str, object]:
    image = Image.fromarray(RGBA)
    profile = {"lossless": True, "exact": True}
    return {
        "array": RGBA,
        "bottom up array": RGBA[::-1],
        "PIL image": image,
        "PNG": encoded(image, "png"),
        "WebP": encoded(image, "webp", **profile),
        "TIFF": encoded(image, "tiff", compression="tiff_deflate"),
    }


@pytest.mark.parametrize("container", _containers())
def test_the_photos_alpha_multiplies_the_cut_outs(segmenter: Segmenter, container: str) -> None:
    wanted = RGBA[::-1] if "bottom up" in container else RGBA
    session = segmenter.open(_containers()[container])
    session.set_box(45, 35, 125, 95)
    mask = session.predict()
    assert 0 < mask.area < mask.array.size
    hard = mask.cutout(soft=False)
    np.testing.assert_array_equal(hard[..., 3], np.where(mask.array, wanted[..., 3], 0))
    for cut in (hard, mask.cutout()):
        seen = cut[..., 3] > 0
        np.testing.assert_array_equal(cut[seen][:, :3], wanted[seen][:, :3])
        assert (cut[~seen] == 0).all()
        assert (cut[..., 3] <= wanted[..., 3]).all()
    np.testing.assert_array_equal(mask.cutout()[..., 3], mask.alpha)


def test_the_model_sees_the_photo_over_white(segmenter: Segmenter) -> None:
    over = np.asarray(
        Image.alpha_composite(Image.new("RGBA", SIDE, "white"), Image.fromarray(RGBA))
    )[..., :3]
    found = []
    for photo in (RGBA, over):
        session = segmenter.open(photo)
        session.set_box(45, 35, 125, 95)
        found.append(session.predict())
    np.testing.assert_allclose(found[0].logits, found[1].logits, atol=0.5)
    assert np.abs(open_photo(RGBA).pixels.astype(int) - over).max() <= 1


def test_alpha_of_16_bits_of_a_palette_and_of_grey_counts(segmenter: Segmenter) -> None:
    deep = Image.fromarray(RGBA).convert("LA")
    palette = Image.fromarray(RGBA[..., :3]).quantize(16)
    file = encoded(palette, "png", transparency=5)
    hidden = np.asarray(palette) == 5
    assert hidden.any()
    straight = open_photo(file).straight
    assert straight is not None
    np.testing.assert_array_equal(straight[..., 3], np.where(hidden, 0, 255))
    grey = open_photo(deep).straight
    assert grey is not None
    np.testing.assert_array_equal(grey[..., 3], RGBA[..., 3])
    cut = remove(deep, segmenter=segmenter)
    assert (np.asarray(cut)[..., 3] <= RGBA[..., 3]).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_alpha_is_turned_with_the_photo(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = encoded(np.ascontiguousarray(STORED[orientation](RGBA)), "png", exif=exif)
    for source in (file, Image.open(io.BytesIO(file))):
        straight = open_photo(source).straight
        assert straight is not None
        np.testing.assert_array_equal(straight, RGBA)


@pytest.mark.parametrize("form", ["png", "webp", "tiff"])
def test_opaque_photos_with_an_alpha_channel_take_no_room_for_it(form: str) -> None:
    opaque = np.dstack([RGBA[..., :3], np.full(SIDE[::-1], 255, np.uint8)])
    options = {"lossless": True} if form == "webp" else {}
    for source in (opaque, encoded(opaque, form, **options), Image.fromarray(opaque)):
        photo = open_photo(source)
        assert photo.straight is None
        assert photo.source is photo.pixels
        np.testing.assert_array_equal(photo.pixels, RGBA[..., :3])


def test_a_photo_that_is_transparent_everywhere_has_nothing_to_cut_out(
    segmenter: Segmenter, segment: object, tmp_path: Path
) -> None:
    clear = RGBA.copy()
    clear[..., 3] = 0
    path = tmp_path / "clear.png"
    path.write_bytes(encoded(clear, "png"))
    for photo in (clear, Image.fromarray(clear), str(path), path.read_bytes()):
        with pytest.raises(PhotoError, match="transparent everywhere: there is nothing to cut out"):
            segmenter.open(photo)
    assert isinstance(open_photo(path), Photo)  # white, where it is a background
    said: Typed = segment(path, "--box", "1,1,90,90")  # type: ignore[operator]
    assert said.code == 1
    assert said.err.strip().splitlines()[-1].startswith(f"squeezesam: {path}: the photo is transp")
    assert not list((tmp_path / "out").glob("*.png"))

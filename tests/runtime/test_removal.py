"""`squeezesam.remove`: what goes in comes out, without its background."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import squeezesam
from photo_files import encoded, save_scene, scene
from PIL import Image
from squeezesam import InvalidArgumentError, NothingStandsOutError, OutputError, Segmenter, remove

THING = (32, 48, 96, 128)
PHOTO = scene(things=(THING,))


def test_each_kind_of_photo_gives_the_same_kind_back(segmenter: Segmenter, tmp_path: Path) -> None:
    path = save_scene(tmp_path / "a.png", THING)
    array = remove(PHOTO, segmenter=segmenter)
    assert array.shape == (192, 256, 4)
    assert array.dtype == np.uint8
    image = remove(Image.fromarray(PHOTO), segmenter=segmenter)
    assert isinstance(image, Image.Image)
    data = remove(path.read_bytes(), segmenter=segmenter)
    assert isinstance(data, bytes)
    text = remove(str(path), segmenter=segmenter)
    assert text == str(tmp_path / "a-cutout.png")
    named = remove(path, tmp_path / "out.webp", segmenter=segmenter)
    assert named == tmp_path / "out.webp"
    for picture in (image, Image.open(io.BytesIO(data)), Image.open(text), Image.open(named)):
        assert picture.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(picture), array)


def test_the_bundle_is_loaded_once_by_its_folder(bundle: Path) -> None:
    first = remove(PHOTO, bundle=bundle)
    np.testing.assert_array_equal(first, remove(PHOTO, bundle=bundle))
    assert squeezesam.removal._loaded(bundle) is squeezesam.removal._loaded(bundle)


def test_a_background_gives_rgb_mixed_by_the_alpha(segmenter: Segmenter) -> None:
    """Against the definition, in floats."""
    cut = remove(PHOTO, segmenter=segmenter).astype(float)
    backdrop = np.random.default_rng(3).integers(0, 256, PHOTO.shape, np.uint8)
    for background, behind in (((10, 200, 90), np.array([10, 200, 90])), (backdrop, backdrop)):
        mixed = remove(PHOTO, background=background, segmenter=segmenter)
        alpha = cut[..., 3:] / 255
        np.testing.assert_allclose(mixed, alpha * cut[..., :3] + (1 - alpha) * behind, atol=0.5001)
    white = remove(PHOTO, background="white", segmenter=segmenter)
    np.testing.assert_array_equal(white, remove(PHOTO, background="#fff", segmenter=segmenter))


def test_a_crop_lies_where_the_object_is(segmenter: Segmenter) -> None:
    whole = remove(PHOTO, soft=False, segmenter=segmenter)
    rows, columns = np.nonzero(whole[..., 3])
    window = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    np.testing.assert_array_equal(
        remove(PHOTO, soft=False, crop=True, segmenter=segmenter), whole[window]
    )
    everything = remove(PHOTO, soft=False, crop=True, margin=10**9, segmenter=segmenter)
    np.testing.assert_array_equal(everything, whole)


def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    segmenter: Segmenter, tmp_path: Path
) -> None:
    path = save_scene(tmp_path / "a.png", THING)
    with pytest.raises(NothingStandsOutError):
        remove(scene(), segmenter=segmenter)
    with pytest.raises(InvalidArgumentError, match="margin"):
        remove(PHOTO, crop=True, margin=-1, segmenter=segmenter)
    with pytest.raises(InvalidArgumentError, match="given as a path"):
        remove(PHOTO, tmp_path / "x.png", segmenter=segmenter)
    for colour in ((1, 2), (1, 2, 300), "reddish"):
        with pytest.raises(InvalidArgumentError):
            remove(PHOTO, background=colour, segmenter=segmenter)
    for target in (tmp_path / "a.jpg", path, tmp_path / "." / "a.png"):
        with pytest.raises(OutputError):
            remove(path, target, overwrite=True, segmenter=segmenter)
    with pytest.raises(TypeError):
        remove(3.5, segmenter=segmenter)
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    remove(path, segmenter=segmenter)
    with pytest.raises(OutputError, match="exists already"):
        remove(path, segmenter=segmenter)


def test_a_photo_that_is_a_result_says_so(tmp_path: Path, segmenter: Segmenter) -> None:
    """PNG, WebP and JPEG that squeezesam writes are known again; those of others never are."""
    from squeezesam.formats import is_result

    path = save_scene(tmp_path / "a.png", THING)
    for name in ("b.png", "b.webp", "b.jpg"):
        target = remove(path, tmp_path / name, background="red", segmenter=segmenter)
        assert is_result(target)
        assert Image.open(target).convert("RGB").size == (256, 192)
    for form in ("png", "webp", "jpeg", "tiff", "bmp"):
        (tmp_path / "c").write_bytes(encoded(PHOTO, form))
        assert not is_result(tmp_path / "c")

"""Every form of saving holds the mask exactly, and files appear whole or not at all."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from photo_files import scene
from PIL import Image, ImageDraw
from skimage import data
from squeezesam import Mask, OutputError, Segmenter

THING = (40, 32, 120, 128)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """A dark real photo with a bright thing that has a hole: dark enough to stay background."""
    pixels = np.ascontiguousarray(data.coffee()[100:292, 100:356] // 3)
    pixels[32:128, 40:120] = 255
    pixels[64:96, 64:96] = 10
    return pixels


@pytest.fixture(scope="module")
def mask(segmenter: Segmenter, photo: np.ndarray) -> Mask:
    mask = segmenter.open(photo).predict()
    assert mask.array[40, 60]
    assert not mask.array[80, 80]
    return mask


@pytest.fixture(scope="module")
def empty_mask(segmenter: Segmenter) -> Mask:
    session = segmenter.open(scene(120, 80))
    session.add_point(3, 3)
    mask = session.predict(candidate=3)
    assert mask.area == 0
    return mask


def test_a_mask_png_is_255_on_the_object_and_0_elsewhere(mask: Mask, tmp_path: Path) -> None:
    path = mask.save(tmp_path / "mask.png")
    stored = np.asarray(Image.open(path))
    assert stored.dtype == np.uint8
    assert np.array_equal(stored, np.where(mask.array, 255, 0))


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_a_cutout_keeps_the_object_s_colours_and_hides_the_rest(
    mask: Mask, photo: np.ndarray, tmp_path: Path, suffix: str
) -> None:
    image = Image.open(mask.save(tmp_path / f"cutout{suffix}", "cutout"))
    assert image.mode == "RGBA"
    stored = np.asarray(image)
    inside, outside = mask.alpha == 255, mask.alpha == 0
    assert inside.sum() > 2000
    assert outside.sum() > 10000
    assert np.array_equal(stored[..., 3], mask.alpha)
    assert np.array_equal(stored[inside][:, :3], photo[inside])
    assert (stored[outside][:, 3] == 0).all()
    if suffix == ".png":  # WebP invents colours for what is wholly transparent
        assert (stored[outside] == 0).all()


def test_a_cropped_cutout_is_the_rectangle_of_the_object_and_its_band(
    mask: Mask, tmp_path: Path, empty_mask: Mask
) -> None:
    whole = np.asarray(Image.open(mask.save(tmp_path / "whole.png", "cutout")))
    cropped = np.asarray(Image.open(mask.save(tmp_path / "crop.png", "cutout", crop=True)))
    assert mask.bounds is not None
    x, y, width, height = mask.bounds
    room = math.ceil(max(2, max(whole.shape) / 100)) + 2  # 1 % of the longer side, 2 for blending
    top, left = max(y - room, 0), max(x - room, 0)
    assert np.array_equal(cropped, whole[top : y + height + room, left : x + width + room])
    assert (cropped[..., 3] > 0).sum() == (whole[..., 3] > 0).sum()
    assert cropped.shape[0] < whole.shape[0]
    with pytest.raises(OutputError, match="empty"):
        empty_mask.save(tmp_path / "empty.png", "cutout", crop=True)
    assert not (tmp_path / "empty.png").exists()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_an_overlay_tints_the_object_dims_the_rest_and_draws_the_prompts(
    segmenter: Segmenter, photo: np.ndarray, tmp_path: Path, suffix: str
) -> None:
    session = segmenter.open(photo)
    session.set_box(20, 16, 200, 150)
    session.add_point(100, 50)
    session.add_point(180, 100, foreground=False)
    result = session.predict()
    stored = np.asarray(Image.open(result.save(tmp_path / f"o{suffix}", "overlay")).convert("RGB"))
    assert stored.shape == photo.shape
    tolerance = 4 if suffix == ".png" else 60
    inside = stored[60, 50].astype(int)
    assert inside[2] == 255 or abs(inside[2] - 255) < tolerance
    assert inside[0] < 200  # white turned blue
    assert np.abs(stored[180, 30].astype(int) - photo[180, 30] * 0.62).max() <= tolerance
    red, green = stored[104, 180].astype(int), stored[54, 103].astype(int)
    assert red[0] > red[1] + 80
    assert green[1] > green[0] + 80
    yellow = stored[140:161, 120].astype(int)
    assert ((yellow[:, 0] - yellow[:, 2]) > 120).any()


def test_an_svg_contour_filled_again_is_the_mask(mask: Mask, tmp_path: Path) -> None:
    path = mask.save(tmp_path / "outline.svg", "contour")
    root = ElementTree.parse(path).getroot()
    assert root.attrib["viewBox"] == "0 0 256 192"
    (element,) = root
    assert element.attrib["fill-rule"] == "evenodd"
    rings = [
        [tuple(map(float, pair.split(","))) for pair in ring.strip("M").split(" ")]
        for ring in element.attrib["d"].split("Z")
        if ring
    ]
    assert len(rings) == 2  # the outline and the hole
    zoom = 8
    filled = np.zeros((192 * zoom, 256 * zoom), bool)
    for ring in rings:
        canvas = Image.new("1", (256 * zoom, 192 * zoom))
        ImageDraw.Draw(canvas).polygon([(x * zoom, y * zoom) for x, y in ring], fill=1)
        filled ^= np.asarray(canvas)
    centres = filled[zoom // 2 :: zoom, zoom // 2 :: zoom]
    difference = centres != mask.array
    rim = cv2.dilate(mask.array.astype(np.uint8), np.ones((3, 3))) != cv2.erode(
        mask.array.astype(np.uint8), np.ones((3, 3))
    )
    assert not difference[~rim].any()
    assert difference.sum() < 0.02 * mask.area


def test_coco_run_lengths_decode_to_the_mask(mask: Mask, tmp_path: Path) -> None:
    stored = json.loads(mask.save(tmp_path / "rle.json", "rle").read_text())
    assert stored["size"] == [192, 256]
    assert np.array_equal(_decode_coco(stored), mask.array)


def test_the_json_account_holds_everything_about_the_prediction(mask: Mask, tmp_path: Path) -> None:
    stored = json.loads(mask.save(tmp_path / "result.json", "json").read_text())
    assert (stored["width"], stored["height"]) == (256, 192)
    assert stored["bundle"] == "tiny-onnx-fp32-128x128"
    assert stored["engine"] == "onnxruntime"
    assert stored["score"] == pytest.approx(0.9)
    assert stored["candidate"] == 0
    assert [c["index"] for c in stored["candidates"]] == [0, 1, 2, 3]
    assert stored["automatic"] is True
    assert stored["prompts"][0] == {
        "type": "foreground",
        "x": mask.prompts[0].x,
        "y": mask.prompts[0].y,
        "automatic": True,
    }
    assert tuple(stored["bounds"]) == mask.bounds
    assert stored["area"] == mask.area
    assert stored["timings_ms"] == mask.timings.as_json()
    assert np.array_equal(_decode_coco(stored["segmentation"]), mask.array)


def test_an_empty_mask_can_be_saved_in_every_form(empty_mask: Mask, tmp_path: Path) -> None:
    for form, suffix in (
        ("mask", "png"),
        ("cutout", "png"),
        ("overlay", "png"),
        ("contour", "svg"),
        ("rle", "json"),
        ("json", "json"),
    ):
        assert empty_mask.save(tmp_path / f"{form}.{suffix}", form).stat().st_size > 0
    assert not np.asarray(Image.open(tmp_path / "mask.png")).any()
    assert json.loads((tmp_path / "json.json").read_text())["bounds"] is None


def test_a_file_that_exists_is_replaced_only_when_asked(mask: Mask, tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    path.write_text("precious")
    with pytest.raises(OutputError, match="exists already"):
        mask.save(path)
    assert path.read_text() == "precious"
    mask.save(path, overwrite=True)
    assert Image.open(path).size == (256, 192)
    assert os.listdir(tmp_path) == ["mask.png"]


def test_a_dangling_link_counts_as_existing(mask: Mask, tmp_path: Path) -> None:
    link = tmp_path / "mask.png"
    link.symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(OutputError, match="exists already"):
        mask.save(link)
    assert link.is_symlink()


def test_formats_and_suffixes_must_fit(mask: Mask, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no format 'video'"):
        mask.save(tmp_path / "x.png", "video")
    with pytest.raises(OutputError, match=r"cutout is saved as \.png or \.webp"):
        mask.save(tmp_path / "x.jpg", "cutout")
    with pytest.raises(OutputError, match=r"saved as \.svg"):
        mask.save(tmp_path / "outline", "contour")
    assert os.listdir(tmp_path) == []


def test_places_that_take_no_files_are_named(mask: Mask, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.png").mkdir()
    for place, reason in (
        (tmp_path / "file" / "mask.png", "Not a directory"),
        (tmp_path / "missing" / "mask.png", "No such file"),
        (tmp_path / "folder.png", "is a folder"),
        (Path("/proc/mask.png"), "cannot be written"),
    ):
        with pytest.raises(OutputError, match=reason):
            mask.save(place)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.png"]


def test_saved_files_have_the_permissions_of_any_new_file(mask: Mask, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    path = mask.save(tmp_path / "mask.png")
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_full_disk_leaves_neither_a_part_nor_the_old_file_damaged(
    bundle: Path, tmp_path: Path
) -> None:
    """A process that may write 2 kB files only stands in for the disk: the kernel refuses."""
    old = tmp_path / "old.png"
    old.write_text("precious")
    code = f"""
import resource, numpy as np
from squeezesam import Segmenter, OutputError
session = Segmenter.load({str(bundle)!r}, threads=1).open(
    np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8))
session.add_point(3, 3)
mask = session.predict()
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
for name in ("new.png", "old.png"):
    try:
        mask.save({str(tmp_path)!r} + "/" + name, "overlay", overwrite=True)
    except OutputError as error:
        print(error)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr == ""
    assert result.stdout.count("cannot be written (File too large)") == 2
    assert os.listdir(tmp_path) == ["old.png"]
    assert old.read_text() == "precious"


def _decode_coco(rle: dict[str, object]) -> np.ndarray:
    """COCO's compressed run lengths, written after the format's description: base-32 digits in
    characters from '0' on, bit 6 says that more follow, and from the third run on each count is
    stored as the difference to the count two before."""
    text, counts, position = str(rle["counts"]).encode(), [], 0
    while position < len(text):
        value, shift, more = 0, 0, True
        while more:
            digit = text[position] - 48
            value |= (digit & 31) << shift
            more = bool(digit & 32)
            shift += 5
            position += 1
            if not more and digit & 16:
                value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
    height, width = rle["size"]  # type: ignore[misc]
    flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return flat.reshape(width, height).T


@pytest.mark.parametrize(
    ("shape", "shown"),
    [((192, 256), (192, 256)), ((2000, 1000), (768, 384)), ((3, 4000), (1, 768))],
)
def test_a_notebook_shows_the_mask_over_its_photo_made_small(
    segmenter: Segmenter, shape: tuple[int, int], shown: tuple[int, int]
) -> None:
    photo = np.zeros((*shape, 3), np.uint8)
    photo[:, : shape[1] // 2] = 255
    session = segmenter.open(photo)
    session.add_point(1, 1)
    png = session.predict()._repr_png_()
    assert png.startswith(b"\x89PNG")
    picture = np.asarray(Image.open(io.BytesIO(png)))
    assert picture.shape == (*shown, 3)
    inside, outside = picture[0, shown[1] // 4], picture[-1, -1]
    assert inside.max() > outside.max()

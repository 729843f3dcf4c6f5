"""The photos that networks are calibrated with and compared on."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data
from squeezesam import ModelBundle, open_photo
from squeezesam_export.networks.reference import Reference
from squeezesam_export.photos.views import (
    calibration_views,
    comparison_views,
    folder_views,
    letterbox,
    views_sha256,
)
from squeezesam_export.program import ExportError
from squeezesam_model.heat import heat_size
from tiny_bundle import write_tiny_bundle


def test_the_built_in_views_are_at_least_twenty_and_all_have_prompts_inside() -> None:
    for views in (comparison_views(), calibration_views()):
        assert len(views) >= 20
        for view in views:
            height, width = view.rgb.shape[:2]
            assert view.prompts, view.name
            assert all(0 <= x < width and 0 <= y < height for x, y, _ in view.prompts), view.name


def test_calibration_and_comparison_share_no_view() -> None:
    seen = {view.rgb.tobytes() for view in comparison_views()}
    assert not [view.name for view in calibration_views() if view.rgb.tobytes() in seen]


def test_every_kind_of_prompt_is_among_the_views() -> None:
    for views in (comparison_views(), calibration_views()):
        kinds = {tuple(sorted({label for *_, label in view.prompts})) for view in views}
        assert {(1,), (2, 3), (0, 1), (1, 2, 3)} <= kinds


def test_the_hash_of_views_sees_a_single_pixel_and_a_single_prompt() -> None:
    views = calibration_views()
    first = views_sha256(views)
    assert first == views_sha256(calibration_views())
    views[3].rgb[0, 0, 0] ^= 1
    assert views_sha256(views) != first


def test_letterboxing_keeps_the_aspect_and_pads_bottom_and_right() -> None:
    image, covered = letterbox(data.coffee(), 256, 256)
    assert covered == (171, 256)
    expected = cv2.resize(data.coffee(), (256, 171), interpolation=cv2.INTER_AREA)
    # The core's area average is exact in whole numbers, OpenCV's nearly.
    assert np.abs(image[0, :, :171].transpose(1, 2, 0) - expected).max() <= 1
    assert (image[0, :, 171:] == np.array([124, 116, 104])[:, None, None]).all()


def test_photos_without_prompts_get_some_from_the_heat_map(network_reference: Reference) -> None:
    view = comparison_views()[0]
    prepared = network_reference.prepare(type(view)(view.name, view.rgb, ()))
    labels = set(prepared.inputs["segment"][3][0].tolist())
    assert labels in ({1.0, -1.0}, {2.0, 3.0, -1.0})


def test_the_input_of_the_heat_map_keeps_the_aspect_in_multiples_of_32() -> None:
    assert heat_size(512, 512, 256) == (256, 256)
    assert heat_size(384, 512, 256) == (192, 256)
    assert heat_size(64, 4096, 256) == (32, 256)


@pytest.mark.parametrize("content", [None, b"not a photo"])
def test_a_calibration_folder_without_readable_photos_is_refused(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "holiday.jpg").write_bytes(content)
    with pytest.raises(ExportError, match=r"no photo in|cannot be read"):
        folder_views(tmp_path)


def test_a_missing_calibration_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a folder"):
        folder_views(tmp_path / "nowhere")


def test_label_maps_beside_photos_are_not_taken_for_photos(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.webp"), data.coffee())
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((9, 9), np.uint8))
    cv2.imwrite(str(tmp_path / "b.png"), data.chelsea())
    assert [view.name for view in folder_views(tmp_path)] == ["a.webp", "b.png"]


def test_a_hidden_file_and_a_broken_photo_do_not_end_an_export(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    photo = Image.fromarray(data.chelsea())
    photo.save(tmp_path / "cat.jpg")
    (tmp_path / "._cat.jpg").write_bytes(b"\0\5\x16\7 resource fork")
    (tmp_path / "text.jpg").write_text("dear diary")
    whole = (tmp_path / "cat.jpg").read_bytes()
    (tmp_path / "cut\x1b[2J.jpg").write_bytes(whole[: len(whole) // 2] + b"\xff\xd9")
    assert [view.name for view in folder_views(tmp_path)] == ["cat.jpg"]
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 2
    assert "cut\\x1b[2J.jpg: the JPEG file is damaged" in said[0]
    assert "text.jpg: not a photo" in said[1]
    (tmp_path / "cat.jpg").unlink()
    with pytest.raises(ExportError, match=r"no photo in .* can be read"):
        folder_views(tmp_path)


def test_large_photos_are_kept_small_and_a_folder_has_a_limit_in_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in "abcd":
        Image.new("RGB", (4096, 1024), (9, 200, 9)).save(tmp_path / f"{name}.webp", lossless=True)
    monkeypatch.setattr("squeezesam_export.photos.views._MOST_PIXELS", 3 << 22)
    found = folder_views(tmp_path)
    assert [view.name for view in found] == ["a.webp", "b.webp", "c.webp"]
    assert [view.rgb.shape for view in found] == [(512, 2048, 3)] * 3
    assert (found[0].rgb == (9, 200, 9)).all()
    assert "left out" in capfd.readouterr().err


def test_a_damaged_photo_takes_what_it_announced_from_the_folders_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (128, 256, 3), np.uint8))
    for form, options in (("webp", {}), ("jpeg", {"progressive": True}), ("tiff", {})):
        folder = tmp_path / form
        folder.mkdir()
        picture.save(tmp_path / "whole", form, **options)
        whole = (tmp_path / "whole").read_bytes()
        cut = whole[: len(whole) // 2].ljust(len(whole), b"\0")
        for name in "abcdefgh":
            (folder / f"{name}.{form}").write_bytes(cut)
        monkeypatch.setattr("squeezesam_export.photos.views._MOST_PIXELS", 3 << 15)
        with contextlib.suppress(ExportError):
            folder_views(folder)
        assert capfd.readouterr().err.count("\n") <= 4, form  # three of them, and that it ends
    for name in "abcdefgh":
        (tmp_path / "webp" / f"{name}.webp").write_bytes(b"dear diary")
    picture.save(tmp_path / "webp" / "z.webp")
    # What is no picture announces nothing.
    assert [view.name for view in folder_views(tmp_path / "webp")] == ["z.webp"]


# Whatever category of characters: of terminals, of directions, halves of pairs, bytes of no text.
_CODES = (1, 27, 127, 0x85, 0xA0, 0xAD, 0x378, 0x200B, 0x202E, 0x2028, 0xE000, 0xFFFE)
_NAMES = [*(chr(code).encode() for code in _CODES), b"\x80", b"\xff"]


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text are Linux's")
def test_a_photo_of_any_name_gives_a_view_whose_name_a_bundle_can_hold(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, odd in enumerate([*_NAMES, b"\xff" * 100, b"\x1b" * 200, "ä".encode() * 110]):
        name = os.fsdecode(b"%d" % number + odd + b".png")
        Image.new("RGB", (9, 9)).save(tmp_path / "one.png")
        (tmp_path / "one.png").rename(photos / name)
    found = {view.name: 1.0 for view in folder_views(photos)}
    assert len(found) == len(_NAMES) + 3
    place = write_tiny_bundle(tmp_path / "bundle") / "manifest.json"
    content = json.loads(place.read_text())
    content["parity"]["mask_iou"]["per_photo"] = found
    place.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    assert ModelBundle(place.parent).name == content["name"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_calibration_photos_are_upright_and_in_srgb(tmp_path: Path, orientation: int) -> None:
    """The one reader of photos: the same pixels as the runtime's."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(data.chelsea()).save(tmp_path / "cat.jpg", exif=exif)
    (view,) = folder_views(tmp_path)
    assert np.array_equal(view.rgb, open_photo(tmp_path / "cat.jpg").pixels)

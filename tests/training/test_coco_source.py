"""COCO and LVIS json as a source of photos."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sample_sets import NAMES, block, coco_document, photo, polygon, ring, write_coco
from skimage.draw import polygon2mask
from squeezesam_train.photos import DamagedPhotoError, DataError
from squeezesam_train.sources.base import Photo
from squeezesam_train.sources.coco import CocoPhotos


def _draw_named(source: CocoPhotos, name: str) -> Photo:
    rng = np.random.default_rng(0)
    return next(p for p in (source.draw(rng) for _ in range(100)) if name in p.name)


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("name", NAMES)
def test_polygons_and_runs_become_labels_and_crowds_are_ignored(tmp_path: Path, name: str) -> None:
    source = CocoPhotos(*write_coco(tmp_path))
    assert len(source) == 3
    drawn = _draw_named(source, name)
    height, width = drawn.labels.shape
    assert np.abs(drawn.rgb.astype(int) - photo(name)).mean() < 6
    corners = np.array(polygon(height, width)).reshape(-1, 2)[:, ::-1]
    objects = [drawn.labels == label for label in (1, 2)]
    assert max(_overlap(o, polygon2mask((height, width), corners)) for o in objects) > 0.95
    assert max(_overlap(o, ring(height, width)) for o in objects) == 1
    assert ((drawn.labels == 255) == block(height, width)).all()
    assert not drawn.partly_labelled


def test_lvis_finds_photos_by_their_url_and_is_only_partly_labelled(tmp_path: Path) -> None:
    document = coco_document()
    for record in document["images"]:
        name = record.pop("file_name")
        record["coco_url"] = f"http://images.example/train2017/{name}"
        record["neg_category_ids"], record["not_exhaustive_category_ids"] = [3], []
    document["annotations"] = [
        {**a, "segmentation": [[1, 1, 4, 4], polygon(200, 200)]} for a in document["annotations"]
    ]
    images, path = write_coco(tmp_path, document)
    images.rename(tmp_path / "train2017")
    drawn = CocoPhotos(tmp_path, path).draw(np.random.default_rng(0))
    assert "train2017" in drawn.name
    assert drawn.partly_labelled
    assert (drawn.labels == 1).any()


def test_photos_without_objects_are_left_out_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = coco_document()
    document["annotations"] = [a for a in document["annotations"] if a["image_id"] != 41]
    document["annotations"][0]["segmentation"] = []
    source = CocoPhotos(*write_coco(tmp_path, document))
    assert len(source) == 2
    assert "left out 1 photos without objects and 1 annotations" in capsys.readouterr().err


def _changed(**changes: object) -> dict[str, object]:
    return {**coco_document(), **changes}


def _with_image(**changes: object) -> dict[str, object]:
    document = coco_document()
    document["images"][0].update(changes)
    return document


def _with_annotation(**changes: object) -> dict[str, object]:
    document = coco_document()
    document["annotations"][0].update(changes)
    return document


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([1, 2], "no COCO or LVIS json"),
        ({"images": [1]}, "no COCO or LVIS json"),
        (_changed(annotations=[]), "list of annotations is empty"),
        (_changed(images=[]), "list of images is empty"),
        (_with_image(file_name="gone.jpg"), r"names the photo gone\.jpg, which is not in"),
        (_with_image(height=0), "the size .*×0"),
        (_with_image(file_name=None), "lacks 'id' or 'file_name'"),
        (_with_annotation(image_id=7), "belongs to the photo 7, which is not listed"),
        (
            _with_annotation(segmentation={"size": [3, 4], "counts": [12]}),
            "annotation 1 has a mask",
        ),
        (_with_annotation(segmentation=7), "annotation 1 has a mask that is neither"),
        (_with_image(height=200_000, width=200_000), "200000×200000, more than 268 megapixels"),
        (_with_image(height=2**70), r"more than 268 megapixels"),
        (_with_image(id=[1]), r"has the id \[1\], which must be a whole number or a text"),
        (_with_image(id=None), "has the id None, which must be"),
        (_with_image(id=0.5), "has the id 0.5, which must be"),
        (_with_annotation(image_id=[40]), r"belongs to the photo \[40\], which is not listed"),
        (_with_annotation(image_id={}), "belongs to the photo {}, which is not listed"),
        (_with_annotation(id="x" * 5000, image_id=7), r"annotation 'xx.*\.\.\..*x' belongs"),
        (_with_annotation(segmentation=[[0, 0, 1e9, 0, 5, 5]]), "far outside its photo"),
        (_with_annotation(segmentation=[[0, 0, 10**400, 0, 5, 5]]), "far outside its photo"),
        (_with_annotation(segmentation=[[0, 0, float("nan"), 0, 5, 5]]), "far outside its photo"),
        (
            _changed(annotations=[{"id": 1, "image_id": 40, "segmentation": []}]),
            "holds no annotation with a mask",
        ),
    ],
)
def test_json_that_is_not_coco_is_refused_in_a_sentence(
    tmp_path: Path, document: object, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        CocoPhotos(*write_coco(tmp_path, document))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600 + len(str(tmp_path)) * 2


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    images, path = write_coco(tmp_path)
    with pytest.raises(DataError, match=r"cannot read the annotations .*none\.json"):
        CocoPhotos(images, tmp_path / "none.json")
    with pytest.raises(DataError, match="cannot read the folder of photos"):
        CocoPhotos(tmp_path / "none", path)
    for broken in (json.dumps(coco_document())[:-9], "[" * 100_000, '{"images": ' * 100_000):
        path.write_text(broken)
        with pytest.raises(DataError, match="not valid json"):
            CocoPhotos(images, path)


def test_a_photo_damaged_later_is_named_when_it_is_drawn(tmp_path: Path) -> None:
    images, path = write_coco(tmp_path)
    source = CocoPhotos(images, path)
    for file in images.iterdir():
        file.write_bytes(b"")
    with pytest.raises(DamagedPhotoError, match=r"\.jpg: the file is empty"):
        source.draw(np.random.default_rng(0))

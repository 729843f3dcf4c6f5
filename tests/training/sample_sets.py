"""Small sets in the real formats, made from photos that come with scikit-image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import webdataset
from pycocotools import mask as coco_mask
from skimage import data

NAMES = ("astronaut", "chelsea", "coffee")
# Side by side in every photo: a polygon, a mask with a hole, a crowd.
POLYGON = (0.1, 0.2, 0.3, 0.15, 0.35, 0.6, 0.12, 0.7)


def photo(name: str) -> np.ndarray:
    """A photo at 0.4 of its size, H×W×3 RGB."""
    full = getattr(data, name)()
    return cv2.resize(full, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)


def polygon(height: int, width: int) -> list[float]:
    return [v * (width if i % 2 == 0 else height) for i, v in enumerate(POLYGON)]


def ring(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    distance = np.hypot((x - 0.6 * width) / width, (y - 0.5 * height) / height)
    return (distance < 0.2) & (distance > 0.05)


def disc(height: int, width: int, radius: float) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.hypot(x - 0.6 * width, y - 0.5 * height) < radius * min(height, width)


def block(height: int, width: int) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[int(0.8 * height) :, int(0.85 * width) :] = True
    return mask


def plain(mask: np.ndarray) -> dict[str, Any]:
    """Run lengths as a list, down the columns, background first."""
    flat = mask.ravel(order="F").astype(int)
    changes = np.flatnonzero(np.diff(np.concatenate([[0], flat])))
    counts = np.diff(np.concatenate([[0], changes, [flat.size]]))
    return {"size": list(mask.shape), "counts": counts.tolist()}


def compressed(mask: np.ndarray) -> dict[str, Any]:
    """Run lengths as a string, as SA-1B's json has them."""
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(mask.shape), "counts": rle["counts"].decode()}


def coco_document() -> dict[str, Any]:
    """COCO's json of the three photos: a polygon, a plain RLE and a crowd in each."""
    images, annotations = [], []
    for number, name in enumerate(NAMES):
        height, width = photo(name).shape[:2]
        images.append(
            {"id": 40 + number, "file_name": f"{name}.jpg", "height": height, "width": width}
        )
        for segmentation, crowd in (
            ([polygon(height, width)], 0),
            (plain(ring(height, width)), 0),
            (plain(block(height, width)), 1),
        ):
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": 40 + number,
                    "category_id": 1,
                    "iscrowd": crowd,
                    "segmentation": segmentation,
                }
            )
    return {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "a"}]}


def write_photos(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        cv2.imwrite(str(folder / f"{name}.jpg"), photo(name)[..., ::-1])


def write_coco(root: Path, document: object | None = None) -> tuple[Path, Path]:
    """The folder of photos and the json."""
    write_photos(root / "images")
    path = root / "instances.json"
    path.write_text(json.dumps(coco_document() if document is None else document))
    return root / "images", path


def sa1b_document(name: str) -> dict[str, Any]:
    """Nested masks: a disc, a smaller one within it, and a block elsewhere."""
    height, width = photo(name).shape[:2]
    masks = [disc(height, width, 0.3), disc(height, width, 0.12), block(height, width)]
    return {
        "image": {"image_id": 1, "width": width, "height": height, "file_name": f"{name}.jpg"},
        "annotations": [
            {
                "id": i,
                "segmentation": compressed(mask),
                "area": int(mask.sum()),
                "bbox": [],
                "predicted_iou": 0.95,
                "stability_score": 0.97,
                "crop_box": [0, 0, width, height],
                "point_coords": [[1, 1]],
            }
            for i, mask in enumerate(masks)
        ],
    }


def write_sa1b(folder: Path) -> Path:
    write_photos(folder)
    for name in NAMES:
        (folder / f"{name}.json").write_text(json.dumps(sa1b_document(name)))
    return folder


def labels(name: str) -> np.ndarray:
    """A label map: the ring is 1, the block 2, the first row ignored."""
    height, width = photo(name).shape[:2]
    out = np.zeros((height, width), np.uint8)
    out[ring(height, width)] = 1
    out[block(height, width)] = 2
    out[0] = 255
    return out


def encoded(image: np.ndarray, ending: str) -> bytes:
    bgr = image[..., ::-1] if image.ndim == 3 else image
    return bytes(cv2.imencode(ending, bgr)[1])


def write_shards(folder: Path, count: int = 2) -> list[Path]:
    """Shards by the webdataset library: a .jpg with .png, a .webp with .json, a .png with label."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"train-{number:06d}.tar" for number in range(count)]
    for path in paths:
        with webdataset.TarWriter(str(path)) as writer:
            for name, (form, key) in zip(
                NAMES, (("jpg", "png"), ("webp", "json"), ("png", "label.png")), strict=True
            ):
                content = (
                    json.dumps(sa1b_document(name)).encode()
                    if key == "json"
                    else encoded(labels(name), ".png")
                )
                writer.write(
                    {"__key__": name, form: encoded(photo(name), f".{form}"), key: content}
                )
    return paths

"""Training samples a second from every kind of source, on the photos of one folder.

    python benchmarks/study.py data_throughput --data DIR [--size 256] [--photos 200] \
        [--output FILE]

The photos (our folder form) are written anew as COCO, SA-1B and shards into a temporary folder, so
that every kind reads the same pictures. One loading process with OpenCV on one thread, as training
has it; the whole way is timed: reading, decoding, augmentation, prompts, tensors and the hand-over.
Prints samples a second and milliseconds for each kind; --output writes them as JSON with the
machine's description.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import webdataset
from measure.machine import describe
from pycocotools import mask as coco_mask
from squeezesam_train.config import ConfigError, TrainConfig
from squeezesam_train.config_file import parse_config
from squeezesam_train.dataset import SegmenterSamples
from squeezesam_train.photos import (
    IGNORE,
    DataError,
    PhotoEntry,
    decode_labels,
    decode_photo,
    list_photos,
)
from squeezesam_train.sources.folder import FolderPhotos
from squeezesam_train.sources.opening import open_sources
from squeezesam_train.sources.spec import CACHES
from torch.utils.data import DataLoader

_PER_SHARD = 100
_WARM = 2


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="photos in our folder form")
    parser.add_argument("--split", default="train", help="split of the index (train)")
    parser.add_argument("--photos", type=int, default=200, help="photos to use (200)")
    parser.add_argument("--size", type=int, default=256, help="side of the samples (256)")
    parser.add_argument("--batches", type=int, default=20, help="timed batches of 16 (20)")
    parser.add_argument("--workers", type=int, default=1, help="loading processes (1)")
    parser.add_argument("--output", type=Path, help="file of the results (JSON)")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = build_parser().parse_args(argv)
    cv2.setNumThreads(1)
    try:
        entries = _choose(list_photos(arguments.data, arguments.split), arguments.photos)
        with tempfile.TemporaryDirectory() as folder:
            results = measure_all(entries, Path(folder), arguments)
    except (DataError, ConfigError, OSError) as error:
        print(f"data_throughput: {error}", file=sys.stderr)
        return 1
    for name, figures in results.items():
        print(f"{name:16} {figures['samples_per_s']:8.1f} samples/s  {figures['ms']:6.1f} ms each")
    if arguments.output:
        _write(arguments, len(entries), results)
    return 0


def _choose(entries: list[PhotoEntry], count: int) -> list[PhotoEntry]:
    """The same ones every time, from all folders."""
    order = np.random.default_rng(0).permutation(len(entries))[:count]
    return [entries[i] for i in sorted(order)]


def measure_all(
    entries: list[PhotoEntry], folder: Path, arguments: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """Samples a second and milliseconds a sample by kind of source."""
    results = {}
    for cache in CACHES:
        photos = FolderPhotos(entries, {}, cache)
        results[f"folder {cache}"] = measure(photos, _config([], arguments), arguments)
    for source in write_sources(entries, folder):
        config = _config([source], arguments)
        results[source["kind"]] = measure(open_sources(config), config, arguments)
    return results


def _config(data: list[dict[str, Any]], arguments: argparse.Namespace) -> TrainConfig:
    return parse_config(
        {
            "task": "segmenter",
            "preset": "squeezesam",
            "data": data or str(arguments.data),
            "phases": [{"size": arguments.size, "steps": 1, "batch": 16}],
        }
    )


def measure(photos: Any, config: TrainConfig, arguments: argparse.Namespace) -> dict[str, float]:
    """Time batches that are taken as fast as they come, the first ones not counted."""
    (phase,) = config.phases
    count = (arguments.batches + _WARM) * phase.batch
    samples = SegmenterSamples(photos, config, phase.size, 0, count)
    loader = DataLoader(samples, phase.batch, num_workers=arguments.workers)
    started = 0.0
    for number, _ in enumerate(loader, 1):
        if number == _WARM:
            started = time.monotonic()
    elapsed = time.monotonic() - started
    done = arguments.batches * phase.batch
    return {"samples_per_s": round(done / elapsed, 1), "ms": round(1000 * elapsed / done, 2)}


def write_sources(entries: list[PhotoEntry], folder: Path) -> Iterator[dict[str, Any]]:
    """Write the photos in every other form; yields what `data` says of each.

    Photos that are no JPEG are encoded as one (quality 95), since COCO and SA-1B hold nothing else.
    """
    photos = folder / "photos"
    photos.mkdir()
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    with webdataset.ShardWriter(
        str(folder / "train-%06d.tar"), maxcount=_PER_SHARD, verbose=0
    ) as shards:
        for number, entry in enumerate(entries):
            jpeg, mask = _jpeg(entry), entry.mask_path.read_bytes()
            masks = _annotations(decode_labels(mask, str(entry.mask_path)), number)
            if not masks:
                continue
            name = f"sa_{number}"
            (photos / f"{name}.jpg").write_bytes(jpeg)
            (photos / f"{name}.json").write_text(json.dumps({"annotations": masks}))
            shards.write({"__key__": name, "jpg": jpeg, "png": mask})
            height, width = masks[0]["segmentation"]["size"]
            images.append(
                {"id": number, "file_name": f"{name}.jpg", "height": height, "width": width}
            )
            annotations += masks
    document = folder / "instances.json"
    document.write_text(json.dumps({"images": images, "annotations": annotations}))
    yield {"kind": "coco", "images": str(photos), "annotations": str(document)}
    yield {"kind": "sa1b", "path": str(photos)}
    yield {"kind": "shards", "urls": [str(path) for path in sorted(folder.glob("train-*.tar"))]}


def _jpeg(entry: PhotoEntry) -> bytes:
    data = entry.image_path.read_bytes()
    if data.startswith(b"\xff\xd8"):
        return data
    rgb = decode_photo(data, str(entry.image_path))
    return bytes(cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]))[1])


def _annotations(labels: np.ndarray, image: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for label in np.unique(labels[(labels > 0) & (labels < IGNORE)]).tolist():
        rle = coco_mask.encode(np.asfortranarray((labels == label).astype(np.uint8)))
        runs = {"size": list(labels.shape), "counts": rle["counts"].decode()}
        found.append({"id": len(found), "image_id": image, "iscrowd": 0, "segmentation": runs})
    return found


def _write(
    arguments: argparse.Namespace, photos: int, results: dict[str, dict[str, float]]
) -> None:
    report = {
        **describe(),
        "size": arguments.size,
        "photos": photos,
        "workers": arguments.workers,
        "results": results,
    }
    beside = arguments.output.with_name(f"{arguments.output.name}.part")
    beside.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    beside.rename(arguments.output)

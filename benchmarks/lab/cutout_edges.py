"""How good are the edges of cut-outs? Their alpha against known ones, and where it is soft.

    python benchmarks/study.py cutout_edges --output docs/edges \
        --bundle build/bundles/squeezesam-fast-onnx-int8-512x512

On composites of known alpha (lab/composites.py), given the true mask: plain thresholding, a guided
filter, ours, and closed-form matting in the same band (pymatting; Levin, Lischinski and Weiss,
2008). On the 30 built-in views, with the bundle's own masks: how much of the mask is opaque and how
much of the rest clear. Adds `cutouts` to OUTPUT.json and writes OUTPUT.md; a quarter of an hour.

With --data FOLDER (index.csv, split val) only the second, on 200 of its photos: minutes.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from lab.composites import Composite, composites
from lab.edge_quality import page
from measure.machine import describe, unpublishable
from results.result import write_text
from scipy.ndimage import distance_transform_edt, gaussian_filter
from squeezesam import Mask, ModelBundle, NothingStandsOutError, Segmenter
from squeezesam.engines import Program, ProgramSpec
from squeezesam_export.photos.views import comparison_views
from squeezesam_train.photos import list_photos

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TWELVE = (3000, 4000)  # height, width of the photo that time is taken on
PHOTOS = 200
_LOGIT = 4.0  # of the given masks: sure, yet not so sure that the band grows narrower


class _Given:
    """An engine whose network answers with a mask that it is given."""

    name, target = "given", "onnx"

    def __init__(self) -> None:
        self.plane: npt.NDArray[np.float32] = np.zeros((1, 1), np.float32)

    def load(self, spec: ProgramSpec) -> Program:
        """Whatever the program, `run` gives the plane."""
        return self

    def run(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The same mask four times."""
        return {
            "masks": np.repeat(self.plane[None, None], 4, axis=1),
            "scores": np.full((1, 4), 0.5, np.float32),
        }


def given_mask(bundle: Path, photo: npt.NDArray[np.uint8], mask: Bools) -> Mask:
    """The mask of `photo` that is `mask`, as a network would have given it: to the pixel where both
    are of one size, else enlarged to the photo's, of the same shape."""
    side = max(mask.shape)
    engine = _Given()
    engine.plane = np.full((side, side), -_LOGIT, np.float32)
    engine.plane[: mask.shape[0], : mask.shape[1]] = np.where(mask, _LOGIT, -_LOGIT)
    with tempfile.TemporaryDirectory() as folder:
        _enlarged(bundle, Path(folder), 4 * side)
        segmenter = Segmenter(ModelBundle(folder, check="sizes"), engine)
        session = segmenter.open(photo)
        session.add_point(0, 0)
        return session.predict()


def _enlarged(bundle: Path, folder: Path, side: int) -> None:
    """The bundle's pipeline for another input size; its programs' files are empty."""
    manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    manifest["model"]["size"] = [side, side]
    manifest["capabilities"]["automatic"] = False
    manifest["programs"] = {"segment": manifest["programs"]["segment"]}
    program = manifest["programs"]["segment"]
    for tensor in [*program["inputs"], *program["outputs"]]:
        if len(tensor["shape"]) == 4:
            by = 4 if tensor["name"] == "masks" else 1
            tensor["shape"][2:] = [side // by, side // by]
    for name, facts in program["files"].items():
        (folder / name).write_bytes(b"\0" * facts["bytes"])
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def band_of(mask: Bools) -> Bools:
    """Where the core's band may be: 1 % of the longer side to either side of the edge."""
    distance = np.where(mask, distance_transform_edt(mask), distance_transform_edt(~mask)) - 0.5
    return np.asarray(distance < max(2.0, 0.01 * max(mask.shape)))


def errors(alpha: Floats, wanted: Floats) -> list[float]:
    """Sum of absolute differences and of squared differences of the gradients (Gaussian
    derivatives, sigma 1.4), in thousands; mean squared difference, in thousandths."""

    def slope(values: Floats) -> Floats:
        across, down = (gaussian_filter(values, 1.4, order=order) for order in ((0, 1), (1, 0)))
        return np.asarray(np.hypot(across, down), np.float64)

    off, gradient = alpha - wanted, slope(alpha) - slope(wanted)
    return [
        float(np.abs(off).sum() / 1000),
        float(1000 * (off**2).mean()),
        float((gradient**2).sum() / 1000),
    ]


def _guided(photo: npt.NDArray[np.uint8], mask: Bools, band: Bools) -> Floats:
    """He, Sun and Tang's guided filter (2013) of the mask by the photo's brightness."""
    guide: Floats = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.float64) / 255
    given: Floats = mask.astype(np.float64)
    radius = max(2, round(0.01 * max(mask.shape)))

    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, (2 * radius + 1,) * 2), np.float64)

    variance = mean(guide * guide) - mean(guide) ** 2
    slope = (mean(guide * given) - mean(guide) * mean(given)) / (variance + 1e-4)
    offset = mean(given) - slope * mean(guide)
    found = (mean(slope) * guide + mean(offset)).clip(0, 1)
    return np.where(band, found, given)


def alphas(bundle: Path, made: Composite) -> dict[str, Floats]:
    """0…1 of each method, from the true mask."""
    from pymatting import estimate_alpha_cf

    mask = made.alpha > 0.5
    band = band_of(mask)
    ours = given_mask(bundle, made.photo, mask)
    assert np.array_equal(ours.array, mask)
    trimap = np.where(band, 0.5, mask)
    return {
        "thresholding": mask.astype(float),
        "guided filter": _guided(made.photo, mask, band),
        "ours": ours.alpha / 255.0,
        "closed form": estimate_alpha_cf(made.photo / 255.0, trimap),
    }


def on_composites(bundle: Path) -> dict[str, dict[str, list[float]]]:
    """Kind of edge → method → the means of its errors; and the kind "all"."""
    found: dict[str, dict[str, list[list[float]]]] = {}
    for made in composites():
        print(made.name, file=sys.stderr, flush=True)
        for method, alpha in alphas(bundle, made).items():
            for kind in (made.name.split(":")[0], "all"):
                scores = found.setdefault(kind, {}).setdefault(method, [])
                scores.append(errors(alpha, made.alpha))
    return {
        kind: {method: np.mean(scores, 0).tolist() for method, scores in methods.items()}
        for kind, methods in found.items()
    }


def on_views(segmenter: Segmenter) -> dict[str, Any]:
    """Share of the mask's pixels with alpha 255 and of the others with 0, outside the band: of
    the network's certainty, as cut-outs had it once, and of cut-outs."""
    masks = []
    views = comparison_views()
    for view in views:
        session = segmenter.open(view.rgb)
        corners = [(x, y) for x, y, label in view.prompts if label in (2, 3)]
        if corners:
            session.set_box(*corners[0], *corners[1])
        for x, y, label in view.prompts:
            if label in (0, 1):
                session.add_point(x, y, foreground=label == 1)
        masks.append(session.predict())
    return {"views": len(views), **shares(masks)}


def on_photos(segmenter: Segmenter, data: Path) -> dict[str, Any]:
    """The same of automatic masks, on photos spread evenly over the split; and on how many nothing
    stands out."""
    entries = list_photos(data, "val")
    chosen = [entries[i * len(entries) // PHOTOS] for i in range(min(PHOTOS, len(entries)))]
    refused = 0

    def masks() -> Iterator[Mask]:
        nonlocal refused
        for entry in chosen:
            try:
                yield segmenter.open(entry.image_path).predict()
            except NothingStandsOutError:
                refused += 1

    found = shares(masks())
    return {"photos": len(chosen) - refused, "refused": refused, **found}


def shares(masks: Iterable[Mask]) -> dict[str, dict[str, float]]:
    """Opaque and clear, before and after: see `on_views`."""
    counts = {"before": np.zeros(4), "after": np.zeros(4)}
    for mask in masks:
        certain = np.round(255 / (1 + np.exp(-mask.logits.astype(float))))
        away = ~band_of(mask.array)
        inside, outside = away & mask.array, away & ~mask.array
        for when, alpha in (("before", certain), ("after", mask.alpha)):
            counts[when] += [
                (alpha[inside] == 255).sum(), inside.sum(),
                (alpha[outside] == 0).sum(), outside.sum(),
            ]  # fmt: skip
    return {
        when: {"opaque": float(n[0] / n[1]), "clear": float(n[2] / n[3])}
        for when, n in counts.items()
    }


def at_twelve_megapixels(bundle: Path) -> dict[str, float]:
    """Processor milliseconds of the first cut-out and the median of nine more, and by how much a
    cut-out raises the process's memory at its peak, in MiB beyond the picture itself (glibc)."""
    made = composites()[0]
    large = cv2.resize(made.photo, TWELVE[::-1], interpolation=cv2.INTER_CUBIC)
    photo = np.asarray(large, np.uint8)
    mask = given_mask(bundle, photo, made.alpha > 0.5)
    times = []
    ctypes.CDLL(None).malloc_trim(0)  # what earlier work has freed is no room for this
    before = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak begins anew
    for _ in range(10):
        start = time.process_time()
        mask.cutout()
        times.append(1000 * (time.process_time() - start))
    return {
        "cold_ms": times[0],
        "warm_ms": float(np.median(times[1:])),
        "peak_mib": _memory("VmHWM") - before - 4 * photo.shape[0] * photo.shape[1] / 2**20,
    }


def _memory(name: str) -> float:
    """MiB of a line of /proc/self/status."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def main(argv: list[str] | None = None) -> int:
    """The command line above."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--output", type=Path, default=Path("docs/edges"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"cutout_edges: {fault}", file=sys.stderr)
        return 2
    segmenter = Segmenter.load(options.bundle, threads=1)
    target = options.output.with_suffix(".json")
    result = json.loads(target.read_text("utf-8"))
    if options.data is not None:
        given = ["cutout_edges", "--data", os.path.relpath(options.data)]
        given = ["benchmarks/study.py", *given, "--bundle", os.path.relpath(options.bundle)]
        result["cutouts"]["photos"] = {
            **describe(given),
            "bundle": segmenter.bundle.name,
            **on_photos(segmenter, options.data),
        }
        write_text(target, json.dumps(result, indent=1) + "\n")
        write_text(options.output.with_suffix(".md"), page(result))
        return 0
    found = {
        **describe(),
        "bundle": segmenter.bundle.name,
        "twelve_megapixels": at_twelve_megapixels(options.bundle),
        "views": on_views(segmenter),
        "composites": on_composites(options.bundle),
    }
    if "photos" in result.get("cutouts", {}):
        found["photos"] = result["cutouts"]["photos"]
    result = {**result, "cutouts": found}
    write_text(target, json.dumps(result, indent=1) + "\n")
    write_text(options.output.with_suffix(".md"), page(result))
    return 0

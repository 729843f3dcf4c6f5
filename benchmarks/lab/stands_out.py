"""When does nothing stand out? The least peak of a heat map, fitted and judged: docs/stands_out.md.

    python benchmarks/study.py stands_out --data FOLDER [--weights FILE] [--bundle DIR …] \
        [--write] [--output docs/stands_out]

A photo whose heat map (bytes, 255·sigmoid) nowhere reaches the least peak gets no automatic mask.
It is fitted on every other validation photo that has an object, so that one in two hundred of them
is refused, and judged on the others and on pictures without anything in them; bundles are judged
through the runtime, with the least peak that they carry. ``--write`` puts it into the weights file.
Writes OUTPUT.json and OUTPUT.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from measure.empty_pictures import empty_pictures
from measure.machine import describe, unpublishable
from numpy.typing import NDArray
from report import origin, table
from results.result import write_text
from squeezesam import Segmenter
from squeezesam_model import SaliencyNet, load_saliency
from squeezesam_model.describe import describe as write_words
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.weights import shipped_weights
from squeezesam_train.evaluation.heat_maps import heat_of_photo
from squeezesam_train.evaluation.protocols import AUTOMATIC_KINDS
from squeezesam_train.photos import list_photos, read_photo
from tqdm import tqdm

U8 = NDArray[np.uint8]
# Of the photos that have an object, as many may be refused by the fit.
REFUSED = 1 / 100
# What int8 moves the highest byte of a photo's map by: so much lower is the least peak than float32
# alone would have it, or the bundles would refuse more photos.
INT8_MOVES = 2


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="of the saliency network (shipped ones)")
    parser.add_argument("--bundle", type=Path, action="append", default=[])
    parser.add_argument("--write", action="store_true", help="put the fit into the weights file")
    parser.add_argument("--output", type=Path, default=Path("docs/stands_out"))
    return parser


def fitted(peaks: Iterable[int], refused: float = REFUSED) -> int:
    """The highest least peak that refuses at most this share of the photos with these peaks, less
    what int8 moves them by."""
    ordered = sorted(peaks)
    return max(0, ordered[math.floor(len(ordered) * refused)] - INT8_MOVES)


def peak_of(network: SaliencyNet) -> Callable[[U8], int]:
    """Photo → the highest byte of its heat map."""
    return lambda photo: int(heat_of_photo(network, photo).max())


def shows_something(bundle: Path) -> Callable[[U8], bool]:
    """Photo → whether the runtime finds clicks by itself."""
    segmenter = Segmenter.load(bundle)
    return lambda photo: bool(segmenter.open(photo).automatic_clicks())


def measure(data: Path, weights: Path, bundles: list[Path]) -> dict[str, Any]:
    """Peaks, the fit, and shares refused."""
    network = load_saliency(weights)
    entries = [entry for entry in list_photos(data, "val") if entry.kind in AUTOMATIC_KINDS]
    empty = dict(empty_pictures())
    peak = peak_of(network)
    peaks = [peak(read_photo(entry)[0]) for entry in tqdm(entries, desc="peaks", unit="photo")]
    least = fitted(peaks)
    halves = [fitted(peaks[1::2]), fitted(peaks[::2])]  # of the other half
    rows = [
        {
            "what": f"{weights.name}, float32",
            "objects_refused": float(np.mean([each < least for each in peaks])),
            "empty": {name: peak(picture) < least for name, picture in empty.items()},
        }
    ]
    for bundle in bundles:
        stands_out = shows_something(bundle)
        judged = tqdm(entries, desc=bundle.name, unit="photo")
        found = [stands_out(read_photo(entry)[0]) for entry in judged]
        rows.append(
            {
                "what": bundle.name,
                "objects_refused": 1 - float(np.mean(found)),
                "empty": {name: not stands_out(picture) for name, picture in empty.items()},
            }
        )
    return {
        "least_peak": least,
        "photos": len(peaks),
        "refused_by_the_other_half": float(
            np.mean([each < halves[i % 2] for i, each in enumerate(peaks)])
        ),
        "rows": rows,
    }


def page(result: dict[str, Any]) -> str:
    """The whole page."""
    head = ["what ran", "photos with an object refused", "empty pictures refused", "missed"]
    rows = [
        [
            row["what"],
            f"{row['objects_refused']:.1%} of {result['photos']}",
            f"{np.mean(list(row['empty'].values())):.1%} of {len(row['empty'])}",
            ", ".join(name for name, refused in row["empty"].items() if not refused) or "none",
        ]
        for row in result["rows"]
    ]
    return "\n\n".join(
        [
            "# Nothing stands out",
            "Written by `python benchmarks/study.py stands_out`; no figure is typed by hand.",
            "Otsu's threshold splits every picture in two, a bare wall as well. A photo whose heat "
            f"map nowhere reaches {result['least_peak']} of 255 therefore gets no automatic mask: "
            "the app is told that nothing stands out, and asks for a tap. The number is the "
            f"highest that refuses at most one in {1 / REFUSED:.0f} of {result['photos']} "
            f"validation photos with an object, less the {INT8_MOVES} by which int8 moves a map's "
            "highest byte (each half judged by the number of the other: "
            f"{result['refused_by_the_other_half']:.1%}); pictures with nothing in them, that it "
            "was not fitted to, are flat, shaded, noise, clouds, walls, scenes out of focus. It "
            "travels in the weights' metadata and the manifest (`least_peak`).",
            table(head, rows),
            origin(result),
        ]
    )


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    refused = unpublishable(options.output)
    if refused:
        print(f"study.py: {refused}", file=sys.stderr)
        return 2
    weights = options.weights or shipped_weights(DEFAULT_SALIENCY)
    result = describe() | measure(options.data, weights, options.bundle)
    if options.write:
        write_words(weights, {"least_peak": str(result["least_peak"])})
    write_text(options.output.with_suffix(".json"), json.dumps(result, indent=1) + "\n")
    write_text(options.output.with_suffix(".md"), page(result) + "\n")
    return 0

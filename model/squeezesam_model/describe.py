"""Say in a weights file what it is: licence, what it was trained for, where it comes from.

    python -m squeezesam_model.describe FILE --licence Apache-2.0 --provenance "trained on …" \
        --can negative_points --can box --cannot previous_mask
    python -m squeezesam_model.describe HEAT_FILE --least-peak 244

The tensors stay byte for byte. A bundle takes these words over (`licence`, `capabilities`,
`model.provenance`, `least_peak` of the heat map); where a file does not say, its licence is
``unspecified``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from squeezesam_model.network import Capabilities
from squeezesam_model.printable import printable
from squeezesam_model.weights import WeightsError, read_tensors, write_tensors

KNOWN = tuple(one.name for one in dataclasses.fields(Capabilities))


def describe(path: Path, words: dict[str, str]) -> None:
    """Put ``words`` into the file's metadata, over those of the same key.

    Raises:
        WeightsError: the file cannot be read.
        OSError: it cannot be written; it is as it was.
    """
    metadata, tensors = read_tensors(path)
    write_tensors(tensors, path, {**metadata, **words})


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m squeezesam_model.describe",
        description="Write licence, capabilities and provenance into a weights file.",
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--licence", help="of the weights, such as Apache-2.0")
    parser.add_argument("--provenance", help="what they were made from, in a sentence")
    parser.add_argument(
        "--least-peak",
        type=int,
        choices=range(256),
        metavar="0…255",
        help="of a saliency network: a heat map whose highest byte is lower shows nothing",
    )
    parser.add_argument("--can", action="append", choices=KNOWN, default=[])
    parser.add_argument("--cannot", action="append", choices=KNOWN, default=[])
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    able = {**dict.fromkeys(options.can, True), **dict.fromkeys(options.cannot, False)}
    words = {
        "licence": options.licence,
        "provenance": options.provenance,
        "least_peak": None if options.least_peak is None else str(options.least_peak),
        "capabilities": json.dumps(able, sort_keys=True) if able else None,
    }
    try:
        describe(options.file, {key: word for key, word in words.items() if word is not None})
    except (WeightsError, OSError) as error:
        print(f"squeezesam_model.describe: {printable(str(error))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`squeezesam-eval-ap --annotations FILE --photos DIR --detections FILE`: AP with given boxes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from squeezesam import SqueezeSamError
from squeezesam.command_parser import CommandParser
from squeezesam.terminal import printable
from squeezesam.writing import write_whole

from squeezesam_train.photos import DataError

if TYPE_CHECKING:
    from squeezesam_train.evaluation.predictor import Predictor


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = CommandParser(
        prog="squeezesam-eval-ap",
        description="Mask AP on COCO or LVIS with the boxes of a given detector as prompts.",
        epilog="Without --weights and --bundle the shipped weights are scored.",
    )
    add = parser.add_argument
    add("--annotations", type=Path, required=True, help="COCO or LVIS json")
    add("--photos", type=Path, required=True, help="folder of the photos")
    add("--detections", type=Path, required=True,
        help="json list of {image_id, category_id, bbox, score}")  # fmt: skip
    add("--weights", type=Path, help="segmenter weights (.safetensors)")
    add("--preset", help="of the segmenter weights")
    add("--size", type=int, default=512, help="input side for weights, pixels (default: 512)")
    add("--bundle", type=Path, help="an exported bundle instead of weights")
    add("--engine", help="that runs the bundle (default: the one for its target)")
    add("--threads", type=int, default=1, help="of torch and the engines (default: 1)")
    add("--output", type=Path, help="json file for the figures")
    add("--overwrite", action="store_true", help="replace an earlier file")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code: 0, 1 for a failure, 2 for wrong arguments."""
    arguments = build_parser().parse_args(argv)
    from squeezesam_train.evaluation.predictor import PredictorError

    problem = _usage_problem(arguments)
    if problem:
        print(f"squeezesam-eval-ap: {printable(str(problem))}", file=sys.stderr)
        return 2
    try:
        return _evaluate(arguments)
    except (DataError, PredictorError, SqueezeSamError, OSError) as error:
        print(f"squeezesam-eval-ap: {printable(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:  # of squeezesam_launch it says by which signal
        print(f"squeezesam-eval-ap: {str(stop) or 'stopped'}", file=sys.stderr)
        return int(getattr(stop, "code", 130))


def _usage_problem(arguments: argparse.Namespace) -> str | None:
    if arguments.size <= 0 or arguments.size % 32:
        return f"--size must be a positive multiple of 32, not {arguments.size}"
    if arguments.threads < 1:
        return f"--threads must be at least 1, not {arguments.threads}"
    if arguments.bundle is not None and arguments.weights is not None:
        return "give --weights or --bundle, not both"
    if arguments.output is not None and arguments.output.exists() and not arguments.overwrite:
        return f"{arguments.output} exists already; --overwrite replaces it"
    return None


def _evaluate(arguments: argparse.Namespace) -> int:
    import cv2
    import torch

    from squeezesam_train.evaluation import detector_ap, mask_ap
    from squeezesam_train.evaluation.progress import Progress

    torch.set_num_threads(arguments.threads)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    truth = detector_ap.load_truth(arguments.annotations)
    lvis = mask_ap.is_lvis(truth)
    most = mask_ap.LVIS_MOST if lvis else mask_ap.COCO_MOST
    detections = detector_ap.load_detections(arguments.detections, truth, most)
    predictor = _predictor(arguments)
    results = detector_ap.segment_detections(
        predictor, truth, arguments.photos, detections, Progress("photos")
    )
    figures = mask_ap.average_precision(truth, results)
    report = {
        "protocol": f"mask AP with given boxes, {'LVIS' if lvis else 'COCO'}",
        "photos": len(detections),
        "detections": len(results),
        "predictor": {"name": predictor.name, **predictor.describe()},
        **figures,
    }
    if arguments.output is not None:
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        write_whole(arguments.output, text.encode(), overwrite=arguments.overwrite)
    print("  ".join(f"{name} {100 * value:.1f}" for name, value in figures.items()))
    return 0


def _predictor(arguments: argparse.Namespace) -> Predictor:
    from squeezesam_model import DEFAULT_SEGMENTER
    from squeezesam_model.weights import shipped_weights

    from squeezesam_train.evaluation.bundle_predictor import BundlePredictor
    from squeezesam_train.evaluation.torch_predictor import TorchPredictor

    if arguments.bundle is not None:
        return BundlePredictor.load(arguments.bundle, arguments.engine, arguments.threads)
    preset = arguments.preset or DEFAULT_SEGMENTER
    weights = arguments.weights or shipped_weights(preset)
    return TorchPredictor.load(weights, None, preset, size=arguments.size)


if __name__ == "__main__":
    sys.exit(main())

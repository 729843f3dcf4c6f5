"""`squeezesam-eval --data ROOT --split val --weights FILE … --output DIR`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from squeezesam.command_parser import CommandParser
from squeezesam.terminal import printable

from squeezesam_train.evaluation.unseen import INTERACTIVE_SET, unseen_sources
from squeezesam_train.photos import DataError, PhotoEntry, list_photos

if TYPE_CHECKING:
    from squeezesam_train.evaluation.predictor import Predictor
    from squeezesam_train.evaluation.run import Records, Settings

DEFAULT_BASELINES = "grabcut,ellipse"
DEFAULT_BASELINE_LIMIT = 120


class UsageError(Exception):
    """Arguments that do not go together."""


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = CommandParser(
        prog="squeezesam-eval",
        description="Score weights, exported bundles and simple baselines by the field's "
        "protocols, all on the same instances and prompts.",
        epilog="Prints a Markdown table; --output adds JSON, single scores as CSV and plots. "
        "Without --weights and --bundle the shipped weights are scored.",
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with index.csv")
    add("--split", default="val", help="split of the index (default: val)")
    add("--weights", type=Path, help="segmenter weights (.safetensors)")
    add("--saliency-weights", type=Path, help="weights of the saliency network")
    add("--preset", help="of the segmenter weights")
    add("--saliency-preset", help="of the saliency weights")
    add("--size", type=int, default=512, help="input side for weights, pixels (default: 512)")
    add("--bundle", type=Path, action="append", default=[], help="an exported bundle; repeatable")
    add("--engine", help="that runs the bundles (default: the one for their target)")
    add("--baselines", default=DEFAULT_BASELINES,
        help=f"of grabcut, ellipse, walker, or 'none' (default: {DEFAULT_BASELINES})")  # fmt: skip
    add("--baseline-limit", type=int, default=DEFAULT_BASELINE_LIMIT,
        help="baselines see only so many photos, a fixed choice over the whole split; GrabCut is "
        f"slower than the network (default: {DEFAULT_BASELINE_LIMIT})")  # fmt: skip
    add("--protocols", help="comma-separated (default: all): point, centre, points3, box, "
        "automatic, saliency, paper, manners, noc")  # fmt: skip
    add("--instances", default="some", choices=("one", "some", "all"),
        help="of each photo: one, up to 3, all (default: some)")  # fmt: skip
    add("--noc-sources", default=INTERACTIVE_SET,
        help="sources that 'noc' clicks on, or 'all' (default: the interactive set "
        f"{INTERACTIVE_SET}; all where the data has no such source)")  # fmt: skip
    add("--no-previous-mask", action="store_true",
        help="never show a network its last mask, where it takes one")  # fmt: skip
    add("--limit", type=int, help="only so many photos (fixed choice over the whole split)")
    add("--seed", type=int, default=0, help="of instances and prompts (default: 0)")
    add("--threads", type=int, default=1, help="of torch and the engines (default: 1)")
    add("--output", type=Path, help="folder for the report")
    add("--overwrite", action="store_true", help="replace an earlier report")
    add("--json", action="store_true", help="print the report as JSON in place of the table")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code: 0, 1 for a failure, 2 for wrong arguments."""
    command = sys.argv[1:] if argv is None else argv
    arguments = build_parser().parse_args(command)
    # Imported late: torch is slow to load, and --help should not be.
    from squeezesam_train.evaluation.predictor import PredictorError
    from squeezesam_train.evaluation.report import OutputError

    try:
        return _evaluate(arguments, command)
    except UsageError as error:
        print(f"squeezesam-eval: {printable(str(error))}", file=sys.stderr)
        return 2
    except (DataError, PredictorError, OutputError) as error:
        print(f"squeezesam-eval: {printable(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader has seen enough (`| head`): nobody is left to complain to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt as stop:  # of squeezesam_launch it says by which signal
        print(f"squeezesam-eval: {str(stop) or 'stopped'}", file=sys.stderr)
        return int(getattr(stop, "code", 130))


def _evaluate(arguments: argparse.Namespace, command: list[str]) -> int:
    import cv2
    import torch

    from squeezesam_train.evaluation.markdown import to_markdown
    from squeezesam_train.evaluation.progress import Progress
    from squeezesam_train.evaluation.report import check_output, to_json, write_report
    from squeezesam_train.evaluation.run import evaluate

    _check_numbers(arguments)
    if arguments.output is not None:
        check_output(arguments.output, arguments.overwrite)
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)
    # A file that is missing gets our own sentence, not OpenCV's as well.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    entries = _fixed_choice(list_photos(arguments.data, arguments.split), arguments.limit)
    unseen = unseen_sources(arguments.data, arguments.split)  # before hours of work
    settings = _settings(arguments, entries)
    baselines = _baselines(arguments)
    predictors = [*_predictors(arguments), *baselines]
    seen = {id(e) for e in _fixed_choice(entries, arguments.baseline_limit)}

    def skip(predictor: Predictor, entry: PhotoEntry) -> bool:
        return predictor in baselines and id(entry) not in seen

    started = time.monotonic()
    records = evaluate(entries, predictors, settings, skip, Progress("photos"))
    minutes = (time.monotonic() - started) / 60
    report = _report(arguments, command, settings, predictors, entries, records, minutes, unseen)
    if arguments.output is not None:
        write_report(arguments.output, report, records)
        print(f"the report lies in {printable(str(arguments.output))}", file=sys.stderr)
    print(to_json(report) if arguments.json else to_markdown(report), flush=True)
    return 0


def _check_numbers(arguments: argparse.Namespace) -> None:
    if arguments.size <= 0 or arguments.size % 32:
        raise UsageError(f"--size must be a positive multiple of 32, not {arguments.size}")
    for name in ("limit", "baseline_limit", "threads"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name.replace('_', '-')} must be at least 1, not {value}")
    if arguments.seed < 0:
        raise UsageError(f"--seed must not be negative, not {arguments.seed}")


def _fixed_choice(entries: list[PhotoEntry], limit: int | None) -> list[PhotoEntry]:
    """``limit`` photos spread evenly over the index, so that every source has its share."""
    if limit is None or limit >= len(entries):
        return entries
    return [entries[(2 * i + 1) * len(entries) // (2 * limit)] for i in range(limit)]


def _settings(arguments: argparse.Namespace, entries: list[PhotoEntry]) -> Settings:
    from squeezesam_train.evaluation.protocols import ALL_PROTOCOLS
    from squeezesam_train.evaluation.run import Settings
    from squeezesam_train.evaluation.targets import MOST_PER_PHOTO

    protocols = _list(arguments.protocols) or ALL_PROTOCOLS
    for name in protocols:
        if name not in ALL_PROTOCOLS:
            raise UsageError(f"unknown protocol '{name}': choose from {', '.join(ALL_PROTOCOLS)}")
    sources = {entry.source for entry in entries}
    wanted = _list(arguments.noc_sources)
    if wanted in (("all",), (INTERACTIVE_SET,)):
        wanted = tuple(source for source in wanted if source in sources)
    for name in wanted:
        if name not in sources:
            raise UsageError(f"--noc-sources: the split has no source '{name}'")
    most = {"one": 1, "some": MOST_PER_PHOTO, "all": None}[arguments.instances]
    return Settings(protocols, arguments.seed, most, wanted)


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _baselines(arguments: argparse.Namespace) -> list[Predictor]:
    from squeezesam_train.evaluation.baselines import baseline

    names = _list(arguments.baselines)
    try:
        return [] if names == ("none",) else [baseline(name) for name in names]
    except ValueError as error:
        raise UsageError(str(error)) from error


def _predictors(arguments: argparse.Namespace) -> list[Predictor]:
    from squeezesam_train.evaluation.bundle_predictor import BundlePredictor

    found: list[Predictor] = []
    if arguments.weights is not None or not arguments.bundle:
        found.append(_torch_predictor(arguments))
    elif arguments.saliency_weights is not None:
        raise UsageError("--saliency-weights goes with --weights, not with a bundle alone")
    for folder in arguments.bundle:
        found.append(
            BundlePredictor.load(
                folder, arguments.engine, arguments.threads, not arguments.no_previous_mask
            )
        )
    names = [predictor.name for predictor in found]
    if len(set(names)) < len(names):
        raise UsageError("two bundles have the same name; score them one after the other")
    return found


def _torch_predictor(arguments: argparse.Namespace) -> Predictor:
    from squeezesam_model import DEFAULT_SALIENCY, DEFAULT_SEGMENTER

    from squeezesam_train.evaluation.torch_predictor import TorchPredictor

    preset = arguments.preset or DEFAULT_SEGMENTER
    weights, saliency = arguments.weights, arguments.saliency_weights
    if weights is None:
        from squeezesam_model import WeightsError
        from squeezesam_model.weights import shipped_weights

        try:
            weights = shipped_weights(preset)
            saliency = saliency or shipped_weights(arguments.saliency_preset or DEFAULT_SALIENCY)
        except WeightsError as error:
            raise UsageError(str(error)) from error
    return TorchPredictor.load(
        weights, saliency, preset, arguments.saliency_preset, arguments.size,
        not arguments.no_previous_mask,
    )  # fmt: skip


def _report(
    arguments: argparse.Namespace,
    command: list[str],
    settings: Settings,
    predictors: list[Predictor],
    entries: list[PhotoEntry],
    records: Records,
    minutes: float,
    unseen: tuple[str, ...],
) -> dict[str, Any]:
    from squeezesam_train.evaluation.efficiency import efficiency
    from squeezesam_train.evaluation.protocols import OTHER_PROTOCOLS, PROMPT_PROTOCOLS
    from squeezesam_train.evaluation.provenance import provenance
    from squeezesam_train.evaluation.report import SCHEMA_VERSION
    from squeezesam_train.evaluation.summary import summarise
    from squeezesam_train.evaluation.targets import RULE

    titles = {
        **{name: (p.title, p.source) for name, p in PROMPT_PROTOCOLS.items()},
        **OTHER_PROTOCOLS,
    }
    described = {p.name: p.describe() for p in predictors}
    prompted = {r.target for r in records.masks if r.protocol in PROMPT_PROTOCOLS}
    prompted |= {r.target for r in records.curves} | {r.target for r in records.manners}
    return {
        "schema_version": SCHEMA_VERSION,
        "run": {**provenance(command, arguments.threads), "minutes": round(minutes, 2)},
        "data": {
            "split": arguments.split,
            "photos": len(entries),
            "instances": len(prompted),
            "instances_per_photo": settings.most_instances,
            "noc_sources": list(settings.noc_sources) or "all",
            "unseen_sources": list(unseen),
            "baseline_photos": len(_fixed_choice(entries, arguments.baseline_limit)),
            "seed": settings.seed,
            "rule": RULE,
        },
        "predictors": described,
        "efficiency": efficiency(described),
        "protocols": {
            name: {"title": titles[name][0], "source": titles[name][1]}
            for name in settings.protocols
        },
        "scores": summarise(records, unseen),
    }


if __name__ == "__main__":
    sys.exit(main())

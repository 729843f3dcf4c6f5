"""`squeezesam-export`: weights in, verified bundles out."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from squeezesam.terminal import printable

from squeezesam_export.arguments import build_parser
from squeezesam_export.errors import ExportError, fail
from squeezesam_export.targets.registry import all_targets, find_target

if TYPE_CHECKING:
    from squeezesam_export.progress import Steps
    from squeezesam_export.request import ExportRequest


_NAME = "squeezesam-export"


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    try:
        options = build_parser().parse_args(argv)
    except ExportError as error:
        return fail(_NAME, error)
    # Before torch is there: threads that wait would otherwise spin, on cores that others need.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Imported late: torch takes seconds to load, and --help should not.
    from squeezesam_model import DEFAULT_SEGMENTER, WeightsError
    from squeezesam_model.families import family_of

    options.preset = options.preset or DEFAULT_SEGMENTER
    try:
        family = family_of(options.preset)
        options.weights = _by_part(options.weights, family.parts[0])
        options.size = options.size or getattr(family, "size", (512, 512))
    except (ValueError, WeightsError) as error:
        return fail(_NAME, error, 2)
    try:
        if options.compare:
            return _compare(*options.compare)
        return _check(options) if options.check else _export(options)
    except (ExportError, WeightsError) as error:
        return fail(_NAME, error)


def _by_part(given: list[tuple[str, Path]], main_part: str) -> dict[str, Path]:
    """Part → file (ValueError where one is given twice)."""
    found: dict[str, Path] = {}
    for part, path in given:
        if (part or main_part) in found:
            raise ValueError(f"--weights gives '{part or main_part}' twice")
        found[part or main_part] = path
    return found


def _compare(a: Path, b: Path) -> int:
    from squeezesam_export.bundle.compare import bundle_sha256, compare_bundles

    found = compare_bundles(a, b)
    for sentence in found:
        print(printable(sentence))
    if not found:
        print(f"the same byte for byte: {bundle_sha256(a)}")
    return 1 if found else 0


def _check(options: argparse.Namespace) -> int:
    """A bundle's programs are whosever: they run in a process of its own, as for `verify`."""
    from squeezesam.child import ChildFailedError, run_in_child

    try:
        words = _check_words(options)
        return run_in_child("squeezesam_export.cli", "check_here", words, options.limit)
    except ChildFailedError as error:
        raise ExportError(f"{options.check}: {error}") from None


def _check_words(options: argparse.Namespace) -> list[str]:
    """The options of a check, as `check_here` takes them."""
    weights = [f"--weights={part}={path}" for part, path in options.weights.items()]
    others = {"parity-photos": options.parity_photos, "iou-floor": options.iou_floor}
    given = [f"--{name}={value}" for name, value in others.items() if value is not None]
    return [f"--check={options.check}", *weights, *given]


def check_here(words: list[str]) -> int:
    """The child's side: the same command line, or what is left of it; returns the exit code."""
    from squeezesam_model import WeightsError

    options = build_parser().parse_args(words)
    try:
        return _compare_with_network(options)
    except (ExportError, WeightsError) as error:
        return fail(_NAME, error)


def _compare_with_network(options: argparse.Namespace) -> int:
    from squeezesam_export.bundle.check import CheckRequest, check_bundle
    from squeezesam_export.progress import Steps

    request = CheckRequest(
        bundle=options.check,
        weights=dict(options.weights),
        photos=options.parity_photos,
        iou_floor=options.iou_floor,
    )
    with Steps() as steps:
        checked = check_bundle(request, steps)
    worst = checked.parity.worst
    decibels = ", ".join(f"{role} {value:.1f} dB" for role, value in checked.parity.snr_db.items())
    print(
        f"{checked.name}: mask IoU to fp32 {checked.parity.mean_iou:.4f} on "
        f"{len(checked.parity.mask_iou)} photos (worst: {worst}, "
        f"{checked.parity.mask_iou[worst]:.4f}); {decibels}"
    )
    return 0


def _export(options: argparse.Namespace) -> int:
    from squeezesam_export.progress import Steps
    from squeezesam_export.report.table import format_table
    from squeezesam_export.request import check_request
    from squeezesam_export.toolchain.quiet import be_verbose

    if options.verbose:
        be_verbose()
    requests = _requests(options)
    for request in requests:
        check_request(request)
    if options.report and options.report.exists() and not options.overwrite:
        raise ExportError(f"{options.report} exists; --overwrite replaces it")
    with Steps() as steps:
        lines = _make(requests, options.report, steps, options.json)
    if lines:
        print(format_table(lines))
    return 0


def _make(
    requests: list[ExportRequest], report: Path | None, steps: Steps, json: bool
) -> list[tuple[str, ...]]:
    """All bundles, then the report; returns the table's lines, none where JSON was printed."""
    from squeezesam_export.bundle.write import export_bundle, prepare
    from squeezesam_export.report.table import json_line, rows

    steps("loading weights and photos")
    inputs = prepare(requests[0])
    network = inputs.reference.network
    if network.origin.seeded:
        steps.rest()
        print(
            f"squeezesam-export: no checkpoint of '{network.preset}' was given (--weights FILE): "
            "its weights are random, the same every time, and its masks mean nothing",
            file=sys.stderr,
        )
    lines, exports = [], []
    for request in requests:
        exported = export_bundle(request, steps, inputs)
        exports.append(exported)
        if json:
            steps.rest()
            print(json_line(exported), flush=True)
            continue
        steps(f"{request.target} {request.precision}: measuring latency")
        lines += rows(exported)
        steps.rest()
        print(f"written: {exported.path}", flush=True)
    if report:
        from squeezesam_export.report import build_report

        build_report(exports, report, steps)
        if not json:
            print(f"written: {report}")
    return lines


def _requests(options: argparse.Namespace) -> list[ExportRequest]:
    from squeezesam_export.cache.store import default_folder
    from squeezesam_export.request import ExportRequest

    height, width = options.size
    return [
        ExportRequest(
            target=target,
            precision=options.precision,
            height=height,
            width=width,
            preset=options.preset,
            output=options.output,
            weights=options.weights,
            backend=options.backend,
            calibration=options.calibration,
            comparison=options.parity_photos,
            options=_own_options(target, options),
            iou_floor=options.iou_floor,
            overwrite=options.overwrite,
            max_iou_drop=options.max_iou_drop,
            cache=None if options.no_cache else default_folder(),
        )
        for target in _chosen_targets(options)
    ]


def _chosen_targets(options: argparse.Namespace) -> list[str]:
    """Names of the targets that were asked for.

    Raises:
        ExportError: none of all has what was asked for.
    """
    if options.target != "all":
        return [options.target]
    able = [
        target.name
        for target in all_targets()
        if options.precision in target.precisions
        and options.backend in (None, *target.backends)
        and not target.missing()
    ]
    if not able:
        raise ExportError(f"no target that is installed here offers {options.precision}")
    return able


def _own_options(target: str, options: argparse.Namespace) -> dict[str, str]:
    """The target's own options that were given."""
    given = {
        option.name: getattr(options, f"{target}_{option.name}".replace("-", "_"))
        for option in find_target(target).options
    }
    return {name: choice for name, choice in given.items() if choice is not None}


if __name__ == "__main__":
    sys.exit(main())

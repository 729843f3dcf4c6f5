"""`squeezesam-export`: weights in, verified bundles out."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from squeezesam_export.errors import ExportError
from squeezesam_export.targets.registry import all_targets, find_target

if TYPE_CHECKING:
    from squeezesam_export.progress import Steps
    from squeezesam_export.request import ExportRequest
    from squeezesam_export.targets.protocol import Target


class _Parser(argparse.ArgumentParser):
    """One sentence on stderr and exit code 2 instead of the usage block."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def size(text: str) -> tuple[int, int]:
    """Parse ``512`` or ``384x512`` (height × width); sides are multiples of 32."""
    height, separator, width = text.partition("x")
    try:
        sides = (int(height), int(width) if separator else int(height))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a size such as 512 or 384x512") from None
    if any(side % 32 or not 64 <= side <= 4096 for side in sides):
        raise argparse.ArgumentTypeError(
            f"both sides of '{text}' must be multiples of 32 from 64 to 4096"
        )
    return sides


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments; each target adds its own options.

    Raises:
        ExportError: a target cannot be loaded.
    """
    targets = list(all_targets())
    parser = _Parser(
        prog="squeezesam-export",
        description="Fold, quantise and lower the networks, run the result on real photos, and "
        "write a bundle: manifest, segmenter, saliency network.",
        epilog="Exit codes: 0 all bundles written; 1 an export failed or its masks differ from "
        "the fp32 network's, or two bundles differ; 2 the command line makes no sense.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--target", choices=(*(target.name for target in targets), "all"),
        help="all: every one whose tools are installed and that has the precision",
    )  # fmt: skip
    what.add_argument(
        "--check", type=Path, metavar="BUNDLE",
        help="compare a finished bundle with fp32 once more, for instance on --parity-photos",
    )  # fmt: skip
    what.add_argument(
        "--compare", type=Path, nargs=2, metavar="BUNDLE",
        help="say which bytes of two bundles differ (exit code 1 if any)",
    )  # fmt: skip
    parser.add_argument("--precision", choices=_union("precisions", targets), default="int8")
    parser.add_argument(
        "--size", type=size, default=(512, 512), metavar="S|HxW",
        help="input size in pixels, multiples of 32: 512, 384x512 (default 512)",
    )  # fmt: skip
    parser.add_argument(
        "--preset", default="squeezesam-fast", help="architecture (default squeezesam-fast)"
    )
    parser.add_argument("--weights", type=Path, help="segmenter weights (default: the shipped)")
    parser.add_argument("--saliency-weights", type=Path, help="default: the shipped")
    parser.add_argument(
        "--calibration", type=Path, metavar="DIR",
        help="photos to calibrate int8 with (default: photos that come with scikit-image)",
    )  # fmt: skip
    parser.add_argument(
        "--parity-photos", type=Path, metavar="DIR",
        help="photos to compare on (default: other views of the scikit-image photos)",
    )  # fmt: skip
    parser.add_argument(
        "--iou-floor", type=float, metavar="IOU",
        help="least mean mask IoU to fp32 (default 0.97 for int8, 0.995 for fp16 and fp32)",
    )  # fmt: skip
    parser.add_argument(
        "--max-iou-drop", type=float, metavar="DROP",
        help="int8 of onnx: keep as few layers in float as bring the mean mask IoU "
        "to fp32 to 1 - DROP, for instance 0.005",
    )  # fmt: skip
    parser.add_argument(
        "--backend", choices=_union("backends", targets), help="default: the target's first"
    )
    for target in targets:
        for option in target.options:
            parser.add_argument(
                f"--{target.name}-{option.name}", choices=option.choices, help=option.help
            )
    parser.add_argument("--output", type=Path, default=Path("build/bundles"), metavar="DIR")
    parser.add_argument("--overwrite", action="store_true", help="replace bundles that exist")
    parser.add_argument(
        "--no-cache", action="store_true",
        help="lower everything anew; otherwise what was lowered from the same weights, photos, "
        "code and tools is taken from $XDG_CACHE_HOME/squeezesam (1 GiB at most)",
    )  # fmt: skip
    parser.add_argument(
        "--report", type=Path, metavar="FILE.html",
        help="write a page that compares every layer and every mask with fp32",
    )  # fmt: skip
    parser.add_argument("--verbose", action="store_true", help="let the toolchains speak")
    return parser


def _union(attribute: str, targets: list[Target]) -> list[str]:
    """What any of the targets offers, in their order."""
    return list(dict.fromkeys(word for target in targets for word in getattr(target, attribute)))


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    try:
        options = build_parser().parse_args(argv)
    except ExportError as error:
        print(f"squeezesam-export: {error}", file=sys.stderr)
        return 1
    # Before torch is there: threads that wait would otherwise spin, on cores that others need.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Imported late: torch takes seconds to load, and --help should not.
    from squeezesam_model import SEGMENTER_PRESETS, WeightsError

    if options.preset not in SEGMENTER_PRESETS:
        known = ", ".join(sorted(SEGMENTER_PRESETS))
        print(f"squeezesam-export: unknown preset '{options.preset}' ({known})", file=sys.stderr)
        return 2
    try:
        if options.compare:
            return _compare(*options.compare)
        return _check(options) if options.check else _export(options)
    except (ExportError, WeightsError) as error:
        print(f"squeezesam-export: {error}", file=sys.stderr)
        return 1


def _compare(a: Path, b: Path) -> int:
    from squeezesam_export.bundle.compare import bundle_sha256, compare_bundles

    found = compare_bundles(a, b)
    for sentence in found:
        print(sentence)
    if not found:
        print(f"the same byte for byte: {bundle_sha256(a)}")
    return 1 if found else 0


def _check(options: argparse.Namespace) -> int:
    from squeezesam_model import DEFAULT_SALIENCY

    from squeezesam_export.bundle.check import CheckRequest, check_bundle
    from squeezesam_export.progress import Steps

    request = CheckRequest(
        bundle=options.check,
        weights=options.weights or _shipped(options.preset),
        saliency_weights=options.saliency_weights or _shipped(DEFAULT_SALIENCY),
        photos=options.parity_photos,
        iou_floor=options.iou_floor,
    )
    with Steps() as steps:
        checked = check_bundle(request, steps)
    worst = min(checked.parity.mask_iou, key=lambda name: checked.parity.mask_iou[name])
    print(
        f"{checked.name}: mask IoU to fp32 {checked.parity.mean_iou:.4f} on "
        f"{len(checked.parity.mask_iou)} photos (worst: {worst}, "
        f"{checked.parity.mask_iou[worst]:.4f}); masks {checked.parity.masks_snr_db:.1f} dB, "
        f"heat map {checked.heat_snr_db:.1f} dB"
    )
    return 0


def _export(options: argparse.Namespace) -> int:
    from squeezesam_export.errors import ExportError
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
        lines = _make(requests, options.report, steps)
    print(format_table(lines))
    return 0


def _make(
    requests: list[ExportRequest], report: Path | None, steps: Steps
) -> list[tuple[str, ...]]:
    """All bundles, then the report; returns the table's lines."""
    from squeezesam_export.bundle.write import export_bundle, prepare
    from squeezesam_export.report.table import rows

    steps("loading weights and photos")
    inputs = prepare(requests[0])
    lines, exports = [], []
    for request in requests:
        exported = export_bundle(request, steps, inputs)
        steps(f"{request.target} {request.precision}: measuring latency")
        lines += rows(exported)
        exports.append(exported)
        steps.rest()
        print(f"written: {exported.path}", flush=True)
    if report:
        from squeezesam_export.report import build_report

        build_report(exports, report, steps)
        print(f"written: {report}")
    return lines


def _requests(options: argparse.Namespace) -> list[ExportRequest]:
    from squeezesam_model import DEFAULT_SALIENCY

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
            weights=options.weights or _shipped(options.preset),
            saliency_weights=options.saliency_weights or _shipped(DEFAULT_SALIENCY),
            output=options.output,
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


def _shipped(preset: str) -> Path:
    """The weights that come with the package."""
    from squeezesam_model.weights import shipped_weights

    return shipped_weights(preset)


if __name__ == "__main__":
    sys.exit(main())

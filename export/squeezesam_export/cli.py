"""`squeezesam-export`: weights in, verified bundles out."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NoReturn

BACKENDS = ("cpu", "xnnpack", "coreml", "vulkan")
TARGETS = ("executorch", "coreml", "onnx")


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
    """The command's arguments."""
    parser = _Parser(
        prog="squeezesam-export",
        description="Fold, quantise and lower the networks, run the result on real photos, and "
        "write a bundle: manifest, segmenter, saliency network.",
        epilog="Exit codes: 0 all bundles written; 1 an export failed or its masks differ from "
        "the fp32 network's; 2 the command line makes no sense.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--target", choices=(*TARGETS, "all"))
    what.add_argument(
        "--check", type=Path, metavar="BUNDLE",
        help="compare a finished bundle with fp32 once more, for instance on --parity-photos",
    )  # fmt: skip
    parser.add_argument("--precision", choices=("int8", "fp16", "fp32"), default="int8")
    parser.add_argument(
        "--size", type=size, default=(512, 512), metavar="S|HxW",
        help="input size in pixels, multiples of 32: 512, 384x512 (default 512)",
    )  # fmt: skip
    parser.add_argument("--preset", default="squeezesam", help="architecture (default squeezesam)")
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
    parser.add_argument("--backend", choices=BACKENDS, help="default: xnnpack, coreml or cpu")
    parser.add_argument(
        "--coreml-int8", choices=("weights", "w8a8"), default="weights",
        help="what int8 means for Core ML: weights alone, or activations too (iOS 17)",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("build/bundles"), metavar="DIR")
    parser.add_argument("--overwrite", action="store_true", help="replace bundles that exist")
    parser.add_argument(
        "--report", type=Path, metavar="FILE.html",
        help="write a page that compares every layer and every mask with fp32",
    )  # fmt: skip
    parser.add_argument("--verbose", action="store_true", help="let the toolchains speak")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    # Imported late: torch takes seconds to load, and --help should not.
    from squeezesam_model import SEGMENTER_PRESETS, WeightsError

    from squeezesam_export.program import ExportError

    if options.preset not in SEGMENTER_PRESETS:
        known = ", ".join(sorted(SEGMENTER_PRESETS))
        print(f"squeezesam-export: unknown preset '{options.preset}' ({known})", file=sys.stderr)
        return 2
    try:
        return _check(options) if options.check else _export(options)
    except (ExportError, WeightsError) as error:
        print(f"squeezesam-export: {error}", file=sys.stderr)
        return 1


def _check(options: argparse.Namespace) -> int:
    from squeezesam_model import DEFAULT_SALIENCY

    from squeezesam_export.check import CheckRequest, check_bundle

    request = CheckRequest(
        bundle=options.check,
        weights=options.weights or _shipped(options.preset),
        saliency_weights=options.saliency_weights or _shipped(DEFAULT_SALIENCY),
        photos=options.parity_photos,
        iou_floor=options.iou_floor,
    )
    started = time.monotonic()
    checked = check_bundle(request, lambda text: _step(text, started))
    worst = min(checked.parity.mask_iou, key=lambda name: checked.parity.mask_iou[name])
    print(
        f"{checked.name}: mask IoU to fp32 {checked.parity.mean_iou:.4f} on "
        f"{len(checked.parity.mask_iou)} photos (worst: {worst}, "
        f"{checked.parity.mask_iou[worst]:.4f}); masks {checked.parity.masks_snr_db:.1f} dB, "
        f"heat map {checked.heat_snr_db:.1f} dB"
    )
    return 0


def _export(options: argparse.Namespace) -> int:
    from squeezesam_export.bundle import check_request, export_bundle
    from squeezesam_export.program import ExportError
    from squeezesam_export.quiet import be_verbose
    from squeezesam_export.table import format_table, rows

    if options.verbose:
        be_verbose()
    requests = _requests(options)
    for request in requests:
        check_request(request)
    if options.report and options.report.exists() and not options.overwrite:
        raise ExportError(f"{options.report} exists; --overwrite replaces it")
    started = time.monotonic()
    lines, exports = [], []
    for request in requests:
        exported = export_bundle(request, lambda text: _step(text, started))
        _step(f"{request.target} {request.precision}: measuring latency", started)
        lines += rows(exported)
        exports.append(exported)
        print(f"written: {exported.path}", flush=True)
    if options.report:
        from squeezesam_export.report import build_report

        build_report(exports, options.report, lambda text: _step(text, started))
        print(f"written: {options.report}")
    print(format_table(lines))
    return 0


def _requests(options: argparse.Namespace) -> list:  # type: ignore[type-arg]
    from squeezesam_model import DEFAULT_SALIENCY

    from squeezesam_export.bundle import ExportRequest

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
            coreml_int8=options.coreml_int8,
            iou_floor=options.iou_floor,
            overwrite=options.overwrite,
        )
        for target in (TARGETS if options.target == "all" else (options.target,))
    ]


def _shipped(preset: str) -> Path:
    """The weights that come with the package."""
    from squeezesam_model.weights import shipped_weights

    return shipped_weights(preset)


def _step(text: str, started: float) -> None:
    """One line per step with the time since the start."""
    print(f"[{time.monotonic() - started:5.0f} s] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

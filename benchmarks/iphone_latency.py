"""How fast is it on the connected iPhone? Runs the demo app's benchmark mode and reads its result.

On a Mac with Xcode 15 or later the demo app is built, signed, installed and launched with
xcodebuild and devicectl. Elsewhere, Linux included, an app that was signed before is installed
(--app) and launched through pymobiledevice3. Not yet run on a device.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from devices import app_run, devicectl, latency_options, operators, pymobile, xcode
from devices.failures import DeviceError, MissingError
from devices.phones import Phone, choose, listing
from measure.machine import commit
from results.result import bundle_facts, main_program, run_word

COMPUTE_UNITS = ("all", "cpuOnly", "cpuAndGPU", "cpuAndNeuralEngine")
APP_ID = "org.squeezesam.demo"
RESULT = "build/benchmarks/iphone.json"

EPILOG = f"""examples:
  # which phones are there
  python benchmarks/iphone_latency.py --list

  # a Mac with Xcode: build the demo, install it, measure the Neural Engine and the CPU
  python benchmarks/iphone_latency.py --team ABCDE12345 \\
      --compute-unit cpuAndNeuralEngine --compute-unit cpuOnly

  # another bundle than the app's own, and the costliest operators of its network
  python benchmarks/iphone_latency.py --bundle build/bundles/squeezesam-fast-coreml-fp16-512x512 \\
      --operators

  # Linux: an app signed for this phone, once installed with --app
  python benchmarks/iphone_latency.py --app Demo.ipa
  python benchmarks/iphone_latency.py

  # did it become slower since the last release?
  python benchmarks/iphone_latency.py --compare docs/performance/iphone.json --tolerance 0.1

  # show the result in docs/performance.md and the README
  python benchmarks/iphone_latency.py --json docs/performance/iphone.json && \\
      python benchmarks/report.py docs/performance

The phone must be unlocked, with its screen on, Developer Mode switched on (Settings, Privacy &
Security) and this computer trusted. Let a warm phone cool: results of another thermal state are
not compared. What is measured: docs/benchmarks.md.

{latency_options.EXIT_CODES}"""


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = latency_options.new_parser(__doc__, EPILOG, RESULT)
    parser.add_argument(
        "--bundle",
        metavar="DIR|NAME",
        help="a bundle's folder, copied to the phone; or the name of one inside the app "
        "(default: the app's own)",
    )
    parser.add_argument(
        "--compute-unit",
        action="append",
        choices=COMPUTE_UNITS,
        help="may be given many times (default cpuAndNeuralEngine)",
    )
    parser.add_argument(
        "--operators",
        action="store_true",
        help="also the costliest operators, by coremltools' MLModelBenchmarker (Mac with Xcode; "
        "needs --bundle DIR)",
    )
    app = parser.add_argument_group("the app")
    app.add_argument("--app", type=Path, help="install this signed .app or .ipa; builds nothing")
    app.add_argument("--no-build", action="store_true", help="use the app that is on the phone")
    app.add_argument("--app-id", default=APP_ID, help=f"its bundle identifier (default {APP_ID})")
    app.add_argument("--project", type=Path, default=Path("ios_demo"), help="the demo's folder")
    app.add_argument("--scheme", help="the project's scheme (default: its first)")
    app.add_argument("--team", help="development team that signs the app")
    app.add_argument(
        "--via",
        choices=("auto", "devicectl", "pymobiledevice3"),
        default="auto",
        help="how to reach the phone (default: devicectl where it is)",
    )
    return parser


def pick_transport(via: str) -> Any:
    """The module that reaches the phone.

    Raises:
        MissingError: neither tool is here.
        TooOldError: pymobiledevice3 is too old.
    """
    if via == "devicectl" or (via == "auto" and devicectl.is_available()):
        if not devicectl.is_available():
            raise MissingError("Xcode's devicectl is not here: install Xcode 15 or later")
        return devicectl
    if not pymobile.is_available():
        raise MissingError(pymobile.INSTALL)
    pymobile.check_version()
    return pymobile


def prepare_app(options: argparse.Namespace, transport: Any, phone: Phone) -> str:
    """Build and install as wanted; the app's identifier."""
    if options.app is not None:
        if not options.app.exists():
            raise ValueError(f"--app: there is no {options.app}")
        transport.install(phone, options.app)
        return str(options.app_id)
    if transport is devicectl and not options.no_build:
        built = xcode.build(options.project, Path("build/ios_demo"), options.team, options.scheme)
        transport.install(phone, built.path)
        return built.app_id
    if transport is pymobile and not pymobile.has_app(phone, options.app_id):
        raise MissingError(
            f"the app {options.app_id} is not on the iPhone: sign it on a Mac and install it with "
            "--app, or give its identifier with --app-id"
        )
    return str(options.app_id)


def prepare_bundle(
    options: argparse.Namespace, transport: Any, phone: Phone, app_id: str
) -> list[str]:
    """Copy the bundle if it is a folder here; the app's words for it."""
    if not options.bundle:
        return []
    folder = Path(options.bundle)
    if folder.is_dir():
        bundle_facts(folder)
        transport.send_folder(phone, app_id, folder, f"Documents/bundles/{folder.name}")
        return ["--bundle", folder.name]
    if "/" in options.bundle:
        raise ValueError(f"--bundle: there is no folder {options.bundle}")
    return ["--bundle", options.bundle]


def check(options: argparse.Namespace) -> None:
    """Raise `ValueError` for options that exclude each other."""
    if options.operators and not (options.bundle and Path(options.bundle).is_dir()):
        raise ValueError("--operators needs the folder of a Core ML bundle: --bundle DIR")
    if options.app is not None and options.no_build:
        raise ValueError("--app installs an app and --no-build uses the installed one: give one")


def measure(options: argparse.Namespace, command: str) -> dict[str, Any] | None:
    """Run the benchmark on the chosen phone; None after --list."""
    check(options)
    transport = pick_transport(options.via)
    if options.operators and transport is not devicectl:
        raise ValueError("--operators needs a Mac with Xcode: coremltools drives devicectl")
    phones = transport.list_phones()
    if options.list and phones:
        print(listing(phones))
        return None
    phone = choose(phones, options.device, transport.NOTHING)
    app_id = prepare_app(options, transport, phone)
    run = run_word()
    words = ["--benchmark", "--run", run, *prepare_bundle(options, transport, phone, app_id)]
    for unit in options.compute_unit or ["cpuAndNeuralEngine"]:
        words += ["--compute-unit", unit]
    words += ["--runs", str(options.runs), "--warmup", str(options.warmup), "--commit", commit()]
    result = app_run.run_app(
        transport, phone, app_id, words, run, devicectl.RESULT_FILE, options.timeout
    )
    if result["platform"] != "ios":
        raise DeviceError(f"the app says it ran on {result['platform']}, not on an iPhone")
    if options.operators:
        add_operators(result, options, phone)
    tools = {"xcode": devicectl.version(), "pymobiledevice3": pymobile.version()}
    return latency_options.stamp(result, command, tools)


def _main_package(bundle: Path) -> Path:
    """The package of the program that gives the masks."""
    try:
        manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
        programs = manifest["programs"]
        package: Path = (
            bundle / programs.get(main_program(manifest), programs.get("segmenter"))["file"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"--operators: {bundle} is not a bundle") from error
    if not package.is_dir():
        raise ValueError(f"--operators: {bundle} holds no Core ML package")
    return package


def add_operators(result: dict[str, Any], options: argparse.Namespace, phone: Phone) -> None:
    """Give each row of the bundle its costliest operators."""
    package = _main_package(Path(options.bundle))
    for row in result["rows"]:
        row["operators"] = operators.costliest(
            package, phone, row["compute_unit"] or "all", options.team, options.runs,
            options.timeout,
        )  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    words = sys.argv[1:] if argv is None else argv
    options = build_parser().parse_args(words)
    command = latency_options.command_line("iphone_latency.py", words)
    return latency_options.guarded("iphone_latency", options, lambda: measure(options, command))


if __name__ == "__main__":
    sys.exit(main())

"""How fast is it on the connected Android phone? With the native command `ssam`, and in the app.

Through adb, from Linux or macOS. The native command is pushed to /data/local/tmp, bound to
the big cores and run on every bundle; the app is launched in its benchmark mode. Not yet run on a
device.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from devices import adb, adb_app, android_state, app_run, latency_options, native_run
from devices.failures import DeviceError, LockedError, MissingError, printable
from devices.phones import Phone, choose, listing
from measure import native_bench
from measure.machine import commit
from measure.sample_photo import write_photo
from results.result import SCHEMA, bundle_facts, now, run_word

APP_ID = "org.squeezesam.demo"
RESULT = "build/benchmarks/android.json"
PROGRAM = Path("build/android/arm64-v8a/ssam")
BACKENDS = ("xnnpack", "vulkan")

EPILOG = f"""examples:
  # which phones are there
  python benchmarks/android_latency.py --list

  # the native command on two bundles, four threads, on the big cores
  python benchmarks/android_latency.py --threads 4 \\
      --bundle build/bundles/squeezesam-fast-executorch-int8-512x512 \\
      --bundle build/bundles/squeezesam-fast-executorch-vulkan-fp16-512x512

  # of those bundles only what runs on the GPU
  python benchmarks/android_latency.py --backend vulkan --bundle …

  # the app: install it and run its benchmark mode with its own bundle
  python benchmarks/android_latency.py --app --apk android_demo/app-release.apk

  # all cores, or the cores 4 to 7
  python benchmarks/android_latency.py --cores all --bundle …
  python benchmarks/android_latency.py --cores f0 --bundle …

  # did it become slower since the last release?
  python benchmarks/android_latency.py --bundle … --compare docs/performance/android.json

  # show the result in docs/performance.md and the README
  python benchmarks/android_latency.py --bundle … --json docs/performance/android.json && \\
      python benchmarks/report.py docs/performance

The phone must have USB debugging switched on (Developer options) and this computer allowed; for the
app its screen must be unlocked. Let a warm phone cool: results of another thermal state are not
compared. The native command warms up with one run of each network; --warmup is for the app. What is
measured: docs/benchmarks.md.

{latency_options.EXIT_CODES}"""


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = latency_options.new_parser(__doc__, EPILOG, RESULT)
    parser.add_argument(
        "--bundle",
        type=Path,
        action="append",
        metavar="DIR",
        help="a bundle's folder; may be given many times (with --app: default the app's own)",
    )
    parser.add_argument(
        "--backend",
        action="append",
        choices=BACKENDS,
        help="of the bundles only those for this backend; may be given twice (default: all)",
    )
    parser.add_argument(
        "--threads", type=int, metavar="N", help="threads of one run (default: the engine's choice)"
    )
    native = parser.add_argument_group("the native command")
    native.add_argument(
        "--program",
        type=Path,
        default=PROGRAM,
        help=f"ssam, built for the phone; libraries beside it go along (default {PROGRAM})",
    )
    native.add_argument(
        "--cores",
        default="big",
        metavar="big|all|MASK",
        help="cores to bind it to; MASK is hexadecimal, bit 0 is core 0 (default big)",
    )
    native.add_argument("--photo", type=Path, help="JPEG or PNG (default: a sample, 1024×768)")
    app = parser.add_argument_group("the app")
    app.add_argument("--app", action="store_true", help="run the app instead of the native command")
    app.add_argument("--apk", type=Path, help="install this APK before (implies --app)")
    app.add_argument("--app-id", default=APP_ID, help=f"its application id (default {APP_ID})")
    return parser


def check(options: argparse.Namespace) -> list[dict[str, Any]]:
    """The facts of the bundles that are to be run; raises `ValueError` for senseless options."""
    if options.threads is not None and not 1 <= options.threads <= 64:
        raise ValueError("--threads must be from 1 to 64")
    if not re.fullmatch(r"big|all|[0-9a-fA-F]{1,16}", options.cores):
        raise ValueError(f"--cores: {options.cores!r} is neither big, all, nor a hexadecimal mask")
    if options.apk is not None and not options.apk.is_file():
        raise ValueError(f"--apk: there is no {options.apk}")
    facts = [bundle_facts(bundle) for bundle in options.bundle or []]
    if options.backend:
        kept = [
            (path, fact)
            for path, fact in zip(options.bundle or [], facts, strict=True)
            if fact["backend"] in options.backend
        ]
        if facts and not kept:
            wanted = ", ".join(options.backend)
            raise ValueError(f"none of the bundles is for the backend {wanted}")
        options.bundle, facts = [path for path, _ in kept], [fact for _, fact in kept]
    if not (options.app or options.apk or facts or options.list):
        raise ValueError("name a bundle with --bundle, or run the app with --app")
    return facts


def core_mask(options: argparse.Namespace, phone: Phone) -> str | None:
    """The mask for taskset; None: all cores."""
    if options.cores == "all":
        return None
    if options.cores != "big":
        return str(options.cores).lower()
    text = adb.shell(phone.identifier, android_state.CORES_COMMAND)
    return android_state.big_core_mask(android_state.parse_cores(text))


def measure_native(
    options: argparse.Namespace, phone: Phone, bundles: list[dict[str, Any]]
) -> dict[str, Any]:
    """Rows and photo from the native command."""
    if not options.program.is_file():
        raise MissingError(
            f"there is no {options.program}: build ssam for Android (make help names the target), "
            "or name it with --program"
        )
    mask = core_mask(options, phone)
    rows: list[dict[str, Any]] = []
    photo: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        picture = options.photo or write_photo(Path(name))
        native_run.push_program(phone, options.program)
        try:
            native_run.push_input(phone, picture)
            for folder, facts in zip(options.bundle, bundles, strict=True):
                native_run.push_input(phone, folder)

                def bench(
                    runs: int, click: bool = False, bundle: str = folder.name
                ) -> tuple[native_bench.Bench, float | None]:
                    return native_run.run_bench(
                        phone, options.program.name, picture.name, bundle, runs,
                        options.threads, mask, options.timeout, click,
                    )  # fmt: skip

                row, photo = _native_row(facts, bench, options, mask)
                rows.append(row)
        finally:
            _leave(phone)
    return {"rows": rows, "photo": photo}


def _native_row(
    facts: dict[str, Any],
    bench: Callable[..., tuple[native_bench.Bench, float | None]],
    options: argparse.Namespace,
    mask: str | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    cold, _ = bench(1)
    automatic, peak = bench(options.runs)
    tap, peak_tap = bench(options.runs, click=True)
    seen = [value for value in (peak, peak_tap) if value is not None]
    row = native_bench.row(
        facts, cold, automatic, tap, options.threads, mask, max(seen) if seen else None
    )
    return row, automatic.photo


def _leave(phone: Phone) -> None:
    """Clean up; a phone that is gone needs none."""
    try:
        native_run.remove(phone)
    except DeviceError as error:
        print(f"android_latency: not cleaned up: {printable(str(error))}", file=sys.stderr)


def measure_app(options: argparse.Namespace, phone: Phone, run: str) -> dict[str, Any]:
    """The app's own result."""
    if options.apk is not None:
        adb.install(phone.identifier, options.apk)
    if android_state.is_locked(phone.identifier):
        raise LockedError("the phone is locked: unlock it, keep its screen on, and run this again")
    settings: dict[str, str | int | bool] = {"benchmark": True, "run": run}
    if options.bundle:
        if len(options.bundle) > 1:
            raise ValueError("the app runs one bundle at a time: give one --bundle")
        folder = options.bundle[0]
        adb.push(phone.identifier, folder, f"{adb_app.bundle_folder(options.app_id)}/{folder.name}")
        settings["bundle"] = folder.name
    settings |= {"runs": options.runs, "warmup": options.warmup, "commit": commit()}
    if options.threads is not None:
        settings["threads"] = options.threads
    result = app_run.run_app(
        adb_app,
        phone,
        options.app_id,
        adb_app.extras(settings),
        run,
        adb_app.result_file(options.app_id),
        options.timeout,
    )
    if result["platform"] != "android":
        raise DeviceError(f"the app says it ran on {result['platform']}, not on Android")
    return result


def measure(options: argparse.Namespace, command: str) -> dict[str, Any] | None:
    """Run what was asked for on the chosen phone; None after --list."""
    bundles = check(options)
    if not adb.is_available():
        raise MissingError(adb.INSTALL)
    phones = adb.list_phones()
    if options.list and phones:
        print(listing(phones))
        return None
    phone = choose(phones, options.device, adb.NOTHING)
    tools = {"adb": adb.version()}
    run = run_word()
    if options.app or options.apk is not None:
        return latency_options.stamp(measure_app(options, phone, run), command, tools)
    machine = android_state.read_machine(phone.identifier)
    before = android_state.read_state(phone.identifier)
    measured = measure_native(options, phone, bundles)
    after = android_state.read_state(phone.identifier)
    return {
        "schema": SCHEMA,
        "platform": "android",
        "run": run,
        "date": now(),
        "command": command,
        "commit": commit(),
        "machine": machine,
        "tools": tools,
        "photo": measured["photo"],
        "settings": {"runs": options.runs, "warmup": 1},
        **android_state.before_and_after(before, after),
        "rows": measured["rows"],
    }


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    words = sys.argv[1:] if argv is None else argv
    options = build_parser().parse_args(words)
    command = latency_options.command_line("android_latency.py", words)
    return latency_options.guarded("android_latency", options, lambda: measure(options, command))


if __name__ == "__main__":
    sys.exit(main())

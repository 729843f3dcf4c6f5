"""`python -m checks.android_aar`: the Android library as AARs in a Maven layout, and their check.

    python -m checks.android_aar build CLASSES OUTPUT [--native FOLDER]
    python -m checks.android_aar check OUTPUT

CLASSES holds what the Kotlin compiler made, main.jar and engines.jar (make/android.mk). --native
holds ABI/libsqueezesam_jni.so as the NDK made them (`make android-native`). Without it the version
ends in `-without-native`: such an AAR compiles an app and runs on no phone, and nobody shall take
it for the other. OUTPUT is a Maven repository: `maven { url = uri("OUTPUT") }`.

Exit codes: 0 built, sound; 1 something is missing or wrong; 2 the command line makes no sense.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from checks.android_aar.contents import PRODUCTS, AarError, build
from checks.android_aar.faults import faults


def main(words: list[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m checks.android_aar", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build")
    builder.add_argument("classes", type=Path)
    builder.add_argument("output", type=Path)
    builder.add_argument("--native", type=Path)
    commands.add_parser("check").add_argument("output", type=Path)
    options = parser.parse_args(words)
    try:
        if options.command == "build":
            own = build(options.classes, options.output, options.native)
            print(f"{options.output}: {', '.join(p.name for p in PRODUCTS)} {own}")
        found = list(faults(options.output))
    except (AarError, OSError) as error:
        found = [str(error)]
    for fault in found:
        print(f"android_aar: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())

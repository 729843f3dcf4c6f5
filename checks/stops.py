"""How many of our Python files a photo passes on its way to a PNG, a weight on its way to a bundle.

    python -m checks.stops photo --bundle BUNDLE PHOTO
    python -m checks.stops weight --size 128

A stop is a file of ours in which, while the command runs, a function that has a name gives the load
back. Whoever only looks at it (searches, checks, counts, compares, runs, writes it to the disk) is
none, nor is one who passes options, numbers or the name of what was written, nor a file of someone
else's.

The load of a photo is its path, its bytes, its pixels, and what is made of them: the opened photo,
the session, the mask, the picture to be written. C++ cannot be traced from Python: the core counts
as one stop, `_core`. The load of a weight, that of the mask network's first convolution, is what
holds it from the moment it is read: the network, a state, an exported graph, an ONNX model, a
program's bytes, or an object of ours with one of these as an attribute.

The most that are let through: 10 for a photo, 8 for a weight. Exit codes: 0 within; 1 more.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[1]
OURS = ("model", "export", "interpreter", "python_bindings")
MOST = {"photo": 10, "weight": 8}
Carries = Callable[[Any], bool]


def stops(run: Callable[[], object], carries: Carries) -> list[str]:
    """The files of ours in which the load was handed over, in the order of their first call.

    Args:
        run: does the work; functions are watched in its thread and those that it starts.
        carries: whether a value is the load or holds it.
    """
    seen: dict[str, None] = {}
    places = tuple(f"{ROOT / folder}{os.sep}" for folder in OURS)

    def watch(frame: FrameType, event: str, value: Any) -> None:
        name = frame.f_code.co_filename
        if event != "return" or name in seen or not name.startswith(places):
            return
        if frame.f_code.co_name.startswith("<"):  # a comprehension inside a function
            return
        if carries(value):
            seen[name] = None

    threading.setprofile(watch)  # of the threads that it starts
    sys.setprofile(watch)
    try:
        run()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return [str(Path(name).relative_to(ROOT)) for name in seen]


def _inside(value: Any) -> Sequence[Any]:
    """What a list, a tuple or a dictionary holds."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list | tuple) else ()


def photo_stops(photo: Path, bundle: Path, folder: Path) -> list[str]:
    """Those of `squeezesam segment PHOTO`, which writes a cut-out into ``folder``.

    Raises:
        RuntimeError: the command failed.
    """
    import numpy as np
    import squeezesam
    from squeezesam.cli import main

    kinds = (squeezesam.Photo, squeezesam.Session, squeezesam.Mask, np.ndarray)

    def carries(value: Any) -> bool:
        if isinstance(value, str | Path):
            return str(value) == str(photo)
        if isinstance(value, bytes):
            return len(value) > 64
        return isinstance(value, kinds) or any(isinstance(one, kinds) for one in _inside(value))

    words = ["segment", str(photo), "--bundle", str(bundle), "--output", str(folder)]
    return [*stops(lambda: _must_succeed(main, [*words, "--format", "cutout"]), carries), "_core"]


def weight_stops(size: int, folder: Path, words: Sequence[str] = ()) -> list[str]:
    """Those of `squeezesam-export --target onnx --precision int8` at a small input size.

    Args:
        size: of the input, pixels.
        folder: where the bundle is written.
        words: more options of the command.

    Raises:
        RuntimeError: the command failed.
    """
    import onnx
    import torch
    from squeezesam_export.cli import main

    kinds = (torch.export.ExportedProgram, torch.fx.GraphModule, onnx.ModelProto)
    was_read = False

    def is_it(name: str, weight: Any) -> bool:
        # The heat map's network has a stem as well, of the photo's three channels alone.
        return "stem" in name.split(".") and weight.ndim == 4 and weight.shape[1] > 3

    def holds(value: Any) -> bool:
        if isinstance(value, dict):
            return any(isinstance(one, torch.Tensor) and is_it(n, one) for n, one in value.items())
        if isinstance(value, kinds):
            return True
        if isinstance(value, torch.nn.Module):
            made = "_modules" in vars(value)  # not before its __init__ has begun
            return made and any(is_it(name, one) for name, one in value.named_parameters())
        return isinstance(value, bytes) and len(value) > 100_000 and b".stem." in value

    def carries(value: Any) -> bool:
        nonlocal was_read
        if not was_read:  # networks that wait for their weights
            was_read = isinstance(value, tuple) and any(
                isinstance(one, dict) and holds(one) for one in value
            )
            return was_read
        attributes = getattr(value, "__dict__", None) or {}
        ours = type(value).__module__.startswith("squeezesam")
        return holds(value) or any(
            holds(one) for one in [*_inside(value), *(attributes.values() if ours else ())]
        )

    fixed = ["--target", "onnx", "--precision", "int8", "--size", str(size), "--iou-floor", "0"]
    fixed += ["--no-cache", "--output", str(folder)]
    return stops(lambda: _must_succeed(main, [*fixed, *words]), carries)


def _must_succeed(main: Callable[[list[str]], int], words: list[str]) -> None:
    code = main(words)
    if code != 0:
        raise RuntimeError(f"the command {' '.join(words)} ended with {code}")


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    loads = parser.add_subparsers(dest="load", required=True)
    photo = loads.add_parser("photo")
    photo.add_argument("photo", type=Path)
    photo.add_argument("--bundle", type=Path, required=True)
    loads.add_parser("weight").add_argument("--size", type=int, default=128)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        if options.load == "photo":
            found = photo_stops(options.photo, options.bundle, Path(folder))
        else:
            found = weight_stops(options.size, Path(folder))
    most = MOST[options.load]
    print(*found, sep="\n")
    print(f"{len(found)} stops, {most} are the most")
    return 1 if len(found) > most else 0


if __name__ == "__main__":
    sys.exit(main())

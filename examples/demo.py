"""The whole way in one command: export the int8 bundles, then segment three photos.

    python examples/demo.py [--output build/demo] [--bundles build/bundles] [--size 512]

The photos (a person, a cat, a cup) come with scikit-image. Each is segmented once without any
prompt and once with a tap that corrects the automatic mask; overlay, mask and cut-out lie in
OUTPUT/automatic and OUTPUT/click.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data

TARGETS = ("onnx", "executorch", "coreml")
# Name, photo, and what a person would tap away from the automatic mask.
PHOTOS = (
    ("person", data.astronaut, (360, 440)),
    ("cat", data.chelsea, (420, 40)),
    ("cup", data.coffee, (60, 60)),
)


def run(module: str, *words: str) -> None:
    """Show a command as the user would type it, then run it."""
    command = {"squeezesam_export.cli": "squeezesam-export", "squeezesam": "squeezesam"}[module]
    print(f"$ {shlex.join([command, *words])}", flush=True)
    done = subprocess.run([sys.executable, "-m", module, *words], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def export(bundles: Path, size: str) -> Path:
    """Export the bundles that are missing; returns the ONNX one, which Python runs by default."""
    missing = [target for target in TARGETS if not found(bundles, target, size)]
    chosen = ["all"] if len(missing) == len(TARGETS) else missing
    for target in chosen:
        run(
            "squeezesam_export.cli",
            *("--target", target, "--precision", "int8", "--size", size),
            *("--output", str(bundles)),
        )
    return found(bundles, "onnx", size)[0]


def found(bundles: Path, target: str, size: str) -> list[Path]:
    """The int8 bundles of a target that are there, of whatever preset."""
    height, _, width = size.partition("x")
    return sorted(bundles.glob(f"*-{target}-int8-{height}x{width or height}"))


def write_photos(folder: Path) -> dict[str, Path]:
    """The three photos as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, photo, _ in PHOTOS:
        paths[name] = folder / f"{name}.png"
        cv2.imwrite(str(paths[name]), photo()[..., ::-1])
    return paths


def segment(bundle: Path, photos: dict[str, Path], output: Path) -> None:
    """All photos without a prompt, then each with one background click."""
    common = ("--bundle", str(bundle), "--format", "overlay,mask,cutout", "--overwrite")
    paths = [str(path) for path in photos.values()]
    run("squeezesam", "segment", *paths, *common, "--output", str(output / "automatic"))
    for name, _, (x, y) in PHOTOS:
        click = ("--negative", f"{x},{y}", "--output", str(output / "click"))
        run("squeezesam", "segment", str(photos[name]), *common, *click)


def contact_sheet(output: Path) -> Path:
    """One picture of everything: a row per photo with the automatic and the clicked overlay."""
    rows = []
    for name, *_ in PHOTOS:
        row = []
        for kind in ("automatic", "click"):
            for form in ("overlay", "cutout"):
                row.append(_tile(output / kind / f"{name}-{form}.png"))
        rows.append(np.hstack(row))
    path = output / "sheet.png"
    cv2.imwrite(str(path), np.vstack(rows))
    return path


def _tile(path: Path, side: int = 360) -> np.ndarray:
    """A picture scaled into a square, transparency shown as a chequerboard."""
    picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    scale = side / max(picture.shape[:2])
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    y, x = np.mgrid[:side, :side]
    canvas = np.where(((y // 12 + x // 12) % 2 == 0)[..., None], 235, 205).repeat(3, 2)
    height, width = picture.shape[:2]
    top, left = (side - height) // 2, (side - width) // 2
    alpha = picture[..., 3:] / 255 if picture.shape[2] == 4 else np.ones((height, width, 1))
    window = canvas[top : top + height, left : left + width]
    canvas[top : top + height, left : left + width] = (
        alpha * picture[..., :3] + (1 - alpha) * window
    )
    return canvas.astype(np.uint8)


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, default=Path("build/demo"))
    parser.add_argument("--bundles", type=Path, default=Path("build/bundles"))
    parser.add_argument("--size", default="512")
    options = parser.parse_args(argv)
    bundle = export(options.bundles, options.size)
    segment(bundle, write_photos(options.output / "photos"), options.output)
    print(f"everything at a glance: {contact_sheet(options.output)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

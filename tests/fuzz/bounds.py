"""Time and memory of what strangers' files cost at their worst: a table in docs/security.md.

Each operation runs in a process of its own; its memory is the most that it had, less what was there
before. Worst are pictures with as many edges, pieces or holes as there can be, and texts of the
length that the core takes.

    python tests/fuzz/bounds.py
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
MEGAPIXELS = 12
HEIGHT, WIDTH = 3000, 4000


def _checkers() -> Any:
    return np.indices((HEIGHT, WIDTH)).sum(0) % 2 == 0


def _most_runs() -> Any:
    return np.indices((1024, 2048)).sum(0) % 2 == 0


def _refused_outline() -> Callable[[], object]:
    from squeezesam import InvalidArgumentError, _core

    mask = _checkers()

    def outline() -> None:
        try:
            _core.contour(mask)
        except InvalidArgumentError:
            return
        raise AssertionError("it was taken")

    return outline


def _dots() -> Any:
    """Holes of one pixel, a third of a million: pieces of background that touch nothing."""
    mask = np.ones((HEIGHT, WIDTH), bool)
    mask[1::6, 1::6] = False
    return mask


def _photo(form: str) -> bytes:
    import io

    from PIL import Image

    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, form)
    return buffer.getvalue()


def _read(form: str) -> Callable[[], Callable[[], object]]:
    def prepare() -> Callable[[], object]:
        from squeezesam.photo import open_photo

        content = _photo(form)
        return lambda: open_photo(content)

    return prepare


def _on(mask: Callable[[], Any], name: str, *more: Any) -> Callable[[], Callable[[], object]]:
    def prepare() -> Callable[[], object]:
        from squeezesam import _core

        made = mask()
        return lambda: getattr(_core, name)(made, *more)

    return prepare


def _rle_text() -> Callable[[], object]:
    from squeezesam import _core

    text = _core.rle_to_string(_core.rle(_checkers()))
    return lambda: _core.rle_decode(_core.rle_from_string(text), WIDTH, HEIGHT)


def _blobs() -> Callable[[], object]:
    from squeezesam import _core

    heat = np.zeros((1024, 1024), np.uint8)
    heat[::2, ::2] = 255
    return lambda: _core.saliency_to_clicks(heat)


def _manifest(values: int) -> Callable[[], Callable[[], object]]:
    def prepare() -> Callable[[], object]:
        from squeezesam import BundleError, _core

        text = '{"schema_version": 2, "name": [' + "0," * values + "0]}"

        def parse() -> None:
            try:
                _core.Bundle.parse(text)
            except BundleError:
                return

        return parse

    return prepare


OPERATIONS: dict[str, tuple[str, Callable[[], Callable[[], object]]]] = {
    "jpeg": (f"JPEG of noise, {MEGAPIXELS} megapixels: read", _read("jpeg")),
    "png": (f"PNG of noise, {MEGAPIXELS} megapixels: read", _read("png")),
    "webp": (f"WebP of noise, {MEGAPIXELS} megapixels: read", _read("webp")),
    "contour": ("outline of the most runs that are taken, 2²⁰", _on(_most_runs, "contour")),
    "ragged": ("outline of a checkerboard of 12 megapixels, refused", _refused_outline),
    "largest": ("the largest piece of that checkerboard", _on(_checkers, "largest_component")),
    "holes": ("a third of a million holes filled", _on(_dots, "fill_holes", -1)),
    "rle": ("its run lengths", _on(_checkers, "rle")),
    "rle-text": ("their text read and decoded", _rle_text),
    "clicks": ("a heat map of 1024×1024 with a quarter of a million blobs", _blobs),
    "manifest": ("a manifest of 4 MB of small values, refused", _manifest(2_000_000)),
    "values": ("a manifest of as many values as are taken", _manifest((1 << 17) - 5)),
}


def measure(name: str) -> dict[str, float]:
    """Seconds and MiB of one operation, in this process."""
    run = OPERATIONS[name][1]()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _status("VmRSS")
    start = time.process_time()
    run()
    seconds = time.process_time() - start
    return {"seconds": seconds, "mib": (_status("VmHWM") - before) / 1024}


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


def main(argv: list[str]) -> int:
    """Measure all and renew the table; with a name, print one as JSON."""
    if argv:
        print(json.dumps(measure(argv[0])))
        return 0
    sys.path.append(str(ROOT / "benchmarks"))
    from measure.machine import describe

    rows = []
    for name, (what, _) in OPERATIONS.items():
        command = [sys.executable, __file__, name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = json.loads(said)
        rows.append(f"| {what} | {found['seconds']:.2f} s | {found['mib']:.0f} MiB |")
        print(rows[-1], flush=True)
    facts = describe()
    head = (
        f"Measured {datetime.now(UTC):%d %B %Y} with `python tests/fuzz/bounds.py` at "
        f"{facts.get('commit', '?')}: processor time on one core ({_processor()}), memory beside "
        "the input."
    )
    table = ["| operation | time | memory |", "| --- | ---: | ---: |", *rows]
    replace(PAGE, "bounds", "\n".join([head, "", *table]))
    return 0


def replace(page: Path, name: str, text: str) -> None:
    """Exchange what stands between the marks ``<!-- name -->`` and ``<!-- /name -->``."""
    whole = page.read_text(encoding="utf-8")
    first, last = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    start, stop = whole.index(first) + len(first), whole.index(last)
    page.write_text(whole[:start] + text + "\n" + whole[stop:], encoding="utf-8")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

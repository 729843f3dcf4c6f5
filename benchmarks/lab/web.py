"""The page in a browser beside Python on this machine: docs/performance/web.json, docs/web.md.

    make web ONNX_BUNDLE=BUNDLE
    python benchmarks/study.py web INT8_BUNDLE FP32_BUNDLE
    python benchmarks/study.py web INT8_BUNDLE --pictures docs    # docs/web.jpg, web_phone.jpg

The page of build/web runs in headless Chromium, once with each bundle and once more cross-origin
isolated, with a thread a core; Python runs the same bundles on one thread, by turns with the page.
The pictures show the page, as `squeezesam serve` gives it, with a cup, on a desktop and a phone.
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from measure.machine import describe, load_average, unpublishable
from measure.sample_photo import write_photo
from PIL import Image
from results.markdown import origin, replace_between_marks, table
from results.result import write_text
from squeezesam import Segmenter

PAGE = Path("docs/web.md")
MARKS = ("<!-- web: begin (python benchmarks/study.py web) -->", "<!-- web: end -->")
TAP = (0.45, 0.4)  # of the photo's width and height
PATIENCE = 120_000  # ms
# File: the window, its pixels a CSS pixel, the picture's width.
PICTURES: dict[str, tuple[dict[str, Any], int]] = {
    "web.jpg": ({"viewport": {"width": 1200, "height": 750}}, 960),
    "web_phone.jpg": (
        {
            "viewport": {"width": 390, "height": 844},
            "device_scale_factor": 2,
            "has_touch": True,
            "is_mobile": True,
        },
        390,
    ),
}
ADDED, TAKEN = (0.5, 0.45), (0.15, 0.85)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files; cross-origin isolated where its server is."""

    def end_headers(self) -> None:
        if getattr(self.server, "isolated", False):
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path, isolated: bool) -> Iterator[str]:
    """The address of a folder on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    server.isolated = isolated  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def page_with(browser: Any, web: Path, bundle: Path, isolated: bool) -> Iterator[Any]:
    """The page, ready, with the bundle in place of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "web"
        shutil.copytree(web, folder, ignore=lambda *_: ["model"])
        shutil.copytree(bundle, folder / "model")
        with served(folder, isolated) as address:
            page = browser.new_page(service_workers="block")  # it would load all once more
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            page.locator("#status", has_text="Ready.").wait_for()
            yield page
            page.close()


def latest_measure(page: Any, count: int) -> dict[str, Any]:
    """The page's measure number ``count``: milliseconds of all, and of the networks."""
    page.evaluate(
        """(count) => new Promise((done) => {
            const look = () => performance.getEntriesByName("mask").length < count
                ? setTimeout(look, 5) : done();
            look();
        })""",
        count,
    )
    script = "performance.getEntriesByName('mask').map(({duration, detail}) => [duration, detail])"
    duration, detail = page.evaluate(script)[-1]
    return {"all": duration, "networks": sum(detail["programs"].values())}


@contextmanager
def page_of_server(bundle: Path) -> Iterator[str]:
    """The address of `squeezesam serve`, whose page is the same."""
    words = ["serve", "--port", "0", "--workers", "1", "--bundle", str(bundle)]
    with subprocess.Popen(
        [sys.executable, "-m", "squeezesam", *words], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            yield line.split()[2] + "/"
        finally:
            server.terminate()


def take_pictures(browser: Any, bundle: Path, folder: Path) -> None:
    """The page after a tap that adds and one that takes away, as JPEGs of at most 100 KB or so."""
    with page_of_server(bundle) as address:
        for name, (settings, width) in PICTURES.items():
            context = browser.new_context(
                service_workers="block", reduced_motion="reduce", **settings
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            page.locator("#status", has_text="Ready.").wait_for()
            page.click("[data-example='examples/coffee.jpg']")
            page.locator("#status", has_text="Found by itself:").wait_for()
            for count, (x, y) in enumerate((ADDED, TAKEN), 1):
                box = page.locator("#sheet").bounding_box()
                at = box["x"] + x * box["width"], box["y"] + y * box["height"]
                page.mouse.click(*at, button="left" if (x, y) == ADDED else "right")
                page.locator("#status", has_text=f"{count} prompt").wait_for()
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            height = round(width * picture.height / picture.width)
            picture.resize((width, height), Image.Resampling.LANCZOS).save(
                folder / name, quality=80, optimize=True
            )
            context.close()


def page_run(page: Any, photo: Path) -> dict[str, dict[str, Any]]:
    """A photo and a tap on it."""
    count = page.evaluate("performance.getEntriesByName('mask').length")
    page.set_input_files("#file", photo)
    first = latest_measure(page, count + 1)
    box = page.locator("#sheet").bounding_box()
    page.mouse.click(box["x"] + TAP[0] * box["width"], box["y"] + TAP[1] * box["height"])
    return {"first": first, "tap": latest_measure(page, count + 2)}


def python_run(segmenter: Segmenter, photo: Path) -> dict[str, dict[str, Any]]:
    """The same in Python."""
    start = time.perf_counter()
    session = segmenter.open(photo)
    session.predict()
    first = 1000 * (time.perf_counter() - start)
    session.add_point(TAP[0] * session.width, TAP[1] * session.height)
    start = time.perf_counter()
    session.predict()
    return {"first": {"all": first}, "tap": {"all": 1000 * (time.perf_counter() - start)}}


def medians(runs: list[dict[str, dict[str, Any]]]) -> dict[str, dict[str, float]]:
    """Of every figure of the runs."""
    return {
        what: {
            name: round(statistics.median(run[what][name] for run in runs), 1)
            for name in runs[0][what]
        }
        for what in runs[0]
    }


def measure_pair(page: Any, segmenter: Segmenter, photo: Path, runs: int) -> dict[str, Any]:
    """Page and Python by turns, after one run of each that does not count."""
    pairs = [(page_run(page, photo), python_run(segmenter, photo)) for _ in range(runs + 1)][1:]
    threads = re.search(r"SIMD, (\d+) thread", page.locator("#facts").text_content() or "")
    return {
        "threads": int(threads[1]) if threads else None,
        "page": medians([ours for ours, _ in pairs]),
        "python": medians([theirs for _, theirs in pairs]),
    }


@contextmanager
def browser_of_debian() -> Iterator[Any]:
    """Headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    """One row for each bundle, and one for the first with threads."""
    rows = []
    ways = [(bundle, False) for bundle in options.bundles] + [(options.bundles[0], True)]
    with tempfile.TemporaryDirectory() as name, browser_of_debian() as browser:
        photo = write_photo(Path(name))
        for bundle, isolated in ways:
            manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
            print(f"web: {bundle.name}, {'isolated' if isolated else 'plain'}", file=sys.stderr)
            segmenter = Segmenter.load(bundle, threads=1)
            with page_with(browser, options.web, bundle, isolated) as page:
                measured = measure_pair(page, segmenter, photo, options.runs)
            rows.append({"bundle": bundle.name, "precision": manifest["precision"], **measured})
        rows[0]["browser"] = f"Chromium {browser.version}"
    return rows


def block(result: dict[str, Any]) -> str:
    """The table of docs/web.md."""
    head = ["bundle", "threads of the page", "first mask, ms", "Python", "a tap, ms",
            "of it the network", "Python", "page / Python"]  # fmt: skip
    rows = [
        [
            f"{row['precision']}, 512",
            str(row["threads"]),
            f"{row['page']['first']['all']:.0f}",
            f"{row['python']['first']['all']:.0f}",
            f"{row['page']['tap']['all']:.0f}",
            f"{row['page']['tap']['networks']:.0f}",
            f"{row['python']['tap']['all']:.0f}",
            f"**{row['page']['tap']['all'] / row['python']['tap']['all']:.1f}**",
        ]
        for row in result["rows"]
    ]
    return "\n\n".join([
        table(head, rows),
        f"{result['rows'][0]['browser']}, headless; Python on one thread throughout, by turns with "
        f"the page; medians of {result['runs']} runs; a photo of 1024×768. The first mask counts "
        "from choosing the file to the drawn outline: decoding, both networks, the outline. Load "
        f"of the machine when it began: {result['load']}.",
        origin(result),
    ])  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--web", type=Path, default=Path("build/web"), help="what make web built")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="show the page, no more")
    options = parser.parse_args(argv)
    pages = [] if options.pictures else [options.web / "index.html"]
    absent = [path for path in (*pages, *options.bundles) if not path.exists()]
    if fault := unpublishable(options.output) or (f"{absent[0]} is not there" if absent else None):
        print(f"web: {fault}", file=sys.stderr)
        return 2
    if options.pictures:
        with browser_of_debian() as browser:
            take_pictures(browser, options.bundles[0], options.pictures)
        return 0
    names = [os.path.relpath(bundle) for bundle in options.bundles]
    result = {
        **describe(["benchmarks/study.py", "web", *names]),
        "load": load_average(),
        "runs": options.runs,
        "rows": measure(options),
    }
    write_text(options.output / "web.json", json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    print(block(result))
    if options.output.resolve() == Path("docs/performance").resolve():
        replace_between_marks(PAGE, block(result), MARKS)
    return 0

"""`squeezesam serve` under load on this machine: docs/performance/serve.json, docs/serve.md.

    python benchmarks/study.py serve_load BUNDLE
    python benchmarks/study.py serve_load BUNDLE --soak 10000 --soak-bundle SMALL_BUNDLE

1, 4 and 16 clients on loopback tap in sessions of their own, each again once it has its mask,
beside the time that the networks took of each request by the server's own account. The soak sends
requests of every kind and looks at the server's memory meanwhile.
"""

from __future__ import annotations

import argparse
import http.client
import io
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from measure.machine import describe, load_average, unpublishable
from measure.sample_photo import write_photo
from PIL import Image
from results.markdown import origin, replace_between_marks, table
from results.result import write_text

PAGE = Path("docs/serve.md")
MARKS = ("<!-- load: begin (python benchmarks/study.py serve_load) -->", "<!-- load: end -->")
CLIENTS = (1, 4, 16)
WARM = 3  # requests of each client that do not count
LOOKS = 10  # at the memory, during a soak
JSON = {"Content-Type": "application/json"}


class Client:
    """One connection that is kept, as a browser keeps it."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def ask(self, path: str, body: bytes, kind: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, Server-Timing, body."""
        self.connection.request("POST", path, body, kind)
        answer = self.connection.getresponse()
        return answer.status, answer.headers.get("Server-Timing", ""), answer.read()

    def open(self, photo: bytes) -> str:
        """The session's name."""
        status, _, body = self.ask("/sessions", *form(photo))
        if status != 201:
            raise RuntimeError(f"the photo was not opened: {body.decode(errors='replace')}")
        return str(json.loads(body)["session"])


def form(photo: bytes) -> tuple[bytes, dict[str, str]]:
    """A multipart body with a photo, and its headers."""
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    return head + photo + b"\r\n--x--\r\n", kind


@contextmanager
def serving(bundle: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Port and process of a server."""
    words = ["-m", "squeezesam", "serve", "--port", "0", "--workers", str(workers)]
    with subprocess.Popen(
        [sys.executable, *words, "--bundle", str(bundle)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            found = re.search(r":(\d+) ", line)
            if found is None:
                raise RuntimeError("the server did not start")
            yield int(found[1]), server.pid
        finally:
            server.terminate()
            server.wait()


def networks(timing: str) -> float:
    """Milliseconds of the programs in a Server-Timing header."""
    return sum(float(ms) for ms in re.findall(r"desc=program;dur=([\d.]+)", timing))


def taps(
    port: int, photo: bytes, count: int, warm: threading.Barrier, spent: list[tuple[float, float]]
) -> None:
    """So many taps of one client once all are warm: milliseconds of each, and of its networks."""
    client = Client(port)
    path = f"/sessions/{client.open(photo)}/predict"
    places = [{"type": "foreground", "x": 300 + 40 * i, "y": 300} for i in range(8)]
    for number in range(count + WARM):
        if number == WARM:
            warm.wait()
        order = {"prompts": places[: 1 + number % 8], "format": "rle"}
        start = time.perf_counter()
        status, timing, body = client.ask(path, json.dumps(order).encode(), JSON)
        if status != 200:
            raise RuntimeError(f"a tap was refused: {body.decode(errors='replace')}")
        if number >= WARM:
            spent.append((1000 * (time.perf_counter() - start), networks(timing)))


def row(bundle: Path, workers: int, clients: int, requests: int, photo: bytes) -> dict[str, Any]:
    """What so many clients see of a server of their own."""
    spent: list[tuple[float, float]] = []
    with serving(bundle, workers) as (port, _):
        each = max(1, requests // clients)
        warm = threading.Barrier(clients + 1)
        given = (port, photo, each, warm, spent)
        threads = [threading.Thread(target=taps, args=given) for _ in range(clients)]
        for thread in threads:
            thread.start()
        warm.wait(600)
        start = time.perf_counter()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - start
    if len(spent) != each * clients:
        raise RuntimeError("a client failed")
    times = [ms for ms, _ in spent]
    return {
        "clients": clients,
        "requests": len(spent),
        "per_second": len(spent) / seconds,
        "p50": float(np.percentile(times, 50)),
        "p99": float(np.percentile(times, 99)),
        "networks": statistics.median(ms for _, ms in spent),
    }


def memory(process: int) -> float:
    """MiB that a process holds."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def soak(bundle: Path, workers: int, requests: int, photo: bytes) -> list[tuple[int, float]]:
    """Requests of every kind from a client each core; how many were sent and the server's MiB."""
    seen = []
    numbers = itertools.count()
    with serving(bundle, workers) as (port, process):
        until = 0

        def work() -> None:
            client = Client(port)
            name = client.open(photo)
            while (number := next(numbers)) < until:
                name = _one(client, name, photo, number)

        for until in (requests * (look + 1) // LOOKS for look in range(LOOKS)):
            threads = [threading.Thread(target=work) for _ in range(workers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seen.append((until, memory(process)))
            print(f"serve_load: {until} requests, {seen[-1][1]:.0f} MiB", file=sys.stderr)
    return seen


def _one(client: Client, name: str, photo: bytes, number: int) -> str:
    """A request by its number; the session that goes on."""
    place = {"type": "foreground", "x": 300 + number % 200, "y": 300}
    if number % 10 == 0:
        return client.open(photo)
    if number % 10 == 1:
        asked = client.ask("/remove", *form(photo))
    elif number % 10 == 2:
        asked = client.ask("/segment", *form(photo[: len(photo) // 2]))
    elif number % 10 == 3:
        asked = client.ask(f"/sessions/{name}/predict", b'{"prompts": [{"x": 1}]}', JSON)
    else:
        order = {"prompts": [place], "format": ("contour", "cutout", "mask", "json")[number % 4]}
        asked = client.ask(f"/sessions/{name}/predict", json.dumps(order).encode(), JSON)
    if asked[0] >= 500:
        raise RuntimeError(f"the server failed: {asked[2].decode(errors='replace')}")
    return name


def block(result: dict[str, Any]) -> str:
    """The tables of docs/serve.md."""
    head = ["clients", "requests a second", "p50, ms", "p99, ms", "of it the networks, ms"]
    rows = [
        [str(r["clients"]), f"{r['per_second']:.1f}", f"{r['p50']:.0f}", f"{r['p99']:.0f}",
         f"{r['networks']:.0f}"]
        for r in result["rows"]
    ]  # fmt: skip
    parts = [
        table(head, rows),
        f"Taps in sessions of {result['bundle']}, a photo of 1024×768, {result['workers']} "
        f"worker(s) of one thread; {result['rows'][0]['requests']} requests a row; the networks' "
        "time is the median by the server's own account; the clients take time of the same cores. "
        f"Load of the machine when it began: {result['load']}.",
    ]
    if result["soak"]:
        sent = ", ".join(f"{count:,}: {mib:.0f}" for count, mib in result["soak"])
        parts.append(
            f"Memory of the server (MiB) after so many requests of every kind, one in five "
            f"refused, with {result['soak_bundle']}: {sent}."
        )
    return "\n\n".join([*parts, origin(result)])


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--requests", type=int, default=400, help="of each row")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--soak", type=int, default=0, metavar="REQUESTS", help="0: none")
    parser.add_argument("--soak-bundle", type=Path, help="a quick one; by default BUNDLE")
    parser.add_argument("--output", type=Path, default=Path("docs/performance"))
    options = parser.parse_args(argv)
    if fault := unpublishable(options.output):
        print(f"serve_load: {fault}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        photo = write_photo(Path(folder)).read_bytes()
    result: dict[str, Any] = {
        **describe(
            ["benchmarks/study.py", "serve_load", *(sys.argv[2:] if argv is None else argv)]
        ),
        "load": load_average(),
        "bundle": options.bundle.resolve().name,
        "workers": options.workers,
        "rows": [
            row(options.bundle, options.workers, clients, options.requests, photo)
            for clients in CLIENTS
        ],
        "soak": [],
    }
    if options.soak:
        small = options.soak_bundle or options.bundle
        result["soak_bundle"] = small.resolve().name
        result["soak"] = soak(small, options.workers, options.soak, _small(photo))
    write_text(
        options.output / "serve.json", json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    )
    print(block(result))
    if options.output.resolve() == Path("docs/performance").resolve():
        replace_between_marks(PAGE, block(result), MARKS)
    return 0


def _small(photo: bytes) -> bytes:
    """The same at half its size, so that 10,000 requests end today."""
    image = Image.open(io.BytesIO(photo))
    out = io.BytesIO()
    image.resize((image.width // 2, image.height // 2)).save(out, "JPEG", quality=90)
    return out.getvalue()

"""build/web of `make web`, a browser of Debian, and what Python finds on the same photos."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from skimage import data
from squeezesam import Segmenter
from squeezesam.engines import ProgramSpec, Tensor
from web_driver import Driver
from web_site import ISOLATION, Proxy, Site

ROOT = Path(__file__).parents[2]
WEB = Path(os.environ.get("WEB", ROOT / "build" / "web")).resolve()
# As root, Chromium has no sandbox; its camera is a moving picture.
FLAGS = [
    "--no-sandbox",
    "--proxy-bypass-list=127.0.0.1",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]

# What runs the page's networks, without the page: onnxruntime-web, one thread, in Node. A request
# and an answer are the length of a JSON text, that text, and the tensors' bytes, in its order.
NODE = """
import fs from "node:fs";
import { createRequire } from "node:module";
const ort = createRequire(process.argv[1])("onnxruntime-web/wasm");
ort.env.wasm.numThreads = 1;
function take(count) {
  const bytes = Buffer.alloc(count);
  for (let at = 0, got; at < count; at += got) {
    got = fs.readSync(0, bytes, at, count - at);
    if (got === 0) process.exit(0);
  }
  return bytes;
}
function give(bytes) {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at);
}
const sessions = {};
for (;;) {
  const { program, inputs } = JSON.parse(take(take(4).readUInt32LE()));
  const options = { executionMode: "sequential", graphOptimizationLevel: "all" };
  sessions[program] ??= await ort.InferenceSession.create(fs.readFileSync(program), options);
  const feeds = {};
  for (const [name, shape] of inputs) {
    const bytes = take(4 * shape.reduce((product, side) => product * side, 1));
    feeds[name] = new ort.Tensor("float32", new Float32Array(new Uint8Array(bytes).buffer), shape);
  }
  const found = Object.entries(await sessions[program].run(feeds));
  const text = Buffer.from(JSON.stringify(found.map(([name, { dims }]) => [name, dims])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  give(Buffer.concat([length, text]));
  for (const [, { data }] of found) {
    give(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }
}
"""


class PagesEngine:
    """An engine of Python's that computes as the page's does: the same WebAssembly, elsewhere."""

    name = "onnxruntime-web"
    target = "onnx"

    def __init__(self) -> None:
        package = ROOT / "web_demo" / "package.json"
        self.node = subprocess.Popen(
            ["node", "--input-type=module", "--eval", NODE, str(package)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def load(self, spec: ProgramSpec) -> PagesProgram:
        """Nothing yet: the first run loads it."""
        return PagesProgram(self.node, spec)


class PagesProgram:
    """One program."""

    def __init__(self, node: subprocess.Popen[bytes], spec: ProgramSpec) -> None:
        self._node, self._path = node, str(spec.path)

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Asks Node."""
        assert self._node.stdin is not None
        shapes = [(name, list(tensor.shape)) for name, tensor in inputs.items()]
        text = json.dumps({"program": self._path, "inputs": shapes}).encode()
        tensors = [np.ascontiguousarray(tensor, "<f4").tobytes() for tensor in inputs.values()]
        self._node.stdin.write(b"".join([struct.pack("<I", len(text)), text, *tensors]))
        self._node.stdin.flush()
        (length,) = struct.unpack("<I", self._take(4))
        found: list[tuple[str, list[int]]] = json.loads(self._take(length))
        return {
            name: np.frombuffer(self._take(4 * int(np.prod(shape))), "<f4").reshape(shape)
            for name, shape in found
        }

    def _take(self, count: int) -> bytes:
        assert self._node.stdout is not None
        taken: Any = self._node.stdout.read(count)
        assert len(taken) == count, "node has ended"
        return bytes(taken)


@pytest.fixture(scope="session")
def proxy() -> Iterator[Proxy]:
    """Hears of whatever the browser wants from elsewhere."""
    proxy = Proxy()
    yield proxy
    proxy.stop()


@pytest.fixture(scope="session")
def browser(proxy: Proxy) -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium is not None, "make test-web installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*FLAGS, f"--proxy-server={proxy.address}"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A host that sets no headers."""
    with Site(WEB) as site:
        yield site


@pytest.fixture(scope="session")
def isolated_site() -> Iterator[Site]:
    with Site(WEB, ISOLATION) as site:
        yield site


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Driver]]:
    """Opens the page in a browser that has never seen it; in the end nothing may have failed."""
    drivers = []

    def open_page(address: str = site.address, **settings: object) -> Driver:
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        drivers.append(Driver(context, address))
        return drivers[-1]

    yield open_page
    for driver in drivers:
        driver.context.close()
    assert [driver.faults for driver in drivers] == [[] for _ in drivers]


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """As PNG, whose pixels are the same in every decoder."""
    folder = tmp_path_factory.mktemp("photos")
    found = {}
    for name in ("astronaut", "chelsea", "coffee"):
        found[name] = folder / f"{name}.png"
        Image.fromarray(getattr(data, name)()).save(found[name])
    return found


@pytest.fixture(scope="session")
def segmenter() -> Segmenter:
    """Python's, with the bundle of the page."""
    return Segmenter.load(WEB / "model", threads=1)


@pytest.fixture(scope="session")
def twin() -> Iterator[Segmenter]:
    """Python's once more, with the arithmetic of the page's engine."""
    engine = PagesEngine()
    yield Segmenter.load(WEB / "model", engine=engine)
    engine.node.kill()
    engine.node.wait()

"""Any host will do: a folder of it, no other host, no network at all, with and without threads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import WEB
from playwright.sync_api import Route
from web_driver import Driver
from web_site import FOLDER, Proxy, Site

# Chromium itself asks for updates and the time, of an empty page too.
BROWSERS_OWN = re.compile(r"[ /.](googleapis|google)\.com[:/]")


def isolated(driver: Driver) -> bool:
    return bool(driver.page.evaluate("crossOriginIsolated"))


def wait_for_service_worker(driver: Driver) -> None:
    driver.page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_only_the_pages_own_folder_is_asked_for_anything(
    visit: Callable[..., Driver], site: Site, proxy: Proxy, photos: dict[str, Path]
) -> None:
    driver = visit()
    driver.choose(photos["chelsea"])
    driver.tap(0.5, 0.5)
    driver.masked(1)
    driver.saved("download")
    wait_for_service_worker(driver)
    assert [path for path in site.asked if not path.startswith(FOLDER)] == []
    strangers = [
        url
        for url in driver.requests
        if not url.startswith((site.address, "blob:http://127.0.0.1"))
    ]
    assert strangers == []
    assert [line for line in proxy.asked if not BROWSERS_OWN.search(line)] == []


def test_neither_the_page_nor_its_worker_can_reach_another_host(
    visit: Callable[..., Driver], site: Site
) -> None:
    driver = visit()
    driver.wait_until_ready()
    with Site(WEB) as other:
        wanted = f"fetch('{other.address}icon.svg', {{mode: 'no-cors'}})"
        attempt = f"{wanted}.then(() => 'reached', () => 'no')"
        assert driver.page.evaluate(attempt) == "no"
        (worker, *_) = driver.page.workers
        assert worker.evaluate(attempt) == "no"
        assert other.asked == []
    assert all("Content Security Policy" in fault for fault in driver.faults)
    driver.faults.clear()


def test_the_second_visit_needs_no_network_and_is_isolated_where_the_host_sets_no_headers(
    visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    with Site(WEB) as site:
        driver = visit(site.address)
        driver.wait_until_ready()
        assert not isolated(driver)
        wait_for_service_worker(driver)
        site.stop()
        driver.page.reload()
        assert isolated(driver)
        driver.choose(photos["astronaut"])
        driver.tap(0.45, 0.4)
        driver.masked(1)
        assert driver.mask().any()
        driver.page.reload()
        driver.page.get_by_role("button", name="A cup of coffee").click()
        driver.masked(0)


def test_masks_are_the_same_whether_the_page_is_isolated_or_not(
    visit: Callable[..., Driver], isolated_site: Site, photos: dict[str, Path]
) -> None:
    masks = []
    for address in (None, isolated_site.address):
        driver = visit(address) if address else visit()
        driver.choose(photos["astronaut"])
        assert isolated(driver) is (address is not None)
        cores = driver.page.evaluate("navigator.hardwareConcurrency")
        threads = min(cores, 4) if address else 1
        assert f"SIMD, {threads}" in (driver.page.locator("#facts").text_content() or "")
        masks.append(driver.mask())
    assert (masks[0] == masks[1]).mean() > 0.998


def test_a_damaged_model_is_refused_with_a_sentence(
    visit: Callable[..., Driver], tmp_path: Path
) -> None:
    files = tmp_path / "web"
    shutil.copytree(WEB, files)
    path = files / "model" / "heat.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with Site(files) as site:
        driver = visit(site.address)
        driver.says(
            "Heat.onnx is not the file that the manifest describes; download the bundle again."
        )


def test_our_own_code_is_small() -> None:
    ours = [path for path in WEB.iterdir() if path.suffix in {".js", ".html", ".css", ".svg"}]
    assert len(ours) >= 5
    assert sum(path.stat().st_size for path in ours) <= 150_000


@pytest.mark.parametrize("suffix", [".js", ".html", ".css"])
def test_no_other_host_is_named(suffix: str) -> None:
    for path in WEB.glob(f"*{suffix}"):
        hosts = re.findall(r"https?://([\w.-]+)", path.read_text())
        assert set(hosts) <= {"www.w3.org"}, path  # the name of SVG's elements


# engine= of the address, precision of the bundle, what requestAdapter gives ("missing": no WebGPU).
CHOICES: list[tuple[str | None, str, Any, str]] = [
    (None, "int8", {"info": {"isFallbackAdapter": False}}, "wasm"),
    (None, "fp32", {"info": {"isFallbackAdapter": False}}, "webgpu"),
    (None, "fp16", {}, "webgpu"),
    (None, "fp32", {"info": {"isFallbackAdapter": True}}, "wasm"),
    (None, "fp32", {"isFallbackAdapter": True}, "wasm"),
    (None, "fp32", None, "wasm"),
    (None, "fp32", "refused", "wasm"),
    (None, "fp32", "missing", "wasm"),
    ("wasm", "fp32", {}, "wasm"),
    ("webgpu", "int8", {"info": {"isFallbackAdapter": True}}, "webgpu"),
    ("webgpu", "fp32", None, "wasm"),
    ("nonsense", "int8", {}, "wasm"),
]
CHOOSE = """
import { chooseEngine } from "./engine.mjs";
for (const [asked, precision, given] of JSON.parse(process.argv[2])) {
  const requestAdapter = async () => { if (given === "refused") throw new Error(); return given; };
  const graphics = given === "missing" ? undefined : { requestAdapter };
  const { engine, why } = await chooseEngine(asked, precision, graphics);
  console.log(engine, why === "");
}
"""


def test_webgpu_is_taken_where_a_graphics_processor_helps_and_webassembly_elsewhere(
    tmp_path: Path,
) -> None:
    demo = WEB.parents[1] / "web_demo"
    esbuild = [demo / "node_modules/.bin/esbuild", demo / "src/worker/engine.ts"]
    subprocess.run(
        [*esbuild, f"--outfile={tmp_path / 'engine.mjs'}", "--log-level=error"], check=True
    )
    (tmp_path / "choose.mjs").write_text(CHOOSE)
    told = subprocess.run(
        ["node", tmp_path / "choose.mjs", json.dumps(CHOICES)],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert told[::2] == [engine for *_, engine in CHOICES]
    # Whoever does not get WebGPU is told why.
    assert told[1::2] == ["true" if engine == "webgpu" else "false" for *_, engine in CHOICES]


def test_webgpu_that_cannot_be_had_or_fails_leaves_webassembly(
    visit: Callable[..., Driver], site: Site, photos: dict[str, Path]
) -> None:
    """Headless Chromium has no graphics processor; and where it seems to have, its engine fails."""
    driver = visit(f"{site.address}?engine=webgpu")
    driver.choose(photos["chelsea"])
    facts = driver.page.locator("#facts").text_content() or ""
    assert "WebAssembly SIMD, 1 thread (no graphics processor was found" in facts
    driver.faults.clear()  # Chromium says so too
    driver = visit(service_workers="block")
    driver.page.context.route("**/worker.js*", _pretend_a_graphics_processor)
    driver.page.goto(f"{site.address}?engine=webgpu")
    driver.choose(photos["chelsea"])
    facts = driver.page.locator("#facts").text_content() or ""
    assert "WebAssembly SIMD, 1 thread (WebGPU failed: " in facts
    driver.faults.clear()


def _pretend_a_graphics_processor(route: Route) -> None:
    adapter = "{ requestAdapter: async () => ({ features: new Set(), limits: {}, info: {} }) }"
    lie = f"Object.defineProperty(navigator, 'gpu', {{ value: {adapter} }});\n"
    answer = route.fetch()
    route.fulfill(response=answer, body=lie + answer.text())

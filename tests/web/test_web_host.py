"""Any host will do: a folder of it, no other host, no network at all, with and without threads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import WEB
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
        assert f"Threads{threads}" in (driver.page.locator("#facts").text_content() or "")
        masks.append(driver.mask())
    assert (masks[0] == masks[1]).mean() > 0.999


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

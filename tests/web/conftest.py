"""build/web of `make web`, a browser of Debian, and what Python finds on the same photos."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from skimage import data
from squeezesam import Segmenter
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

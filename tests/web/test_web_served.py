"""`squeezesam serve` opens the same page, whose prompts go to the server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from conftest import WEB
from playwright.sync_api import expect
from squeezesam import Segmenter
from web_driver import Driver

TAP = (0.36, 0.62)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a server with the bundle of the page."""
    words = ["serve", "--port", "0", "--workers", "1", "--bundle", str(WEB / "model")]
    with subprocess.Popen(
        [sys.executable, "-m", "squeezesam", *words], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        listening = re.match(r"listening on (http\S+)", server.stdout.readline())
        assert listening is not None
        yield f"{listening[1]}/"
        server.terminate()
        assert server.wait(60) == 0


def test_its_masks_and_cut_outs_are_those_of_python(
    address: str,
    visit: Callable[..., Driver],
    photos: dict[str, Path],
    segmenter: Segmenter,
) -> None:
    driver = visit(address)
    driver.wait_until_ready()
    driver.choose(photos["astronaut"])
    session = segmenter.open(photos["astronaut"])
    assert np.array_equal(driver.mask(), session.predict().array)
    driver.tap(*TAP)
    driver.masked(1)
    ((x, y),) = driver.clicks("foreground")
    session.add_point(x, y)
    mask = session.predict()
    assert np.array_equal(driver.mask(), mask.array)
    name, cutout = driver.saved("download")
    assert name == "astronaut-cutout.png"
    assert np.array_equal(cutout, mask.cutout())
    driver.page.check("#crop")
    driver.page.check("input[value='#ffffff']", force=True)
    _, before_white = driver.saved("download")
    assert before_white.shape[:2] == mask.cutout(crop=True).shape[:2]
    assert (before_white[..., 3] == 255).all()
    outside = mask.cutout(crop=True)[..., 3] == 0
    assert (before_white[outside][:, :3] == 255).all()


def test_taps_strokes_boxes_undo_and_a_session_that_the_server_has_forgotten(
    address: str, visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    driver = visit(address)
    driver.wait_until_ready()
    driver.choose(photos["coffee"])
    alone = driver.outline()
    assert alone != ""
    driver.page.check("input[value=stroke]", force=True)
    driver.drag((0.4, 0.5), (0.6, 0.5))
    driver.masked(1)
    stroked = driver.outline()
    driver.page.check("input[value=box]", force=True)
    driver.drag((0.2, 0.2), (0.8, 0.9))
    driver.masked(2)
    sessions = [r for r in driver.requests if "/sessions/" in r and r.endswith("/predict")]
    name = urlsplit(sessions[-1]).path.split("/")[2]
    driver.page.request.delete(f"{address}sessions/{name}")
    driver.page.click("#undo")
    driver.masked(1)
    # Chromium itself says in the console that the session was not found; it is opened again.
    assert [fault for fault in driver.faults if "404" not in fault] == []
    driver.faults.clear()
    assert driver.outline() == stroked
    driver.page.click("#undo")
    driver.masked(0)
    assert driver.outline() == alone


def test_everything_it_shows_and_asks_for_is_of_the_server(
    address: str, visit: Callable[..., Driver]
) -> None:
    driver = visit(address)
    driver.wait_until_ready()
    expect(driver.page.locator("#promise")).to_have_text("The photo never leaves this machine.")
    driver.page.click("[data-example]:first-of-type")
    driver.masked(0)
    driver.page.click("summary:first-of-type")
    facts = driver.page.locator("#facts").inner_text()
    assert "onnxruntime of squeezesam" in facts
    assert "Network 'segment'" in facts
    asked = [r for r in driver.requests if not r.startswith(("blob:", "data:"))]
    assert asked
    assert all(r.startswith(address) for r in asked)

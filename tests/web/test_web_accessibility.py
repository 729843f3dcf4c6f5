"""axe-core finds nothing serious, in light and dark, on a desktop and a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from web_driver import Driver

AXE = (ROOT / "web_demo" / "node_modules" / "axe-core" / "axe.min.js").read_text()


def faults(driver: Driver) -> list[tuple[str, list[Any]]]:
    """Rules that are broken seriously, and where."""
    found = driver.page.evaluate(f"{AXE}; axe.run()")
    assert len(found["passes"]) > 15
    return [
        (fault["id"], [node["target"] for node in fault["nodes"]])
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_no_serious_fault(
    visit: Callable[..., Driver], photos: dict[str, Path], scheme: str, width: int
) -> None:
    driver = visit(color_scheme=scheme, viewport={"width": width, "height": 800})
    driver.wait_until_ready()
    assert faults(driver) == []
    driver.choose(photos["chelsea"])
    for summary in driver.page.locator("summary").all():
        summary.click()
    assert faults(driver) == []

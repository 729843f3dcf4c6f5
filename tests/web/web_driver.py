"""The page as a person uses it, in a real browser."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import BrowserContext, FloatRect, Page, expect

PATIENCE = 60_000  # ms: for the model on a busy machine
MASK_FOUND = re.compile(r" % of the photo, in \d+ ms\.$")


class Driver:
    """One page.

    faults: what was written to the console as an error, or thrown; requests: their addresses.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.context = context
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("console", self._hear)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(address)
        self.status = self.page.locator("#status")

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def wait_until_ready(self) -> None:
        self.says("Ready. Choose, drop or paste a photo.")

    def says(self, sentence: str | re.Pattern[str]) -> None:
        """Waits for the status to say it."""
        expect(self.status).to_have_text(sentence, timeout=PATIENCE)

    def choose(self, photo: Path) -> None:
        """Takes the file and waits for its automatic mask."""
        self.page.set_input_files("#file", photo)
        self.says(re.compile(r"^Found by itself: .* ms\.$"))

    def masked(self, prompts: int) -> None:
        """Waits for the mask of so many prompts."""
        begin = "Found by itself" if prompts == 0 else f"{prompts} prompts?"
        self.says(re.compile(rf"^{begin}: .* ms\.$"))

    def sheet(self) -> FloatRect:
        """Where the whole photo lies in the window."""
        box = self.page.locator("#sheet").bounding_box()
        assert box is not None
        return box

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where on the screen a place of the photo is: its width and height are 1."""
        box = self.sheet()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def tap(self, x: float, y: float, button: Any = "left") -> None:
        self.page.mouse.click(*self.at(x, y), button=button)

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], button: Any = "left"
    ) -> None:
        self.page.mouse.move(*self.at(*start))
        self.page.mouse.down(button=button)
        self.page.mouse.move(*self.at(*end), steps=4)
        self.page.mouse.up(button=button)

    def clicks(self, kind: str) -> list[tuple[float, float]]:
        """The taps that are drawn, in pixels of the photo."""
        drawn = self.page.locator(f"#prompts .{kind} .dot").all()
        found = [re.match(r"M([\d.]+),([\d.]+)", dot.get_attribute("d") or "") for dot in drawn]
        return [(float(match[1]) - 0.5, float(match[2]) - 0.5) for match in found if match]

    def stroke(self, kind: str) -> list[tuple[float, float]]:
        """The points on the line that is drawn, in pixels of the photo."""
        line = self.page.locator(f"#prompts .{kind}.stroke .line").get_attribute("d") or ""
        return [(float(x) - 0.5, float(y) - 0.5) for x, y in re.findall(r"([\d.]+),([\d.]+)", line)]

    def box(self) -> tuple[float, float, float, float]:
        """The box that is drawn, in pixels of the photo: x0, y0, x1, y1."""
        drawn = self.page.locator("#prompts .box")
        x, y, width, height = (
            float(drawn.get_attribute(name) or "nan") for name in ("x", "y", "width", "height")
        )
        return x - 0.5, y - 0.5, x - 0.5 + width, y - 0.5 + height

    def outline(self) -> str:
        return self.page.locator("#outline").get_attribute("d") or ""

    def saved(self, button: str) -> tuple[str, npt.NDArray[np.uint8]]:
        """Presses a button that saves a PNG: its name and pixels."""
        with self.page.expect_download() as download:
            self.page.click(f"#{button}")
        data = Path(download.value.path()).read_bytes()
        return download.value.suggested_filename, np.asarray(Image.open(io.BytesIO(data)))

    def mask(self) -> npt.NDArray[np.bool_]:
        """bool H×W."""
        _, pixels = self.saved("download-mask")
        grey = pixels[..., 0] if pixels.ndim == 3 else pixels
        assert set(np.unique(grey)) <= {0, 255}
        return grey == 255

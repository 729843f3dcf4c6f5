"""What a person does on the page, with mouse, fingers, keys and files."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FileChooser, Page, expect
from playwright.sync_api import TimeoutError as BrowserTimeout
from squeezesam import Segmenter
from web_driver import Driver

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


def hand_over(driver: Driver, photo: Path, event: str) -> None:
    """Drops or pastes the file."""
    script = """([text, kind]) => {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "cat.png", { type: "image/png" }));
        const given = { bubbles: true, cancelable: true };
        document.body.dispatchEvent(kind === "drop"
            ? new DragEvent("drop", { ...given, dataTransfer: data })
            : new ClipboardEvent("paste", { ...given, clipboardData: data }));
    }"""
    driver.page.evaluate(script, [base64.b64encode(photo.read_bytes()).decode(), event])


def test_undo_redo_and_clear_bring_masks_back(
    visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    driver = visit()
    driver.choose(photos["astronaut"])
    outlines = [driver.outline()]
    driver.tap(0.45, 0.4)
    driver.masked(1)
    outlines.append(driver.outline())
    driver.drag((0.1, 0.1), (0.7, 0.9))
    driver.masked(2)
    outlines.append(driver.outline())
    assert len(set(outlines)) == 3
    assert all(outlines)
    for button, prompts in (("undo", 1), ("undo", 0), ("redo", 1), ("redo", 2), ("clear", 0)):
        driver.page.click(f"#{button}")
        driver.masked(prompts)
        assert driver.outline() == outlines[prompts]
    expect(driver.page.locator("#clear")).to_be_disabled()
    driver.page.click("#undo")
    driver.masked(2)
    assert driver.outline() == outlines[2]


def chooser_by_key(page: Page, key: str) -> FileChooser:
    """The file chooser that a key opens. A busy browser may lose a key while it takes focus."""
    for _ in range(5):
        page.bring_to_front()
        with contextlib.suppress(BrowserTimeout):
            with page.expect_file_chooser(timeout=15_000) as chooser:
                page.keyboard.press(key)
            return chooser.value
    raise AssertionError(f"{key} opens no file chooser")


def test_everything_can_be_done_with_the_keyboard(
    visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    driver = visit()
    driver.wait_until_ready()
    chooser_by_key(driver.page, "o").set_files(photos["astronaut"])
    driver.masked(0)
    driver.page.focus("#stage")
    for key in ("Shift+ArrowUp", "ArrowLeft", "Enter"):
        driver.page.keyboard.press(key)
    driver.masked(1)
    assert driver.clicks("foreground") == [(251, 213)]
    for key in ("Shift+ArrowDown", "Shift+ArrowDown", "Delete"):
        driver.page.keyboard.press(key)
    driver.masked(2)
    assert driver.clicks("background") == [(251, 299)]
    for key in ("b", "Shift+ArrowRight", "Shift+ArrowDown", "b"):
        driver.page.keyboard.press(key)
    driver.masked(3)
    assert driver.box() == (251, 299, 294, 342)
    driver.page.keyboard.press("Control+z")
    driver.masked(2)
    driver.page.keyboard.press("Control+y")
    driver.masked(3)
    driver.page.keyboard.press("Escape")
    driver.masked(0)
    driver.page.keyboard.down("c")
    expect(driver.page.locator("#marks")).to_be_hidden()
    driver.page.keyboard.up("c")
    expect(driver.page.locator("#outline")).to_be_visible()
    with driver.page.expect_download() as download:
        driver.page.keyboard.press("s")
    assert download.value.suggested_filename == "astronaut-cutout.png"


def test_strokes_add_and_take_away_and_are_undone_as_one(
    visit: Callable[..., Driver], photos: dict[str, Path], segmenter: Segmenter
) -> None:
    driver = visit()
    driver.choose(photos["coffee"])
    driver.page.check("input[value=stroke]", force=True)
    driver.drag((0.4, 0.5), (0.6, 0.6))
    driver.masked(1)
    session = segmenter.open(photos["coffee"])
    for x, y in driver.stroke("foreground"):
        session.add_point(x, y)
    # Two builds of ONNX Runtime: an int8 step apart in places, which moves a border by a pixel.
    assert (driver.mask() == session.predict().array).mean() > 0.998
    first = driver.outline()
    driver.drag((0.1, 0.1), (0.1, 0.8), button="right")
    driver.masked(2)
    assert len(driver.stroke("background")) == 8
    driver.page.keyboard.press("Control+z")
    driver.masked(1)
    assert driver.outline() == first
    # With the keys: from the middle to the left.
    driver.page.focus("#stage")
    for key in ("l", "ArrowLeft", "Shift+ArrowLeft", "l"):
        driver.page.keyboard.press(key)
    driver.masked(2)
    last = driver.page.locator("#prompts .stroke .line").last.get_attribute("d") or ""
    assert last.startswith("M300.5,200.5L")
    assert last.endswith("L244.5,200.5")


def test_photos_come_by_drop_and_by_paste_and_what_is_none_is_refused(
    visit: Callable[..., Driver], photos: dict[str, Path], tmp_path: Path
) -> None:
    driver = visit()
    driver.wait_until_ready()
    hand_over(driver, photos["chelsea"], "drop")
    driver.masked(0)
    dropped = driver.outline()
    driver.choose(photos["coffee"])
    assert driver.outline() != dropped
    hand_over(driver, photos["chelsea"], "paste")
    driver.page.locator("#facts", has_text="451 × 300").wait_for(state="attached")
    driver.masked(0)
    assert driver.outline() == dropped
    nonsense = tmp_path / "letter.png"
    nonsense.write_text("Dear browser")
    driver.page.set_input_files("#file", nonsense)
    driver.says("This browser cannot read the file as a photo.")
    driver.tap(0.5, 0.5)  # the former photo is still there
    driver.masked(1)


def test_a_zoomed_photo_takes_taps_where_they_are_seen(
    visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    driver = visit()
    driver.choose(photos["astronaut"])
    small = driver.sheet()
    x, y = driver.at(0.3, 0.6)
    driver.page.mouse.move(x, y)
    driver.page.mouse.wheel(0, -800)
    assert driver.sheet()["width"] > 2 * small["width"]
    # A mouse knows whole pixels only.
    assert driver.at(0.3, 0.6) == pytest.approx((x, y), abs=4)
    driver.page.mouse.click(x, y)
    driver.masked(1)
    assert driver.clicks("foreground")[0] == pytest.approx((0.3 * 512, 0.6 * 512), abs=2)
    x, y = driver.at(0.3, 0.6)
    driver.page.mouse.move(x, y)
    driver.page.mouse.down(button="middle")
    driver.page.mouse.move(x + 60, y + 30, steps=3)
    driver.page.mouse.up(button="middle")
    assert driver.at(0.3, 0.6) == pytest.approx((x + 60, y + 30), abs=1.5)
    driver.masked(1)
    driver.page.get_by_role("button", name="Fit the photo").click()
    assert driver.sheet() == small


def test_fingers_tap_press_long_and_spread(
    visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    driver = visit(**PHONE)
    driver.choose(photos["astronaut"])
    driver.page.touchscreen.tap(*driver.at(0.45, 0.4))
    driver.masked(1)
    assert len(driver.clicks("foreground")) == 1
    touch = driver.context.new_cdp_session(driver.page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", driver.at(0.1, 0.2))
    driver.masked(2)  # while the finger is still down
    fingers("touchEnd")
    assert len(driver.clicks("background")) == 1
    before = driver.sheet()
    x, y = driver.at(0.5, 0.5)
    fingers("touchStart", (x - 30, y), (x + 30, y))
    for spread in (50, 70, 90):
        fingers("touchMove", (x - spread, y), (x + spread, y))
    fingers("touchEnd")
    assert driver.sheet()["width"] / before["width"] == pytest.approx(3, rel=0.1)
    driver.masked(2)


def test_the_latest_tap_wins_and_the_page_stays_quick(
    visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    driver = visit()
    driver.choose(photos["astronaut"])
    for x in (0.3, 0.4, 0.5):
        driver.tap(x, 0.4)
    driver.masked(3)
    assert len(driver.clicks("foreground")) == 3
    driver.page.click("#undo")
    driver.masked(2)
    driver.page.click("#redo")
    driver.masked(3)


def test_the_camera_gives_a_photo(visit: Callable[..., Driver]) -> None:
    driver = visit(permissions=["camera"])
    driver.wait_until_ready()
    driver.page.click("#camera")
    video = driver.page.locator("video")
    expect(video).to_have_js_property("paused", False)
    expect(video).not_to_have_js_property("videoWidth", 0)
    driver.page.click("#shoot")
    driver.says(re.compile(r"^Found by itself|^[Nn]othing"))
    assert driver.page.locator("#viewfinder").is_hidden()
    assert driver.page.evaluate("document.querySelector('video').srcObject") is None


def test_the_cutout_goes_to_the_clipboard(
    visit: Callable[..., Driver], photos: dict[str, Path]
) -> None:
    driver = visit(permissions=["clipboard-read", "clipboard-write"])
    driver.choose(photos["chelsea"])
    driver.page.click("#copy")
    driver.says("The cut-out is in the clipboard.")
    types = "navigator.clipboard.read().then((items) => items.flatMap((item) => item.types))"
    assert driver.page.evaluate(types) == ["image/png"]


def test_a_photo_of_twelve_megapixels_is_zoomed_tapped_and_saved_in_its_size(
    visit: Callable[..., Driver], photos: dict[str, Path], tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    with Image.open(photos["astronaut"]) as photo:
        photo.crop((0, 0, 512, 384)).resize((4000, 3000)).save(large, quality=90)
    driver = visit()
    driver.choose(large)
    x, y = driver.at(0.45, 0.4)
    driver.page.mouse.move(x, y)
    driver.page.mouse.wheel(0, -900)
    driver.page.mouse.click(x, y)
    driver.masked(1)
    assert driver.clicks("foreground")[0] == pytest.approx((1800, 1200), abs=8)
    assert len(driver.outline()) < 100_000
    name, cutout = driver.saved("download")
    assert name == "large-cutout.png"
    assert cutout.shape == (3000, 4000, 4)
    assert cutout[1200, 1800, 3] == 255

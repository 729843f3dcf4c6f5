"""The examples of the pages are what is compiled, and those in Python run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import squeezesam
from PIL import Image
from skimage import data

from checks.snippets import SURROUNDINGS, examples, main, sources

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "runtime"))
from tiny_bundle import write_tiny_bundle  # noqa: E402

PAGES = {
    "swift": ["docs/swift.md", "README.md"],
    "kotlin": ["docs/android.md", "README.md"],
    "typescript": ["docs/web.md", "runtime/web/README.md"],
    "python": ["README.md", "docs/remove.md"],
}


def test_every_page_with_an_example_is_one_of_those_that_are_compiled() -> None:
    """A page that is added, or an example in a page that had none, must be compiled as well."""
    listed = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    for language, pages in PAGES.items():
        have = [name for name in listed if examples((ROOT / name).read_text(), language)]
        assert sorted(have) == sorted(pages)
    makefiles = "".join(path.read_text() for path in sorted((ROOT / "make").glob("*.mk")))
    for language in ("swift", "kotlin"):
        assert f"checks.snippets {language} {' '.join(PAGES[language])} " in makefiles


def test_an_example_stands_in_its_function_and_imports_above_it() -> None:
    (made,) = sources([ROOT / "README.md"], "swift")
    before, behind = SURROUNDINGS["README.md", "swift"][0]
    assert made.startswith(before)
    assert made.endswith(behind)
    first, second = sources([ROOT / "docs/web.md"], "typescript")
    assert first.startswith("import { Segmenter, decodePhoto }")
    assert second.index("import loader") < second.index("export async function")


def test_marks_of_other_languages_and_unnamed_ones_are_left_out() -> None:
    page = "a\n```swift\nlet a = 1\n```\n```\nplain\n```\n```kotlin\nval b\n```\n```swift\n```\n"
    assert examples(page, "swift") == ["let a = 1", ""]
    assert examples(page, "kotlin") == ["val b"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["swift"], 2, "usage: python -m checks.snippets"),
        (["cobol", "README.md"], 2, "usage: python -m checks.snippets"),
        (["swift", "docs/index.md"], 1, "no example in swift"),
        (["swift", "docs/nowhere.md"], 1, "No such file"),
    ],
)
def test_a_page_without_examples_is_an_error(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([words[0], *(str(ROOT / name) for name in words[1:])]) == code
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert said in captured.err


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with photo.jpg, where the package's own bundle is a tiny one."""
    bundle = write_tiny_bundle(tmp_path / "tiny")
    monkeypatch.setattr("squeezesam.segmenter.built_in_bundle", lambda: bundle)
    Image.fromarray(data.astronaut()).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_readmes_example_in_python_cuts_out(place: Path) -> None:
    (example,) = sources([ROOT / "README.md"], "python")
    (folder,) = {word for word in example.split('"') if word.startswith("build/bundles/")}
    shutil.copytree(place / "tiny", place / folder)
    exec(compile(example, "README.md", "exec"), {})
    assert Image.open("cutout.png").mode == "RGBA"


def test_the_examples_of_remove_in_python_run(place: Path) -> None:
    names: dict[str, Any] = {
        "Image": Image, "array": data.astronaut(), "upload": Path("photo.jpg").read_bytes(),
    }  # fmt: skip
    (example,) = sources([ROOT / "docs/remove.md"], "python")
    exec(compile(example, "remove.md", "exec"), names)
    assert (place / "photo-cutout.png").is_file()
    assert (place / "out.png").is_file()
    assert isinstance(names["rgba"], np.ndarray)
    assert names["rgba"].shape == (512, 512, 4)
    assert isinstance(names["image"], Image.Image)
    assert names["data"].startswith(b"\x89PNG")
    assert names["squeezesam"] is squeezesam

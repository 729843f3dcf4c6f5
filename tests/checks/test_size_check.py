"""The check of the repository's size counts files and lines."""

from __future__ import annotations

from pathlib import Path

from checks.size import MOST_LINES, clashes, faults


def test_a_line_too_many_and_a_file_too_many_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n" * MOST_LINES)
    (tmp_path / "b.py").write_text("x\n" * (MOST_LINES + 1))
    (tmp_path / "c.json").write_text("0\n" * (MOST_LINES + 1))
    assert faults(tmp_path, ["a.py", "b.py", "c.json"], most_files=2) == [
        "3 files: at most 2 are to be tracked",
        "b.py: 301 lines, 300 are the most",
    ]


def test_a_binary_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"PK\x03\x04\0\0")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\0")
    assert faults(tmp_path, ["a.whl", "b.png"]) == ["a.whl: binaries are not tracked"]


def test_two_modules_of_tests_with_one_name_are_named() -> None:
    files = ["tests/a/test_x.py", "tests/b/test_y.py", "room/tests/test_x.py", "src/test_x.py"]
    shared = ["tests/a/conftest.py", "tests/b/conftest.py"]
    assert clashes(files + shared) == [
        "room/tests/test_x.py: tests/a/test_x.py has the same name, and one run cannot hold both"
    ]

"""Files and folders are moved to their place whole; what cannot be moved leaves the earlier one."""

from __future__ import annotations

from pathlib import Path

import pytest
from squeezesam import OutputError
from squeezesam.writing import move_folder, write_whole


@pytest.mark.parametrize("exchanging", [True, False])
def test_a_finished_folder_takes_the_place_of_the_earlier_one(
    tmp_path: Path, exchanging: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchanging:  # a file system that cannot
        monkeypatch.setattr("squeezesam.writing._exchange", lambda a, b: False)
    place = tmp_path / "report"
    for number in range(3):
        made = tmp_path / ".made"
        made.mkdir()
        (made / f"{number}.txt").write_text("whole")
        move_folder(made, place)
        assert [path.name for path in place.iterdir()] == [f"{number}.txt"]
        assert list(tmp_path.iterdir()) == [place]


def test_a_folder_that_cannot_take_its_place_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("squeezesam.writing._exchange", lambda a, b: False)
    place = tmp_path / "report"
    place.mkdir()
    (place / "mine.txt").write_text("mine")
    with pytest.raises(OSError):
        move_folder(tmp_path / "missing", place)
    assert (place / "mine.txt").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [place]


def test_a_name_that_no_file_can_have_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "a\0b.png", b"x")
    assert list(tmp_path.iterdir()) == []

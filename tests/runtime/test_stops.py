"""A photo's way through the package is short enough to be read in one go."""

from __future__ import annotations

from pathlib import Path

from checks.stops import MOST, photo_stops, stops


def test_a_photo_passes_at_most_ten_files_from_the_command_to_its_cut_out(
    photo: Path, bundle: Path, tmp_path: Path
) -> None:
    found = photo_stops(photo, bundle, tmp_path / "out")
    assert (tmp_path / "out" / "photo-cutout.png").is_file()
    assert "python_bindings/squeezesam/cli/segment.py" in found
    assert len(found) <= MOST["photo"], found


def test_a_function_that_gives_other_things_back_is_no_stop() -> None:
    from squeezesam.formats import check_format

    def run() -> None:
        check_format("mask", Path("a.png"))

    assert stops(run, lambda value: value == ".png") == ["python_bindings/squeezesam/formats.py"]
    assert stops(run, lambda value: value == ".jpg") == []

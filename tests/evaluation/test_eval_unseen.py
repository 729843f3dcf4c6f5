"""Sources that no training saw, found from the index."""

from __future__ import annotations

from pathlib import Path

import pytest
from squeezesam_train.evaluation.unseen import family, unseen_sources
from squeezesam_train.photos import DataError


def index(root: Path, *rows: tuple[str, str]) -> Path:
    lines = ["split,source,id", *(f"{split},{source},x" for split, source in rows)]
    (root / "index.csv").write_text("\n".join(lines) + "\n")
    return root


def test_a_source_is_unseen_when_no_source_of_its_family_is_in_training(tmp_path: Path) -> None:
    root = index(
        tmp_path, ("train", "duts_tr"), ("train", "coco_mini"), ("train", "cups"),
        ("val", "mugs"), ("val", "coco128"), ("val", "duts_te"), ("val", "fruit3"),
        ("val", "cups"), ("other", "boats"),
    )  # fmt: skip
    assert unseen_sources(root, "val") == ("fruit3", "mugs")
    assert unseen_sources(root, "other") == ("boats",)


def test_the_interactive_set_has_a_protocol_of_its_own_and_is_no_unseen_source(
    tmp_path: Path,
) -> None:
    root = index(tmp_path, ("train", "duts_tr"), ("val", "iseg151"), ("val", "mugs"))
    assert unseen_sources(root, "val") == ("mugs",)


def test_without_a_training_split_nothing_is_called_unseen(tmp_path: Path) -> None:
    assert unseen_sources(index(tmp_path, ("val", "mugs")), "val") == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [("coco_mini", "coco"), ("coco128", "coco"), ("mugs", "mugs"), ("3d_things", "3d_things")],
)
def test_a_family_is_what_a_name_begins_with(source: str, expected: str) -> None:
    assert family(source) == expected


def test_a_file_of_another_form_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot read"):
        unseen_sources(tmp_path, "val")
    (tmp_path / "index.csv").write_text("name\nx\n")
    with pytest.raises(DataError, match="is not a photo index"):
        unseen_sources(tmp_path, "val")


@pytest.mark.parametrize(
    "row", ["train\n", "train\n" + "x" * 200_000 + ",s,a\n", "train,\x1b[2J,a\n", "train,../s,a\n"]
)
def test_a_row_that_is_none_is_a_sentence(row: str, tmp_path: Path) -> None:
    root = index(tmp_path, ("val", "mugs"))
    with (root / "index.csv").open("a") as file:
        file.write(row)
    with pytest.raises(DataError, match=r"index\.csv is not a photo index: line \d+: "):
        unseen_sources(root, "val")

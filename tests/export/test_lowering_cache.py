"""The cache of lowered programs: same content, same entry; damage and crowding do no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from export_requests import request_for
from squeezesam_export.bundle import write as bundle
from squeezesam_export.bundle.write import Inputs
from squeezesam_export.cache.key import lowering_key
from squeezesam_export.cache.store import LoweringCache, default_folder
from squeezesam_export.program import LoweredProgram, SourceProgram
from squeezesam_export.targets.onnx import lowering as target_onnx
from squeezesam_export.targets.protocol import Lowering
from squeezesam_export.targets.registry import find_target
from torch import nn

ONNX, EXECUTORCH = find_target("onnx"), find_target("executorch")
INT8 = Lowering("int8", "cpu", {"format": "onnx"})


def source_program() -> SourceProgram:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU())
    photos = ((torch.full((1, 3, 2, 2), 7.0),),)
    return SourceProgram("saliency", module, {"image": torch.ones(1, 3, 2, 2)}, ("y",), photos, 1)


def lowered_file(folder: Path, content: bytes = b"program") -> LoweredProgram:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "saliency.pte"
    path.write_bytes(content)
    notes = {"operators": {"cast": 2}}
    return LoweredProgram(path, None, {"scheme": "s"}, "engine 1", 2, 3, False, notes)


def lowered_package(folder: Path) -> LoweredProgram:
    path = folder / "saliency.mlpackage"
    (path / "Data").mkdir(parents=True)
    (path / "Data" / "weight.bin").write_bytes(b"weights")
    (path / "Manifest.json").write_text("{}")
    return LoweredProgram(path, None, None, "engine 2")


def test_a_program_comes_back_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    cache = LoweringCache(tmp_path / "cache")
    cache.store("k1", lowered_file(tmp_path / "made"))
    cache.store("k2", lowered_package(tmp_path / "made"))
    found, package = cache.fetch("k1", tmp_path), cache.fetch("k2", tmp_path)
    assert found is not None
    assert package is not None
    path, facts = found
    assert path == tmp_path / "saliency.pte"
    assert path.read_bytes() == b"program"
    assert (facts.engine, facts.delegated, facts.left_over, facts.timed) == (
        "engine 1",
        2,
        3,
        False,
    )
    assert facts.quantisation == {"scheme": "s"}
    assert facts.notes == {"operators": {"cast": 2}}
    assert (package[0] / "Data" / "weight.bin").read_bytes() == b"weights"
    assert cache.fetch("k3", tmp_path) is None


@pytest.mark.parametrize("damage", ["byte", "cut", "extra", "no facts", "text", "escape"])
def test_a_damaged_entry_is_not_used_and_goes(tmp_path: Path, damage: str) -> None:
    cache = LoweringCache(tmp_path / "cache")
    cache.store("k", lowered_package(tmp_path / "made"))
    entry = tmp_path / "cache" / "k"
    weights = entry / "saliency.mlpackage" / "Data" / "weight.bin"
    if damage == "byte":
        weights.write_bytes(b"wEights")
    elif damage == "cut":
        weights.write_bytes(b"")
    elif damage == "extra":
        (entry / "saliency.mlpackage" / "stray").write_text("")
    elif damage == "no facts":
        (entry / "entry.json").unlink()
    elif damage == "text":
        (entry / "entry.json").write_text('{"name": "saliency.mlpackage"')
    else:
        text = (entry / "entry.json").read_text()
        (entry / "entry.json").write_text(text.replace('"saliency.mlpackage"', '"../../made"', 1))
    out = tmp_path / "out"
    out.mkdir()
    assert cache.fetch("k", out) is None
    assert list(out.iterdir()) == []
    assert list((tmp_path / "cache").iterdir()) == []
    assert (tmp_path / "made" / "saliency.mlpackage").is_dir()


WRONG: dict[str, Any] = {
    **{f"the name {name!a:.40}": {"name": name} for name in (
        "..", ".", "", "/", "../..", "../made", "a/b", "..\\made", "c:made", "entry.json/..",
        "\0", "\ud800", "\udcff", "a" * 300, "ä" * 200, "b" * 5000, None, 7, [], {})},
    **{f"the fact {field} {value!r}": {"facts": {field: value}} for field, value in (
        ("engine", 5), ("engine", None), ("delegated", "a"), ("delegated", True), ("left_over", []),
        ("timed", {}), ("timed", 1), ("notes", 7), ("notes", None), ("quantisation", "Q"),
        ("more", 1))},
    **{f"the files {files!r}": {"files": files} for files in (
        None, 7, "ab", [7], [{}], [{"path": "../made"}], {"saliency.mlpackage": 1})},
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_an_entry_that_was_written_by_somebody_else_takes_nothing_with_it(
    tmp_path: Path, wrong: str
) -> None:
    cache = LoweringCache(tmp_path / "cache")
    cache.store("k", lowered_package(tmp_path / "made"))
    text = tmp_path / "cache" / "k" / "entry.json"
    entry = json.loads(text.read_text())
    for key, value in WRONG[wrong].items():
        entry[key] = {**entry[key], **value} if key == "facts" else value
    text.write_text(json.dumps(entry))
    scratch = tmp_path / "results" / "scratch"
    scratch.mkdir(parents=True)
    (tmp_path / "results" / "thesis.txt").write_text("precious")
    assert cache.fetch("k", scratch) is None
    assert (tmp_path / "results" / "thesis.txt").read_text() == "precious"
    assert (tmp_path / "made" / "saliency.mlpackage").is_dir()
    assert list(scratch.iterdir()) == []
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_deep_folder_in_an_entry_or_left_unfinished_hinders_no_export(tmp_path: Path) -> None:
    cache = LoweringCache(tmp_path / "cache")
    for key in ("k", ".partial-k"):
        cache.store("made", lowered_file(tmp_path / "made"))
        (tmp_path / "cache" / "made").rename(tmp_path / "cache" / key)
        here = os.getcwd()
        os.chdir(tmp_path / "cache" / key)
        try:
            for _ in range(sys.getrecursionlimit() + 200):
                os.mkdir("d")
                os.chdir("d")
        finally:
            os.chdir(here)
    os.utime(tmp_path / "cache" / ".partial-k", (0, 0))
    out = tmp_path / "out"
    out.mkdir()
    assert cache.fetch("k", out) is None
    assert list(out.iterdir()) == []
    cache.store("k", lowered_file(tmp_path / "again"))
    assert cache.fetch("k", out) is not None
    subprocess.run(
        ["rm", "-rf", str(tmp_path / "cache")], check=True
    )  # pytest itself goes no deeper


def test_what_lies_where_an_entry_would_go_stays(tmp_path: Path) -> None:
    cache = LoweringCache(tmp_path / "cache")
    for number, lowered in enumerate((lowered_file, lowered_package)):
        out = tmp_path / f"out{number}"
        path = lowered(tmp_path / "made").path
        cache.store("k", lowered(tmp_path / f"made{number}"))
        out.mkdir()
        (out / path.name).symlink_to(path)
        assert cache.fetch("k", out) is None
        assert (out / path.name).is_symlink()
        assert path.exists()


@pytest.mark.parametrize("place", ["entry.json", "saliency.mlpackage/Data/weight.bin"])
@pytest.mark.parametrize(
    "what", ["a device", "a pipe", "another file", "a folder", "deep", "large"]
)
def test_nothing_in_an_entry_is_read_but_files_of_their_size(
    tmp_path: Path, place: str, what: str
) -> None:
    cache = LoweringCache(tmp_path / "cache")
    cache.store("k", lowered_package(tmp_path / "made"))
    path = tmp_path / "cache" / "k" / place
    path.rename(tmp_path / "as it was")
    if what == "a device":
        path.symlink_to("/dev/zero")
    elif what == "a pipe":
        os.mkfifo(path)
    elif what == "another file":
        path.symlink_to(tmp_path / "as it was")
    elif what == "a folder":
        path.mkdir()
    elif what == "deep":
        path.write_text("[" * 100_000)
    else:
        with path.open("wb") as file:
            file.truncate(1 << 40)
    out = tmp_path / "out"
    out.mkdir()
    assert cache.fetch("k", out) is None
    assert list(out.iterdir()) == []


def test_of_two_writers_the_first_wins_and_nothing_is_left_behind(tmp_path: Path) -> None:
    cache, other = (LoweringCache(tmp_path / "cache") for _ in range(2))
    cache.store("k", lowered_file(tmp_path / "made", b"same"))
    other.store("k", lowered_file(tmp_path / "made", b"same"))
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["k"]
    found = other.fetch("k", tmp_path)
    assert found is not None
    assert found[0].read_bytes() == b"same"


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = LoweringCache(tmp_path / "cache", limit=2800)
    for age, key in ((300, "old"), (200, "older but used"), (100, "young")):
        cache.store(key, lowered_file(tmp_path / "made", bytes(600)))
        then = time.time() - age
        os.utime(tmp_path / "cache" / key, (then, then))
    os.utime(tmp_path / "cache" / "old", (0, 0))
    assert cache.fetch("older but used", tmp_path) is not None
    cache.store("new", lowered_file(tmp_path / "made", bytes(600)))
    kept = {p.name for p in (tmp_path / "cache").iterdir()}
    assert "old" not in kept
    assert {"older but used", "new"} <= kept


def test_a_place_that_cannot_be_written_to_keeps_nothing_and_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    cache = LoweringCache(tmp_path / "file" / "deeper")
    cache.store("k", lowered_file(tmp_path / "made"))
    assert cache.fetch("k", tmp_path) is None
    assert (tmp_path / "file").read_text() == "precious"


def test_whatever_decides_the_bytes_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_program()
    key = lowering_key(source, ONNX, INT8)
    assert key == lowering_key(source_program(), ONNX, INT8)
    assert key != lowering_key(source, EXECUTORCH, INT8)
    assert key != lowering_key(source, ONNX, replace(INT8, options={"format": "ort"}))
    assert key != lowering_key(source, ONNX, replace(INT8, in_float=("stem",)))
    photos = ((torch.full((1, 3, 2, 2), 7.5),),)
    other_photos = replace(source, calibration=photos)
    assert key != lowering_key(other_photos, ONNX, INT8)
    plain = replace(INT8, precision="fp32")
    assert lowering_key(source, ONNX, plain) == lowering_key(other_photos, ONNX, plain)
    wider = replace(source, inputs={"image": torch.ones(1, 3, 2, 4)})
    assert key != lowering_key(wider, ONNX, INT8)
    with torch.no_grad():
        next(source.module.parameters())[0, 0] += 2**-20
    assert key != lowering_key(source, ONNX, INT8)
    again = source_program()
    monkeypatch.setattr("squeezesam_export.cache.key.toolchain", lambda tools: {"torch": "99"})
    assert key != lowering_key(again, ONNX, INT8)


def test_relative_cache_folders_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "somewhere")
    assert default_folder() == Path.home() / ".cache" / "squeezesam" / "lowered"
    monkeypatch.setenv("XDG_CACHE_HOME", "/abs")
    assert default_folder() == Path("/abs/squeezesam/lowered")


def test_a_second_export_lowers_nothing_and_gives_the_same_bytes(
    small_inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    height, width = small_inputs.reference.network.size
    size = {"height": height, "width": width}
    made: list[str] = []
    lower = target_onnx.lower

    def counted(source: SourceProgram, *settings: Any) -> LoweredProgram:
        made.append(source.name)
        return lower(source, *settings)

    monkeypatch.setattr("squeezesam_export.targets.onnx.lowering.lower", counted)
    folders = []
    for name in ("one", "two"):
        request = request_for("onnx", "fp32", tmp_path / name, cache=tmp_path / "cache", **size)
        folders.append(bundle.export_bundle(request, inputs=small_inputs).path)
    assert made == ["segment", "heat"]
    for file in sorted(p.name for p in folders[0].iterdir()):
        assert (folders[0] / file).read_bytes() == (folders[1] / file).read_bytes()

"""`squeezesam-export --compare`, and Core ML packages whose bytes are no matter of chance."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from pathlib import Path

import pytest
import torch
from squeezesam_export.bundle.compare import compare_bundles
from squeezesam_export.bundle.write import Exported
from squeezesam_export.cli import main
from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.coreml import lowering as target_coreml
from torch import nn


@pytest.fixture
def pair(onnx_int8: Exported, tmp_path: Path) -> tuple[Path, Path]:
    """A bundle and a copy that may be changed."""
    return onnx_int8.path, Path(shutil.copytree(onnx_int8.path, tmp_path / "copy"))


def test_equal_bundles_have_one_hash(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--compare", str(pair[0]), str(pair[1])]) == 0
    first = capsys.readouterr().out
    assert first.startswith("the same byte for byte: ")
    assert main(["--compare", str(pair[1]), str(pair[0])]) == 0
    assert capsys.readouterr().out == first


def test_every_difference_is_named(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> (
    None
):  # fmt: skip
    a, b = pair
    content = bytearray((b / "segment.onnx").read_bytes())
    content[1000] ^= 1
    content[2000] ^= 1
    (b / "segment.onnx").write_bytes(content)
    manifest = json.loads((b / "manifest.json").read_text())
    manifest["toolchain"]["torch"] = "other"
    (b / "manifest.json").write_text(json.dumps(manifest))
    (b / "heat.onnx").unlink()
    (b / "stray").write_text("")
    assert main(["--compare", str(a), str(b)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "heat.onnx is in the first bundle only",
        "manifest.json differs at toolchain.torch",
        f"segment.onnx differs in 2 of {len(content)} bytes, first at byte 1000",
        "stray is in the second bundle only",
    ]


def test_a_strangers_name_cannot_act_on_the_terminal(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (pair[1] / "a\x1b[2K\u202eb\nthe same byte for byte: 0").write_text("")
    assert main(["--compare", str(pair[0]), str(pair[1])]) == 1
    (said,) = capsys.readouterr().out.splitlines()
    assert said.isprintable()
    assert said.endswith("is in the second bundle only")


def test_what_is_no_bundle_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--compare", str(tmp_path), str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"squeezesam-export: {tmp_path} is no bundle: it has no manifest.json\n"
    )


@pytest.mark.parametrize("mode", ["weights", "w8a8"])
def test_two_core_ml_packages_of_one_network_are_the_same_bytes(tmp_path: Path, mode: str) -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 16, 3)).eval()
    photos = ((torch.rand(1, 3, 16, 16),),)
    source = SourceProgram("saliency", module, {"image": photos[0][0]}, ("y",), photos, 1)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
        target_coreml.lower(source, "int8", mode, tmp_path / name)
    assert compare_bundles(tmp_path / "a", tmp_path / "b") == []
    files = {p.name for p in (tmp_path / "a").rglob("*") if p.is_file()}
    assert files == {"manifest.json", "Manifest.json", "model.mlmodel", "weight.bin"}
    assert all(p.stat().st_mode & 0o044 == 0o044 for p in (tmp_path / "a").rglob("*"))


# Two texts, and what is said of them.
TEXTS: dict[str, tuple[str, str, str]] = {
    "a key twice": ('{"t": 1, "t": 2}', '{"t": 9, "t": 2}', "differs at t"),
    "its second": ('{"t": 1, "t": 2}', '{"t": 1, "t": 3}', "differs at t#2"),
    "a key once more": ('{"t": 1, "t": 1}', '{"t": 1}', "differs at t#2"),
    "a number and a truth": ('{"a": 1}', '{"a": true}', "differs at a"),
    "nought and a lie": ('{"a": 0}', '{"a": false}', "differs at a"),
    "a whole number and another": ('{"a": 1}', '{"a": 1.0}', "differs at a"),
    "a number and its text": ('{"a": 1}', '{"a": "1"}', "differs at a"),
    "nothing and no key": ('{"a": null}', "{}", "differs at a"),
    "no number": ('{"a": NaN}', '{"a": NaN }', "differs in its layout alone"),
    "digits": ('{"a": %s}' % ("1" * 5000), '{"a": %s}' % ("2" * 5000), "differs at a"),
    "a list and another": ("[1, 2]", "[1]", "differs at the top"),
    "order": ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', "differs in its layout alone"),
    "depth": ("[" * 90_000, "[" * 90_001, "differs and is "),
    "sound depth": (
        "[" * 90_000 + "]" * 90_000, " " + "[" * 90_000 + "]" * 90_000,
        "differs and is nested too deeply",
    ),
    "many places": (
        "[" + "1," * 500_000 + "1]", "[" + "2," * 500_000 + "2]",
        "differs at [0], [1], [2], [3], [4] and 499996 more",
    ),
    "a long key": (
        '{{"{}": [{}0]}}'.format("k" * 1_000_000, "1," * 500_000),
        '{{"{}": [{}0]}}'.format("k" * 1_000_000, "2," * 500_000),
        "differs at 'kkk",
    ),
    "a large one": (" " * (5 << 20), " " * (5 << 20) + "1", "has 5242880 and 5242881 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("what", TEXTS)
def test_whatever_two_texts_say_their_difference_is_a_sentence(tmp_path: Path, what: str) -> None:
    first, second, said = TEXTS[what]
    for name, text in (("a", first), ("b", second)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text)
    (sentence,) = compare_bundles(tmp_path / "a", tmp_path / "b")
    assert sentence.startswith(f"manifest.json {said}")
    assert len(sentence) < 1000


def test_files_of_many_megabytes_are_compared_piece_by_piece(tmp_path: Path) -> None:
    size = 64 << 20
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}")
        with (tmp_path / name / "weights.bin").open("wb") as file:
            file.truncate(size)
    assert compare_bundles(tmp_path / "a", tmp_path / "b") == []
    with (tmp_path / "b" / "weights.bin").open("r+b") as file:
        file.seek((3 << 20) - 1)
        file.write(b"\1" * (32 << 20))
    tracemalloc.start()
    (sentence,) = compare_bundles(tmp_path / "a", tmp_path / "b")
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()
    assert sentence == (
        f"weights.bin differs in {32 << 20} of {size} bytes, first at byte {(3 << 20) - 1}"
    )

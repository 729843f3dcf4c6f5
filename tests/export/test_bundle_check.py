"""`squeezesam-export --check`: a finished bundle is compared again, and damage is noticed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from squeezesam_export.bundle.check import CheckRequest, check_bundle
from squeezesam_export.bundle.write import Exported
from squeezesam_export.cli import main


@pytest.fixture
def bundle(onnx_int8: Exported, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(onnx_int8.path, tmp_path / onnx_int8.path.name))


def test_a_check_measures_what_the_export_measured(onnx_int8: Exported) -> None:
    assert onnx_int8.parity is not None
    checked = check_bundle(CheckRequest(onnx_int8.path))
    assert checked.parity.mask_iou == onnx_int8.parity.mask_iou
    assert checked.parity.snr_db == pytest.approx(onnx_int8.parity.snr_db, abs=1e-6)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("byte", "was changed after the export"),
        ("missing", "is missing"),
        ("manifest", "is not valid JSON"),
        ("weights", "was made from other weights than"),
        ("floor", "below the floor of 0.9999"),
    ],
)
def test_what_is_wrong_with_a_bundle_is_said_in_one_sentence(
    bundle: Path, capsys: pytest.CaptureFixture[str], damage: str, sentence: str
) -> None:
    words = ["--check", str(bundle)]
    program = bundle / "heat.onnx"
    manifest = bundle / "manifest.json"
    if damage == "byte":
        content = bytearray(program.read_bytes())
        content[len(content) // 2] ^= 1
        program.write_bytes(content)
    elif damage == "missing":
        program.unlink()
    elif damage == "manifest":
        manifest.write_text("{")
    elif damage == "weights":
        loaded = json.loads(manifest.read_text())
        loaded["model"]["weights_sha256"]["segment"] = "0" * 64
        manifest.write_text(json.dumps(loaded))
    else:
        words += ["--iou-floor", "0.9999"]
    assert main(words) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("squeezesam-export: ")
    assert sentence in last


def test_a_target_and_a_check_do_not_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--check", "bundle", "--target", "onnx"])
    assert stop.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err

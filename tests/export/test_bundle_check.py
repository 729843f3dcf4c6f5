"""Others' bundles are compared again and their ONNX files opened: damage is noticed, costs end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from endless_program import make_endless, make_unknown, make_wordy
from squeezesam_export.bundle.check import CheckRequest, check_bundle
from squeezesam_export.bundle.write import Exported
from squeezesam_export.cli import main
from squeezesam_export.importing.graph import opened
from squeezesam_export.program import ExportError
from squeezesam_export.verify import gate, parity
from tiny_layouts import encoder


@pytest.fixture
def bundle(onnx_int8: Exported, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(onnx_int8.path, tmp_path / onnx_int8.path.name))


def test_a_check_measures_what_the_export_measured(onnx_int8: Exported) -> None:
    assert onnx_int8.parity is not None
    checked = check_bundle(CheckRequest(onnx_int8.path))
    assert checked.parity.mask_iou == onnx_int8.parity.mask_iou
    assert checked.parity.snr_db == pytest.approx(onnx_int8.parity.snr_db, abs=1e-6)


def test_a_photo_in_which_nothing_stands_out_is_no_reason_to_refuse(
    onnx_int8: Exported, tmp_path: Path
) -> None:
    shades = np.linspace(120, 150, 256, dtype=np.float32)[:, None, None]
    cv2.imwrite(str(tmp_path / "wall.png"), np.broadcast_to(shades, (256, 256, 3)).astype(np.uint8))
    checked = check_bundle(CheckRequest(onnx_int8.path, photos=tmp_path, iou_floor=0.0))
    assert checked.parity.snr_db["heat"] > 20


@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
def test_a_heat_map_that_is_far_off_is_refused_whatever_stands_out(
    precision: str, share: float
) -> None:
    heat = np.zeros((1, 1, 64, 64), np.float32)
    heat[..., : int(64 * share)] = 1
    least = gate.floors(precision)
    for off, refused in ((0.2, True), (0.0005, False)):
        found = parity.snr_db([heat], [heat + np.float32(off)], parity.LEAST_ENERGY["heat"])
        measured = parity.Parity({"photo": 1.0}, {"heat": found}, 1.0)
        with pytest.raises(ExportError, match="signal-to-noise") if refused else nullcontext():
            gate.check(f"onnx {precision}", measured, least)


_SIZES: dict[str, list[Any]] = {
    "texts": ["512", "512"],
    "nought": [0, 0],
    "below": [-32, 64],
    "endless": [512, 10**9],
    "truth": [True, 512],
}
# Of a bundle of 256×256: what its programs do not take.
_OTHERS: dict[str, Any] = {"larger": [4096, 4096], "smaller": [32, 32], "lying": [256, 512]}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("byte", "the file was changed or damaged"),
        ("missing", "heat.onnx"),
        ("unlisted", "manifest does not list this file"),
        ("outside", "is not a plain path inside the bundle"),
        ("manifest", "not valid JSON"),
        ("model", "does not say which weights it was made from"),
        *[(size, "has no preset or no size") for size in _SIZES],
        *[(size, "takes at the size that the manifest says") for size in _OTHERS],
        ("weights", "was made from other weights than"),
        ("escape", "a text with a control character"),
        ("floor", "below the floor of 0.9999"),
    ],
)
def test_what_is_wrong_with_a_bundle_is_said_in_one_sentence(
    bundle: Path, capfd: pytest.CaptureFixture[str], damage: str, sentence: str
) -> None:
    words = ["--check", str(bundle)]
    program = bundle / "heat.onnx"
    manifest = bundle / "manifest.json"
    loaded = json.loads(manifest.read_text())
    if damage == "byte":
        content = bytearray(program.read_bytes())
        content[len(content) // 2] ^= 1
        program.write_bytes(content)
    elif damage == "missing":
        program.unlink()
    elif damage == "unlisted":
        (bundle / "weights.bin").write_bytes(bytes(16))
    elif damage == "manifest":
        manifest.write_text("{")
    elif damage == "floor":
        words += ["--iou-floor", "0.9999"]
    else:
        _spoil(loaded, damage)
        manifest.write_text(json.dumps(loaded))
    assert main(words) == 1
    last = capfd.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("squeezesam-export: ")
    assert sentence in last
    assert last.isprintable()


def _spoil(manifest: dict[str, Any], damage: str) -> None:
    model = manifest["model"]
    if damage == "outside":
        manifest["programs"]["heat"]["file"] = "../heat.onnx"
    elif damage == "model":
        del model["weights_sha256"]
    elif damage in _SIZES | _OTHERS:
        model["size"] = (_SIZES | _OTHERS)[damage]
    elif damage == "escape":
        model["preset"] = "no\u2028such"
    else:
        model["weights_sha256"]["segment"] = "0" * 64


def test_a_program_that_never_ends_is_stopped_at_the_limit(
    bundle: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_endless(bundle, "heat")
    assert main(["--check", str(bundle), "--limit", "20"]) == 1
    last = capfd.readouterr().err.strip().splitlines()[-1]
    assert last.endswith("took longer than 20 s over one step and was stopped")


@pytest.mark.parametrize("spoil", [make_wordy, make_unknown])
@pytest.mark.parametrize("program", ["segment", "heat"])
def test_programs_that_cannot_be_compared_are_one_sentence(
    bundle: Path, program: str, spoil: Callable[[Path, str], None]
) -> None:
    spoil(bundle, program)
    with pytest.raises(ExportError) as caught:
        check_bundle(CheckRequest(bundle))
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon", ""])
def test_a_limit_that_is_none_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--check", "bundle", f"--limit={seconds}"])
    assert stop.value.code == 2
    assert "is not a number of seconds" in capsys.readouterr().err


def test_a_target_and_a_check_do_not_go_together(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--check", "bundle", "--target", "onnx"])
    assert stop.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


SPARSE = 16 << 20
_ASKED: dict[str, tuple[int, list[int], dict[str, str]]] = {
    "all of one file, 150 times": (150, [SPARSE // 4], {}),
    "all of it by length": (150, [SPARSE // 4], {"length": str(SPARSE)}),
    "all of it for one number": (1, [1], {}),
    "more than is there": (1, [SPARSE], {"length": str(4 * SPARSE)}),
    "behind its end": (1, [1], {"offset": str(SPARSE + 9), "length": "4"}),
    "no number": (1, [1], {"offset": "far"}),
    "digits without end": (1, [1], {"length": "9" * 5000}),
    "less than nothing": (1, [-1, -1], {"length": "4"}),
    "a name of a thousand": (1, [1], {"location": "w" * 1000}),
    "another folder": (1, [1], {"location": "../w.bin"}),
}


@pytest.mark.parametrize("kind", _ASKED)
def test_weights_beside_the_file_cost_no_more_than_each_tensor_may_take(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, dims, more = _ASKED[kind]
    model = encoder("sam")
    for number in range(count):
        tensor = onnx.TensorProto(name=f"w{number}", data_type=1, dims=dims, data_location=1)
        for key, value in {"location": "w.bin", **more}.items():
            tensor.external_data.add(key=key, value=value)
        model.graph.initializer.append(tensor)
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    with (tmp_path / "w.bin").open("wb") as file:
        file.truncate(SPARSE)
    load = onnx.load
    read: list[Path] = []
    monkeypatch.setattr(onnx, "load", lambda *a, **k: read.append(a[0]) if not k else load(*a, **k))
    with pytest.raises(ExportError) as caught:
        opened(path)
    assert read == []
    assert len(str(caught.value)) - len(str(path)) < 250

"""The table of what has been verified says what the data says, and the data says it whole."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import verification_table as verification

ROOT = Path(__file__).parents[2]

PROOF = {"command": "make ssam", "by": "CI", "when": "2026-11-21"}
ENTRY = {
    "artefact": "the command",
    "platform": "Linux",
    "compiled": PROOF,
    "host": {**PROOF, "command": "make test-ssam", "note": "by a fake"},
    "device": None,
}


def write(root: Path, *entries: Any, readme: str | None = None) -> Path:
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs" / "verification.json").write_text(json.dumps({"entries": list(entries)}))
    text = "\n".join(["before", *verification.MARKS, "after", ""])
    (root / "README.md").write_text(text if readme is None else readme)
    return root


def run(root: Path, *words: str) -> int:
    return verification.main(["--root", str(root), *words])


def test_the_page_names_command_person_and_day_and_the_readme_counts(tmp_path: Path) -> None:
    root = write(tmp_path, ENTRY)
    assert run(root) == 0
    readme = (root / "README.md").read_text()
    assert "Of 1 artefacts 1 were executed on a host, none of them yet on a phone:" in readme
    assert readme.startswith("before\n")
    assert readme.endswith("after\n")
    page = (root / "docs" / "verification.md").read_text()
    assert "| Linux | `make ssam`: yes (CI, 2026-11-21) | `make test-ssam`: yes" in page
    assert "yes (CI, 2026-11-21; by a fake) | *not yet run on a device* |" in page


def test_the_check_notices_a_page_that_says_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path, ENTRY)
    assert run(root, "--check") == 1
    assert run(root) == 0
    assert run(root, "--check") == 0
    proved = {**ENTRY, "device": {**PROOF, "by": "Kim", "on": "Pixel 8"}}
    (root / "docs" / "verification.json").write_text(json.dumps({"entries": [proved]}))
    capsys.readouterr()
    assert run(root, "--check") == 1
    assert "README.md is not what docs/verification.json says" in capsys.readouterr().err
    assert run(root) == 0
    assert "1 of them on a device" in (root / "README.md").read_text()
    assert "yes (Kim, 2026-11-21, Pixel 8)" in (root / "docs" / "verification.md").read_text()


def test_a_readme_without_the_marks_is_told_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write(tmp_path, ENTRY, readme="nothing here\n")
    assert run(root) == 1
    assert "lacks the marks" in capsys.readouterr().err
    assert (root / "README.md").read_text() == "nothing here\n"


def test_the_page_says_target_by_target_what_executed_what(tmp_path: Path) -> None:
    ran = {**ENTRY, "targets": ["onnx", "coreai"], "host": {**PROOF, "runtime": "some runtime"}}
    waits = {**ENTRY, "artefact": "an engine", "targets": ["coreml"], "host": None}
    root = write(tmp_path, ran, waits)
    (root / "docs" / "export_parity").mkdir()
    parity = {"engine": "their runtime 1.0", "photos": 30, "mask_iou": {"mean": 0.987}}
    measured = {"entries": [{"target": "coreai", "parity": parity}, {"target": "coreai"}]}
    (root / "docs" / "export_parity" / "parity.json").write_text(json.dumps(measured))
    assert run(root) == 0
    page = (root / "docs" / "verification.md").read_text()
    assert "| ONNX | the command (Linux) | some runtime | `make ssam`, 2026-11-21 |" in page
    assert "| Core AI | the command (Linux) | some runtime |" in page
    assert "| Core ML | an engine (Linux) | *nothing yet* | – |" in page
    assert "1 modes, 30 views each: mean mask IoU to fp32 0.9870 to 0.9870 | their runtime" in page


def test_the_page_of_this_repository_names_a_runtime_for_every_target_and_binding() -> None:
    entries = verification.read_entries(ROOT / "docs" / "verification.json")
    executed = {
        target
        for entry in entries
        for target in entry.get("targets", [])
        if isinstance(entry["host"], dict)
    }
    assert executed == set(verification.TARGETS)
    page = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
    for runtime in ("ONNX Runtime", "ExecuTorch's own runtime", "our own interpreter", "Apple's"):
        assert runtime in page


def _changed(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ENTRY), **fields}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "has no entries"),
        ([{"artefact": "x"}], "an entry needs exactly"),
        ([_changed(more=1)], "an entry needs exactly"),
        ([_changed(host={"command": "make ssam"})], "the command on Linux, host must be null"),
        ([_changed(host={**PROOF, "when": "21.11.2026"})], "is no date"),
        ([_changed(host={**PROOF, "by": " "})], "has an empty field"),
        ([_changed(host=True)], "must be null, a reason"),
        ([_changed(host="")], "must be null, a reason"),
        ([_changed(compiled=None)], "was executed without being compiled"),
        ([_changed(device=PROOF)], "say with `on` which device"),
        ([ENTRY, ENTRY], "the command on Linux is entered twice"),
        ([_changed(targets=["onnx"])], "say with `runtime` what executed it"),
        ([_changed(targets=["tflite"])], "targets are some of onnx, executorch, coreml, coreai"),
        ([_changed(targets=[])], "targets are some of"),
    ],
)
def test_data_that_is_not_sound_is_refused(
    tmp_path: Path, entries: list[Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(write(tmp_path, *entries)) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "docs" / "verification.md").exists()


def test_the_pages_of_this_repository_say_what_its_data_says() -> None:
    for path, text in verification.pages(ROOT).items():
        assert path.read_text(encoding="utf-8") == text, f"{path}: make verification"


def test_every_make_target_that_is_named_as_proof_exists() -> None:
    makefiles = [ROOT / "Makefile", *sorted((ROOT / "make").glob("*.mk"))]
    text = "\n".join(path.read_text(encoding="utf-8") for path in makefiles)
    targets = set(re.findall(r"^([a-z0-9-]+):(?!=)", text, re.MULTILINE))
    entries = verification.read_entries(ROOT / "docs" / "verification.json")
    named = [
        word
        for entry in entries
        for level in verification.LEVELS
        if isinstance(entry[level], dict) and entry[level]["command"].startswith("make ")
        for word in entry[level]["command"].split()[1:]
        if "=" not in word
    ]
    assert named
    assert [target for target in named if target not in targets] == []

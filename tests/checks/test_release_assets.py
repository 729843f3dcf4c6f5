"""What a release publishes: the same archives every time, of bundles that are as they say."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.release_assets import ReleaseError, check_bundle, main, pack


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of two programs, one of them a folder as Core ML's are."""
    folder = tmp_path / "bundles" / "tiny-onnx-int8-64x64"
    contents = {"heat.onnx": b"heat" * 50, "segment.mlpackage/Data/weights.bin": bytes(range(256))}
    programs = {}
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        facts = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        programs[name.partition(".")[0]] = {"files": {name: facts}}
    (folder / "manifest.json").write_text(json.dumps({"schema_version": 2, "programs": programs}))
    return folder


def test_the_same_bundle_gives_the_same_archive_whenever_it_was_written(
    bundle: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = pack(bundle, tmp_path / "a").read_bytes()
    for path in bundle.rglob("*"):
        path.touch()
    (bundle / "heat.onnx").chmod(0o600)
    assert pack(bundle, tmp_path / "b").read_bytes() == first


def test_what_is_unpacked_is_the_bundle_and_the_sums_hold(bundle: Path, tmp_path: Path) -> None:
    output = tmp_path / "release"
    assert main([str(bundle.parent), str(output)]) == 0
    with zipfile.ZipFile(output / f"{bundle.name}.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    unpacked = tmp_path / "unpacked" / bundle.name
    assert check_bundle(unpacked) == check_bundle(bundle)
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=output, check=False
    )
    assert done.returncode == 0


def _outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    facts = {"bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}
    (folder.parent / "empty").write_bytes(b"")
    manifest["programs"]["heat"]["files"]["../empty"] = facts
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _linked(folder: Path) -> None:
    (folder / "heat.onnx").rename(folder.parent / "elsewhere")
    (folder / "heat.onnx").symlink_to(folder.parent / "elsewhere")


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a changed file": (lambda f: (f / "heat.onnx").write_bytes(b"x" * 200), "is not the file"),
    "a missing file": (lambda f: (f / "heat.onnx").unlink(), "is no file of the bundle"),
    "one file more": (lambda f: (f / "notes.txt").write_text("mine"), "is not listed"),
    "a path outside": (_outside, "is no file of the bundle"),
    "a link": (_linked, "is no file of the bundle"),
    "no manifest": (lambda f: (f / "manifest.json").unlink(), "no readable manifest"),
    "no JSON": (lambda f: (f / "manifest.json").write_text("{"), "no readable manifest"),
    "a list": (lambda f: (f / "manifest.json").write_text("[]"), "no readable manifest"),
    "another schema": (
        lambda f: (f / "manifest.json").write_text('{"programs": {"a": {"file": "b"}}}'),
        "no readable manifest",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_bundle_that_is_not_what_it_lists_is_not_packed(
    kind: str, bundle: Path, tmp_path: Path
) -> None:
    damage, sentence = DAMAGE[kind]
    damage(bundle)
    output = tmp_path / "release"
    output.mkdir()
    with pytest.raises(ReleaseError, match=sentence):
        pack(bundle, output)
    assert list(output.iterdir()) == []


def test_a_folder_without_bundles_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), str(tmp_path / "release")]) == 1
    assert capsys.readouterr().err.count("\n") == 1

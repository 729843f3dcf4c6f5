"""The AARs in their Maven layout: whole, reproducible, and each thing that is wrong is named."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.android_aar.contents import ABIS, LIBRARY, AarError, build
from checks.android_aar.faults import faults

ROOT = Path(__file__).parents[2]
CLASS = b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 55)
MAIN = ("Native", "EngineBridge", "Fields", "Segmenter", "android/AssetsKt")
ENGINES = ("executorch/ExecuTorchEngines", "onnxruntime/OnnxRuntimeEngines")


def elf(machine: int, alignment: int) -> bytes:
    """A 64- or 32-bit little-endian ELF header with one loaded segment."""
    if machine == ABIS["armeabi-v7a"][0]:
        head = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
        head += struct.pack("<HHIIIIIHHHHHH", 3, machine, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        return head + struct.pack("<IIIIIIII", 1, 0, 0, 0, 0, 0, 5, alignment)
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 0, 0, alignment)


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    folder = tmp_path / "classes"
    folder.mkdir()
    for jar, names in (("main.jar", MAIN), ("engines.jar", ENGINES)):
        with zipfile.ZipFile(folder / jar, "w") as archive:
            for name in names:
                archive.writestr(f"org/squeezesam/{name}.class", CLASS)
            archive.writestr("META-INF/squeezesam-android.kotlin_module", b"")
    return folder


@pytest.fixture
def native(tmp_path: Path) -> Path:
    for abi, (machine, alignment) in ABIS.items():
        (tmp_path / "native" / abi).mkdir(parents=True)
        (tmp_path / "native" / abi / LIBRARY).write_bytes(elf(machine, alignment))
    return tmp_path / "native"


def test_the_repository_is_sound_and_the_same_every_time(classes: Path, native: Path) -> None:
    output = classes.parent / "maven"
    build(classes, output, native)
    assert list(faults(output)) == []
    first = {p.relative_to(output): p.read_bytes() for p in output.rglob("*") if p.is_file()}
    build(classes, output, native)
    assert {p.relative_to(output): p.read_bytes() for p in output.rglob("*") if p.is_file()} == (
        first
    )


def test_without_native_libraries_the_version_says_so(classes: Path) -> None:
    output = classes.parent / "maven"
    assert build(classes, output, None).endswith("-without-native")
    assert list(faults(output)) == []


def test_an_aar_has_what_gradle_and_the_shrinker_read(classes: Path, native: Path) -> None:
    output = classes.parent / "maven"
    build(classes, output, native)
    (core,) = output.rglob("squeezesam-android-*.aar")
    with zipfile.ZipFile(core) as archive:
        names = set(archive.namelist())
    assert {"classes.jar", "AndroidManifest.xml", "proguard.txt", "R.txt"} <= names
    assert {f"jni/{abi}/{LIBRARY}" for abi in ABIS} <= names
    (described,) = output.rglob("squeezesam-executorch-*.pom")
    text = described.read_text()
    assert "<artifactId>executorch-android</artifactId>" in text
    assert "<artifactId>squeezesam-android</artifactId>" in text


def test_a_missing_library_or_class_is_said_and_nothing_is_written(
    classes: Path, native: Path
) -> None:
    output = classes.parent / "maven"
    (native / "x86_64" / LIBRARY).unlink()
    with pytest.raises(AarError, match="make android-native"):
        build(classes, output, native)
    (classes / "engines.jar").unlink()
    with pytest.raises(AarError, match=r"engines\.jar"):
        build(classes, output, None)
    assert sorted(p.name for p in classes.parent.iterdir()) == ["classes", "native"]


CHANGES: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "the rules": (lambda f: f.update({"proguard.txt": b"-dontwarn"}), "rules"),
    "the manifest": (lambda f: f.update({"AndroidManifest.xml": b"<manifest/>"}), "manifest"),
    "an ABI": (lambda f: f.pop(f"jni/x86_64/{LIBRARY}"), "native libraries"),
    "a processor": (
        lambda f: f.update({f"jni/arm64-v8a/{LIBRARY}": elf(62, 16384)}),
        "not for its processor",
    ),
    "pages of 4 KB": (
        lambda f: f.update({f"jni/arm64-v8a/{LIBRARY}": elf(183, 4096)}),
        "aligned to 4096",
    ),
    "no classes": (lambda f: f.pop("classes.jar"), "cannot be read"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_wrong_in_an_aar_is_named(classes: Path, native: Path, change: str) -> None:
    output = classes.parent / "maven"
    build(classes, output, native)
    (core,) = output.rglob("squeezesam-android-*.aar")
    with zipfile.ZipFile(core) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    act, said = CHANGES[change]
    act(files)
    with zipfile.ZipFile(core, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    found = list(faults(output))
    assert any(said in fault for fault in found)
    assert any("is not what its sha256 says" in fault for fault in found)


def test_a_dependency_that_gradle_does_not_name_is_found(classes: Path) -> None:
    output = classes.parent / "maven"
    build(classes, output, None)
    (path,) = output.rglob("squeezesam-executorch-*.pom")
    path.write_text(path.read_text().replace("executorch-android", "pytorch-android"))
    for kind in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(kind, path.read_bytes()).hexdigest()
        path.with_name(f"{path.name}.{kind}").write_text(digest)
    assert [f for f in faults(output) if "dependencies are not those" in f]


def test_the_command_fails_with_a_sentence(tmp_path: Path) -> None:
    given = [str(tmp_path), str(tmp_path / "maven")]
    words = [sys.executable, "-m", "checks.android_aar", "build", *given]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("android_aar: main.jar")
    assert len(done.stderr.splitlines()) == 1

"""A release is opened as people open it; what is missing, wrong or not listed is named."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import plistlib
import struct
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.android_aar.contents import build
from checks.lock import LOCK, pinned
from checks.release_assets import pack, pack_maven, write_sums
from checks.release_check import BUILT_HERE, MAVEN, SBOM, elsewhere, faults, main

ROOT = Path(__file__).parents[2]
VERSION = "0.1.0"
Folder = Path


def _bundle(folder: Path, target: str) -> Path:
    bundle = folder / f"squeezesam-fast-{target}-int8-512x512"
    bundle.mkdir(parents=True)
    (bundle / "heat.bin").write_bytes(target.encode())
    facts = {"bytes": len(target), "sha256": hashlib.sha256(target.encode()).hexdigest()}
    programs = {"heat": {"files": {"heat.bin": facts}}}
    (bundle / "manifest.json").write_text(json.dumps({"schema_version": 2, "programs": programs}))
    return bundle


def _wheel(path: Path, files: dict[str, bytes]) -> None:
    rows = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        rows.append(f"{name},sha256={digest},{len(content)}\n")
    record = path.name.split("-")[0] + f"-{VERSION}.dist-info/RECORD"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(record, "".join([*rows, f"{record},,\n"]))


def _npm(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def release(tmp_path: Path) -> Folder:
    """What `make release` leaves, of tiny parts."""
    folder = tmp_path / "release"
    folder.mkdir()
    for target in ("onnx", "executorch", "coreml"):
        pack(_bundle(tmp_path / "bundles", target), folder)
    inside = {"squeezesam/__init__.py": b"", "squeezesam/bundles/a/manifest.json": b"{}"}
    _wheel(folder / f"squeezesam-{VERSION}-cp311-cp311-manylinux_2_35_x86_64.whl", inside)
    _wheel(folder / f"squeezesam_weights-{VERSION}-py3-none-any.whl", {"weights/a": b"w"})
    facts = json.loads((ROOT / "runtime/web/package.json").read_text())
    files = {"package.json": json.dumps(facts).encode(), "dist/ssam.wasm": b"\0asm"}
    files |= {f"dist/{n}": b"" for n in ("index.js", "index.d.ts", "ssam.mjs", "ssam.d.mts")}
    _npm(folder / f"squeezesam-{VERSION}.tgz", files)
    classes = tmp_path / "classes"
    classes.mkdir()
    for jar, names in (
        ("main.jar", ("Native", "EngineBridge", "Fields")),
        ("engines.jar", ("executorch/A", "onnxruntime/A")),
    ):
        with zipfile.ZipFile(classes / jar, "w") as archive:
            for name in names:
                head = b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 55)
                archive.writestr(f"org/squeezesam/{name}.class", head)
            archive.writestr("META-INF/squeezesam-android.kotlin_module", b"")
    build(classes, tmp_path / "maven", None)
    pack_maven(tmp_path / "maven", folder)
    hashes = {"hashes": [{"alg": "SHA-256", "content": "00"}]}
    parts = [
        {"name": name.replace("-", "_"), "version": version, "externalReferences": [hashes]}
        for name, version in pinned(LOCK.read_text()).items()
    ]
    known = {"bomFormat": "CycloneDX", "components": parts}
    (folder / SBOM).write_text(json.dumps(known))
    write_sums(folder)
    return folder


def test_a_whole_release_is_sound_and_says_what_is_built_elsewhere(
    release: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults(release, VERSION) == []
    assert main([str(release)]) == 0
    said = capsys.readouterr().out
    for words in ("the wheel for macOS", "the wheel for arm64", "the XCFramework", "the AARs'"):
        assert f"not from this machine: {words}" in said
    assert len(elsewhere(release)) == 4


@pytest.mark.parametrize("name", range(len(BUILT_HERE)))
def test_an_artefact_that_is_missing_is_named(release: Folder, name: int) -> None:
    path = sorted(p for p in release.iterdir() if p.name != "SHA256SUMS")[name]
    path.unlink()
    write_sums(release)
    assert [fault for fault in faults(release, VERSION) if fault.endswith("is missing")]


def _rewrite(path: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


CHANGES: dict[str, tuple[str, Callable[[dict[str, bytes]], object], str]] = {
    "a bundle's file": (
        "squeezesam-fast-onnx-int8-512x512.zip",
        lambda f: f.update({"squeezesam-fast-onnx-int8-512x512/heat.bin": b"other"}),
        "not the file that the manifest lists",
    ),
    "a wheel's file": (
        f"squeezesam_weights-{VERSION}-py3-none-any.whl",
        lambda f: f.update({"weights/a": b"other"}),
        "not what its RECORD says",
    ),
    "a wheel without a bundle": (
        f"squeezesam-{VERSION}-cp311-cp311-manylinux_2_35_x86_64.whl",
        lambda f: f.pop("squeezesam/bundles/a/manifest.json"),
        "0 bundles instead of one",
    ),
    "an AAR": (
        MAVEN,
        lambda f: [f.update({n: b""}) for n in list(f) if n.endswith("-native.aar")],
        "is not what its sha256 says",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_wrong_in_an_artefact_is_named(release: Folder, change: str) -> None:
    name, act, said = CHANGES[change]
    _rewrite(release / name, act)
    found = faults(release, VERSION)
    assert any(said in fault for fault in found)
    assert any(fault == f"{name} is not what SHA256SUMS says" for fault in found)


def test_an_xcframework_has_what_its_list_names(release: Folder) -> None:
    path = release / "CSqueezeSAM.xcframework.zip"
    systems = [("ios", ""), ("ios", "simulator"), ("macos", "")]
    slices = [
        {"LibraryIdentifier": f"{system}-{variant}", "LibraryPath": "libsqueezesam.a",
         "SupportedPlatform": system, **({"SupportedPlatformVariant": variant} if variant else {})}
        for system, variant in systems
    ]  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        facts = plistlib.dumps({"AvailableLibraries": slices})
        archive.writestr("CSqueezeSAM.xcframework/Info.plist", facts)
        for one in slices[:2]:
            archive.writestr(
                f"CSqueezeSAM.xcframework/{one['LibraryIdentifier']}/libsqueezesam.a", ""
            )
    write_sums(release)
    (fault,) = faults(release, VERSION)
    assert fault.endswith("macos-/libsqueezesam.a is missing")


def test_a_wheel_for_a_linux_without_a_name_is_no_release(release: Folder) -> None:
    (named,) = release.glob("*manylinux*")
    plain = named.name.replace("manylinux_2_35", "linux")
    named.rename(release / plain)
    write_sums(release)
    assert faults(release, VERSION) == [
        "the wheel of the runtime is missing",
        f"{plain}: auditwheel has not named the systems that it runs on",
    ]


def test_another_version_and_a_stranger_are_named(release: Folder) -> None:
    (release / "notes.txt").write_text("x")
    found = faults(release, "0.2.0")
    assert "notes.txt is nothing that a release has" in found
    assert "notes.txt is not listed in SHA256SUMS" in found
    assert sum(fault.endswith("is not of version 0.2.0") for fault in found) == 3


def test_the_xcframework_says_in_one_sentence_that_it_needs_xcode(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    done = subprocess.run(
        ["/bin/sh", "runtime/swift/make_xcframework"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs a Mac" in done.stderr


def test_a_package_that_the_list_of_parts_lacks_is_named(release: Folder) -> None:
    known = json.loads((release / SBOM).read_text())
    lost, unhashed = known["components"].pop(), known["components"][0]
    unhashed["externalReferences"] = []
    (release / SBOM).write_text(json.dumps(known))
    write_sums(release)
    found = faults(release, VERSION)
    for part in (lost, unhashed):
        name = part["name"].replace("_", "-")
        assert f"{SBOM}: {name} {part['version']} is missing, or its sha256" in found

"""`python -m checks.release_check FOLDER`: is what a release would publish whole and sound?

FOLDER is what `make release` made. Every file is opened as those will who get it: a bundle's zip
against its manifest, a wheel against its RECORD, the npm package against its package.json, the AARs
against the sources, all against SHA256SUMS and one version. Then comes what this machine cannot
build, and where it is built.

Exit codes: 0 all that this machine builds is there and sound; 1 something is not; 2 the command
line makes no sense.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import plistlib
import re
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from checks.android_aar.contents import WITHOUT_NATIVE
from checks.android_aar.faults import faults as aar_faults
from checks.lock import LOCK, pinned
from checks.release_assets import MANIFEST, MAVEN, SUMS, ReleaseError, check_bundle
from checks.versions import ROOT, catalogue

SBOM = "squeezesam.cdx.json"
# What `make release` makes on any Linux: a pattern of its name, in words.
BUILT_HERE = {
    r"squeezesam\S*-onnx-int8-\d+x\d+\.zip": "the ONNX bundle",
    r"squeezesam\S*-executorch-int8-\d+x\d+\.zip": "the ExecuTorch bundle",
    r"squeezesam\S*-coreml-int8-\d+x\d+\.zip": "the Core ML bundle",
    r"squeezesam-[\d.]+-\S+-(manylinux|macosx)_\S+\.whl": "the wheel of the runtime",
    r"squeezesam_weights-[\d.]+-\S+\.whl": "the wheel of the weights",
    r"squeezesam-[\d.]+\.tgz": "the npm package",
    re.escape(MAVEN): "the AARs",
    re.escape(SBOM): "the list of what it was built with",
}
ELSEWHERE = (
    (r"squeezesam-\S+-macosx_\S+\.whl", "the wheel for macOS", "a Mac: make release"),
    (r"squeezesam-\S+_aarch64\.whl", "the wheel for arm64", "an arm64 Linux: make release"),
    (r"CSqueezeSAM\.xcframework\.zip", "the XCFramework", "a Mac with Xcode: make xcframework"),
)


def bundle_faults(path: Path) -> Iterator[str]:
    """The zip unpacks into one bundle that is as its manifest says."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        try:
            check_bundle(Path(folder) / path.stem)
        except ReleaseError as error:
            yield str(error)


def wheel_faults(path: Path) -> Iterator[str]:
    """Each file is what RECORD says; the runtime's wheel carries a bundle, and its name says on
    which Linux it runs."""
    if "-linux_" in path.name:
        yield f"{path.name}: auditwheel has not named the systems that it runs on"
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    record = next(name for name in files if name.endswith(".dist-info/RECORD"))
    for name, digest, _ in csv.reader(io.StringIO(files[record].decode())):
        found = base64.urlsafe_b64encode(hashlib.sha256(files.get(name, b"")).digest())
        if name not in files or (digest and digest != "sha256=" + found.decode().rstrip("=")):
            yield f"{path.name}: {name} is not what its RECORD says"
    if path.name.startswith("squeezesam-"):
        inside = [n for n in files if n.startswith("squeezesam/bundles/") and MANIFEST in n]
        if len(inside) != 1:
            yield f"{path.name}: {len(inside)} bundles instead of one"


def npm_faults(path: Path) -> Iterator[str]:
    """What package.json names is there, and the core is WebAssembly."""
    with tarfile.open(path) as archive:
        members = {member.name: member for member in archive.getmembers() if member.isfile()}
        read = {name: archive.extractfile(member) for name, member in members.items()}
        texts = {name: file.read() for name, file in read.items() if file is not None}
    facts = json.loads(texts["package/package.json"])
    wanted = {facts["main"], facts["types"]}
    for export in facts["exports"].values():
        wanted |= set(export.values()) if isinstance(export, dict) else {export}
    for name in sorted(f"package/{name.removeprefix('./')}" for name in wanted):
        if name not in texts:
            yield f"{path.name}: {name} is missing"
        elif name.endswith(".wasm") and texts[name][:4] != b"\0asm":
            yield f"{path.name}: {name} is no WebAssembly"


def maven_faults(path: Path) -> Iterator[str]:
    """The repository of the AARs."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
        yield from aar_faults(Path(folder))


def sums_faults(folder: Path) -> Iterator[str]:
    """SHA256SUMS lists every file, none else, and says what they are."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        yield f"{SUMS}: {error.strerror}"
        return
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {path.name for path in folder.iterdir()} - {SUMS}
    for name in sorted(there ^ set(listed)):
        yield f"{name} is {'not listed in' if name in there else 'missing, but listed in'} {SUMS}"
    for name in sorted(there & set(listed)):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != listed[name]:
            yield f"{name} is not what {SUMS} says"


def xcframework_faults(path: Path) -> Iterator[str]:
    """Each library that Info.plist names is there, for a phone, its simulator and a Mac."""
    root = path.name.removesuffix(".zip")
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        facts = plistlib.loads(archive.read(f"{root}/Info.plist"))
    slices = facts["AvailableLibraries"]
    for one in slices:
        library = f"{root}/{one['LibraryIdentifier']}/{one['LibraryPath']}"
        if library not in names:
            yield f"{path.name}: {library} is missing"
    found = {(one["SupportedPlatform"], one.get("SupportedPlatformVariant", "")) for one in slices}
    if found != {("ios", ""), ("ios", "simulator"), ("macos", "")}:
        yield f"{path.name}: it is not for iOS, its simulator and macOS"


def sbom_faults(path: Path) -> Iterator[str]:
    """It is CycloneDX, and has every package of the lock with its version and a sha256."""
    known = json.loads(path.read_text(encoding="utf-8"))
    if known.get("bomFormat") != "CycloneDX":
        yield f"{path.name}: it is not CycloneDX"
    listed = {
        (one["name"], one["version"])
        for one in known.get("components", [])
        if any(each.get("hashes") for each in one.get("externalReferences", []))
    }
    for name, version in pinned(LOCK.read_text(encoding="utf-8")).items():
        spellings = {re.sub(r"[-_.]+", "-", one).lower() for one, of in listed if of == version}
        if name not in spellings:
            yield f"{path.name}: {name} {version} is missing, or its sha256"


def _reader(name: str) -> Callable[[Path], Iterator[str]] | None:
    if name == MAVEN:
        return maven_faults
    if name == SBOM:
        return sbom_faults
    if name.endswith(".xcframework.zip"):
        return xcframework_faults
    kinds = {".zip": bundle_faults, ".whl": wheel_faults, ".tgz": npm_faults}
    return kinds.get(Path(name).suffix)


def faults(folder: Path, version: str) -> list[str]:
    """One sentence for each artefact that is missing or wrong."""
    found = list(sums_faults(folder))
    names = sorted(path.name for path in folder.iterdir() if path.name != SUMS)
    for pattern, words in BUILT_HERE.items():
        if not any(re.fullmatch(pattern, name) for name in names):
            found.append(f"{words} is missing")
    for name in names:
        reader = _reader(name)
        if reader is None:
            found.append(f"{name} is nothing that a release has")
            continue
        number = re.match(r"squeezesam(?:_weights)?-([\d.]+)(?:-|\.tgz)", name)
        if number and number.group(1) != version:
            found.append(f"{name} is not of version {version}")
        try:
            found += reader(folder / name)
        except (OSError, KeyError, ValueError, StopIteration, zipfile.BadZipFile) as error:
            found.append(f"{name} cannot be read: {error}")
        except tarfile.TarError as error:
            found.append(f"{name} cannot be read: {error}")
    return found


def elsewhere(folder: Path) -> list[str]:
    """What is not here, and where it is built."""
    names = [path.name for path in folder.iterdir()]
    missing = [
        f"{words}: {where}"
        for pattern, words, where in ELSEWHERE
        if not any(re.fullmatch(pattern, name) for name in names)
    ]
    if MAVEN in names:
        with zipfile.ZipFile(folder / MAVEN) as archive:
            if any(WITHOUT_NATIVE in name for name in archive.namelist()):
                missing.append("the AARs' native libraries: where the NDK is, make android-aar")
    return missing


def main(arguments: list[str]) -> int:
    """Check; returns the exit code."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("release_check: usage: python -m checks.release_check FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    if not folder.is_dir():
        print(f"release_check: {folder} is no folder; make release first", file=sys.stderr)
        return 1
    found = faults(folder, catalogue(ROOT)["versions"]["squeezesam"])
    for fault in found:
        print(f"release_check: {fault}", file=sys.stderr)
    for path in sorted(folder.iterdir()):
        print(f"{path.name}  {path.stat().st_size / 1e6:.2f} MB")
    for line in elsewhere(folder):
        print(f"not from this machine: {line}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""`python -m checks.release_assets BUNDLES OUTPUT`: the bundles of a release, packed and summed.

Each bundle (a folder with a manifest) becomes one zip whose bytes depend on the bundle alone, and
SHA256SUMS lists all of them, as `sha256sum --check` reads it. A bundle whose files are not those
that its manifest lists is not packed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
MAVEN = "squeezesam-android-maven.zip"
# The oldest day that a zip can name: when a bundle was packed is no part of it.
_DAY = (1980, 1, 1, 0, 0, 0)


class ReleaseError(Exception):
    """A bundle that cannot be released; the text names it and says why."""


def listed_files(bundle: Path) -> dict[str, str]:
    """Path in the bundle → sha256, of every file that the manifest lists.

    Raises:
        ReleaseError: there is no readable manifest of schema 2.
    """
    try:
        manifest: Any = json.loads((bundle / MANIFEST).read_text(encoding="utf-8"))
        programs = manifest["programs"].values()
        return {
            str(name): str(facts["sha256"])
            for program in programs
            for name, facts in program["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(f"{bundle.name}: no readable manifest of schema 2: {error}") from error


def check_bundle(bundle: Path) -> list[str]:
    """Names of the files to pack, the manifest first.

    Raises:
        ReleaseError: a file is missing, changed, outside the bundle or not listed.
    """
    listed = listed_files(bundle)
    for name, digest in listed.items():
        path = bundle / name
        inside = not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
        if not inside or path.is_symlink() or not path.is_file():
            raise ReleaseError(f"{bundle.name}: {name!r} is no file of the bundle")
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise ReleaseError(f"{bundle.name}: {name!r} is not the file that the manifest lists")
    there = {p.relative_to(bundle).as_posix() for p in bundle.rglob("*") if not p.is_dir()}
    if more := sorted(there - set(listed) - {MANIFEST}):
        raise ReleaseError(f"{bundle.name}: {more[0]!r} is not listed in the manifest")
    return [MANIFEST, *sorted(listed)]


def pack(bundle: Path, folder: Path) -> Path:
    """Write ``folder/NAME.zip``, beside first, then under its name.

    Raises:
        ReleaseError: the bundle is not what its manifest says.
        OSError: it cannot be written.
    """
    names = check_bundle(bundle)
    contents = {f"{bundle.name}/{name}": bundle / name for name in names}
    return _write_zip(folder / f"{bundle.name}.zip", contents)


def pack_maven(repository: Path, folder: Path) -> Path:
    """The AARs' Maven repository as ``folder/squeezesam-android-maven.zip``.

    Raises:
        ReleaseError: there is none.
        OSError: it cannot be written.
    """
    files = sorted(path for path in repository.rglob("*") if path.is_file())
    if not files:
        raise ReleaseError(f"{repository} holds no AAR: make android-aar")
    contents = {path.relative_to(repository).as_posix(): path for path in files}
    return _write_zip(folder / MAVEN, contents)


def _write_zip(target: Path, contents: dict[str, Path]) -> Path:
    """Name in the archive → file; beside first, then under its name."""
    handle, beside = tempfile.mkstemp(dir=target.parent, suffix=".partial")
    os.close(handle)
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, path in contents.items():
                entry = zipfile.ZipInfo(name, _DAY)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, path.read_bytes())
        os.chmod(beside, 0o644)
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return target


def write_sums(folder: Path) -> Path:
    """SHA256SUMS of every file in ``folder``, sorted by name."""
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.name != SUMS)
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in files]
    beside = folder / f".{SUMS}.partial"
    beside.unlink(missing_ok=True)  # a link that lies there is not followed
    with beside.open("x", encoding="utf-8") as file:
        file.writelines(lines)
    os.replace(beside, folder / SUMS)
    return folder / SUMS


def main(words: list[str] | None = None) -> int:
    """The command; 0, or 1 and a sentence."""
    parser = argparse.ArgumentParser(prog="python -m checks.release_assets", description=__doc__)
    parser.add_argument("bundles", type=Path, help="folder with the bundles in it")
    parser.add_argument("output", type=Path, help="folder for the archives; wheels may lie there")
    parser.add_argument("--maven", type=Path, help="a Maven repository, packed as one archive")
    arguments = parser.parse_args(words)
    try:
        bundles = sorted(p.parent for p in arguments.bundles.glob(f"*/{MANIFEST}"))
        if not bundles:
            raise ReleaseError(f"{arguments.bundles} holds no bundle")
        arguments.output.mkdir(parents=True, exist_ok=True)
        for bundle in bundles:
            made = pack(bundle, arguments.output)
            print(f"{made.name}  {made.stat().st_size / 1e6:.2f} MB")
        if arguments.maven:
            made = pack_maven(arguments.maven, arguments.output)
            print(f"{made.name}  {made.stat().st_size / 1e6:.2f} MB")
        print(write_sums(arguments.output).name)
    except (ReleaseError, OSError) as error:
        print(f"release_assets: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Which folders a new bundle may take the place of."""

from __future__ import annotations

import json
from collections.abc import Container
from pathlib import Path, PurePosixPath

from squeezesam import ModelBundle, SqueezeSamError
from squeezesam.formats import read_file
from squeezesam.writing import move_folder

from squeezesam_export.errors import ExportError

_LARGEST_MANIFEST = 4 << 20  # bytes: the core's own limit
_OF_THE_CORE = ("onnx", "executorch", "coreml", "coreai")


def check_replaceable(folder: Path) -> None:
    """Refuse to replace a folder in which anything but a bundle would be lost.

    The core opens a bundle only if every file in its folder is one that the manifest lists.

    Raises:
        ExportError: it is neither empty nor a bundle and nothing else, or cannot be read.
    """
    try:
        if next(folder.iterdir(), None) is not None:
            _check_bundle(folder)
    except OSError as error:
        raise ExportError(f"cannot read the folder {folder}: {error.strerror}") from error
    except SqueezeSamError as error:
        raise ExportError(
            f"{folder} holds something that squeezesam did not write and is not replaced ({error})"
        ) from error


def put_in_place(made: Path, folder: Path) -> None:
    """Move a new bundle to where it belongs, in one step.

    It is opened first, so that nobody gets one that cannot be, whatever names and notes came into
    it. What lies there is looked at once more: since the export began somebody may have put a file
    of theirs into it.

    Raises:
        ExportError: the core does not open what was made, or anything but a bundle would be lost.
        OSError: it cannot be moved.
    """
    try:
        _check_bundle(made, others=True)
    except SqueezeSamError as error:
        raise ExportError(f"no bundle was written: it could not be opened ({error})") from error
    if folder.exists():
        check_replaceable(folder)
    move_folder(made, folder)


def _check_bundle(folder: Path, *, others: bool = False) -> None:
    """The core opens it; or its manifest lists what is there, with others=True of other targets."""
    try:
        ModelBundle(folder, check="sizes")
    except SqueezeSamError:
        # The core does not know the targets of other packages.
        if not _holds_what_it_lists(folder, besides=_OF_THE_CORE if others else ()):
            raise


def _holds_what_it_lists(folder: Path, besides: Container[object]) -> bool:
    """Whether a manifest lists every file in the folder, by name and size.

    besides: of these targets none does.
    """
    try:
        manifest = json.loads(read_file(folder / "manifest.json", _LARGEST_MANIFEST))
        if manifest["target"] in besides:
            return False
        entries = [program["files"] for program in manifest["programs"].values()]
        sizes = {name: entry["bytes"] for files in entries for name, entry in files.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False
    folders = {str(above) for name in sizes for above in PurePosixPath(name).parents}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        ours = name in folders if path.is_dir() else path.stat().st_size == sizes.get(name)
        if name != "manifest.json" and not ours:
            return False
    return True

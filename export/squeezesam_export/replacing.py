"""Which folders a new bundle may take the place of."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from squeezesam import ModelBundle, SqueezeSamError

from squeezesam_export.errors import ExportError

_OF_THE_CORE = ("onnx", "executorch", "coreml", "coreai")


def check_replaceable(folder: Path) -> None:
    """Refuse to replace a folder in which anything but a bundle would be lost.

    The core opens a bundle only if every file in its folder is one that the manifest lists.

    Raises:
        ExportError: it is neither empty nor a bundle and nothing else, or cannot be read.
    """
    try:
        if next(folder.iterdir(), None) is None or _of_another_package(folder):
            return
        ModelBundle(folder, check="sizes")
    except OSError as error:
        raise ExportError(f"cannot read the folder {folder}: {error.strerror}") from error
    except SqueezeSamError as error:
        raise ExportError(
            f"{folder} holds something that squeezesam did not write and is not replaced ({error})"
        ) from error


def _of_another_package(folder: Path) -> bool:
    """Whether it is a bundle for a target that the core does not know, and nothing else."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["target"] in _OF_THE_CORE:
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

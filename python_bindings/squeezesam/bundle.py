"""A model bundle: verified by the core, read for people and engines."""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from . import _core
from .engines.protocol import ProgramSpec, TensorSpec
from .errors import BundleError

Check: TypeAlias = Literal["hashes", "sizes"]

EXPORT_COMMAND = "squeezesam-export --target onnx --precision int8 --size 512 --output DIR"
_BUILT_IN = Path(__file__).parent / "bundles"


class ModelBundle:
    """One bundle folder: manifest.json and the programs it lists.

    Opening it makes the core check the schema version, that the manifest does not contradict
    itself, existence, size and sha256 of every file, that an ONNX program keeps no data outside of
    its file, and that the folder holds nothing which the manifest does not list. Raises
    BundleError, BundleDamagedError or BundleVersionError.

    folder: the bundle's folder.
    check: ``hashes`` compares sizes and sha256 of every file, ``sizes`` leaves out the sha256; for
        an app that compared them when it was installed.
    """

    def __init__(self, folder: str | os.PathLike[str], *, check: Check = "hashes") -> None:
        self.folder = Path(folder)
        name = os.fsencode(folder)  # as the system spells it: it need not be valid text
        if not name or b"\0" in name:
            raise BundleError(f"{os.fspath(folder)!r} is not the name of a folder")
        self._check = check
        self.core = _core.Bundle(name, check == "sizes")
        self.info = self.core.info()

    def recheck(self) -> None:
        """Looks at the folder again, as when it was opened: is it still what was opened?

        `Segmenter` does so after its engine has loaded the programs; so does whoever loads them
        otherwise. Raises BundleDamagedError.
        """
        self.core.recheck(self._check == "sizes")

    @property
    def name(self) -> str:
        """The bundle's name, e.g. ``squeezesam-onnx-int8-512x512``."""
        return self.info["name"]

    @property
    def target(self) -> str:
        """What it was lowered for: ``onnx``, ``executorch``, ``coreml`` or ``coreai``."""
        return self.info["target"]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The whole manifest.json, for what is not listed elsewhere."""
        manifest: dict[str, Any] = json.loads(self.info["manifest"])
        return manifest

    @cached_property
    def programs(self) -> tuple[ProgramSpec, ...]:
        """The programs, in the order in which they run: each after those that it reads from."""
        return tuple(_spec(info) for info in self.core.programs())

    def program(self, name: str) -> ProgramSpec:
        """The program called `name`. Raises KeyError, naming those there are, for any other."""
        for program in self.programs:
            if program.name == name:
                return program
        known = ", ".join(program.name for program in self.programs)
        raise KeyError(f"this bundle has no program {name!r}; it has {known}")


def _spec(info: _core.ProgramInfo) -> ProgramSpec:
    return ProgramSpec(
        info["name"],
        Path(info["path"]),
        tuple(TensorSpec(*tensor) for tensor in info["inputs"]),
        tuple(TensorSpec(*tensor) for tensor in info["outputs"]),
        info["runs"],
        info["file_size"],
        info["macs"],
    )


def built_in_bundle() -> Path:
    """The folder of the bundle inside the package; an onnx one is preferred.

    Raises BundleError, naming the command that makes a bundle, where none was built in.
    """
    found = sorted(_BUILT_IN.glob("*/manifest.json"))
    if not found:
        raise BundleError(
            f"no model bundle comes with this installation; make one with: {EXPORT_COMMAND}"
        )
    return min(found, key=lambda path: ("onnx" not in path.parent.name, path)).parent

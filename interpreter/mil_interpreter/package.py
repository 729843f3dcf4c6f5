"""An ``.mlpackage`` on disk: its manifest, its specification and its weight files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mil_interpreter import files
from mil_interpreter.blob import BlobFile
from mil_interpreter.errors import PackageError
from mil_interpreter.messages import model_messages

_MODEL_PATH = "@model_path/"
# Weights have a file of their own; an empty message of two bytes becomes a hundred in memory.
_LARGEST_MODEL = 4 << 20
_LARGEST_MANIFEST = 1 << 20


@dataclass
class Package:
    """A package that was opened.

    Attributes:
        path: its folder.
        model: its specification's file.
        specification: the ``Model`` message.
    """

    path: Path
    model: Path
    specification: Any
    _blobs: dict[str, BlobFile] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, path: Path) -> Package:
        """Read manifest and specification; weight files are read when they are asked for.

        Raises:
            PackageError: a file is missing, damaged, or describes no ML program.
        """
        model = _root_model(path)
        try:
            content = files.read(model, path, _LARGEST_MODEL)
        except OSError as error:
            raise PackageError(f"{path.name}: cannot read {model.name}: {error.strerror}") from (
                error
            )
        messages, damaged = model_messages()
        specification = messages.Model()
        try:
            specification.ParseFromString(content)
        except damaged as error:
            raise PackageError(f"{path.name}: {model.name} is damaged: {error}") from error
        if specification.WhichOneof("Type") != "mlProgram":
            kind = specification.WhichOneof("Type") or "nothing"
            raise PackageError(f"{path.name} holds no ML program but {kind}")
        return cls(path, model, specification)

    @property
    def functions(self) -> dict[str, Any]:
        """Name → ``Function`` message."""
        return dict(self.specification.mlProgram.functions)

    @property
    def default_function(self) -> str:
        """The function that an app gets when it names none."""
        return str(self.specification.description.defaultFunctionName) or "main"

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return files.folder_size(self.path)

    def weights(self, name: str) -> BlobFile:
        """The weight file that the program calls ``name`` (``@model_path/…``).

        Raises:
            PackageError: it lies outside the package, is missing or damaged.
        """
        if name not in self._blobs:
            if not name.startswith(_MODEL_PATH):
                raise PackageError(f"{self.path.name}: the weight file {name} has no known place")
            file = self.model.parent / files.inside(name[len(_MODEL_PATH) :], self.path)
            self._blobs[name] = BlobFile.open(file, self.path)
        return self._blobs[name]

    def close_weights(self) -> None:
        """Forget the weight files; arrays that were read from them keep what they need."""
        self._blobs.clear()


def _root_model(path: Path) -> Path:
    """The specification's file, as the manifest names it."""
    manifest = path / "Manifest.json"
    if not path.is_dir():
        raise PackageError(f"{path} is not a Core ML package (a folder NAME.mlpackage)")
    try:
        content = json.loads(files.read(manifest, path, _LARGEST_MANIFEST).decode("utf-8"))
        items = content["itemInfoEntries"]
        name = str(items[content["rootModelIdentifier"]]["path"])
    except OSError as error:
        raise PackageError(f"{path.name} has no Manifest.json: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PackageError(f"{path.name}: Manifest.json does not name a model") from error
    return path / "Data" / files.inside(name, path)

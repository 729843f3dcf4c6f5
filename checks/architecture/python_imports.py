"""Python's imports, wherever they stand: at the top, in a function, for the type checker alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from .imports import Import


class PythonModules:
    """The repository's modules by their dotted names, as seen from some source roots.

    Args:
        files: tracked files.
        roots: folders from which absolute imports are resolved, "" for the repository itself.
    """

    def __init__(self, files: Sequence[str], roots: Sequence[str]) -> None:
        self._files = {}
        for file in files:
            path = PurePosixPath(file)
            if path.suffix not in {".py", ".pyi"}:
                continue
            for root in roots:
                if root == "" or path.is_relative_to(root):
                    self._files[_dotted(path.relative_to(root))] = file

    def resolve(self, module: str, name: str | None) -> str | None:
        """The file behind `import module` or `from module import name`; None for others' code."""
        if name is not None and (submodule := self._files.get(f"{module}.{name}")):
            return submodule
        return self._files.get(module)


def python_imports(folder: Path, files: Sequence[str], roots: Sequence[str]) -> Iterator[Import]:
    """All imports of the tracked Python files."""
    modules = PythonModules(files, roots)
    for file in files:
        if file.endswith(".py"):
            text = (folder / file).read_text(encoding="utf-8")
            yield from _of_file(file, ast.parse(text, file), modules)


def _of_file(file: str, tree: ast.Module, modules: PythonModules) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name, modules.resolve(alias.name, None))
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(file, node)
            for alias in node.names:
                target = modules.resolve(module, alias.name)
                yield Import(file, node.lineno, f"{module}.{alias.name}", target)


def _absolute(file: str, node: ast.ImportFrom) -> str:
    """The module of a `from ... import`; a relative one counted from the repository's root."""
    if not node.level:
        return node.module or ""
    package = PurePosixPath(file).parents[node.level - 1]
    return ".".join([*package.parts, *((node.module or "").split(".") if node.module else ())])


def _dotted(path: PurePosixPath) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

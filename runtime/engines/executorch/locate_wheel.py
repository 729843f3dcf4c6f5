"""Prints what wheel.cmake links, separated by semicolons; exit code 1 and a sentence if missing.

python locate_wheel.py [PORTABLE_LIB LIBPYTHON]    # the two libraries of another processor
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
import sysconfig
from pathlib import Path


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"locate_wheel: {name} is not installed in {sys.executable}")
    return Path(next(iter(spec.submodule_search_locations)))


def _existing(*candidates: Path) -> Path:
    for path in candidates:
        if path.is_file():
            return path
    sys.exit(f"locate_wheel: there is no {candidates[-1]}")


def _libpython() -> Path:
    """A Python that is linked statically may have its library in a package of its own."""
    name = f"libpython{sysconfig.get_python_version()}.so.1.0"
    multiarch = sysconfig.get_config_var("MULTIARCH") or ""
    folders = [Path(sysconfig.get_config_var("LIBDIR") or "/usr/lib"), Path("/usr/lib")]
    return _existing(*(f / part / name for f in folders for part in ("", multiarch)))


def main() -> None:
    """Version, the package's folder, its library, pthreadpool.h, libpython."""
    executorch, torch = _package("executorch"), _package("torch")
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    given = [Path(word) for word in sys.argv[1:]]
    portable = given[0] if given else executorch / f"extension/pybindings/_portable_lib{suffix}"
    found = [
        importlib.metadata.version("executorch").split("+")[0],
        executorch,
        _existing(portable),
        _existing(torch / "include" / "pthreadpool.h"),
        _existing(given[1]) if given else _libpython(),
    ]
    print(";".join(str(item) for item in found))


if __name__ == "__main__":
    main()

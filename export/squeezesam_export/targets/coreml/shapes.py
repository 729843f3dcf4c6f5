"""Several input sizes in one Core ML package: a function each, the weights stored once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from squeezesam_export.program import ExportError
from squeezesam_export.targets.coreml.lint import lint
from squeezesam_export.targets.coreml.opening import opened
from squeezesam_export.targets.coreml.package import make_reproducible
from squeezesam_export.toolchain.quiet import quiet


def function_name(height: int, width: int) -> str:
    """What an app asks for, such as ``size_384x512`` (height × width)."""
    return f"size_{height}x{width}"


def combine(packages: Mapping[tuple[int, int], Path], path: Path) -> None:
    """Write a package with a function per size; the first one is the default. iOS 18 and later.

    Args:
        packages: (height, width) → package of the same network and weights at that size.
        path: where to write it; must not exist.

    Raises:
        ExportError: there is nothing to combine, or coremltools or the interpreter refuses it.
    """
    if not packages:
        raise ExportError("there is no size to combine into one Core ML package")
    if path.exists():
        raise ExportError(f"{path} exists")
    try:
        with quiet(), tempfile.TemporaryDirectory(dir=path.parent, prefix=".partial-") as scratch:
            import coremltools

            descriptor = coremltools.utils.MultiFunctionDescriptor()
            names = [function_name(*size) for size in packages]
            for name, package in zip(names, packages.values(), strict=True):
                descriptor.add_function(str(package), "main", name)
            descriptor.default_function_name = names[0]
            made = Path(scratch) / path.name
            coremltools.utils.save_multifunction(descriptor, str(made))
            make_reproducible(made)
            report = lint(made)
            if report.problems:
                raise ExportError(f"{path.name} would not run on a phone: {report.problems[0]}")
            for name in names:
                opened(made, name)
            os.replace(made, path)
    except ExportError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ExportError(f"coremltools could not combine the sizes: {lines[0]}") from error

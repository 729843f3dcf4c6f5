"""Export: fold, quantise, lower, compare, and write bundles that the runtime can trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# First: it switches off ONNX Runtime's telemetry, which must happen before that library loads.
import squeezesam  # noqa: F401

from squeezesam_export.errors import ExportError

if TYPE_CHECKING:
    from squeezesam_export.bundle.write import Exported, export_bundle
    from squeezesam_export.request import ExportRequest

__all__ = ["ExportError", "ExportRequest", "Exported", "export_bundle"]

_HOMES = {
    "ExportRequest": "squeezesam_export.request",
    "Exported": "squeezesam_export.bundle.write",
    "export_bundle": "squeezesam_export.bundle.write",
}


def __getattr__(name: str) -> Any:
    """Loaded when asked for: torch takes seconds, and the command's --help should not."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)

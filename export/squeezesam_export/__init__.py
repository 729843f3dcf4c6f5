"""Export: fold, quantise, lower, compare, and write bundles that the runtime can trust."""

from squeezesam_export.bundle import Exported, ExportRequest, export_bundle
from squeezesam_export.program import ExportError

__all__ = ["ExportError", "ExportRequest", "Exported", "export_bundle"]

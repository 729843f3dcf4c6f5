"""Export: fold, quantise, lower, compare, and write bundles that the runtime can trust."""

# First: it switches off ONNX Runtime's telemetry, which must happen before that library loads.
import squeezesam  # noqa: F401, I001
from squeezesam_export.bundle.write import Exported, export_bundle
from squeezesam_export.program import ExportError
from squeezesam_export.request import ExportRequest

__all__ = ["ExportError", "ExportRequest", "Exported", "export_bundle"]

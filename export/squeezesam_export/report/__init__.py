"""`squeezesam-export --report`: where a quantised program differs from fp32, layer by layer."""

from squeezesam_export.report.build import build_report

__all__ = ["build_report"]

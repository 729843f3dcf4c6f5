"""Nothing leaves the machine: what the libraries under us would send or keep is switched off.

ONNX Runtime's official builds report to Microsoft by default (since 1.29 on Linux, macOS, Android
and iOS too; its Privacy.md). It reads ORT_DISABLE_TELEMETRY when it initialises and never again,
so the variable must stand before the library is loaded, and child processes inherit it.
"""

from __future__ import annotations

import os


def disable_telemetry() -> None:
    """Switches ONNX Runtime's telemetry off for this process and its children.

    Importing squeezesam does it, whatever value the variable had; call it before
    ``import onnxruntime`` where squeezesam is not imported first. An ONNX Runtime that the process
    had loaded already keeps the choice made then.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"

"""Figures without pyplot's global state, and without matplotlib's files in the home folder."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Matplotlib keeps a list of fonts in ~/.cache; removed with the process.
_folder: tempfile.TemporaryDirectory[str] | None = None


def new_figure(width: float, height: float, dpi: float = 100) -> tuple[Figure, Any]:
    """A figure of so many inches that draws to files, and its axes."""
    _keep_to_ourselves()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots()


def _keep_to_ourselves() -> None:
    """A folder of this process for matplotlib, unless the person named one (MPLCONFIGDIR)."""
    global _folder
    if not os.environ.get("MPLCONFIGDIR"):
        _folder = tempfile.TemporaryDirectory(prefix="matplotlib-")
        os.environ["MPLCONFIGDIR"] = _folder.name

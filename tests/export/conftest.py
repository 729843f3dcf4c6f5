"""Small exports that several tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from squeezesam_export.bundle import Exported, ExportRequest, export_bundle
from squeezesam_export.sources import Networks
from squeezesam_model import load_saliency, load_segmenter
from squeezesam_model.weights import shipped_weights

SIDE = 256


@pytest.fixture(scope="session", autouse=True)
def few_threads() -> None:
    torch.set_num_threads(2)


def request_for(target: str, precision: str, output: Path, **changes: object) -> ExportRequest:
    """A request for the shipped weights at 256, changed at will."""
    settings: dict[str, object] = {
        "target": target,
        "precision": precision,
        "height": SIDE,
        "width": SIDE,
        "preset": "squeezesam",
        "weights": shipped_weights("squeezesam"),
        "saliency_weights": shipped_weights("saliency"),
        "output": output,
    }
    return ExportRequest(**{**settings, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def networks() -> Networks:
    return Networks(
        load_segmenter(shipped_weights("squeezesam")),
        load_saliency(shipped_weights("saliency")),
        SIDE,
        SIDE,
    )


@pytest.fixture(scope="session")
def onnx_int8(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export_bundle(request_for("onnx", "int8", tmp_path_factory.mktemp("onnx")))

"""Small exports that several tests look at."""

from __future__ import annotations

import pytest
import torch
from export_requests import SIDE, request_for
from squeezesam_export.bundle import Exported, export_bundle
from squeezesam_export.sources import Networks
from squeezesam_model import load_saliency, load_segmenter
from squeezesam_model.weights import shipped_weights


@pytest.fixture(scope="session", autouse=True)
def few_threads() -> None:
    torch.set_num_threads(2)


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

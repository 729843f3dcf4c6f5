"""Sample photos, networks and a bundle, made once for all tests of the evaluation."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from scored_sample import write_sample
from skimage import data
from squeezesam_model import SaliencyNet, Segmenter, saliency_preset, save_weights, segmenter_preset
from squeezesam_model.count import example_inputs

# The tiny bundle of the runtime's tests serves here too.
sys.path.append(str(Path(__file__).parents[1] / "runtime"))

from tiny_bundle import write_tiny_bundle

WEIGHTS_PRESET = "squeezesam-fast"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Segmenter and saliency weights, random but such that masks are neither empty nor full."""
    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("weights")
    segmenter = Segmenter(segmenter_preset(WEIGHTS_PRESET))
    saliency = SaliencyNet(saliency_preset("saliency"))
    photo = torch.from_numpy(data.astronaut()).permute(2, 0, 1)[None].float()
    plain = example_inputs(*photo.shape[-2:])
    with torch.no_grad():
        segmenter.mask_bias.zero_()
        masks = segmenter.eval()(photo, *plain[1:]).masks
        segmenter.mask_bias.copy_(-masks.flatten(2).median(-1).values[..., None])
    save_weights(segmenter, folder / "segmenter.safetensors", WEIGHTS_PRESET, {})
    save_weights(saliency, folder / "saliency.safetensors", "saliency", {})
    return folder / "segmenter.safetensors", folder / "saliency.safetensors"


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real ONNX bundle at 128×128 whose masks follow brightness, clicks and box."""
    return write_tiny_bundle(tmp_path_factory.mktemp("bundles") / "tiny")

"""The SqueezeSAM networks in torch: presets, prompt planes, weights."""

from squeezesam_model.presets import (
    DEFAULT_SALIENCY,
    DEFAULT_SEGMENTER,
    SALIENCY_PRESETS,
    SEGMENTER_PRESETS,
    SaliencyPreset,
    SegmenterPreset,
    saliency_preset,
    segmenter_preset,
)
from squeezesam_model.saliency import SaliencyNet
from squeezesam_model.segmenter import Segmenter, SegmenterOutput
from squeezesam_model.weights import (
    WeightsError,
    file_sha256,
    load_saliency,
    load_segmenter,
    load_weights,
    save_weights,
)

MAX_POINTS = 16

__all__ = [
    "DEFAULT_SALIENCY",
    "DEFAULT_SEGMENTER",
    "MAX_POINTS",
    "SALIENCY_PRESETS",
    "SEGMENTER_PRESETS",
    "SaliencyNet",
    "SaliencyPreset",
    "Segmenter",
    "SegmenterOutput",
    "SegmenterPreset",
    "WeightsError",
    "file_sha256",
    "load_saliency",
    "load_segmenter",
    "load_weights",
    "saliency_preset",
    "save_weights",
    "segmenter_preset",
]

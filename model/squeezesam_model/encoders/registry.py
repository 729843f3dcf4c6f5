"""Encoders by name, so that a new one is a room of its own and one line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from squeezesam_model.encoders.efficientnet_lite import LEAN, EfficientNetLite0
from squeezesam_model.encoders.plain import PlainEncoder
from squeezesam_model.encoders.protocol import Encoder

# (planes of the input, channels of the stem, channels of the maps) → the encoder.
Builder = Callable[[int, int, tuple[int, ...]], Encoder]


def _lite0(
    in_channels: int, stem: int, widths: tuple[int, ...], without: tuple[int, ...] = ()
) -> Encoder:
    encoder = EfficientNetLite0(in_channels, widths, without)
    if encoder.stem[0].out_channels != stem:
        raise ValueError(f"the stem of efficientnet-lite0 has 32 channels, not {stem}")
    return encoder


_BUILDERS: dict[str, Builder] = {
    "plain": PlainEncoder,
    "efficientnet-lite0": _lite0,
    "efficientnet-lite0-lean": partial(_lite0, without=LEAN),
}


def register_encoder(name: str, builder: Builder) -> None:
    """Make an encoder known to presets.

    Raises:
        ValueError: the name is taken.
    """
    if name in _BUILDERS:
        raise ValueError(f"there is already an encoder called '{name}'")
    _BUILDERS[name] = builder


def known_encoders() -> tuple[str, ...]:
    """Names that presets may use, sorted."""
    return tuple(sorted(_BUILDERS))


def build_encoder(name: str, in_channels: int, stem: int, widths: tuple[int, ...]) -> Encoder:
    """The encoder called ``name`` with new weights.

    Raises:
        ValueError: no encoder has that name, or it cannot have these channels.
    """
    if name not in _BUILDERS:
        raise ValueError(f"unknown encoder '{name}': choose one of {', '.join(known_encoders())}")
    return _BUILDERS[name](in_channels, stem, widths)

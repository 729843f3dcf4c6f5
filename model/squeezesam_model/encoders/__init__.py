"""Encoders under the UNet: one protocol, a room each, found by name."""

from squeezesam_model.encoders.pretrained import PretrainedError, load_pretrained
from squeezesam_model.encoders.protocol import Encoder
from squeezesam_model.encoders.registry import build_encoder, known_encoders, register_encoder

__all__ = [
    "Encoder",
    "PretrainedError",
    "build_encoder",
    "known_encoders",
    "load_pretrained",
    "register_encoder",
]

"""The trained weights that ship with squeezesam, found by their preset's name."""

from __future__ import annotations

from pathlib import Path


def shipped(preset: str) -> Path:
    """Path of the weights of a preset; the file may be absent for presets that are not trained."""
    return Path(__file__).parent / f"{preset}.safetensors"

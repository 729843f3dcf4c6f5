"""What a weights file says of itself: preset, licence, capabilities, provenance."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from safetensors import safe_open

from squeezesam_model.errors import WeightsError, first_line
from squeezesam_model.fitted import Fitted, read_fitted

UNSPECIFIED = "unspecified"
# Bytes. A manifest takes 256 for its licence, in which those of two parts may stand, and 16 KiB for
# their provenance; it takes no character that a terminal would obey.
_LONGEST = {"preset": 100, "licence": 100, "provenance": 4 << 10}


@dataclass(frozen=True)
class Metadata:
    """Of a weights file.

    Attributes:
        preset: name of the architecture; empty where it does not say.
        licence: ``unspecified`` where it does not say.
        capabilities: what the weights were trained for, by the manifest's names; empty where it
            does not say.
        provenance: free words.
        least_peak: of a saliency network, 0…255: a heat map whose highest byte is lower shows
            nothing that stands out; 0 where it does not say.
        fitted: of a segmenter: heat weights and score heads.
    """

    preset: str = ""
    licence: str = UNSPECIFIED
    capabilities: dict[str, bool] = field(default_factory=dict)
    provenance: str = ""
    least_peak: int = 0
    fitted: Fitted = field(default_factory=Fitted)


def read_metadata(path: Path) -> Metadata:
    """Read the head of a safetensors file.

    Raises:
        WeightsError: it cannot be read, its capabilities are no table of true and false, its least
            peak is no byte, or its words, heat weights or score heads are not what the manifest
            takes.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            found = file.metadata() or {}
    except Exception as error:  # a stranger's file
        raise WeightsError(f"cannot read the weights {path}: {first_line(error)}") from error
    try:
        capabilities = json.loads(found.get("capabilities", "{}"))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{path}: the capabilities in its metadata are no JSON") from error
    if not isinstance(capabilities, dict) or not all(
        isinstance(value, bool) for value in capabilities.values()
    ):
        raise WeightsError(f"{path}: the capabilities in its metadata are no table of yes and no")
    try:
        fitted = read_fitted(found)
    except ValueError as error:
        raise WeightsError(
            f"{path}: the {error} in its metadata are not what a manifest takes"
        ) from error
    return Metadata(
        _words(path, found, "preset", ""),
        _words(path, found, "licence", UNSPECIFIED),
        capabilities,
        _words(path, found, "provenance", ""),
        _byte(path, found.get("least_peak", "0")),
        fitted,
    )


def _words(path: Path, found: dict[str, str], key: str, default: str) -> str:
    text = found.get(key, default)
    if len(text.encode("utf-8", "replace")) > _LONGEST[key] or not text.isprintable():
        raise WeightsError(
            f"{path}: the {key} in its metadata has more than {_LONGEST[key]} bytes or characters "
            "that are not printable"
        )
    return text


def _byte(path: Path, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 255):
        raise WeightsError(f"{path}: the least_peak in its metadata is no whole number up to 255")
    return int(text)

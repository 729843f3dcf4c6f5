"""Masks of the core for logits that a test makes up."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from squeezesam import _core

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vectors"))

from vector_manifest_text import manifest


def mask_of(photo: npt.NDArray[np.uint8], plane: npt.NDArray[Any], **options: Any) -> _core.Mask:
    """The mask of `photo` for the square logits `plane`, a quarter of the network's input."""
    side = 4 * plane.shape[0]

    def run(program: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        assert program == "segment"
        masks = np.repeat(plane.astype(np.float32)[None, None], 4, axis=1)
        return {"masks": masks, "scores": np.full((1, 4), 0.5, np.float32)}

    text = json.dumps(manifest(width=side, height=side, heat=96))
    session = _core.Session(_core.Segmenter(_core.Bundle.parse(text), run, True))
    session.set_image(photo)
    session.add_point(1, 1)
    return session.predict(**options)

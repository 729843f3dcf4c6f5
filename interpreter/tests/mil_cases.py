"""What a case of an operator test consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """An operator as coremltools' builder writes it, and as torch computes it.

    Attributes:
        name: within its group.
        build: from the builder's variables to its result.
        oracle: the same of torch tensors.
        shapes: of the inputs.
        elements: their type, or one for each.
        ios: opset.
        low: least of the random inputs.
        high: greatest of them.
    """

    name: str
    build: Callable[..., Any]
    oracle: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...] = ((2, 3, 6, 8),)
    elements: str | tuple[str, ...] = "fp32"
    ios: int = 17
    low: float = -3.0
    high: float = 3.0

    def inputs(self) -> list[np.ndarray]:
        """Random inputs, the same at each call."""
        random = np.random.default_rng(3)
        names = (
            [self.elements] * len(self.shapes) if isinstance(self.elements, str) else self.elements
        )
        types = {"fp32": np.float32, "fp16": np.float16, "int32": np.int32}
        return [
            random.uniform(self.low, self.high, shape).astype(types[kind])
            for shape, kind in zip(self.shapes, names, strict=True)
        ]

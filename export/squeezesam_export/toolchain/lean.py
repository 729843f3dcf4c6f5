"""Lowering without what only its debuggers need: a seventh less time, the same bytes."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

from torch.fx.traceback import NodeSource

# Graphs are full of cycles, and Python's collector walks all of them again and again.
_YOUNG_OBJECTS = 200_000


@contextlib.contextmanager
def lean() -> Iterator[None]:
    """Share the history of graph nodes instead of copying it, and collect garbage less often.

    Every pass copies each node's whole provenance, which grows with every pass. Nobody changes it
    once it is written: it may as well be shared.
    """
    thresholds = gc.get_threshold()
    had = NodeSource.__dict__.get("__deepcopy__")
    NodeSource.__deepcopy__ = _itself  # type: ignore[attr-defined]
    gc.set_threshold(_YOUNG_OBJECTS, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if had is None:
            del NodeSource.__deepcopy__  # type: ignore[attr-defined]
        else:
            NodeSource.__deepcopy__ = had  # type: ignore[attr-defined]


def _itself(source: NodeSource, memo: dict[int, Any]) -> NodeSource:
    return source

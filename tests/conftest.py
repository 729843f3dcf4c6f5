"""What every test of every area promises."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def _no_process_is_left_behind() -> Iterator[None]:
    """Python waits for a leftover worker when it exits, for ever if that one ignores SIGTERM."""
    yield
    left = multiprocessing.active_children()
    for process in left:
        process.kill()
    assert not left, f"processes left behind: {left}"

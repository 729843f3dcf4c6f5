"""What every test of every area promises."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator

import pytest

# A job in the background, as in CI, ignores Ctrl-C, and so would all commands that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Another build of the binding in place of the installed one: make test-tsan.
if binding := os.environ.get("SQUEEZESAM_BINDING"):
    loader = importlib.machinery.ExtensionFileLoader("squeezesam._core", binding)
    found = importlib.util.spec_from_loader(loader.name, loader)
    assert found is not None
    sys.modules[loader.name] = importlib.util.module_from_spec(found)
    loader.exec_module(sys.modules[loader.name])


@pytest.fixture(autouse=True, scope="module")
def _no_process_is_left_behind() -> Iterator[None]:
    """Python waits for a leftover worker when it exits, for ever if that one ignores SIGTERM."""
    yield
    left = multiprocessing.active_children()
    for process in left:
        process.kill()
    assert not left, f"processes left behind: {left}"

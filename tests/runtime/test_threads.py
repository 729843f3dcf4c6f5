"""Threads share a segmenter, never a session; a prediction can be cancelled."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made_engine import HandMade
from photo_files import scene
from squeezesam import (
    BusyError,
    CancelledError,
    Segmenter,
)
from tiny_oracle import Expected

THING = (32, 48, 96, 128)


def test_sessions_of_one_segmenter_run_side_by_side(segmenter: Segmenter) -> None:
    def work(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        x, y = (int(v) for v in rng.integers(10, 80, 2))
        photo = scene(200, 150, ((x, y, x + 70, y + 50),))
        session = segmenter.open(photo)
        good = Expected(photo).agrees_with(session.predict().array)
        box = (x + 10.0, y + 5.0, x + 40.0, y + 30.0)
        session.set_box(*box)
        return good and Expected(photo, box=box).agrees_with(session.predict().array)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(40)))


class Gate:
    """Holds the segmenter network until it is told to go on."""

    def __init__(self) -> None:
        self.entered, self.go = threading.Event(), threading.Event()

    def __call__(self, name: str, inputs: Any) -> None:
        if name == "segment":
            self.entered.set()
            assert self.go.wait(20)


def test_a_second_thread_on_one_session_is_turned_away(bundle: Path) -> None:
    gate = Gate()
    session = Segmenter.load(bundle, engine=HandMade(gate)).open(scene(64, 64))
    session.add_point(3, 3)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.predict)
        assert gate.entered.wait(20)
        with pytest.raises(BusyError):
            session.add_point(4, 4)
        with pytest.raises(BusyError):
            session.predict()
        gate.go.set()
        assert running.result(20).array.shape == (64, 64)
    assert len(session.prompts) == 1


def test_another_session_goes_on_while_one_waits_in_its_engine(bundle: Path) -> None:
    gate = Gate()
    first = True

    def hook(name: str, inputs: Any) -> None:
        nonlocal first
        if first:
            first = False
            gate(name, inputs)

    shared = Segmenter.load(bundle, engine=HandMade(hook))
    waiting, free = shared.open(scene(64, 64)), shared.open(scene(64, 64))
    waiting.add_point(3, 3)
    free.add_point(3, 3)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(waiting.predict)
        assert gate.entered.wait(20)
        assert free.predict().array.shape == (64, 64)
        assert not running.done()
        gate.go.set()
        running.result(20)


def test_a_prediction_can_be_cancelled_and_the_session_goes_on(bundle: Path) -> None:
    gate = Gate()
    session = Segmenter.load(bundle, engine=HandMade(gate)).open(scene(64, 64))
    session.add_point(3, 3)
    session.cancel()  # nothing under way: nothing happens
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(session.predict)
        assert gate.entered.wait(20)
        session.cancel()
        gate.go.set()
        with pytest.raises(CancelledError):
            running.result(20)
    assert session.predict().array.shape == (64, 64)


def test_any_number_of_threads_gives_the_same_mask(bundle: Path) -> None:
    photo = scene(256, 192, (THING,))
    masks = [Segmenter.load(bundle, threads=n).open(photo).predict().array for n in (1, 2)]
    assert np.array_equal(*masks)
    with pytest.raises(ValueError, match="threads must be at least 1"):
        Segmenter.load(bundle, threads=0)

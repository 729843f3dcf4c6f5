"""A photo and its masks through the Python API, in one thread and in many, by the tiny bundle."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made_engine import HandMade
from photo_files import encoded, scene
from squeezesam import (
    BusyError,
    CancelledError,
    ForegroundPoint,
    InvalidArgumentError,
    PhotoError,
    Segmenter,
)
from squeezesam.everything import Limits, everything
from tiny_oracle import Expected

LEFT = (32, 48, 96, 128)


RIGHT = (160, 64, 224, 112)


@pytest.mark.parametrize("size", [(256, 192), (192, 256), (300, 211), (97, 61), (700, 90)])
def test_the_automatic_mask_is_the_thing_that_stands_out(
    segmenter: Segmenter, size: tuple[int, int]
) -> None:
    width, height = size
    thing = (width // 4, height // 4, width // 2, 3 * height // 4)
    photo = scene(width, height, (thing,))
    mask = segmenter.open(photo).predict()
    assert mask.array.dtype == bool
    assert Expected(photo).agrees_with(mask.array)
    assert mask.automatic
    assert 2 <= len(mask.prompts) <= 5
    for prompt in mask.prompts:
        assert isinstance(prompt, ForegroundPoint)
        assert prompt.automatic
        assert thing[0] - 8 <= prompt.x <= thing[2] + 8
        assert thing[1] - 8 <= prompt.y <= thing[3] + 8
    assert mask.candidate == 0
    assert mask.score == pytest.approx(0.9)


def test_the_candidate_with_the_best_score_is_taken_and_all_are_shown(
    segmenter: Segmenter,
) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    session.set_box(140, 40, 250, 150)
    mask = session.predict()
    assert [candidate.index for candidate in mask.candidates] == [0, 1, 2, 3]
    scores = [candidate.score for candidate in mask.candidates]
    assert scores == pytest.approx([0.9, 0.0, 0.3, 0.0])
    assert all(c.logits.shape == (32, 32) for c in mask.candidates)
    assert (mask.candidates[3].logits == -1).all()
    of_the_box = session.predict(candidate=2)
    assert of_the_box.candidate == 2
    assert of_the_box.score == pytest.approx(0.3)
    x, y, width, height = of_the_box.bounds or (0, 0, 0, 0)
    assert np.allclose([x, y, x + width, y + height], [140, 40, 250, 150], atol=4)
    assert np.array_equal(mask.derive(candidate=2).array, of_the_box.array)


def test_a_candidate_that_does_not_exist_is_an_error(segmenter: Segmenter) -> None:
    session = segmenter.open(scene(things=(LEFT,)))
    for index in (4, -1):
        with pytest.raises(InvalidArgumentError):
            session.predict(candidate=index)


def test_a_prediction_can_be_refined_and_keeps_what_is_known_of_it(segmenter: Segmenter) -> None:
    session = segmenter.open(scene(things=(LEFT, RIGHT)))
    plain, refined = session.predict(), session.predict(refine=True)
    assert np.array_equal(plain.refine().array, refined.array)
    assert (refined.score, refined.prompts) == (plain.score, plain.prompts)
    assert not np.array_equal(plain.alpha, refined.alpha)
    np.testing.assert_array_equal(refined.cutout()[..., 3], refined.alpha)


def test_largest_component_and_hole_filling_are_options(segmenter: Segmenter) -> None:
    photo = scene(things=(LEFT, RIGHT))
    photo[80:96, 56:72] = 0
    session = segmenter.open(photo)
    plain = session.predict()
    assert Expected(photo).agrees_with(plain.array)
    tidy = session.predict(keep_largest=True, max_hole_area=1000)
    assert tidy.array[88, 64]
    assert not tidy.array[:, 130:].any()
    assert np.array_equal(plain.derive(keep_largest=True, max_hole_area=1000).array, tidy.array)
    assert not session.predict(max_hole_area=10).array[88, 64]
    assert session.predict(max_hole_area=-1).array[88, 64]


def test_timings_tell_every_stage_and_program_and_heat_runs_once(
    segmenter: Segmenter,
) -> None:
    session = segmenter.open(encoded(scene(things=(LEFT,)), "png"))
    first, second = session.predict().timings, session.predict().timings
    assert list(first.stages()) == ["decode", "open", "clicks", "prompts", "mask", "total"]
    assert list(first.programs) == ["heat", "segment"]
    assert all(ms > 0 for ms in (*first.stages().values(), *first.programs.values()))
    assert second.programs["heat"] == second.clicks == 0
    assert first.total >= sum(first.programs.values())


@pytest.mark.parametrize("size", [(1, 1), (20000, 10), (10, 20000), (3, 2)])
def test_tiny_and_extremely_long_photos_give_a_mask_of_their_size(
    segmenter: Segmenter, size: tuple[int, int]
) -> None:
    width, height = size
    session = segmenter.open(scene(width, height, ((0, 0, width, height),)))
    session.add_point(width // 2, height // 2)
    mask = session.predict()
    assert mask.array.shape == (height, width)
    assert mask.array.all()
    assert mask.bounds == (0, 0, width, height)


def test_a_photo_beyond_the_limit_is_refused_and_the_limit_can_be_moved(
    segmenter: Segmenter,
) -> None:
    with pytest.raises(PhotoError, match="megapixels"):
        segmenter.open(scene(200, 100), max_pixels=19_999)
    assert segmenter.open(scene(200, 100), max_pixels=20_000).width == 200


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


def test_what_threads_share_is_used_by_all_of_them_at_once(bundle: Path) -> None:
    """One segmenter, one mask, one session that others cancel, and bundles that come and go."""
    shared = Segmenter.load(bundle, threads=1)
    photo = scene(200, 150, (THING,))
    mask, session = shared.open(photo).predict(), shared.open(photo)
    wanted = mask.array.copy()

    def read(turn: int) -> bool:
        found = mask.refine().array if turn % 4 == 0 else mask.array
        return mask.cutout().shape == (150, 200, 4) and found.shape == wanted.shape

    def predict(turn: int) -> bool:
        try:
            return bool((session.predict().array == wanted).all())
        except (BusyError, CancelledError):
            return True

    def stop(turn: int) -> bool:
        session.cancel()
        return True

    def load(turn: int) -> bool:
        own = Segmenter.load(bundle, threads=1).open(photo)
        own.add_point(40, 60)
        own.undo()
        return bool((own.predict().array == wanted).all())

    def search(turn: int) -> bool:
        limits = Limits(min_score=0.1, min_stability=0.1)
        return len(everything(shared.open(photo), points_per_side=2, limits=limits)) > 0

    kinds = (read, predict, stop, load, search, predict)
    with ThreadPoolExecutor(8) as pool:
        turns = [pool.submit(kinds[turn % len(kinds)], turn) for turn in range(120)]
        wrong = {kinds[i % len(kinds)].__name__ for i, t in enumerate(turns) if not t.result(60)}
    assert not wrong
    assert (mask.array == wanted).all()


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

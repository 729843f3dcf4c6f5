"""A mixture keeps its weights and outlives a few damaged photos."""

from __future__ import annotations

import numpy as np
import pytest
from squeezesam_train.photos import DamagedPhotoError, DataError
from squeezesam_train.sources.base import Photo
from squeezesam_train.sources.mixture import PhotoMixture


class Numbers:
    """Photos that are numbers; some are damaged."""

    def __init__(self, name: str, count: int, damaged: frozenset[int] = frozenset()) -> None:
        self.name, self.count, self.damaged = name, count, damaged

    def __len__(self) -> int:
        return self.count

    def draw(self, rng: np.random.Generator) -> Photo:
        number = int(rng.integers(self.count))
        if number in self.damaged:
            raise DamagedPhotoError(f"{self.name} {number} is damaged")
        pixel = np.zeros((1, 1), np.uint8)
        return Photo(f"{self.name} {number}", np.zeros((1, 1, 3), np.uint8), pixel)


def _draw_many(mixture: PhotoMixture, rng: np.random.Generator) -> None:
    for _ in range(2000):
        mixture.draw(rng)


def test_each_source_gets_its_share_whatever_its_length() -> None:
    mixture = PhotoMixture([Numbers("a", 1000), Numbers("b", 2), Numbers("c", 5)], [1, 3, 0])
    assert len(mixture) == 1007
    rng = np.random.default_rng(0)
    names = [mixture.draw(rng).name[0] for _ in range(2000)]
    assert names.count("b") == pytest.approx(1500, abs=80)
    assert names.count("c") == 0


def test_a_damaged_photo_is_passed_over_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    mixture = PhotoMixture([Numbers("a", 1000, frozenset({7, 8}))], [1])
    rng = np.random.default_rng(0)
    assert all(mixture.draw(rng).name not in ("a 7", "a 8") for _ in range(4000))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "(1 so far): a " in lines[0]
    assert "(2 so far): a " in lines[1]


def test_what_follows_a_damaged_photo_depends_on_the_generator_alone() -> None:
    sources = [Numbers("a", 10, frozenset({1, 2})), Numbers("b", 10)]
    one, other = (PhotoMixture(sources, [1, 1], 1.0) for _ in range(2))
    rng = np.random.default_rng(1)
    for _ in range(30):
        one.draw(rng)
    for seed in range(40):
        drawn = [m.draw(np.random.default_rng(seed)).name for m in (one, other)]
        assert drawn[0] == drawn[1]


def test_too_many_damaged_photos_end_the_run_in_a_sentence() -> None:
    mixture = PhotoMixture([Numbers("a", 20, frozenset({3}))], [1], max_damaged=0.01)
    rng = np.random.default_rng(0)
    with pytest.raises(DataError, match=r"10 of \d+ photos drawn were damaged.*0\.01.*a 3 is"):
        _draw_many(mixture, rng)


def test_a_set_that_is_damaged_throughout_does_not_hang() -> None:
    mixture = PhotoMixture([Numbers("a", 2, frozenset({0, 1}))], [1])
    with pytest.raises(DataError, match="10 of 10"):
        mixture.draw(np.random.default_rng(0))


@pytest.mark.parametrize("weights", [[0, 0], [1], [-1, 2]])
def test_weights_that_make_no_sense_are_refused(weights: list[float]) -> None:
    with pytest.raises(DataError, match="weights"):
        PhotoMixture([Numbers("a", 1), Numbers("b", 1)], weights)

"""Every target of the fuzzers on its seeds and on some mutations, the same at each run."""

from __future__ import annotations

import random

import pytest
from targets import NAMES, target


@pytest.mark.parametrize("name", NAMES)
def test_what_strangers_send_is_answered_or_refused_in_a_sentence(name: str) -> None:
    chosen = target(name)
    seeds, chance = chosen.seeds(), random.Random(1)
    assert sum(chosen.run(seed) for seed in seeds) > 0
    accepted = 0
    for _ in range(150):
        changed = chosen.mutate(chance.choice(seeds), chance)
        if chance.random() < 0.5:
            changed = chosen.mutate(changed, chance)
        accepted += chosen.run(changed)
    assert accepted < 150  # what is never refused is not looked at


def test_mutations_are_the_same_at_each_run() -> None:
    for name in ("photo-png", "manifest", "mlpackage", "checkpoint"):
        chosen = target(name)
        seed = chosen.seeds()[0]
        first, second = (chosen.mutate(seed, random.Random(7)) for _ in range(2))
        assert first == second


@pytest.mark.parametrize("name", NAMES)
def test_a_corpus_may_hold_anything(name: str) -> None:
    """libFuzzer shrinks what it keeps, so a mutator meets more than mutated seeds."""
    chosen, chance = target(name), random.Random(3)
    anything = [
        b"",
        b"0",
        b"null",
        b'"x"',
        b"[]",
        b"{}",
        b"\xff" * 9,
        bytes(64),
        chosen.seeds()[0][:40],
    ]
    for content in anything:
        for _ in range(20):
            content = chosen.mutate(content, chance)
            assert isinstance(content, bytes)

"""`precision: auto` takes what a step of the run's own network is faster in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from squeezesam_model import SaliencyNet, Segmenter, saliency_preset, segmenter_preset
from squeezesam_train import precision
from squeezesam_train.config import Phase, TrainConfig
from squeezesam_train.distributed import World
from squeezesam_train.precision import TIMED_STEPS, autocast, faster_precision, settled

CPU = torch.device("cpu")


def a_config(task: str, preset: str, asked: str = "auto") -> TrainConfig:
    return TrainConfig(
        task=task, preset=preset, data=Path("unused"), phases=(Phase(64, 2, steps=1),),
        precision=asked,
    )  # fmt: skip


def a_network(task: str) -> tuple[torch.nn.Module, TrainConfig]:
    if task == "saliency":
        return SaliencyNet(saliency_preset("saliency")), a_config("saliency", "saliency")
    preset = segmenter_preset("squeezesam-fast")
    return Segmenter(preset), a_config("segmenter", preset.name)


class Watch:
    """A clock by which every timed step takes what is given for its precision, in order."""

    def __init__(self, fp32: float, bf16: float) -> None:
        steps = [fp32] * TIMED_STEPS + [bf16] * TIMED_STEPS
        self.readings = [r for i, s in enumerate(steps) for r in (100.0 * i, 100.0 * i + s)]

    def __call__(self) -> float:
        return self.readings.pop(0)


@pytest.fixture
def with_bf16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_bf16", lambda _: True)


@pytest.mark.usefixtures("with_bf16")
@pytest.mark.parametrize(("fp32", "bf16", "faster"), [(1.0, 5.0, "fp32"), (5.0, 1.0, "bf16")])
@pytest.mark.parametrize("task", ["saliency", "segmenter"])
def test_the_faster_of_the_two_is_taken(task: str, fp32: float, bf16: float, faster: str) -> None:
    watch = Watch(fp32, bf16)
    assert faster_precision(*a_network(task), CPU, watch) == faster
    assert watch.readings == []


def test_where_bfloat16_is_emulated_nothing_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_bf16", lambda _: False)

    def never() -> float:
        raise AssertionError("a step was timed")

    assert faster_precision(*a_network("saliency"), CPU, never) == "fp32"


@pytest.mark.usefixtures("with_bf16")
def test_timing_leaves_the_network_and_the_random_numbers_as_they_were() -> None:
    model, config = a_network("saliency")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.random.get_rng_state()
    faster_precision(model, config, CPU, Watch(1, 2))
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.usefixtures("with_bf16")
def test_only_auto_is_settled_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(name: str) -> Callable[..., str]:
        return lambda *_: name

    model, config = a_network("saliency")
    monkeypatch.setattr(precision, "faster_precision", answers("bf16"))
    assert settled(config, model, World(CPU)).precision == "bf16"
    asked = a_config("saliency", "saliency", "fp32")
    assert settled(asked, model, World(CPU)) is asked


def test_autocast_is_on_for_bf16_alone() -> None:
    for name, kind in (("bf16", torch.bfloat16), ("fp32", torch.float32)):
        with autocast(CPU, name):
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == kind

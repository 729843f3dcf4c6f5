"""EfficientSAM and SAM: the references' tensors and results, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import squeezesam_model.sam.family as family_module
import torch
from sam_cases import HERE, SMALL, SMALL_CASES, close, kept_small, photo, slots
from squeezesam_model import WeightsError
from squeezesam_model.efficientsam.family import FAMILY as EFFICIENTSAM
from squeezesam_model.heat import HEAT
from squeezesam_model.network import Points
from squeezesam_model.sam.checkpoint import wanted_tensors
from squeezesam_model.sam.network import DECODE, EMBED, SAM, Sam, SplitNetwork
from squeezesam_model.sam.original import FAMILY, SamFamily, VitShape, WindowedVit, distances

RECORDED: dict[str, Any] = json.loads((HERE / "families_reference.json").read_text())
SMALL_SHAPE = VitShape(64, 4, 4, (1, 3), grid=SMALL // 16)
SHIPPED = FAMILY.shipped("sam-b", HEAT)
assert SHIPPED is not None
SEEDED = {HEAT: SHIPPED}


def tensors(family: str, preset: str) -> dict[str, tuple[int, ...]]:
    return {name: tuple(v) for name, v in RECORDED[family][preset]["tensors"].items()}


class Small(SamFamily):
    """What the reference was recorded with: four narrow blocks at home at 256×256."""

    shapes = {"sam-b": SMALL_SHAPE}  # noqa: RUF012


def network(preset: str, height: int = SMALL, width: int = SMALL) -> SplitNetwork:
    return EFFICIENTSAM.load(preset, SEEDED, height, width)


def module(network: SplitNetwork, name: str) -> torch.nn.Module:
    return next(program.module for program in network.programs if program.name == name)


@pytest.mark.parametrize("preset", [*EFFICIENTSAM.presets, *FAMILY.presets])
def test_a_checkpoint_holds_exactly_the_references_tensors(preset: str) -> None:
    family = FAMILY if preset in FAMILY.presets else EFFICIENTSAM
    with torch.device("meta"):
        assert wanted_tensors(family.build(preset), {}) == tensors(family.name, preset)


@pytest.mark.parametrize("preset", EFFICIENTSAM.presets)
def test_efficientsam_gives_what_the_reference_gives(preset: str) -> None:
    ours, known = network(preset), RECORDED["efficientsam"][preset]
    with torch.inference_mode():
        embedding = module(ours, EMBED)(photo(SMALL, 192))
        assert close(kept_small(embedding), known["embedding"])
        for name, case in SMALL_CASES.items():
            masks, scores = module(ours, DECODE)(embedding, *slots(case, 6))
            assert masks.shape == (1, 3, SMALL // 4, SMALL // 4)
            assert close(kept_small(masks), known["cases"][name]["masks"]), name
            assert close(scores, known["cases"][name]["iou"]), name


def test_the_place_of_a_free_slot_says_nothing() -> None:
    decode = module(network("efficientsam-ti", 64, 96), DECODE)
    embedding = torch.randn(1, 256, 4, 6)
    points, labels = torch.zeros(1, 6, 2), torch.full((1, 6), -1.0)
    points[0, 0], labels[0, 0] = torch.tensor([30.0, 40.0]), 1
    moved = points.clone()
    moved[0, 1:] = 55
    with torch.inference_mode():
        one, other = (decode(embedding, where, labels)[0] for where in (points, moved))
    assert torch.equal(one, other)


def test_efficientsam_says_that_it_takes_boxes_and_no_background_points() -> None:
    able = network("efficientsam-s", 64, 64).capabilities
    assert (able.box, able.automatic) == (True, True)
    assert (able.negative_points, able.previous_mask) == (False, False)
    decode = next(p for p in network("efficientsam-s", 64, 64).programs if p.name == DECODE)
    assert [one.name for one in decode.inputs] == ["embedding", "points", "labels"]
    assert [one.shape for one in decode.inputs if isinstance(one.source, Points)] == [(1, 6, 2)]


def test_a_checkpoint_of_the_other_size_is_refused_in_one_sentence(tmp_path: Path) -> None:
    torch.save({"model": EFFICIENTSAM.build("efficientsam-ti").state_dict()}, tmp_path / "ti.pt")
    with pytest.raises(WeightsError, match=r"does not fit 'efficientsam-s': .* is .*, not"):
        EFFICIENTSAM.load("efficientsam-s", {**SEEDED, SAM: tmp_path / "ti.pt"}, 64, 64)
    loaded = EFFICIENTSAM.load("efficientsam-ti", {**SEEDED, SAM: tmp_path / "ti.pt"}, 64, 64)
    assert not loaded.origin.seeded


def test_sam_gives_what_the_reference_gives() -> None:
    ours, known = Small().load("sam-b", SEEDED, SMALL, SMALL), RECORDED["sam"]["small"]
    assert wanted_tensors(ours.sam, {}) == tensors("sam", "small")
    embed, decode = (
        next(p.module for p in ours.programs if p.name == name) for name in (EMBED, DECODE)
    )
    none = torch.zeros(1, 1, SMALL // 4, SMALL // 4), torch.zeros(1)
    with torch.inference_mode():
        embedding = embed(photo(SMALL, 192))
        assert close(kept_small(embedding), known["embedding"])
        for name, case in SMALL_CASES.items():
            masks, scores = decode(embedding, *slots(case), *none)
            several = len(case.points) + 2 * (case.box is not None) > 1
            off = torch.tensor([[0.0, 1, 1, 1]] if several else [[1.0, 0, 0, 0]])
            assert close(kept_small(masks), known["cases"][name]["masks"]), name
            assert close(scores + off, known["cases"][name]["iou"]), name


def test_constants_of_a_size_give_the_same_embedding_as_without() -> None:
    fixed = Small().load("sam-b", SEEDED, 160, 224)
    free = Sam(WindowedVit(SMALL_SHAPE)).eval()
    free.load_state_dict(fixed.sam.state_dict())
    image = photo(512)[..., :160, :224]
    with torch.inference_mode():
        torch.testing.assert_close(
            fixed.sam.image_encoder(image), free.image_encoder(image), atol=1e-5, rtol=1e-5
        )


def test_every_query_sees_the_distance_to_every_key() -> None:
    known = torch.arange(7.0).reshape(7, 1)
    found = distances(known, 4)[0, :, 0]
    assert found.tolist() == [[q - k + 3.0 for k in range(4)] for q in range(4)]
    # Half as many cells: the same span of distances, fewer of them.
    assert distances(known, 2)[0, :, 0].diagonal().tolist() == [3.0, 3.0]


def test_a_network_that_the_machine_cannot_hold_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(family_module, "memory_bytes", lambda: 8_000_000_000)
    with pytest.raises(WeightsError) as caught:
        FAMILY.load("sam-h", SEEDED, 64, 64)
    assert str(caught.value) == (
        "the preset 'sam-h' has 2.6 GB of weights, which takes about 10 GB to load and lower; this "
        "machine has 8.0 GB"
    )

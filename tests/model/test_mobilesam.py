"""MobileSAM: the reference's tensors, the reference's results, and refusal of what does not fit."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from sam_cases import CASES, close, kept_embedding, kept_masks, photo, recorded, slots
from squeezesam_model import WeightsError
from squeezesam_model.heat import HEAT
from squeezesam_model.mobilesam.family import FAMILY, UNUSED
from squeezesam_model.mobilesam.tiny_vit import TinyVit
from squeezesam_model.network import ordered
from squeezesam_model.sam.checkpoint import wanted_tensors
from squeezesam_model.sam.network import DECODE, EMBED, SAM, Sam, SplitNetwork
from squeezesam_model.sam.seeded import seeded_tensor
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

SHIPPED = FAMILY.shipped("mobilesam", HEAT)
assert SHIPPED is not None
SEEDED = {HEAT: SHIPPED}
RECORDED = recorded("mobilesam")


@pytest.fixture(scope="module")
def network() -> SplitNetwork:
    return FAMILY.load("mobilesam", SEEDED, 1024, 1024)


@pytest.fixture(scope="module")
def small() -> SplitNetwork:
    return FAMILY.load("mobilesam", SEEDED, 160, 224)


@pytest.fixture(scope="module")
def embedding(network: SplitNetwork) -> Tensor:
    with torch.inference_mode():
        found: Tensor = network.sam.image_encoder(photo())
    return found


def module(network: SplitNetwork, name: str) -> torch.nn.Module:
    return next(program.module for program in network.programs if program.name == name)


def test_a_checkpoint_holds_exactly_the_references_tensors() -> None:
    assert wanted_tensors(Sam(TinyVit()), UNUSED) == RECORDED["tensors"]


def test_the_encoder_gives_what_the_reference_gives(embedding: Tensor) -> None:
    assert embedding.shape == (1, 256, 64, 64)
    assert close(kept_embedding(embedding), RECORDED["embedding"])


def test_the_decoder_gives_what_the_reference_gives_for_every_kind_of_prompt(
    network: SplitNetwork, embedding: Tensor
) -> None:
    decode = module(network, DECODE)
    made: dict[str, Tensor] = {}
    for name, case in CASES.items():
        there = bool(case.previous)
        previous = made[case.previous][:, 2:3] if there else torch.zeros(1, 1, 256, 256)
        points, labels = slots(case)
        with torch.inference_mode():
            made[name], scores = decode(
                embedding, points, labels, previous, torch.tensor([float(there)])
            )
        wanted = RECORDED["cases"][name]
        assert close(kept_masks(made[name]), wanted["masks"]), name
        several = len(case.points) + 2 * (case.box is not None) > 1
        off = torch.tensor([[0.0, 1, 1, 1]] if several else [[1.0, 0, 0, 0]])
        assert close(scores + off, wanted["iou"]), name


def test_a_free_slot_has_no_say(small: SplitNetwork) -> None:
    decode = module(small, DECODE)
    embedding, previous = torch.randn(1, 256, 10, 14), torch.zeros(1, 1, 40, 56)
    points, labels = torch.zeros(1, 16, 2), torch.full((1, 16), -1.0)
    points[0, :2] = torch.tensor([[30.0, 40.0], [90.0, 20.0]])
    labels[0, :2] = torch.tensor([1.0, 0.0])
    moved = points.clone()
    moved[0, 2:] = 77
    apart, of_apart = torch.zeros(1, 16, 2), torch.full((1, 16), -1.0)
    apart[0, [3, 9]], of_apart[0, [3, 9]] = points[0, :2], labels[0, :2]
    with torch.inference_mode():
        one, *others = (
            decode(embedding, where, what, previous, torch.zeros(1))[0]
            for where, what in ((points, labels), (moved, labels), (apart, of_apart))
        )
    for other in others:
        torch.testing.assert_close(other, one, atol=1e-4, rtol=1e-4)


def test_the_last_mask_counts_only_where_the_flag_says_that_there_is_one(
    small: SplitNetwork,
) -> None:
    decode = module(small, DECODE)
    embedding, mask = torch.randn(1, 256, 10, 14), torch.randn(1, 1, 40, 56)
    points, labels = torch.full((1, 16, 2), 30.0), torch.full((1, 16), -1.0)
    labels[0, 0] = 1
    with torch.inference_mode():
        none = decode(embedding, points, labels, torch.zeros_like(mask), torch.zeros(1))[0]
        off = decode(embedding, points, labels, mask, torch.zeros(1))[0]
        given = decode(embedding, points, labels, mask, torch.ones(1))[0]
    assert torch.equal(none, off)
    assert not torch.allclose(none, given)


class Ranks(TorchDispatchMode):
    """Notes the rank of whatever an operator gives."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[int] = set()

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        self.found |= {one.dim() for one in tree_leaves(out) if isinstance(one, Tensor)}
        return out


@pytest.mark.parametrize("name", [EMBED, DECODE])
def test_no_tensor_of_the_programs_has_a_rank_above_four(small: SplitNetwork, name: str) -> None:
    program = next(one for one in ordered(small.programs) if one.name == name)
    with torch.no_grad(), Ranks() as ranks:
        program.module(*(torch.zeros(one.shape) for one in program.inputs))
    assert max(ranks.found) == 4


def test_constant_biases_give_the_same_embedding(small: SplitNetwork) -> None:
    free = Sam(TinyVit())
    free.load_state_dict(small.sam.state_dict())
    image = photo(512)[..., :160, :224]
    with torch.inference_mode():
        torch.testing.assert_close(
            module(small, EMBED)(image), free.eval().image_encoder(image), atol=1e-5, rtol=1e-5
        )


def splitmix(name: str, count: int, seed: int) -> list[float]:
    """The same generator in Python's own whole numbers."""
    whole, found = 1 << 64, []
    state = (zlib.crc32(name.encode()) + (seed << 32)) * 0xD1B54A32D192ED03
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) % whole
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % whole
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % whole
        found.append(((mixed ^ mixed >> 31) >> 11) / 2**52 - 1)
    return found


def test_seeded_weights_are_known_numbers_and_differ_by_name_and_seed() -> None:
    for name, seed in (("a.bias", 0), ("b.bias", 0), ("a.bias", 5)):
        wanted = [value / 10 for value in splitmix(name, 3, seed)]
        assert seeded_tensor(name, (3,), seed).tolist() == pytest.approx(wanted)
    assert len({seeded_tensor(n, (1,), s).item() for n in ("a", "b") for s in (0, 1)}) == 4


def test_without_a_checkpoint_the_network_says_that_it_is_random(network: SplitNetwork) -> None:
    assert network.origin.seeded
    assert "random weights" in network.origin.provenance
    assert network.origin.licence.startswith("sam: unspecified")


# ---- checkpoints -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    """A checkpoint's tensors, other ones than where none is given."""
    return {name: seeded_tensor(name, shape, 7) for name, shape in RECORDED["tensors"].items()}


def load(path: Path) -> SplitNetwork:
    return FAMILY.load("mobilesam", {**SEEDED, SAM: path}, 64, 64)


def save_torch(state: dict[str, Tensor], path: Path) -> Path:
    torch.save(state, path)
    return path


def save_wrapped(state: dict[str, Tensor], path: Path) -> Path:
    torch.save({"model": state, "step": 3}, path)
    return path


def save_safetensors(state: dict[str, Tensor], path: Path) -> Path:
    path = path.with_suffix(".safetensors")
    save_file(state, path, metadata={"licence": "Apache-2.0"})
    return path


@pytest.mark.parametrize("save", [save_torch, save_wrapped, save_safetensors])
def test_a_checkpoint_is_read_in_every_form(
    save: Callable[[dict[str, Tensor], Path], Path], state: dict[str, Tensor], tmp_path: Path
) -> None:
    found = load(save(state, tmp_path / "mobile_sam.pt"))
    for name, value in found.sam.state_dict().items():
        assert torch.equal(value, state[name]), name
    assert not found.origin.seeded
    assert ("Apache-2.0" in found.origin.licence) or save is not save_safetensors


def without(name: str) -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    return lambda state: {key: value for key, value in state.items() if key != name}


def altered(**changes: Tensor) -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    return lambda state: {**state, **{key.replace("__", "."): v for key, v in changes.items()}}


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (without("mask_decoder.iou_token.weight"), "lacks mask_decoder.iou_token.weight"),
        (without("image_encoder.head.bias"), "lacks image_encoder.head.bias"),
        (altered(image_encoder__more=torch.zeros(1)), "has the unknown tensor image_encoder.more"),
        (
            altered(mask_decoder__iou_token__weight=torch.zeros(2, 256)),
            r"mask_decoder.iou_token.weight is 2×256, not 1×256",
        ),
        (
            lambda state: {
                f"module.{key}" if key.startswith("image") else key: value
                for key, value in state.items()
            },
            "is a checkpoint of another model: of the 439 tensors of 'mobilesam' it has",
        ),
        (lambda state: {}, "holds dict, not named tensors"),
        (lambda state: {**state, "epoch": 3}, "holds 'epoch', which is no named tensor"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused_in_one_sentence(
    damage: Callable[[dict[str, Tensor]], dict[str, Tensor]],
    sentence: str,
    state: dict[str, Tensor],
    tmp_path: Path,
) -> None:
    with pytest.raises(WeightsError) as caught:
        load(save_torch(damage(state), tmp_path / "bad.pt"))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


class Runs:
    """Would touch a file on being unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def test_a_checkpoint_that_would_run_code_is_refused_and_runs_nothing(tmp_path: Path) -> None:
    torch.save({"x": Runs(tmp_path / "ran")}, tmp_path / "bad.pt")
    with pytest.raises(WeightsError, match="no file of tensors alone"):
        load(tmp_path / "bad.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04" + b"\0" * 60])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_a_damaged_checkpoint_is_refused_in_one_sentence(
    content: bytes, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"cannot read the (checkpoint|weights)") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.pt: No such file"):
        load(tmp_path / "none.pt")


def test_a_size_that_the_encoder_cannot_take_is_refused() -> None:
    with pytest.raises(WeightsError, match="multiples of 16, not 1000×1024"):
        FAMILY.load("mobilesam", SEEDED, 1000, 1024)

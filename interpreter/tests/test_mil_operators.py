"""Each operator of the interpreter against torch, which knows nothing of MIL."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mil_interpreter import ExecutionError
from mil_interpreter.memory import Budget
from mil_interpreter.operators import find
from mil_interpreter.operators.sizes import elements
from mil_interpreter.step import Reference, Step, execute, resolved
from mil_interpreter.types import ELEMENT_TYPES, TensorType
from mil_interpreter.values import Value
from mil_layer_cases import ACTIVATIONS, CONVOLUTIONS, MATRICES, NORMALIZATIONS, POOLS
from mil_programs import outputs, written
from mil_tensor_cases import BINARY, PICKED, REDUCTIONS, SHAPES, UNARY

GROUPS = {
    "conv": CONVOLUTIONS, "pool": POOLS, "matrix": MATRICES, "norm": NORMALIZATIONS,
    "activation": ACTIVATIONS, "unary": UNARY, "binary": BINARY, "shape": SHAPES,
    "pick": PICKED, "reduce": REDUCTIONS,
}  # fmt: skip
CASES = {f"{group}: {case.name}": case for group, cases in GROUPS.items() for case in cases}


@pytest.fixture(autouse=True)
def foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step makes more than was foreseen from its arguments."""

    def watched(step: Step, values: Mapping[str, Value], budget: Budget) -> dict[str, Value]:
        made = execute(step, values, budget)
        most = elements(step.operator.name, resolved(step, values))
        assert all(isinstance(one, str) or one.size <= most for one in made.values())
        return made

    monkeypatch.setattr("mil_interpreter.interpreter.execute", watched)


@pytest.mark.parametrize("name", CASES)
def test_an_operator_gives_what_torch_gives(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    inputs = case.inputs()
    path = written(case.build, case.shapes, tmp_path, case.elements, case.ios)
    expected = case.oracle(*(torch.from_numpy(array) for array in inputs))
    wanted = expected if isinstance(expected, tuple) else (expected,)
    found = outputs(path, *inputs)
    assert len(found) == len(wanted)
    for one, reference in zip(found, wanted, strict=True):
        assert one.dtype == reference.numpy().dtype
        assert one.shape == tuple(reference.shape)
        np.testing.assert_allclose(one, reference.numpy(), rtol=2e-5, atol=2e-5)


def _ran(name: str, **arguments: Any) -> np.ndarray:
    """What the operator makes, which is no more than was foreseen."""
    made = np.asarray(find(name, "out").function(**arguments))
    assert made.size <= elements(name, arguments)
    return made


def test_an_einsum_of_any_equation_gives_what_numpy_gives() -> None:
    chance, numbers = random.Random(1), np.random.default_rng(1)
    for _ in range(400):
        sizes = {letter: chance.choice((1, 2, 3, 5)) for letter in "abcdeF"}
        terms, values = [], []
        for _ in range(chance.choice((1, 2, 2, 2))):
            term = "".join(chance.choices("abcdeF", k=chance.randint(0, 4)))
            # A dimension of one stands for as many as the other tensor has.
            ones = {letter for letter in sizes if chance.random() < 0.15}
            shape = [1 if letter in ones else sizes[letter] for letter in term]
            terms.append(term)
            values.append(numbers.integers(-9, 9, shape).astype(np.float32))
        letters = sorted({*"".join(terms)})
        output = "".join(chance.sample(letters, chance.randint(0, len(letters))))
        equation = f"{', '.join(terms)} -> {output}"
        made = _ran("einsum", values=tuple(values), equation=equation)
        # Whole numbers, so that the order of the sums does not matter.
        wanted = np.einsum(equation, *values)
        assert made.dtype == np.float32
        np.testing.assert_array_equal(made, wanted, equation)


@pytest.mark.parametrize("equation", ["ab,cd->ad", "ab,cd->", "ab,cd->bd"])
def test_letters_of_one_tensor_alone_cost_an_einsum_nothing(equation: str) -> None:
    """600⁴ combinations would be half a minute of a processor, however busy that is."""
    values = (np.ones((600, 600), np.float32),) * 2
    start = time.process_time()
    made = _ran("einsum", values=values, equation=equation)
    assert time.process_time() - start < 5
    assert made.max() == made.min() == 600.0 ** (4 - made.ndim)


@pytest.mark.parametrize(
    "equation", ["ab,bc->aa", "ab,bc->ad", "a1,1b->ab", "ab,b->ab,a", "a,b", "ab,bc,cd->ad"]
)
def test_an_equation_that_is_none_is_refused(equation: str) -> None:
    values = tuple(np.ones((2, 2), np.float32) for _ in range(equation.count(",") + 1))
    with pytest.raises(ValueError, match="the equation"):
        _ran("einsum", values=values, equation=equation)


def test_picking_in_step_gives_what_picking_one_by_one_gives() -> None:
    numbers = np.random.default_rng(2)
    for _ in range(300):
        shape = tuple(numbers.integers(1, 5, numbers.integers(1, 6)))
        batch = int(numbers.integers(0, len(shape)))
        along = int(numbers.integers(batch, len(shape)))
        new = tuple(numbers.integers(1, 4, numbers.integers(0, 3)))
        x = numbers.integers(-99, 99, shape).astype(np.float32)
        indices = numbers.integers(-shape[along], shape[along], shape[:batch] + new, np.int32)
        made = _ran("gather", x=x, indices=indices, axis=along, batch_dims=batch)
        one_by_one = [
            np.take(x[at], indices[at], along - batch) for at in np.ndindex(shape[:batch])
        ]
        wanted = np.stack(one_by_one).reshape((*shape[:along], *new, *shape[along + 1 :]))
        np.testing.assert_array_equal(made, wanted)

        depth = int(numbers.integers(1, len(shape) - batch + 1))
        sizes = shape[batch : batch + depth]
        places = numbers.integers(-np.array(sizes), sizes, (*shape[:batch], *new, depth))
        made = _ran("gather_nd", x=x, indices=places.astype(np.int32), batch_dims=batch)
        slices = [x[at][tuple(np.moveaxis(places[at], -1, 0))] for at in np.ndindex(shape[:batch])]
        wanted = np.stack(slices).reshape((*shape[:batch], *new, *shape[batch + depth :]))
        np.testing.assert_array_equal(made, wanted)


@pytest.mark.parametrize("name", ["gather", "gather_nd"])
def test_picking_in_step_takes_no_step_of_python_for_each_row(name: str) -> None:
    rows = 3_000_000
    x, indices = np.ones((rows, 1), np.float32), np.zeros((rows, 1), np.int32)
    axis = {"axis": 1} if name == "gather" else {}
    start = time.process_time()
    made = _ran(name, x=x, indices=indices, batch_dims=1, **axis)
    assert time.process_time() - start < 4
    assert made.size == rows


def test_rows_that_do_not_go_in_step_are_refused() -> None:
    x = np.ones((3, 4), np.float32)
    for indices, batch in ((np.zeros((2, 1)), 1), (np.zeros((4, 1)), 1), (np.zeros((3, 1)), -1)):
        for name, axis in (("gather", {"axis": 1}), ("gather_nd", {})):
            with pytest.raises(ValueError, match="in step"):
                _ran(name, x=x, indices=indices.astype(np.int32), batch_dims=batch, **axis)


def _array(*sizes: int) -> np.ndarray:
    return np.zeros(sizes, np.float32)


def _ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def _refusal(name: str, given: dict[str, Any]) -> str:
    """What is said where the operator may take 64 MiB."""
    step = Step(find(name, "out"), given, {"out": TensorType(ELEMENT_TYPES[11], (None,))})
    with pytest.raises(ExecutionError) as caught:
        execute(step, {}, Budget(64 << 20))
    return str(caught.value)


_MANY = 1 << 25
# Nothing goes in, and yet: results along the other dimensions, or as many turns of a loop.
OF_NOTHING: dict[str, dict[str, Any]] = {
    **{f"reduce_{kind}": {"x": _array(_MANY, 0), "axes": _ints(1)}
       for kind in ("sum", "prod", "mean", "l1_norm", "l2_norm", "log_sum_exp")},
    "layer_norm": {"x": _array(_MANY, 0), "axes": _ints(1)},
    "instance_norm": {"x": _array(1, _MANY, 0)},
    "l2_norm": {"x": _array(_MANY, 0, 1, 1)},
    "upsample_nearest_neighbor": {"x": _array(1, 1, 1000, 0),
                                  "scale_factor_height": np.float32(1e6)},
    "tile": {"x": _array(1), "reps": _ints(_MANY, 0)},
    "band_part": {"x": _array(0, 1 << 13, 1 << 13)},
    "einsum": {"values": (_array(_MANY, 0), _array(0)), "equation": "ab,b->a"},
    "gather": {"x": _array(_MANY, 5, 0), "indices": _ints(0, 1), "axis": _ints(1)},
    "constexpr_lut_to_dense": {"indices": np.zeros((_MANY, 0), np.uint8),
                               "lut": _array(1, 1, 2, 1)},
    "constexpr_blockwise_shift_scale": {"data": _array(_MANY, 0), "scale": _array(1, 1)},
}  # fmt: skip


@pytest.mark.parametrize("name", OF_NOTHING)
def test_what_would_be_made_of_an_empty_tensor_is_foreseen(name: str) -> None:
    assert "the limit is 64 MiB" in _refusal(name, OF_NOTHING[name])


@pytest.mark.parametrize(
    "pieces",
    [
        {"num_splits": np.array(1 << 18)},
        {"num_splits": np.array(-3)},
        {"split_sizes": np.zeros(1 << 18, np.int32)},
    ],
)
def test_as_many_pieces_are_made_as_the_program_names(
    pieces: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "split", lambda *_: pytest.fail("pieces were made"))
    said = _refusal("split", {"x": _array(0), "axis": np.array(0), **pieces})
    assert re.search(r"makes -?\d+ values; the program names 1", said)


def test_a_value_that_is_many_arguments_is_widened_once() -> None:
    step = Step(find("einsum", "out"), {"values": (Reference("x"),) * 1000, "equation": "a"}, {})
    given = resolved(step, {"x": np.zeros(8, np.float16)})["values"]
    assert len(given) == 1000
    assert len({id(one) for one in given}) == 1
    assert given[0].dtype == np.float32


_LONG = np.full(80_000, 2**31 - 1, np.int32)
# One argument of each that should have a number for each dimension.
LONG: dict[str, dict[str, Any]] = {
    "fill": {"shape": _LONG}, "reshape": {"x": _array(1), "shape": _LONG},
    "tile": {"x": _array(1), "reps": _LONG}, "transpose": {"x": _array(1), "perm": _LONG},
    "expand_dims": {"x": _array(1), "axes": _LONG}, "squeeze": {"x": _array(1), "axes": _LONG},
    "reverse": {"x": _array(1), "axes": _LONG}, "reduce_sum": {"x": _array(1), "axes": _LONG},
    "layer_norm": {"x": _array(1), "axes": _LONG}, "pad": {"x": _array(1), "pad": _LONG},
    "slice_by_size": {"x": _array(1), "begin": _LONG, "size": _LONG},
    "slice_by_index": {"x": _array(1), "begin": _LONG, "end": _LONG},
    "conv": {"x": _array(1, 1, 9), "weight": _array(1, 1, 1), "strides": _LONG},
    "conv_transpose": {"x": _array(1, 1, 9), "weight": _array(1, 1, 1), "output_shape": _LONG},
    "max_pool": {"x": _array(1, 1, 9), "kernel_sizes": _LONG, "pad_type": "valid"},
    "crop": {"x": _array(1, 1, 9, 9), "crop_height": _LONG, "crop_width": _LONG},
    "constexpr_lut_to_dense": {"indices": np.zeros(1, np.uint8), "lut": _array(2), "shape": _LONG},
    "constexpr_sparse_to_dense": {"nonzero_data": _array(1), "mask": np.ones(1, np.uint8),
                                  "shape": _LONG},
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_a_list_of_more_numbers_than_dimensions_is_refused_in_our_own_words(name: str) -> None:
    said = _refusal(name, LONG[name])
    assert re.search(r"80000 numbers are given where (16|32) at most have a place", said)


@pytest.mark.parametrize("name", ["fill", "tile", "constexpr_lut_to_dense"])
def test_negative_sizes_whose_product_is_small_once_it_has_wrapped_are_refused(name: str) -> None:
    shape = np.array([(1 << 20) - (1 << 62), 4], np.int64)
    given: dict[str, Any] = {"shape": shape}
    if name == "tile":
        given = {"x": _array(4), "reps": shape}
    elif name == "constexpr_lut_to_dense":
        given |= {"lut": _array(1), "indices": np.zeros(0, np.uint8)}
    assert "one is negative" in _refusal(name, given)

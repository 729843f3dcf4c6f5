"""Core ML programs on any host: load a package from disk and execute one of its functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mil_interpreter.compiler import Function, compile_function
from mil_interpreter.errors import InputError, PackageError
from mil_interpreter.memory import DEFAULT_MEMORY, Budget
from mil_interpreter.package import Package
from mil_interpreter.step import Step, execute
from mil_interpreter.types import TensorType
from mil_interpreter.values import Array, Value


@dataclass(frozen=True)
class Program:
    """A function of a package, ready to be executed.

    Attributes:
        path: the package.
        name: of the function.
        functions: names of all functions of the package.
        size: bytes of the package on disk.
    """

    path: Path
    name: str
    functions: tuple[str, ...]
    size: int
    _function: Function = field(repr=False)
    _budget: Budget = field(repr=False)

    @property
    def inputs(self) -> dict[str, TensorType]:
        """Name → type, in order."""
        return dict(self._function.inputs)

    @property
    def outputs(self) -> dict[str, TensorType]:
        """Name → type, in order."""
        return dict(self._function.outputs)

    @property
    def operators(self) -> dict[str, int]:
        """Operator → count, without plain constants."""
        return dict(self._function.operators)

    def predict(self, inputs: Mapping[str, ArrayLike]) -> dict[str, Array]:
        """Execute the function.

        Args:
            inputs: name → array of the declared shape; floating-point numbers are rounded to the
                declared type, whole ones must have it.

        Returns:
            name → array in the declared type.

        Raises:
            InputError: an input is missing, unknown, or of another shape or kind.
            ExecutionError: an operator failed.
        """
        values = self._start(inputs)
        for _ in self._made(values):
            pass
        return {name: np.asarray(values[name]) for name in self._function.outputs}

    def watch(self, inputs: Mapping[str, ArrayLike]) -> Iterator[tuple[str, Value]]:
        """Execute the function and give every value as it is made, under its name.

        Args and errors as :meth:`predict`.
        """
        for made in self._made(self._start(inputs)):
            yield from made.items()

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is executed, in order."""
        return tuple(self._function.steps)

    def _made(self, values: dict[str, Value]) -> Iterator[Mapping[str, Value]]:
        """Execute the steps on ``values``, in place, and give what each one made."""
        budget = Budget(self._budget.limit, self._budget.held)
        for value in values.values():
            budget.hold(value)
        for step in self._function.steps:
            made = execute(step, values, budget)
            for value in made.values():
                budget.hold(value)
            values.update(made)
            yield made
            for name in step.releases:
                budget.let_go(values.pop(name))

    def _start(self, inputs: Mapping[str, ArrayLike]) -> dict[str, Value]:
        return {**self._function.constants, **_accept(inputs, self._function.inputs)}


def load(path: str | Path, function: str | None = None, memory: int = DEFAULT_MEMORY) -> Program:
    """Open a Core ML package from disk.

    Args:
        path: a folder ``NAME.mlpackage`` that holds an ML program.
        function: which function to load; None takes the package's default.
        memory: bytes that its constants, and the values that are alive at one time while it is
            executed, may take together. What an operator needs beside its result while it runs
            (torch's own buffers, an intermediate or two of the result's size) comes on top.

    Raises:
        PackageError: the package is damaged, or has no such function.
        UnknownOperator: it holds something that the interpreter does not know.
        ExecutionError: a compressed constant cannot be expanded.
    """
    budget = Budget(memory)
    try:
        return _loaded(Path(path), function, budget)
    except MemoryError as error:
        raise PackageError(f"{Path(path).name} does not fit into memory") from error


def _loaded(path: Path, function: str | None, budget: Budget) -> Program:
    package = Package.open(path)
    functions = package.functions
    name = function or package.default_function
    if name not in functions:
        known = ", ".join(sorted(functions)) or "none at all"
        raise PackageError(f"{package.path.name} has no function '{name}' ({known})")
    _refuse_images(package)
    compiled = compile_function(functions[name], name, package.weights, budget)
    return Program(package.path, name, tuple(sorted(functions)), package.size, compiled, budget)


def _refuse_images(package: Package) -> None:
    """An image input is scaled by Core ML before the program sees it, which is not done here."""
    description = package.specification.description
    features = [*description.input, *description.output]
    for each in description.functions:
        features += [*each.input, *each.output]
    for feature in features:
        kind = feature.type.WhichOneof("Type")
        if kind not in (None, "multiArrayType"):
            raise PackageError(
                f"{package.path.name}: '{feature.name}' is a {kind}; only arrays can be executed"
            )


def _accept(given: Mapping[str, ArrayLike], declared: Mapping[str, TensorType]) -> dict[str, Value]:
    missing, unknown = declared.keys() - given.keys(), given.keys() - declared.keys()
    if missing or unknown:
        wrong = [f"'{name}' is missing" for name in sorted(missing)]
        wrong += [f"'{name}' is not one of them" for name in sorted(unknown)]
        raise InputError(f"inputs ({', '.join(declared)}): {'; '.join(wrong)}")
    return {name: _input(name, np.asarray(given[name]), declared[name]) for name in declared}


def _input(name: str, array: Array, declared: TensorType) -> Array:
    wanted: np.dtype[Any] = declared.element.numpy
    both_float = array.dtype.kind == "f" and wanted.kind == "f"
    if not both_float and array.dtype != wanted:
        raise InputError(f"the input '{name}' is {array.dtype}, not {declared}")
    if not declared.fits(array.shape):
        sizes = "×".join(map(str, array.shape))
        raise InputError(f"the input '{name}' has the shape [{sizes}], not {declared}")
    with np.errstate(all="ignore"):
        return array.astype(wanted)

"""The table of operators: one function per MIL operator, found by its name.

A function takes the operator's arguments by their MIL names. A parameter without a default is
required; a default is the one that coremltools' definition of the operator gives. Nothing is taken
silently: an argument that a function does not list is an error.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mil_interpreter.errors import UnknownOperator

Function = Callable[..., Any]
_F = TypeVar("_F", bound=Function)


@dataclass(frozen=True)
class Operator:
    """An operator that can be executed.

    Attributes:
        name: in MIL.
        function: from arguments to an array, or to a tuple of them.
        widen: whether fp16 arguments are given to it as fp32, so that it accumulates in fp32; an
            operator that only moves elements takes them as they are.
        required: arguments that must be there.
        known: all arguments.
    """

    name: str
    function: Function
    widen: bool
    required: frozenset[str]
    known: frozenset[str]

    def check(self, given: set[str], output: str) -> None:
        """Refuse arguments that the function lacks or does not know.

        Raises:
            UnknownOperator: naming operator, output and argument.
        """
        for name in sorted(given - self.known):
            raise UnknownOperator(
                f"the operator {self.name} ({output}) has the argument '{name}', which the "
                "interpreter does not know"
            )
        for name in sorted(self.required - given):
            raise UnknownOperator(f"the operator {self.name} ({output}) lacks '{name}'")


_OPERATORS: dict[str, Operator] = {}


def operator(*names: str, widen: bool = True) -> Callable[[_F], _F]:
    """Enter a function into the table under one or more names."""

    def enter(function: _F) -> _F:
        parameters = inspect.signature(function).parameters
        required = frozenset(n for n, p in parameters.items() if p.default is p.empty)
        for name in names:
            if name in _OPERATORS:
                raise ValueError(f"two functions for the operator {name}")
            _OPERATORS[name] = Operator(name, function, widen, required, frozenset(parameters))
        return function

    return enter


def find(name: str, output: str) -> Operator:
    """The operator called ``name``.

    Args:
        name: in MIL.
        output: what it makes, for the error.

    Raises:
        UnknownOperator: there is none.
    """
    found = _OPERATORS.get(name)
    if found is None:
        raise UnknownOperator(
            f"the interpreter does not know the operator {name}, which makes '{output}'"
        )
    return found


def names() -> list[str]:
    """All operators that can be executed."""
    return sorted(_OPERATORS)

"""One operation of a program and its execution, with the rounding that the program asks for.

An operator computes in fp32 and its result is rounded once to the type that the program declares
for it. So fp16 programs accumulate sums in fp32: MIL leaves accumulation to the processor (Apple's
CPU, GPU and Neural Engine each do it another way), fp32 is what they come nearest to, and a result
that is rounded once per operator is the same on every host. Values in between keep their declared
type, so overflow of fp16 shows as it would on a device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mil_interpreter.errors import ExecutionError
from mil_interpreter.memory import Budget
from mil_interpreter.operators import Operator
from mil_interpreter.operators.arguments import narrow, wide
from mil_interpreter.operators.sizes import elements, outputs
from mil_interpreter.types import TensorType
from mil_interpreter.values import Array, Value


@dataclass(frozen=True)
class Reference:
    """An argument that an earlier step or an input provides."""

    name: str


@dataclass
class Step:
    """One operation.

    Attributes:
        operator: what is done.
        arguments: constants, references, and tuples of them.
        outputs: name → declared type, in order.
        releases: values that nothing reads after this step.
        compressed: argument → the operator that its constant was expanded with.
    """

    operator: Operator
    arguments: dict[str, Any]
    outputs: dict[str, TensorType]
    releases: tuple[str, ...] = ()
    compressed: dict[str, str] = field(default_factory=dict)

    @property
    def reads(self) -> set[str]:
        """Names of the values that it refers to."""
        flat = [
            one for a in self.arguments.values() for one in (a if isinstance(a, tuple) else (a,))
        ]
        return {one.name for one in flat if isinstance(one, Reference)}

    def __str__(self) -> str:
        return f"{self.operator.name} ({', '.join(self.outputs)})"


def execute(step: Step, values: Mapping[str, Value], budget: Budget) -> dict[str, Value]:
    """Run one step.

    Args:
        step: what to run.
        values: everything that was made before it and is still needed.
        budget: what those hold, and the most that all may.

    Returns:
        its outputs in their declared types.

    Raises:
        ExecutionError: it failed, would take more memory than it may, or gave another shape or
            type than the program declares.
    """
    arguments = resolved(step, values)
    try:
        _check_count(step, outputs(step.operator.name, arguments))
        budget.foresee(4 * elements(step.operator.name, arguments))
        with np.errstate(all="ignore"):
            result = step.operator.function(**arguments)
    except ExecutionError:
        raise
    # Whatever numpy and torch say of arguments that nobody meant to give them.
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ExecutionError(f"the operator {step} failed: {reason}") from error
    results = result if isinstance(result, tuple) else (result,)
    _check_count(step, len(results))
    pairs = zip(step.outputs.items(), results, strict=True)
    return {name: _settle(np.asarray(one), kind, step) for (name, kind), one in pairs}


def _check_count(step: Step, made: int | None) -> None:
    if made is not None and made != len(step.outputs):
        raise ExecutionError(
            f"the operator {step} makes {made} values; the program names {len(step.outputs)}"
        )


def resolved(step: Step, values: Mapping[str, Value]) -> dict[str, Any]:
    """Its arguments as the operator gets them; each value in fp32 once, however often it is one."""
    widened: dict[str, Value] = {}

    def one(argument: Any) -> Any:
        if isinstance(argument, tuple):
            return tuple(map(one, argument))
        if not isinstance(argument, Reference):
            return argument
        if not step.operator.widen:
            return values[argument.name]
        if argument.name not in widened:
            widened[argument.name] = wide(values[argument.name])
        return widened[argument.name]

    return {name: one(argument) for name, argument in step.arguments.items()}


def _settle(result: Array, declared: TensorType, step: Step) -> Array:
    """Round to the declared type; nothing but floating point may change its type."""
    wanted = declared.element.numpy
    if result.dtype != wanted:
        if result.dtype.kind != "f" or wanted.kind != "f":
            raise ExecutionError(
                f"the operator {step} makes {result.dtype}; the program says {declared}"
            )
        halve = wanted == np.float16 and result.dtype == np.float32
        result = narrow(result) if halve else result.astype(wanted)
    if not declared.fits(result.shape):
        sizes = "×".join(map(str, result.shape))
        raise ExecutionError(
            f"the operator {step} makes the shape [{sizes}]; the program says {declared}"
        )
    return result

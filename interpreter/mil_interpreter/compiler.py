"""From a function's protobuf to steps that can be executed, with every operator looked up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mil_interpreter.errors import PackageError, UnknownOperator
from mil_interpreter.memory import Budget, MemoryLimitError
from mil_interpreter.operators import Operator, find
from mil_interpreter.operators.arguments import wide
from mil_interpreter.step import Reference, Step, execute
from mil_interpreter.types import TensorType, tensor_type
from mil_interpreter.values import Value, Weights, read_value


@dataclass
class Function:
    """A function that can be executed.

    Attributes:
        inputs: name → declared type, in order.
        outputs: the same.
        steps: what is executed at each run, in order.
        constants: values that are outputs themselves, or hold for all runs.
        operators: how many of each operator the file has, constants left out.
    """

    inputs: dict[str, TensorType]
    outputs: dict[str, TensorType]
    steps: list[Step] = field(default_factory=list, repr=False)
    constants: dict[str, Value] = field(default_factory=dict, repr=False)
    operators: dict[str, int] = field(default_factory=dict)


def compile_function(function: Any, name: str, weights: Weights, budget: Budget) -> Function:
    """Look up every operator, read every constant and check every reference.

    Compressed constants are expanded here, once.

    Args:
        function: the ``Function`` message.
        name: its name, for errors.
        weights: opens weight files.
        budget: of the memory that constants, as they are stored and expanded, may take.

    Raises:
        PackageError: the function is damaged.
        UnknownOperator: it holds an operator or an argument that is not known here.
        ExecutionError: a compressed constant cannot be expanded.
    """
    block = function.block_specializations.get(function.opset)
    if block is None:
        raise PackageError(f"the function {name} has no program for its opset '{function.opset}'")
    inputs = {value.name: tensor_type(value.type, value.name) for value in function.inputs}
    compiler = _Compiler(weights, dict(inputs), budget)
    for operation in block.operations:
        compiler.add(operation)
    for output in block.outputs:
        if output not in compiler.types:
            raise PackageError(f"nothing makes the output '{output}' of the function {name}")
    outputs = {str(output): compiler.types[output] for output in block.outputs}
    _release(compiler.steps, set(outputs))
    constants = {n: v for n, v in compiler.constants.items() if n in outputs}
    counts = dict(sorted(compiler.counts.items()))
    return Function(inputs, outputs, compiler.steps, constants, counts)


class _Compiler:
    def __init__(self, weights: Weights, types: dict[str, TensorType], budget: Budget) -> None:
        self.weights = weights
        self.budget = budget
        self.types = types
        self.steps: list[Step] = []
        self.constants: dict[str, Value] = {}
        self.counts: Counter[str] = Counter()
        self._wide: dict[str, Value] = {}
        self._expanded: dict[str, str] = {}

    def add(self, operation: Any) -> None:
        """Take over one operation, in the order of the file."""
        outputs = {v.name: tensor_type(v.type, v.name) for v in operation.outputs}
        first = next(iter(outputs), "nothing")
        for name in outputs:
            if name in self.types:
                raise PackageError(f"two operations make the value '{name}'")
        if operation.type == "const":
            self._constant(operation, first)
        else:
            self.counts[operation.type] += 1
            self._step(operation, outputs, first)
        self.types.update(outputs)

    def _constant(self, operation: Any, output: str) -> None:
        if "val" not in operation.attributes:
            raise PackageError(f"the constant {output} has no value")
        value = read_value(operation.attributes["val"], output, self.weights, self.budget)
        self.constants[output] = value

    def _step(self, operation: Any, outputs: dict[str, TensorType], first: str) -> None:
        operator = find(operation.type, first)
        if operation.blocks:
            raise UnknownOperator(
                f"the operator {operation.type} ({first}) has blocks of its own, which the "
                "interpreter does not execute"
            )
        arguments = self._arguments(operation, operator, first)
        operator.check(set(arguments), first)
        step = Step(operator, arguments, outputs, compressed=self._compressed(operation))
        if operation.type.startswith("constexpr_"):
            if step.reads:
                raise PackageError(
                    f"the operator {step} expands a constant and reads '{min(step.reads)}', which "
                    "is none"
                )
            made = execute(step, {}, self.budget)
            for value in made.values():
                self.budget.hold(value)
            self.constants.update(made)
            self._expanded.update(dict.fromkeys(outputs, operation.type))
        else:
            self.steps.append(step)

    def _arguments(self, operation: Any, operator: Operator, first: str) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        for key, value in operation.attributes.items():
            # The name is for people. All other attributes are arguments (iOS 16 has
            # those of compressed constants there).
            if key != "name":
                constant = read_value(value, f"{first}.{key}", self.weights, self.budget)
                arguments[key] = self._wide_of(constant) if operator.widen else constant
        for key, argument in operation.inputs.items():
            bound = [
                self._bound(binding, operator, f"{first}.{key}") for binding in argument.arguments
            ]
            if not bound or key in arguments:
                raise PackageError(f"the argument '{key}' of {first} is bound {len(bound)} times")
            arguments[key] = bound[0] if len(bound) == 1 else tuple(bound)
        return arguments

    def _compressed(self, operation: Any) -> dict[str, str]:
        """Argument → operator, for arguments that are constants stored smaller than they are."""
        return {
            key: self._expanded[binding.name]
            for key, argument in operation.inputs.items()
            for binding in argument.arguments
            if binding.WhichOneof("binding") == "name" and binding.name in self._expanded
        }

    def _bound(self, binding: Any, operator: Operator, where: str) -> Value | Reference:
        if binding.WhichOneof("binding") == "value":
            value = read_value(binding.value, where, self.weights, self.budget)
            return self._wide_of(value) if operator.widen else value
        name = binding.name
        if name in self.constants:
            return self._widened(name) if operator.widen else self.constants[name]
        if name not in self.types:
            raise PackageError(f"{where} refers to '{name}', which nothing makes before it")
        return Reference(name)

    def _widened(self, name: str) -> Value:
        """A constant in fp32, made once however often it is used."""
        if name not in self._wide:
            self._wide[name] = self._wide_of(self.constants[name])
        return self._wide[name]

    def _wide_of(self, value: Value) -> Value:
        if isinstance(value, np.ndarray) and value.dtype == np.float16:
            try:
                self.budget.take(2 * value.nbytes)
            except MemoryLimitError as error:
                raise PackageError(f"a constant in fp32: {error}") from error
        return wide(value)  # type: ignore[no-any-return]


def _release(steps: list[Step], outputs: set[str]) -> None:
    """Note at each step which values no later one reads."""
    seen = set(outputs)
    for step in reversed(steps):
        read = step.reads | set(step.outputs)
        step.releases = tuple(sorted(read - seen))
        seen |= read

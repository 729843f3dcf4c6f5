"""Execute Core ML packages on any host, from what was written to disk.

``load(PATH).predict({NAME: ARRAY})`` gives what the program computes, operator by operator with
numpy and torch; ``python -m mil_interpreter PATH --info`` lists what it consists of.
"""

from mil_interpreter.errors import (
    ExecutionError,
    InputError,
    MilError,
    PackageError,
    UnknownOperator,
)
from mil_interpreter.interpreter import Program, load

__all__ = [
    "ExecutionError",
    "InputError",
    "MilError",
    "PackageError",
    "Program",
    "UnknownOperator",
    "load",
]

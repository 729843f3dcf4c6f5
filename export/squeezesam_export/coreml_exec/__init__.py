"""Execute Core ML packages on any host, from what was written to disk.

``load(PATH).predict({NAME: ARRAY})`` gives what the program computes, operator by operator with
numpy and torch; ``python -m squeezesam_export.coreml_exec PATH --info`` lists what it consists of.
"""

from squeezesam_export.coreml_exec.errors import (
    ExecutionError,
    InputError,
    PackageError,
    UnknownOperator,
)
from squeezesam_export.coreml_exec.interpreter import Program, load

__all__ = ["ExecutionError", "InputError", "PackageError", "Program", "UnknownOperator", "load"]

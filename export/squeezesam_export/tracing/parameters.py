"""Names of weights by their values: converters rename and transpose them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from squeezesam_export.program import SourceProgram


def parameter_names(source: SourceProgram) -> dict[bytes, str]:
    """Values of matrices and kernels → their paths, as they are and transposed."""
    return {
        values.tobytes(): name
        for name, tensor in source.module.named_parameters()
        for values in (tensor.detach().numpy(), np.ascontiguousarray(tensor.detach().numpy().T))
        if values.ndim > 1
    }


def title(weight: NDArray[Any], parameters: dict[bytes, str]) -> str | None:
    """The layer that a weight belongs to; None for one that is not the network's."""
    path = parameters.get(np.ascontiguousarray(weight).tobytes())
    if path is None or not path.endswith("weight"):
        return None
    return path.removeprefix("model.").removesuffix("weight").rstrip("._")

"""Weights of a Core AI program in int8 or in tables of 64 values, by Apple's own passes."""

from __future__ import annotations

from typing import Any

# Smaller weights stay in float: their bytes do not matter, and the stem's must not become int8
# (with the pixel normalisation folded in, its photo weights are a fiftieth of its prompt weights
# in the same channel, and would be left two or three levels).
SMALLEST_WEIGHT = 2048
SCHEMES: dict[str, dict[str, Any]] = {
    "weights": {
        "scheme": "int8 weights, symmetric per channel; activations fp16",
        "observer": "none",
        "float": f"weights of up to {SMALLEST_WEIGHT} numbers",
    },
    "w8a8": {
        "scheme": "PT2E static W8A8: symmetric weights per channel, affine activations per tensor",
        "observer": "minmax",
        "matrices": "int8 weights per channel, activations fp16",
        "float": "fp16: stem convolution, layer norms, softmax, attention products, mask product",
    },
    "palette6": {
        "scheme": "6-bit weights: a table of 64 values per tensor, k-means; activations fp16",
        "observer": "none",
        "float": f"weights of up to {SMALLEST_WEIGHT} numbers",
    },
}


def compress(program: Any, mode: str) -> Any:
    """Compress the weights of a ``coreai.authoring.AIProgram`` in place, and return it.

    Args:
        program: in float16 or float32.
        mode: ``weights`` or ``palette6``.
    """
    from coreai_opt import coreai_utils

    if mode == "palette6":
        return coreai_utils.palettize_weights(
            program,
            lut_dtype=None,
            n_bits=6,
            granularity=coreai_utils.CompressionGranularity.PER_TENSOR,
            weight_num_threshold=SMALLEST_WEIGHT,
            num_kmeans_workers=1,
            # The fast mode rounds w · 10⁴ in float16, which weights above 6.5 overflow: then all
            # results are no numbers.
            enable_fast_kmeans_mode=False,
            in_place=True,
        )
    return coreai_utils.quantize_weights(
        program,
        coreai_utils.DType.INT8,
        granularity=coreai_utils.CompressionGranularity.PER_CHANNEL,
        weight_num_threshold=SMALLEST_WEIGHT,
        in_place=True,
    )

"""Record what MobileSAM's own code gives for seeded weights: tensors' names and golden outputs.

    PYTHONPATH=tests/model python -m record_mobilesam CHECKOUT

CHECKOUT is a clone of ChaoningZhang/MobileSAM at COMMIT, which nothing here fetches. Its
`mobile_sam.modeling` alone is imported; of timm it uses four names that play no part in what is
computed here (weights are replaced, paths are never dropped), so that timm need not be there.
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import torch
from sam_cases import CASES, HERE, Case, kept_embedding, kept_masks, photo, short
from squeezesam_model.sam.seeded import seeded_tensor
from torch import Tensor

COMMIT = "34bbbfdface3c18e5221aa7de6032d7220c6c6a1"


def _stand_in_for_timm() -> None:
    layers, registry = types.ModuleType("timm.models.layers"), types.ModuleType("registry")
    own: Any = layers
    own.DropPath = torch.nn.Identity
    own.to_2tuple = lambda side: (side, side)
    own.trunc_normal_ = torch.nn.init.trunc_normal_
    registry.register_model = lambda function: function  # type: ignore[attr-defined]
    for name, module in (
        ("timm", types.ModuleType("timm")),
        ("timm.models", types.ModuleType("timm.models")),
        ("timm.models.layers", layers),
        ("timm.models.registry", registry),
    ):
        sys.modules[name] = module


def reference(checkout: Path) -> Any:
    """The reference network with seeded weights."""
    _stand_in_for_timm()
    package = types.ModuleType("mobile_sam")
    package.__path__ = [str(checkout / "mobile_sam")]
    sys.modules["mobile_sam"] = package
    from mobile_sam.build_sam import build_sam_vit_t  # type: ignore[import-not-found]

    model = build_sam_vit_t()
    model.load_state_dict(
        {name: seeded_tensor(name, tuple(v.shape)) for name, v in model.state_dict().items()}
    )
    # In this order: the attention takes its biases over when it leaves training.
    return model.train().eval()


def answer(model: Any, embedding: Tensor, case: Case, previous: Tensor | None) -> Any:
    """All four masks and scores."""
    points = None
    if case.points:
        rows = torch.tensor([case.points])
        points = (rows[..., :2], rows[..., 2])
    box = None if case.box is None else torch.tensor([case.box])
    sparse, dense = model.prompt_encoder(points=points, boxes=box, masks=previous)
    return model.mask_decoder.predict_masks(
        embedding, model.prompt_encoder.get_dense_pe(), sparse, dense
    )


def main(checkout: Path) -> None:
    """Write the file beside this one."""
    model = reference(checkout)
    with torch.no_grad():
        embedding = model.image_encoder(photo())
        found: dict[str, Any] = {
            "commit": COMMIT,
            "tensors": {name: list(value.shape) for name, value in model.state_dict().items()},
            "embedding": short(kept_embedding(embedding)),
            "cases": {},
        }
        masks: dict[str, Tensor] = {}
        for name, case in CASES.items():
            previous = masks[case.previous][:, 2:3] if case.previous else None
            masks[name], scores = answer(model, embedding, case, previous)
            found["cases"][name] = {"masks": short(kept_masks(masks[name])), "iou": short(scores)}
    (HERE / "mobilesam_reference.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

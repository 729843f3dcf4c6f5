"""Record what the references' own code gives for seeded weights: names and golden outputs.

    PYTHONPATH=tests/model python -m record_references mobilesam|efficientsam|sam CHECKOUT

CHECKOUT is a clone of ChaoningZhang/MobileSAM, yformer/EfficientSAM or
facebookresearch/segment-anything at the commit that stands below, which nothing here fetches. Of
timm MobileSAM uses four names that play no part in what is computed here (weights are replaced,
paths are never dropped), so that timm need not be there. MobileSAM is run at 1024×1024; the others
are told that their input is 256×256, so that it takes seconds. EfficientSAM's tensors do not depend
on that; of SAM, names and shapes are those of the published sizes, and the results those of an
encoder of four narrow blocks.
"""

from __future__ import annotations

import json
import sys
import types
from functools import partial
from pathlib import Path
from typing import Any

import torch
from sam_cases import (
    CASES,
    HERE,
    SMALL,
    SMALL_CASES,
    Case,
    kept_embedding,
    kept_masks,
    kept_small,
    photo,
    short,
    slots,
)
from squeezesam_model.sam.seeded import seeded_tensor
from torch import Tensor

COMMITS = {
    "mobilesam": "34bbbfdface3c18e5221aa7de6032d7220c6c6a1",
    "efficientsam": "d525f622e6f640acf5a0fc37c7ca1f243da5bde0",
    "sam": "dca509fe793f601edb92606367a655c15ac00fdf",
}
EFFICIENT = {"efficientsam-ti": (192, 3), "efficientsam-s": (384, 6)}


def seeded(model: Any) -> Any:
    """The same with seeded weights."""
    model.load_state_dict(
        {name: seeded_tensor(name, tuple(v.shape)) for name, v in model.state_dict().items()}
    )
    return model.eval()


def shapes(model: Any) -> dict[str, list[int]]:
    """Name → shape."""
    return {name: list(value.shape) for name, value in model.state_dict().items()}


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


def mobilesam() -> Any:
    """The reference for 1024×1024."""
    _stand_in_for_timm()
    from mobile_sam.build_sam import build_sam_vit_t  # type: ignore[import-not-found]

    # In this order: the attention takes its biases over when it leaves training.
    return seeded(build_sam_vit_t()).train().eval()


def mobilesam_results(model: Any) -> dict[str, Any]:
    """Embedding of the photo, masks and scores of every case, one of them on another's mask."""
    with torch.no_grad():
        embedding = model.image_encoder(photo())
        cases: dict[str, Any] = {}
        masks: dict[str, Tensor] = {}
        for name, case in CASES.items():
            previous = masks[case.previous][:, 2:3] if case.previous else None
            masks[name], scores = sam_answer(model, embedding, case, previous)
            cases[name] = {"masks": short(kept_masks(masks[name])), "iou": short(scores)}
    return {"embedding": short(kept_embedding(embedding)), "cases": cases}


def efficientsam(preset: str) -> Any:
    """The reference for 256×256."""
    from efficient_sam.efficient_sam import build_efficient_sam  # type: ignore[import-not-found]

    model = seeded(build_efficient_sam(*EFFICIENT[preset]))
    model.image_encoder.img_size = SMALL
    model.prompt_encoder.input_image_size = (SMALL, SMALL)
    model.prompt_encoder.image_embedding_size = (SMALL // 16, SMALL // 16)
    return model


def efficientsam_answer(model: Any, embedding: Tensor, case: Case) -> Any:
    """Its three masks and scores."""
    points, labels = slots(case, 6)
    used = int((labels >= 0).sum())
    masks, scores = model.predict_masks(
        embedding, points[None, :, :used], labels[None, :, :used], True, SMALL, SMALL
    )
    return masks[:, 0], scores[:, 0]


def sam() -> Any:
    """The reference with an encoder of four blocks, 64 wide, for 256×256."""
    from segment_anything.modeling import (  # type: ignore[import-not-found]
        ImageEncoderViT,
        MaskDecoder,
        PromptEncoder,
        Sam,
        TwoWayTransformer,
    )

    encoder = ImageEncoderViT(
        img_size=SMALL, embed_dim=64, depth=4, num_heads=4, use_rel_pos=True, window_size=14,
        global_attn_indexes=(1, 3), norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
    )  # fmt: skip
    prompts = PromptEncoder(256, (SMALL // 16, SMALL // 16), (SMALL, SMALL), 16)
    decoder = MaskDecoder(
        transformer_dim=256,
        transformer=TwoWayTransformer(depth=2, embedding_dim=256, num_heads=8, mlp_dim=2048),
    )
    return seeded(Sam(encoder, prompts, decoder))


def sam_answer(model: Any, embedding: Tensor, case: Case, previous: Tensor | None = None) -> Any:
    """All four masks and scores."""
    rows = torch.tensor([case.points])
    points = (rows[..., :2], rows[..., 2]) if case.points else None
    box = None if case.box is None else torch.tensor([case.box])
    sparse, dense = model.prompt_encoder(points=points, boxes=box, masks=previous)
    return model.mask_decoder.predict_masks(
        embedding, model.prompt_encoder.get_dense_pe(), sparse, dense
    )


def results(model: Any, answer: Any) -> dict[str, Any]:
    """Embedding of the photo, masks and scores of every case."""
    with torch.no_grad():
        embedding = model.image_encoder(photo(SMALL, 192))
        cases = {}
        for name, case in SMALL_CASES.items():
            masks, scores = answer(model, embedding, case)
            cases[name] = {"masks": short(kept_small(masks)), "iou": short(scores)}
    return {"embedding": short(kept_small(embedding)), "cases": cases}


def recordings(family: str) -> dict[str, Any]:
    """What is written; preset → tensors (those of SAM without their results)."""
    if family == "efficientsam":
        models = {preset: efficientsam(preset) for preset in EFFICIENT}
        return {
            preset: {"tensors": shapes(model), **results(model, efficientsam_answer)}
            for preset, model in models.items()
        }
    from segment_anything.build_sam import (  # type: ignore[import-not-found]
        sam_model_registry,
    )

    with torch.device("meta"):
        full = {f"sam-{size}": shapes(sam_model_registry[f"vit_{size}"]()) for size in "blh"}
    small = sam()
    found: dict[str, Any] = {preset: {"tensors": known} for preset, known in full.items()}
    return {**found, "small": {"tensors": shapes(small), **results(small, sam_answer)}}


def main(family: str, checkout: Path) -> None:
    """Write it into a file beside this one, where the other family's stays."""
    sys.path.insert(0, str(checkout))
    # SAM's package alone would ask for torchvision, which plays no part in what is computed here.
    for name in ("segment_anything", "mobile_sam"):
        package = types.ModuleType(name)
        package.__path__ = [str(checkout / name)]
        sys.modules[name] = package
    if family == "mobilesam":
        model = mobilesam()
        one = {"commit": COMMITS[family], "tensors": shapes(model), **mobilesam_results(model)}
        (HERE / "mobilesam_reference.json").write_text(json.dumps(one) + "\n")
        return
    path = HERE / "families_reference.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known[family] = {"commit": COMMITS[family], **recordings(family)}
    path.write_text(json.dumps(dict(sorted(known.items()))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

"""What `architectures.py` compares: each variant differs from the shipped preset in one point."""

from __future__ import annotations

from dataclasses import dataclass, replace

from squeezesam_model import segmenter_preset
from squeezesam_model.points import PADDING
from squeezesam_model.presets import SegmenterPreset
from squeezesam_model.segmenter import Segmenter, SegmenterOutput
from torch import Tensor


class AblatedSegmenter(Segmenter):
    """The segmenter without one of its ways of hearing the prompts.

    Args:
        preset: architecture.
        late_fusion: the transformer sees the points; else only the planes carry them.
        signed_clicks: background clicks are −1 in the click plane; else only the tokens tell them.
    """

    def __init__(self, preset: SegmenterPreset, late_fusion: bool, signed_clicks: bool) -> None:
        super().__init__(preset)
        self.late_fusion, self.signed_clicks = late_fusion, signed_clicks

    def forward(
        self, image: Tensor, prompts: Tensor, points: Tensor, labels: Tensor
    ) -> SegmenterOutput:
        """As :meth:`Segmenter.forward`."""
        if not self.late_fusion:
            labels = labels * 0 + PADDING
        if not self.signed_clicks:
            prompts = prompts.clamp(min=0)
        return super().forward(image, prompts, points, labels)


@dataclass(frozen=True)
class Variant:
    """One line of the table.

    Attributes:
        name: on the command line.
        title: in the table.
        preset: architecture.
        late_fusion: see :class:`AblatedSegmenter`.
        signed_clicks: see :class:`AblatedSegmenter`.
        correction: a fifth of the steps adds clicks on mistakes.
    """

    name: str
    title: str
    preset: SegmenterPreset
    late_fusion: bool = True
    signed_clicks: bool = True
    correction: bool = True

    @property
    def own_network(self) -> bool:
        """Whether its speed differs from the shipped preset's."""
        return self.name == "shipped" or self.preset != _SHIPPED

    def build(self) -> Segmenter:
        """The network with random weights."""
        return AblatedSegmenter(self.preset, self.late_fusion, self.signed_clicks)


_SHIPPED = segmenter_preset("squeezesam")


def _with(**changes: object) -> SegmenterPreset:
    return replace(_SHIPPED, **changes)  # type: ignore[arg-type]


VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        Variant("shipped", "shipped preset: transformer on stride 64 (2×2 cells here, 8×8 at 512), "
                "32 and 48 channels at stride 4", _SHIPPED),
        Variant("stride128", "transformer on stride 128 (1×1 cell, 4×4 at 512)",
                _with(encoder=(32, 64, 96, 128, 192, 256), decoder=(192, 128, 96, 64, 48))),
        Variant("stride32", "transformer on stride 32 (4×4 cells, 16×16 at 512)",
                _with(encoder=(32, 64, 96, 256), decoder=(96, 64, 48))),
        Variant("stride16", "transformer on stride 16 (8×8 cells, 32×32 at 512)",
                _with(encoder=(32, 64, 256), decoder=(64, 48))),
        Variant("no-late-fusion", "without late fusion (no point tokens)", _SHIPPED,
                late_fusion=False),
        Variant("unsigned-clicks", "background clicks not in the plane", _SHIPPED,
                signed_clicks=False),
        Variant("no-correction", "without correction clicks in training", _SHIPPED,
                correction=False),
        Variant("finest48", "48 and 48 channels at stride 4, stem 48",
                _with(stem=48, encoder=(48, 64, 96, 128, 256))),
        Variant("finest64", "64 and 64 channels at stride 4, stem 64 (as the paper)",
                _with(stem=64, encoder=(64, 64, 96, 128, 256), decoder=(128, 96, 64, 64))),
        Variant("paper", "the paper's preset", segmenter_preset("paper")),
    )
}  # fmt: skip

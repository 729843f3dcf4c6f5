"""Networks of other families, small enough for a test: a small input and stages of one block."""

from __future__ import annotations

from functools import cache

from skimage import data
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos.views import View
from squeezesam_export.program import SourceProgram
from squeezesam_model.families import chosen_weights
from squeezesam_model.heat import HEAT
from squeezesam_model.mobilesam.family import MobileSamFamily
from squeezesam_model.mobilesam.tiny_vit import TinyVitShape

SIDE = 64


class ShallowMobileSam(MobileSamFamily):
    """The same network with stages of one block."""

    shape = TinyVitShape(depths=(1, 1, 1, 1))


SHALLOW = {"mobilesam": ShallowMobileSam()}


@cache
def reference(preset: str) -> tuple[Reference, tuple[PreparedView, ...]]:
    """The network with random weights at 64×64, and the cat with a click and a box."""
    family = SHALLOW[preset]
    network = family.load(preset, chosen_weights(family, preset, {}), SIDE, SIDE)
    made = Reference(network)
    prompts = (((250.0, 60.0, 1),), ((60.0, 20.0, 2), (400.0, 280.0, 3)))
    views = (View(f"cat {len(p)}", data.chelsea(), p) for p in prompts)
    return made, tuple(made.prepare(view) for view in views)


def own_programs(preset: str) -> tuple[SourceProgram, ...]:
    """`embed` and `decode`, ready to be lowered; the saliency network is tested by itself."""
    made, views = reference(preset)
    return tuple(one for one in made.sources(views) if one.name != HEAT)

"""The protocols: what is asked, where the rule comes from, how the prompts are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from squeezesam_train.evaluation.prompts import (
    Prompts,
    centre_click,
    random_clicks,
    tight_box,
)
from squeezesam_train.evaluation.targets import Target

# Photos whose labels say what stands out: the automatic mask is judged on these.
AUTOMATIC_KINDS = ("salient", "person", "pet")


@dataclass(frozen=True)
class PromptProtocol:
    """Prompts drawn from the truth, one mask, one IoU for each instance.

    Attributes:
        name: as on the command line and in the output.
        title: for the tables.
        source: where the rule comes from.
        draw: (target, seed) → prompts.
        box: whether the prompts hold a box (else clicks).
    """

    name: str
    title: str
    source: str
    draw: Callable[[Target, int], Prompts]
    box: bool = False


PROMPT_PROTOCOLS: dict[str, PromptProtocol] = {
    protocol.name: protocol
    for protocol in (
        PromptProtocol(
            "point",
            "one random point",
            "uniform over the object's pixels: the single-point protocol of SAM (Kirillov et al., "
            "2023, section 7.1) with a random instead of the central point, as SAM's training and "
            "the interactive segmentation literature draw it",
            lambda target, seed: random_clicks(target, 1, seed),
        ),
        PromptProtocol(
            "centre",
            "mask-centre point",
            "the maximum of the mask's distance transform: SAM's zero-shot single-point protocol "
            "(Kirillov et al., 2023, section 7.1; RITM's first click)",
            lambda target, _: centre_click(target),
        ),
        PromptProtocol(
            "points3",
            "three random points",
            "uniform over the object's pixels, without repetition; the first is that of 'point' "
            "(SqueezeSAM evaluates 1 and 3 points)",
            lambda target, seed: random_clicks(target, 3, seed),
        ),
        PromptProtocol(
            "box",
            "tight box",
            "the box through the outermost pixels of the mask: the ground-truth-box protocol of "
            "SAM, EfficientSAM and EdgeSAM",
            lambda target, _: tight_box(target),
            box=True,
        ),
    )
}

# Protocols that are not one prompt per instance; their code is in the modules named.
OTHER_PROTOCOLS: dict[str, tuple[str, str]] = {
    "automatic": (
        "automatic first mask",
        "no prompt: saliency network, sampler's clicks (SqueezeSAM, 'Application'), segmenter; "
        "scored against everything labelled in photos of the kinds salient, person and pet; a "
        "predictor without a saliency network gets the clicks of the first one that has one; a "
        "photo in which nothing stands out scores as an empty mask",
    ),
    "saliency": (
        "saliency map",
        "MAE (Perazzi et al. 2012), maximum F-measure with β² = 0.3 (Achanta et al. 2009), "
        "S-measure with α = 0.5 (Fan et al. 2017); the photos of 'automatic'; the "
        "maps as they come: PySODMetrics stretches each to 0…1 first (its figures and ours for "
        "one set: MAE .0967 and .0968, maximum F .686 and .681)",
    ),
    "paper": (
        "the paper's saliency evaluation",
        "SqueezeSAM's evaluation on salient objects, as we read it: the object of a photo is the "
        "labelled instance that holds at least 4 of the 5 automatic clicks (photos without one "
        "are left out); 1 or 3 of the clicks inside it, drawn with a fixed seed, are the prompt",
    ),
    "manners": (
        "manners",
        "from one and from three random clicks one more that asks for nothing new, uniform over "
        "the pixels where mask and truth agree: a foreground click inside, a background click "
        "outside; the IoU of the mask with itself, its mean and that of the worst tenth; then "
        "RITM's first ten clicks; of all clicks the share that the mask obeys at their own pixel",
    ),
    "noc": (
        "number of clicks",
        "RITM's evaluation (Sofiiuk et al. 2021): each click goes to the deepest point of the "
        "larger error, at most 20; NoC@q is the first click whose mask reaches IoU q, 20 if none; "
        "the clicker stops, and the IoU stays, once every wrong pixel was clicked",
    ),
}

# What a reader who compares the tables with another project's must know.
NOTES = (
    "the segmenter's mask head is SAM's, times C^−½ (C the channels of the decoder's last level) "
    "plus a learnt bias of each candidate",
)

ALL_PROTOCOLS = (*PROMPT_PROTOCOLS, *OTHER_PROTOCOLS)

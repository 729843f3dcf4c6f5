"""The evaluation itself: every photo, predictor, instance and protocol once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from squeezesam_train.evaluation.clicker import click_curve
from squeezesam_train.evaluation.manners import MannersRecord, observe
from squeezesam_train.evaluation.predictor import OpenPhoto, Prediction, Predictor
from squeezesam_train.evaluation.prompts import Prompts
from squeezesam_train.evaluation.protocols import AUTOMATIC_KINDS, PROMPT_PROTOCOLS
from squeezesam_train.evaluation.saliency_scores import SaliencyScores, saliency_scores
from squeezesam_train.evaluation.scores import boundary_iou, iou
from squeezesam_train.evaluation.targets import (
    MOST_PER_PHOTO,
    Target,
    choose_instances,
    seeded,
    whole_target,
)
from squeezesam_train.photos import U8, PhotoEntry, read_photo

# The paper's rule: so many of the five automatic clicks must lie on an object.
CLICKS_ON_TARGET = 4


@dataclass(frozen=True)
class Settings:
    """What is run.

    Attributes:
        protocols: names, see :mod:`protocols`.
        seed: of instances and prompts.
        most_instances: of one photo (None: all).
        noc_sources: sources whose instances the 'noc' protocol clicks on (empty: all).
    """

    protocols: tuple[str, ...]
    seed: int = 0
    most_instances: int | None = MOST_PER_PHOTO
    noc_sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class MaskRecord:
    """One mask and its scores.

    Attributes:
        best: IoU of the best candidate, whichever was chosen.
        estimate: the predictor's own estimate for the chosen one.
        milliseconds: of the prediction, wall time.
    """

    protocol: str
    predictor: str
    target: str
    source: str
    kind: str
    size: str
    pieces: str
    iou: float
    boundary_iou: float
    best: float
    estimate: float
    milliseconds: float


@dataclass(frozen=True)
class CurveRecord:
    """IoU after each click on one instance."""

    predictor: str
    target: str
    source: str
    size: str
    ious: list[float]


@dataclass(frozen=True)
class SaliencyRecord:
    """Scores of one photo's saliency map."""

    predictor: str
    target: str
    source: str
    kind: str
    scores: SaliencyScores


@dataclass
class Records:
    """Everything that was measured."""

    masks: list[MaskRecord] = field(default_factory=list)
    curves: list[CurveRecord] = field(default_factory=list)
    manners: list[MannersRecord] = field(default_factory=list)
    saliency: list[SaliencyRecord] = field(default_factory=list)


def evaluate(
    entries: list[PhotoEntry],
    predictors: list[Predictor],
    settings: Settings,
    skip: Callable[[Predictor, PhotoEntry], bool] = lambda *_: False,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Records:
    """Run the protocols.

    Args:
        entries: the photos.
        predictors: all are given the same instances and prompts.
        settings: what is run.
        skip: (predictor, photo) → True where a slow baseline leaves the photo out.
        progress: told (photos done, photos in all).

    Raises:
        DataError: a photo cannot be read.
    """
    records = Records()
    for done, entry in enumerate(entries):
        progress(done, len(entries))
        rgb, labels = read_photo(entry)
        opened = [(p, p.open(rgb)) for p in predictors if not skip(p, entry)]
        photo = _Photo(entry, labels, settings, opened)
        for predictor, view in opened:
            records.masks += photo.prompted(predictor, view)
            records.masks += photo.automatic(predictor, view)
            records.masks += photo.paper(predictor, view)
            records.curves += photo.curves(predictor, view)
            records.manners += photo.manners(predictor, view)
            records.saliency += photo.saliency(predictor, view)
    progress(len(entries), len(entries))
    return records


class _Photo:
    """One photo's targets, and the protocols on it."""

    def __init__(
        self,
        entry: PhotoEntry,
        labels: U8,
        settings: Settings,
        opened: list[tuple[Predictor, OpenPhoto]],
    ) -> None:
        self.entry = entry
        self.labels = labels
        self.settings = settings
        self.targets = choose_instances(entry, labels, settings.seed, settings.most_instances)
        self.whole = whole_target(entry, labels) if entry.kind in AUTOMATIC_KINDS else None
        self.clicks: Prompts | None = None
        if set(settings.protocols) & {"automatic", "paper"}:
            found = (view.automatic_clicks() for _, view in opened)
            self.clicks = next((clicks for clicks in found if clicks is not None), None)

    def prompted(self, predictor: Predictor, view: OpenPhoto) -> Iterator[MaskRecord]:
        """The protocols with one prompt per instance."""
        for name in self.settings.protocols:
            protocol = PROMPT_PROTOCOLS.get(name)
            if protocol is None or not (predictor.boxes if protocol.box else predictor.clicks):
                continue
            for target in self.targets:
                prompts = protocol.draw(target, self.settings.seed)
                yield _score(name, predictor, view, target, prompts)

    def automatic(self, predictor: Predictor, view: OpenPhoto) -> Iterator[MaskRecord]:
        """The first mask without a prompt."""
        if "automatic" not in self.settings.protocols or self.whole is None:
            return
        if predictor.clicks:
            own = view.automatic_clicks()
            clicks = self.clicks if own is None else own
            if clicks is not None:
                yield _score("automatic", predictor, view, self.whole, clicks)
        heat = view.heat()
        if heat is not None:
            # What the saliency network would give by itself: is the segmenter worth its time?
            alone = Prediction.single(np.asarray(heat >= 128))
            name = f"{predictor.name}: saliency map ≥ 0.5"
            yield _record("automatic", name, self.whole, alone, 0.0)

    def paper(self, predictor: Predictor, view: OpenPhoto) -> Iterator[MaskRecord]:
        """One and three of the automatic clicks on the object that holds four of five."""
        if "paper" not in self.settings.protocols or self.whole is None or not predictor.clicks:
            return
        chosen = target_of_clicks(self.entry, self.labels, self.clicks)
        if chosen is None:
            return
        target, inside = chosen
        order = seeded(self.settings.seed, target.key, "paper").permutation(len(inside.clicks))
        for count in (1, 3):
            prompts = Prompts(tuple(inside.clicks[i] for i in order[:count]))
            yield _score(f"paper-{count}", predictor, view, target, prompts)

    def curves(self, predictor: Predictor, view: OpenPhoto) -> Iterator[CurveRecord]:
        """Clicks on mistakes."""
        wanted = self.settings.noc_sources
        if "noc" not in self.settings.protocols or not predictor.clicks:
            return
        if wanted and self.entry.source not in wanted:
            return
        for target in self.targets:
            ious = click_curve(lambda prompts: view.predict(prompts).mask, target)
            yield CurveRecord(predictor.name, target.key, target.source, target.size, ious)

    def manners(self, predictor: Predictor, view: OpenPhoto) -> Iterator[MannersRecord]:
        """Clicks that ask for nothing new, and the first ten on mistakes."""
        if "manners" in self.settings.protocols and predictor.clicks:
            for target in self.targets:
                yield observe(predictor.name, view, target, self.settings.seed)

    def saliency(self, predictor: Predictor, view: OpenPhoto) -> Iterator[SaliencyRecord]:
        """The map itself."""
        if "saliency" not in self.settings.protocols or self.whole is None:
            return
        heat = view.heat()
        if heat is not None:
            scores = saliency_scores(heat, self.whole.mask, self.whole.ignore)
            name, whole = predictor.name, self.whole
            yield SaliencyRecord(name, whole.key, whole.source, whole.kind, scores)


def target_of_clicks(
    entry: PhotoEntry, labels: U8, clicks: Prompts | None
) -> tuple[Target, Prompts] | None:
    """The instance that holds at least four of five automatic clicks, and those clicks."""
    if clicks is None or len(clicks.clicks) < CLICKS_ON_TARGET:
        return None
    for target in choose_instances(entry, labels, 0, None):
        inside = tuple(c for c in clicks.clicks if target.mask[round(c.y), round(c.x)])
        if len(inside) >= CLICKS_ON_TARGET:
            return target, Prompts(inside)
    return None


def _score(
    protocol: str, predictor: Predictor, view: OpenPhoto, target: Target, prompts: Prompts
) -> MaskRecord:
    if not prompts.clicks and prompts.box is None:
        empty: NDArray[np.bool_] = np.zeros_like(target.mask)
        return _record(protocol, predictor.name, target, Prediction.single(empty), 0.0)
    started = time.perf_counter()
    prediction = view.predict(prompts)
    milliseconds = 1000 * (time.perf_counter() - started)
    return _record(protocol, predictor.name, target, prediction, milliseconds)


def _record(
    protocol: str, name: str, target: Target, prediction: Prediction, milliseconds: float
) -> MaskRecord:
    mask = prediction.mask
    return MaskRecord(
        protocol=protocol,
        predictor=name,
        target=target.key,
        source=target.source,
        kind=target.kind,
        size=target.size,
        pieces=target.pieces,
        iou=iou(mask, target.mask, target.ignore),
        boundary_iou=boundary_iou(mask, target.mask, target.ignore),
        best=max(iou(m, target.mask, target.ignore) for m in prediction.masks),
        estimate=float(prediction.scores.max()),
        milliseconds=milliseconds,
    )

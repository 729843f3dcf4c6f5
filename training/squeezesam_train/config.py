"""What determines a training run: see config_file.py for how it is read."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

from squeezesam_train.sources.spec import SourceSpec


class ConfigError(Exception):
    """A configuration that cannot be used; the text says which key and why."""


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one input size.

    Attributes:
        size: side of the square input, pixels.
        batch: samples of one forward pass in each process.
        steps: optimiser steps. A phase has either steps or epochs.
        epochs: as many photos as there are, this many times: steps = epochs × photos ×
            masks_per_photo / (batch × accumulate × processes), rounded up.
        correction: share of the steps that add clicks where the current mask is wrong.
        rounds: most clicks that such a step adds one after the other; drawn from 1 to this.
        all_masks: weight of the mean loss over the candidates, beside the best one's. A small one
            lets the candidates differ; a larger one makes the choice among them matter less.
        iou: weight of the IoU head's loss.
        choice: weight of what the choice among the candidates loses (see
            :func:`~squeezesam_train.losses.choice_loss`).
        sizes: multi-scale training: each batch has one of these sizes, drawn from the seed, instead
            of ``size``. Memory must suffice for the largest.
    """

    size: int
    batch: int
    steps: int = 0
    epochs: float = 0.0
    correction: float = 0.0
    rounds: int = 1
    all_masks: float = 0.25
    iou: float = 1.0
    choice: float = 0.0
    sizes: tuple[int, ...] = ()

    @property
    def pixels(self) -> float:
        """Pixels of an input; the mean where there are several sizes."""
        sizes = self.sizes or (self.size,)
        return sum(size**2 for size in sizes) / len(sizes)


@dataclass(frozen=True)
class TrainConfig:
    """Everything that determines a training run (together with the data).

    Attributes:
        task: ``segmenter`` or ``saliency``.
        preset: name of the architecture, see :mod:`squeezesam_model.presets`.
        data: root of the photo folders, relative to the working directory; or a list of sources,
            ``{kind: folder, path: …, cache: decoded, encoded or paths}``,
            ``{kind: coco, images: …, annotations: …}`` (LVIS too), ``{kind: sa1b, path: …}``,
            ``{kind: shards, urls: train-{000000..000009}.tar}``, each with a ``weight``: its share
            of the draws beside the others' (1 where absent).
        phases: stretches of training at one size each, in order; see below.
        optimiser: ``muon`` (convolutions and matrices by Muon, the rest by AdamW) or ``adamw``.
        pretrained: begin with the encoder's ImageNet weights, where the preset's encoder has some.
        frozen_blocks: so many of the encoder's first blocks, and its stem, do not learn: 1.5 times
            as many samples a second, for runs that go on from weights that have seen enough.
        lr: AdamW's learning rate at the peak.
        encoder_lr: factor on the learning rate of a pretrained encoder.
        muon_lr: Muon's learning rate at the peak.
        final_lr: factor reached at the last step (linear decay over the compute spent).
        warmup: steps of linear warm-up.
        weight_decay: decoupled, on matrices and convolutions.
        ema: decay of the exponential moving average of the weights that is saved.
        clip: largest gradient norm.
        seed: of everything random.
        workers: data loading processes, for each training process.
        threads: torch threads (0: torch's default).
        device: ``auto`` (CUDA where there is some), ``cpu`` or ``cuda``.
        precision: ``bf16`` (autocast), ``fp32``, or ``auto``: whichever takes less time for a
            step of the run's own network, measured before the first one.
        accumulate: forward passes whose gradients make one step. A step's samples are
            batch × accumulate × processes. BatchNorm sees each pass alone.
        masks_per_photo: samples that share one photo, as far as it has that many objects (paper:
            up to 8).
        timeout: seconds after which a process that waits for the others gives up.
        source_weights: sampling weight per folder of our folder form, 1 where absent.
        max_damaged: share of damaged photos among those drawn that ends the run; fewer are passed
            over with a line each (see :mod:`squeezesam_train.sources.mixture`).
        merging: probability that a mask inside a larger one is suppressed (paper: mask merging;
            for sources with overlapping masks).
        copy_paste: share of the samples with objects pasted from other photos.
        crop: share of the samples cropped round an object (paper: 0.5).
        boxes: share of the samples with a box alone.
        automatic: share of the samples with five clicks as the saliency sampler places them.
        single: share of the click samples with one foreground click.
        outliers: share of the multi-click samples with a click off the object (paper).
        negatives: share of the click samples with background clicks.
        strokes: share of the samples with strokes, given as series of clicks.
        empty: share of the saliency samples that are pictures without anything in them (walls, sky,
            noise), whose heat map is zero everywhere.
        forgotten: share of the samples of a correcting step that do not see the previous mask.
        focal: weight of the focal loss (paper 20).
        dice: weight of the dice loss (paper 1).
        dice_squares: squares in the dice's denominator (Milletari et al., V-Net), which makes a
            perfect mask cost nothing on area-averaged targets too.
        bce: weight of a plain cross-entropy.
        log_every: steps between log lines.
        save_every: steps between checkpoints.
        tensorboard: write scalars and pictures for TensorBoard into the output folder too.
        picture_every: steps between those pictures.
    """

    task: str
    preset: str
    data: str | tuple[SourceSpec, ...]
    phases: tuple[Phase, ...]
    optimiser: str = "muon"
    pretrained: bool = False
    frozen_blocks: int = 0
    lr: float = 2e-3
    encoder_lr: float = 0.25
    muon_lr: float = 0.02
    final_lr: float = 0.0
    warmup: int = 200
    weight_decay: float = 0.01
    ema: float = 0.999
    clip: float = 5.0
    seed: int = 0
    workers: int = 1
    threads: int = 0
    device: str = "auto"
    precision: str = "auto"
    accumulate: int = 1
    masks_per_photo: int = 1
    timeout: int = 600
    source_weights: dict[str, float] = field(default_factory=dict)
    max_damaged: float = 0.01
    merging: float = 0.5
    copy_paste: float = 0.3
    crop: float = 0.5
    boxes: float = 0.27
    automatic: float = 0.15
    single: float = 0.45
    outliers: float = 0.1
    negatives: float = 0.35
    strokes: float = 0.08
    forgotten: float = 0.3
    empty: float = 0.0
    focal: float = 0.0
    dice: float = 1.0
    dice_squares: bool = False
    bce: float = 1.0
    log_every: int = 50
    save_every: int = 500
    tensorboard: bool = False
    picture_every: int = 500

    def resolved(self, photos: int, processes: int = 1) -> TrainConfig:
        """The configuration with every phase's ``epochs`` turned into steps.

        An epoch draws as many photos as there are (at random, so not each exactly once), each with
        ``masks_per_photo`` samples. Process counts whose whole batch is the same agree.
        """
        phases = []
        for phase in self.phases:
            if phase.epochs:
                step = phase.batch * self.accumulate * processes
                samples = phase.epochs * photos * self.masks_per_photo
                phase = dataclasses.replace(
                    phase, steps=max(1, math.ceil(samples / step)), epochs=0.0
                )
            phases.append(phase)
        return dataclasses.replace(self, phases=tuple(phases))

    @property
    def total_steps(self) -> int:
        """Steps of all phases."""
        return sum(phase.steps for phase in self.phases)

    def phase_at(self, step: int) -> tuple[int, Phase]:
        """Index and phase of a step counted from 0."""
        passed = 0
        for index, phase in enumerate(self.phases):
            passed += phase.steps
            if step < passed:
                return index, phase
        raise IndexError(f"step {step} lies behind the last phase")

    def first_sample(self, step: int) -> int:
        """Samples that one process alone draws before ``step``: the index of its first one."""
        samples = 0
        for phase in self.phases:
            taken = min(step, phase.steps)
            samples += taken * phase.batch * self.accumulate
            step -= taken
        return samples

    def progress(self, step: int) -> float:
        """Share of the compute (steps × batch × pixels) spent before ``step``, 0…1."""
        total = sum(p.steps * p.batch * p.pixels for p in self.phases)
        spent = 0.0
        for phase in self.phases:
            taken = min(step, phase.steps)
            spent += taken * phase.batch * phase.pixels
            step -= taken
        return spent / total

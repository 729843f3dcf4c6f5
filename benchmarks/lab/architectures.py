"""Architectures and training choices at equal budgets: which parts of the segmenter pay.

    python benchmarks/study.py architectures --data DIR [--seeds 0 1 2] [--variants NAME …]

Every variant sees the same samples in the same order, starts from the same seed and is scored on
the same instances; a further seed changes samples and start alike. A result that is already in
OUTPUT/results.json (same budget) is not computed again, so a long run can be stopped at any time.
Writes OUTPUT/results.json, and OUTPUT.md with the table.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from measure.machine import describe
from squeezesam_train.config import TrainConfig
from squeezesam_train.config_file import load_config
from squeezesam_train.dataset import SegmenterSamples
from squeezesam_train.ema import WeightAverage
from squeezesam_train.evaluation.run import Settings, evaluate
from squeezesam_train.evaluation.torch_predictor import TorchPredictor
from squeezesam_train.optim import build_optimisers, set_rate
from squeezesam_train.photos import list_photos
from squeezesam_train.sources.base import PhotoSource
from squeezesam_train.sources.opening import open_sources
from squeezesam_train.steps import segmenter_step
from torch import Tensor, nn
from tqdm import tqdm

from lab.architecture_speed import measure_speed
from lab.architecture_table import write_table
from lab.architecture_variants import VARIANTS, Variant

PROTOCOLS = ("point", "points3", "box")
NOC_SOURCES = ("iseg151",)
Batch = dict[str, Tensor]
CONFIG = Path("training/configs/segmenter_cpu.yaml")


@dataclass(frozen=True)
class Budget:
    """What every variant gets.

    Attributes:
        size: side of the square input, pixels.
        steps: optimiser steps.
        batch: samples a step.
        photos: of the validation split that are scored (one instance each, a fixed choice).
    """

    size: int
    steps: int
    batch: int
    photos: int


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with index.csv")
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS), choices=list(VARIANTS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--photos", type=int, default=250)
    parser.add_argument("--output", type=Path, default=Path("docs/architectures"))
    parser.add_argument("--no-speed", action="store_true", help="leave the speeds as they are")
    return parser


def config_of(data: Path, budget: Budget, seed: int) -> TrainConfig:
    """The committed recipe, cut down to one phase of the budget's size."""
    phase = {"size": budget.size, "steps": budget.steps, "batch": budget.batch,
             "correction": 0.2, "all_masks": 1, "iou": 3}  # fmt: skip
    overrides = [f"data={json.dumps(str(data))}", f"phases={json.dumps([phase])}", f"seed={seed}"]
    return load_config(CONFIG, [*overrides, "warmup=20", "ema=0.98", "threads=1"])


def draw_samples(photos: PhotoSource, config: TrainConfig, budget: Budget) -> list[Batch]:
    """All batches of a run, drawn once: the variants share them."""
    samples = SegmenterSamples(photos, config, budget.size, 0, budget.steps * budget.batch)
    batches = []
    for step in tqdm(range(budget.steps), desc=f"samples of seed {config.seed}", disable=None):
        rows = [samples[step * budget.batch + i] for i in range(budget.batch)]
        batches.append({key: torch.stack([row[key] for row in rows]) for key in rows[0]})
    return batches


def train(variant: Variant, batches: list[dict[str, Tensor]], config: TrainConfig) -> nn.Module:
    """The averaged weights after one pass over the batches."""
    torch.manual_seed(config.seed)
    model = variant.build().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = WeightAverage(model, config.ema)
    optimisers = build_optimisers(model, config)
    phase = config.phases[0]
    for step, batch in enumerate(tqdm(batches, desc=variant.name, disable=None)):
        set_rate(optimisers, step, config)
        model.train()
        draw = np.random.default_rng((config.seed, 1, step)).random()
        correct = draw < (phase.correction if variant.correction else 0.0)
        result = segmenter_step(model, batch, config, phase, correct)
        for optimiser in optimisers:
            optimiser.zero_grad(set_to_none=True)
        result.loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        for optimiser in optimisers:
            optimiser.step()
        average.update(model, step + 1)
    return average.model


def score(model: nn.Module, data: Path, budget: Budget) -> dict[str, float]:
    """Mean IoU per protocol, and after the fifth click where each goes to the largest mistake."""
    entries = list_photos(data, "val")
    chosen = np.random.default_rng(0).permutation(len(entries))[: budget.photos]
    predictor = TorchPredictor(model, None, budget.size)  # type: ignore[arg-type]
    settings = Settings((*PROTOCOLS, "noc"), most_instances=1, noc_sources=NOC_SOURCES)
    records = evaluate([entries[i] for i in sorted(chosen)], [predictor], settings)
    scores = {
        name: float(np.mean([r.iou for r in records.masks if r.protocol == name]))
        for name in PROTOCOLS
    }
    if records.curves:
        scores["click5"] = float(np.mean([curve.ious[4] for curve in records.curves]))
    return scores


def load_results(path: Path) -> dict[str, Any]:
    """Results of earlier runs, or none."""
    if not path.exists():
        return {"runs": [], "speed": {}}
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def save_results(path: Path, results: dict[str, Any]) -> None:
    """Write beside, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    text = json.dumps({**results, **describe()}, indent=1, ensure_ascii=False) + "\n"
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def run_seed(
    seed: int, names: list[str], data: Path, photos: PhotoSource, budget: Budget, path: Path
) -> None:
    """Every variant that has no result for this seed and budget yet."""
    results = load_results(path)
    done = {
        r["variant"] for r in results["runs"] if r["seed"] == seed and r["budget"] == asdict(budget)
    }
    todo = [name for name in names if name not in done]
    if not todo:
        return
    config = config_of(data, budget, seed)
    batches = draw_samples(photos, config, budget)
    for name in todo:
        started = time.monotonic()
        model = train(VARIANTS[name], batches, config)
        seconds = time.monotonic() - started
        scores = score(model.eval(), data, budget)
        run = {"variant": name, "seed": seed, "budget": asdict(budget),
               "scores": scores, "seconds": round(seconds)}  # fmt: skip
        results["runs"].append(run)
        save_results(path, results)
        shown = "  ".join(f"{k} {100 * v:.1f}" for k, v in scores.items())
        print(f"seed {seed}  {name}: {shown}  ({seconds:.0f} s)", file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    budget = Budget(options.size, options.steps, options.batch, options.photos)
    path = options.output / "results.json"
    config = config_of(options.data, budget, 0)
    photos = open_sources(config)
    for seed in options.seeds:
        run_seed(seed, options.variants, options.data, photos, budget, path)
    results = load_results(path)
    if not options.no_speed:
        del photos
        results["speed"] = measure_speed([VARIANTS[n] for n in VARIANTS if VARIANTS[n].own_network])
        save_results(path, results)
    write_table(load_results(path), options.output.with_suffix(".md"))
    print(f"written: {path}, {options.output.with_suffix('.md')}")
    return 0

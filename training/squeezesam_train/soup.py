"""Average the weights of several runs: `python -m squeezesam_train.soup A B … --config FILE`.

Source: Wortsman et al., "Model soups" (2022): weights that were fine-tuned from one another lie in
one basin, and their mean generalises better than any of them at the cost of one. BatchNorm's
statistics are not averaged but measured anew on training samples (Izmailov et al., "Averaging
weights leads to wider optima", 2018): those of a mean of networks are not the mean of theirs.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path

import torch
from squeezesam.terminal import printable
from squeezesam_model import WeightsError, file_sha256, load_weights, save_weights
from squeezesam_model.weights import read_tensors
from torch import Tensor, nn
from tqdm import tqdm

from squeezesam_train.batches import Batch, build_loader, load, to_device
from squeezesam_train.config import ConfigError, TrainConfig
from squeezesam_train.config_file import load_config
from squeezesam_train.dataset import SAMPLES
from squeezesam_train.distributed import DeviceError, World, pick_device
from squeezesam_train.network import build_model
from squeezesam_train.opening import open_sources
from squeezesam_train.photos import DataError
from squeezesam_train.steps import predict


def averaged(states: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of every float32 tensor; whole numbers are those of the last state."""
    mean = {}
    for name, last in states[-1].items():
        stack = torch.stack([state[name] for state in states])
        mean[name] = stack.mean(0) if last.is_floating_point() else last
    return mean


def renew_statistics(model: nn.Module, batches: Iterable[Batch], config: TrainConfig) -> None:
    """Measure BatchNorm's running statistics anew: the mean over all batches, in place."""
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        # No momentum: every batch counts alike.
        norm.momentum = None
    model.train()
    for batch in batches:
        predict(model, batch, config)
    model.eval()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def agreed(inputs: list[Path]) -> dict[str, str]:
    """What the metadata of all the files say alike: licence, provenance, capabilities."""
    said = []
    for path in inputs:
        said.append(read_tensors(path)[0])
    first = said[0]
    return {
        name: first[name] for name in first if all(one.get(name) == first[name] for one in said)
    }


def average(inputs: list[Path], config: TrainConfig, samples: int) -> nn.Module:
    """The averaged network, its statistics measured at the size of the configuration's last phase.

    Args:
        inputs: weights of the configuration's preset.
        config: says which network, photos, prompts and size.
        samples: how many are looked at, in batches of the last phase.

    Raises:
        WeightsError: a file is unreadable or of another preset.
        DataError: the photos cannot be read.
        DeviceError: the configuration's device is not there.
    """
    world = World(pick_device(config.device))
    if config.threads:
        torch.set_num_threads(config.threads)
    model = build_model(config).to(world.device)
    states = []
    for path in inputs:
        load_weights(model, path, config.preset)
        states.append({name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict(averaged(states))
    phase = config.phases[-1]
    passes = max(1, samples // phase.batch)
    drawn = SAMPLES[config.task](open_sources(config), config, phase.size, 0, passes * phase.batch)
    loader = build_loader(drawn, passes, phase.batch, config.workers, world)
    with contextlib.closing(load(loader)) as loaded:
        batches = tqdm(loaded, "BatchNorm", passes, unit="batch", disable=None)
        renew_statistics(model, (to_device(batch, world.device) for batch in batches), config)
    return model


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="squeezesam_train.soup", description="Average the weights of several runs."
    )
    parser.add_argument("weights", type=Path, nargs="+", help="two or more .safetensors files")
    parser.add_argument("--config", type=Path, required=True, help="YAML file of the last run")
    parser.add_argument("--samples", type=int, default=400, help="for BatchNorm (default: 400)")
    parser.add_argument("--output", type=Path, required=True, help="a .safetensors file")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier output")
    parser.add_argument("--set", nargs="*", default=[], metavar="key=value", help="as in training")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = build_parser().parse_args(argv)
    try:
        config = load_config(options.config, options.set)
    except ConfigError as error:
        return _fail(error, 2)
    if len(options.weights) < 2 or options.samples < 1:
        return _fail(ValueError("it takes two or more weights, and a sample or more"), 2)
    if options.output.exists() and not options.overwrite:
        return _fail(ValueError(f"{options.output} exists: give --overwrite to replace it"), 2)
    try:
        model = average(options.weights, config, options.samples)
        notes = agreed(options.weights)
        notes["averaged"] = " ".join(file_sha256(path)[:12] for path in options.weights)
        save_weights(model, options.output, config.preset, {**notes, "task": config.task})
    except (WeightsError, DataError, DeviceError, ValueError, OSError) as error:
        return _fail(error, 1)
    return 0


def _fail(error: Exception, code: int) -> int:
    print(f"squeezesam_train.soup: {printable(str(error))}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())

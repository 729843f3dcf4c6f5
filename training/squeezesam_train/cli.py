"""`squeezesam-train --config FILE [key=value …] --output DIR`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
from squeezesam.command_parser import CommandParser
from squeezesam.terminal import printable
from squeezesam_model import WeightsError

from squeezesam_train.checkpoint import CheckpointError
from squeezesam_train.config import ConfigError, TrainConfig
from squeezesam_train.config_file import load_config
from squeezesam_train.photos import DataError

if TYPE_CHECKING:
    from squeezesam_train.distributed import World
    from squeezesam_train.sources.mixture import PhotoMixture


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = CommandParser(
        prog="squeezesam-train",
        description="Train the segmenter or the saliency network on folders of photos and masks.",
        epilog="A run that was stopped goes on where it was: give the same command again. "
        "On several GPUs: torchrun --nproc-per-node N -m squeezesam_train.cli --config … .",
    )
    parser.add_argument("--config", type=Path, required=True, help="YAML file, see configs/")
    parser.add_argument(
        "--output", type=Path, required=True, help="folder of checkpoints, weights and log"
    )
    parser.add_argument(
        "--init", type=Path, help="start from these weights (.safetensors) instead of random ones"
    )
    parser.add_argument(
        "--restart", action="store_true", help="ignore a checkpoint in the output folder"
    )
    parser.add_argument(
        "--allow-commands",
        action="store_true",
        help="run the commands that a configuration names as shards (pipe:…) in a shell",
    )
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        config = load_config(arguments.config, arguments.overrides)
    except ConfigError as error:
        return _fail(error, 2)
    # Imported late: torch is slow to load, and --help should not be.
    from squeezesam_train.distributed import DeviceError, PeersLostError, join_world, leave_world
    from squeezesam_train.engine import TrainingError
    from squeezesam_train.monitor import LogError

    try:
        _train(config, arguments, join_world(config.device, config.timeout))
    except (TrainingError, DeviceError, PeersLostError, LogError) as error:
        return _fail(error, 1)
    except (DataError, CheckpointError, WeightsError, ValueError, OSError) as error:
        return _fail(error, 1)
    leave_world()
    return 0


def _fail(error: Exception, code: int) -> int:
    rank = os.environ.get("RANK", "0")
    process = "" if rank == "0" else f" (process {rank})"
    print(f"squeezesam-train{process}: {printable(_sentence(error))}", file=sys.stderr, flush=True)
    return code


def _sentence(error: Exception) -> str:
    """The message alone: that of a loading process arrives with its traceback as text."""
    message = str(error)
    if not message.startswith("Caught "):
        return message
    return message.strip().splitlines()[-1].partition(": ")[2]


def _train(config: TrainConfig, arguments: argparse.Namespace, world: World) -> None:
    from squeezesam_model import load_weights

    from squeezesam_train.engine import Trainer

    arguments.output.mkdir(parents=True, exist_ok=True)
    photos = _open_photos(config, world, arguments.allow_commands)
    trainer = Trainer(config, photos, arguments.output, world)
    resumed = not arguments.restart and trainer.resume()
    if not resumed and arguments.init:
        load_weights(trainer.model, arguments.init, config.preset)
        trainer.start_from(trainer.model.state_dict())
    if world.leads:
        if resumed:
            print(f"going on at step {trainer.step}", file=sys.stderr)
        processes = f"{world.size} processes on {world.device.type}" if world.size > 1 else (
            f"process {os.getpid()} on {world.device.type}"
        )  # fmt: skip
        print(f"{processes}, {trainer.config.total_steps} steps", file=sys.stderr, flush=True)
    trainer.run()


def _open_photos(config: TrainConfig, world: World, commands: bool) -> PhotoMixture:
    from squeezesam_train.opening import open_sources

    # OpenCV's own threads would fight with torch's over the same cores.
    cv2.setNumThreads(1)
    started = time.monotonic()
    photos = open_sources(config, commands)
    if world.leads:
        seconds = time.monotonic() - started
        print(f"{len(photos)} photos opened in {seconds:.0f} s", file=sys.stderr)
    return photos


if __name__ == "__main__":
    sys.exit(main())

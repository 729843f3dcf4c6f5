"""`squeezesam-train --config FILE [key=value …] --output DIR`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import cv2
from squeezesam_model import WeightsError

from squeezesam_train.checkpoint import CheckpointError
from squeezesam_train.config import ConfigError, TrainConfig, load_config
from squeezesam_train.photos import DataError


def build_parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="squeezesam-train",
        description="Train the segmenter or the saliency network on folders of photos and masks.",
        epilog="A run that was stopped goes on where it was: give the same command again.",
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
    parser.add_argument("overrides", nargs="*", metavar="key=value")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        config = load_config(arguments.config, arguments.overrides)
    except ConfigError as error:
        print(f"squeezesam-train: {error}", file=sys.stderr)
        return 2
    try:
        return _train(config, arguments)
    except (DataError, CheckpointError, WeightsError, ValueError, OSError) as error:
        print(f"squeezesam-train: {_sentence(error)}", file=sys.stderr)
        return 1


def _sentence(error: Exception) -> str:
    """The message alone: that of a loading process arrives with its traceback as text."""
    message = str(error)
    if not message.startswith("Caught "):
        return message
    return message.strip().splitlines()[-1].partition(": ")[2]


def _train(config: TrainConfig, arguments: argparse.Namespace) -> int:
    # Imported late: torch is slow to load, and --help should not be.
    from squeezesam_model import load_weights

    from squeezesam_train.engine import Trainer, TrainingError
    from squeezesam_train.sources.opening import open_sources

    # OpenCV's own threads would fight with torch's over the same cores.
    cv2.setNumThreads(1)
    arguments.output.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    photos = open_sources(config)
    seconds = time.monotonic() - started
    print(f"{len(photos)} photos opened in {seconds:.0f} s", file=sys.stderr)
    trainer = Trainer(config, photos, arguments.output)
    if not arguments.restart and trainer.resume():
        print(f"going on at step {trainer.step}", file=sys.stderr)
    elif arguments.init:
        load_weights(trainer.model, arguments.init, config.preset)
        trainer.start_from(trainer.model.state_dict())
    print(f"process {os.getpid()}, {config.total_steps} steps", file=sys.stderr, flush=True)
    try:
        trainer.run()
    except TrainingError as error:
        print(f"squeezesam-train: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

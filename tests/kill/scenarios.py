"""Commands that write, in folders that hold things of the user's and results of an earlier run."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from photo_files import save_scene
from PIL import Image
from scored_sample import write_sample
from squeezesam import ModelBundle
from squeezesam.cli import main as squeezesam
from squeezesam_export.cli import main as export
from squeezesam_model import SaliencyNet, Segmenter, saliency_preset, save_weights, segmenter_preset
from squeezesam_model.weights import read_tensors
from squeezesam_train.checkpoint import load_checkpoint
from squeezesam_train.cli import main as train
from squeezesam_train.evaluation.cli import main as evaluate
from tiny_bundle import write_tiny_bundle
from tiny_runs import arguments, settings


@dataclass(frozen=True)
class Scenario:
    """A command and its folder.

    Attributes:
        command: its name, as it is installed.
        prepare: makes the folder's content, with results of an earlier run.
        run: the command; returns its exit code.
        results: top-level names that the command may replace; all else is the user's.
        made: files and folders that are there after a whole run.
    """

    command: str
    prepare: Callable[[Path], None]
    run: Callable[[Path], int]
    results: tuple[str, ...]
    made: tuple[str, ...]

    def look(self, folder: Path, earlier: dict[str, bytes]) -> None:
        """Nothing of the user's is lost, and what has its final name is whole.

        Raises:
            AssertionError: otherwise.
        """
        now = snapshot(folder)
        for name, content in earlier.items():
            if name.split("/")[0] in self.results:
                assert name in now, f"{name} of an earlier run is lost"
            else:
                assert now.get(name) == content, f"{name} of the user is changed"
        for name in now:
            if not _unfinished(name):
                _whole(folder / name)
        for bundle in (path.parent for path in folder.rglob("manifest.json")):
            if not _unfinished(bundle.relative_to(folder).as_posix()):
                ModelBundle(bundle)

    def complete(self, folder: Path) -> None:
        """Everything that a whole run makes is there (AssertionError)."""
        missing = [name for name in self.made if not (folder / name).exists()]
        assert not missing, f"{missing} are missing"


def snapshot(folder: Path) -> dict[str, bytes]:
    """Path → content of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _unfinished(name: str) -> bool:
    """Hidden, or a checkpoint's second name: not what anybody takes for a result."""
    return name.endswith(".partial") or any(part.startswith(".") for part in name.split("/"))


def _whole(path: Path) -> None:
    """Its format can read it to its end (AssertionError)."""
    if path.suffix == ".jsonl":  # a log that grows: its last line may be cut
        lines = path.read_text().splitlines()[:-1]
        assert all(isinstance(json.loads(line), dict) for line in lines)
        return
    readers: dict[str, Callable[[Path], object]] = {
        ".png": lambda p: Image.open(p).load(),
        ".json": lambda p: json.loads(p.read_text()),
        ".pt": load_checkpoint,
        ".safetensors": read_tensors,
        ".onnx": lambda p: onnx.checker.check_model(onnx.load(p)),
        ".csv": lambda p: list(csv.reader(p.open())),
    }
    try:
        assert path.stat().st_size > 0, f"{path.name} is empty"
        readers.get(path.suffix, Path.read_bytes)(path)
    except Exception as error:
        raise AssertionError(f"{path.name} is half-written: {error}") from error


def _notes(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "notes.txt").write_text("mine\n")


def _segment_prepare(folder: Path) -> None:
    write_tiny_bundle(folder / "bundle")
    save_scene(folder / "photo.png", (32, 48, 96, 128))
    _notes(folder / "mine")
    if _segment(folder):
        raise RuntimeError("the earlier run failed")


def _segment(folder: Path) -> int:
    return squeezesam([
        "segment", str(folder / "photo.png"), "--bundle", str(folder / "bundle"), "--output",
        str(folder / "out"), "--format", "mask,cutout,json", "--threads", "1", "--overwrite",
    ])  # fmt: skip


def _photos(folder: Path) -> None:
    data = write_sample(folder / "data")
    index = data / "index.csv"
    rows = index.read_text().splitlines()
    # The same photos to train on.
    index.write_text("\n".join([*rows, *(row.replace("val,", "train,", 1) for row in rows[1:])]))
    (data / "train").symlink_to("val")
    _notes(folder / "mine")


def _train_prepare(folder: Path) -> None:
    _photos(folder)
    phases = [{"size": 32, "steps": 2, "batch": 2}]
    arguments(folder, "run", settings(folder / "data", phases=phases, save_every=1))


def _train(folder: Path) -> int:
    return train(["--config", str(folder / "run.yaml"), "--output", str(folder / "run")])


def _weights(folder: Path) -> None:
    save_weights(Segmenter(segmenter_preset("squeezesam-fast")), folder / "segmenter.safetensors",
                 "squeezesam-fast", {})  # fmt: skip
    save_weights(SaliencyNet(saliency_preset("saliency")), folder / "saliency.safetensors",
                 "saliency", {})  # fmt: skip


def _eval_prepare(folder: Path) -> None:
    _photos(folder)
    _weights(folder)
    if _eval(folder):
        raise RuntimeError("the earlier run failed")


def _eval(folder: Path) -> int:
    return evaluate([
        "--data", str(folder / "data"), "--weights", str(folder / "segmenter.safetensors"),
        "--saliency-weights", str(folder / "saliency.safetensors"), "--size", "64",
        "--output", str(folder / "report"), "--overwrite", "--protocols", "point,box",
        "--baselines", "none", "--limit", "2",
    ])  # fmt: skip


def _export_prepare(folder: Path) -> None:
    _notes(folder / "mine")
    photos = folder / "photos"
    photos.mkdir()
    random = np.random.default_rng(1)
    for number in range(2):
        Image.fromarray(random.integers(0, 255, (64, 64, 3), np.uint8)).save(
            photos / f"{number}.png"
        )
    if _export(folder):
        raise RuntimeError("the earlier run failed")


def _export(folder: Path) -> int:
    photos, bundles = str(folder / "photos"), str(folder / "bundles")
    words = "--target onnx --precision fp32 --size 64 --preset squeezesam-fast --overwrite"
    return export([*words.split(), "--parity-photos", photos, "--output", bundles])


SCENARIOS = {
    "segment": Scenario("squeezesam", _segment_prepare, _segment, ("out",), ("out/photo-mask.png",
                        "out/photo-cutout.png", "out/photo-result.json")),
    "train": Scenario("squeezesam-train", _train_prepare, _train, ("run",), ("run/checkpoint.pt",)),
    "eval": Scenario("squeezesam-eval", _eval_prepare, _eval, ("report",), ("report/scores.json",
                     "report/protocols.png", "report/masks.csv")),
    "export": Scenario("squeezesam-export", _export_prepare, _export, ("bundles",), ("bundles",)),
}  # fmt: skip

"""`squeezesam verify`: is this bundle whole, and does it run here?"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bundle import ModelBundle
from ..child import ChildFailedError, restart_limit, run_in_child
from ..engines import Engine, ProgramSpec, Tensor, TensorSpec, create_engine
from ..errors import BundleError, EngineError, NothingStandsOutError, SqueezeSamError
from ..geometry import prompt_planes
from ..photo import find_photos
from ..segmenter import Segmenter
from ..terminal import printable
from .talk import Progress, complain, say, say_json


def verify(options: argparse.Namespace) -> int:
    """Prints a line for each thing that was checked; 0 if all of it is well, else 1.

    The programs of a bundle are whosever: all of it happens in a process of its own.
    """
    try:
        return run_in_child("squeezesam.cli.verify", "verify_here", _words(options), options.limit)
    except ChildFailedError as error:
        raise SqueezeSamError(f"{options.bundle}: {error}") from None


def verify_here(words: list[str]) -> int:
    """The child's side: the same command line, or what is left of it."""
    from .arguments import parse
    from .running import run_command

    return run_command(_verify, parse(["verify", *words]))


def _words(options: argparse.Namespace) -> list[str]:
    words = [
        f"--{name}={value}"
        for name in ("photos", "engine", "threads")
        if (value := getattr(options, name)) is not None
    ]
    return [*words, *(["--json"] if options.json else []), "--", options.bundle]


class _Voice:
    """Says what was checked: a line for people, or a JSON object with --json."""

    def __init__(self, json: bool) -> None:
        self._json = json

    def well(self, sentence: str, **facts: Any) -> None:
        """This is as it should be."""
        self.note(f"ok  {sentence}", ok=True, **facts)

    def note(self, line: str, **facts: Any) -> None:
        """Something to know."""
        if self._json:
            say_json(facts)
        else:
            say(line)

    def wrong(self, sentence: str, **facts: Any) -> None:
        """The next photo is tried nevertheless."""
        if self._json:
            say_json({"ok": False, **facts, "error": printable(sentence)})
        complain(sentence)


def _verify(options: argparse.Namespace) -> int:
    voice = _Voice(options.json)
    bundle = ModelBundle(options.bundle)
    voice.well(f"{bundle.name}: manifest, sizes, sha256 and shapes", bundle=bundle.name)
    if bundle.target == "coreml" and options.engine is None:
        reason = "Core ML exists on iOS and macOS only"
        voice.note(f"--  programs not run: {reason}", programs_run=False, reason=reason)
        return 0
    engine = create_engine(bundle.target, options.engine, options.threads)
    for spec in bundle.programs:
        facts = _run(engine, spec, bundle)
        voice.well(_line(facts), **facts)
    restart_limit()
    segmenter = Segmenter(bundle, engine)
    _whole_way(segmenter)
    voice.well("from photo to mask, by a click", whole_way=True)
    if options.photos is None:
        return 0
    return _on_photos(segmenter, options.photos, voice)


def _line(facts: dict[str, Any]) -> str:
    outputs = (f"{name} {low:.3g} to {high:.3g}" for name, (low, high) in facts["outputs"].items())
    return (
        f"{facts['program']}: {facts['engine']}, load {facts['load_ms']:.0f} ms, "
        f"first run {facts['first_run_ms']:.1f} ms, second {facts['second_run_ms']:.1f} ms; "
        + ", ".join(outputs)
    )


def _run(engine: Engine, spec: ProgramSpec, bundle: ModelBundle) -> dict[str, Any]:
    """Loads and runs one program, looks at what comes out; times and each output's range."""
    restart_limit()
    start = time.perf_counter()
    program = engine.load(spec)
    loaded = time.perf_counter()
    outputs = program.run(_inputs(spec, bundle))
    cold = time.perf_counter()
    again = program.run(_inputs(spec, bundle))
    warm = time.perf_counter()
    ranges: dict[str, list[float]] = {}
    for tensor in spec.outputs:
        values = outputs[tensor.name]
        if values.shape != tensor.shape:
            raise BundleError(
                f"the output {tensor.name!r} of {spec.name!r} came out as {values.shape}, "
                f"the manifest says {tensor.shape}"
            )
        if not np.isfinite(values).all():
            raise EngineError(
                f"the output {tensor.name!r} of {spec.name!r} holds values that are no numbers"
            )
        if not np.allclose(values, again[tensor.name], rtol=1e-3, atol=1e-3):
            raise EngineError(
                f"the output {tensor.name!r} of {spec.name!r} differs from one run to the next"
            )
        ranges[tensor.name] = [float(values.min()), float(values.max())]
    return {
        "program": spec.name,
        "engine": engine.name,
        "load_ms": 1000 * (loaded - start),
        "first_run_ms": 1000 * (cold - loaded),
        "second_run_ms": 1000 * (warm - cold),
        "outputs": ranges,
    }


def _inputs(spec: ProgramSpec, bundle: ModelBundle) -> dict[str, Tensor]:
    """A photo-like picture with one click in its middle; zeros for what a program would give."""
    width, height = bundle.info["input_width"], bundle.info["input_height"]
    middle = np.array([width / 2, height / 2], np.float32)
    return {tensor.name: _value(tensor, middle, bundle) for tensor in spec.inputs}


def _value(tensor: TensorSpec, click: npt.NDArray[np.float32], bundle: ModelBundle) -> Tensor:
    value = np.zeros(tensor.shape, np.float32)
    if tensor.source == "photo":
        value[0] = photo_like(tensor.shape[3], tensor.shape[2]).transpose(2, 0, 1)
    elif tensor.source == "points":
        value[0, 0] = click
    elif tensor.source == "labels":
        value[0] = -1
        value[0, 0] = 1
    elif tensor.source == "planes":
        value[0] = prompt_planes(
            click[None],
            np.ones(1, np.float32),
            (tensor.shape[3], tensor.shape[2]),
            radius=bundle.info["click_radius"],
            box_default=bundle.info["box_default"],
        )
    return value


def photo_like(width: int, height: int) -> npt.NDArray[np.uint8]:
    """uint8 H×W×3: a warm textured disc before a cool gradient, with some noise; always the same.

    Not a photo, but with a photo's range of values, which random tensors have not.
    """
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1)
    disc = ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.07)[..., None]
    cool = np.stack([60 + 60 * y, 100 + 50 * x, 150 + 60 * (1 - y)], axis=-1)
    warm = np.stack([210 + 30 * np.sin(40 * x), 150 + 20 * np.cos(30 * y), 80 + 0 * x], axis=-1)
    noise = np.random.default_rng(1).normal(0, 6, (height, width, 1))
    return np.clip(np.where(disc, warm, cool) + noise, 0, 255).astype(np.uint8)


def _whole_way(segmenter: Segmenter) -> None:
    session = segmenter.open(photo_like(640, 480))
    session.add_point(320, 240)
    session.predict()


def _on_photos(segmenter: Segmenter, folder: str, voice: _Voice) -> int:
    if not Path(folder).is_dir():
        raise SqueezeSamError(f"{folder}: is not a folder of photos")
    photos = list(find_photos(folder))
    if not photos:
        raise SqueezeSamError(f"{folder}: there is no photo in this folder")
    failed = 0
    progress = Progress(len(photos))
    for path in photos:
        restart_limit()
        try:
            said = _on_photo(segmenter, path)
            progress.clear()
            voice.well(said.pop("sentence"), **said)
        except SqueezeSamError as error:
            progress.clear()
            sentence = str(error) if str(path) in str(error) else f"{path}: {error}"
            voice.wrong(sentence, photo=path.name)
            failed += 1
        progress.step()
    progress.clear()
    done = len(photos) - failed
    voice.note(f"{done} of {len(photos)} photos done", photos=len(photos), done=done)
    return 1 if failed else 0


def _on_photo(segmenter: Segmenter, path: Path) -> dict[str, Any]:
    """What came out for one photo, with a `sentence` about it."""
    session = segmenter.open(path, pipes=False)
    if not segmenter.bundle.info["automatic"]:
        session.add_point(session.width / 2 - 0.5, session.height / 2 - 0.5)
    try:
        mask = session.predict()
    except NothingStandsOutError:
        return {
            "sentence": f"{path.name}: nothing stands out in it, so there is no automatic mask",
            "photo": path.name,
            "score": None,
        }
    share = mask.area / (mask.photo.width * mask.photo.height)
    return {
        "sentence": f"{path.name}: score {mask.score:.2f}, object {100 * share:.1f} %, "
        f"{mask.timings.total:.0f} ms",
        "photo": path.name,
        "score": mask.score,
        "object_share": share,
        "ms": mask.timings.total,
    }

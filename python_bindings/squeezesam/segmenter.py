"""Load a bundle, open photos, prompt, predict."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, Literal

from . import _core
from .bundle import Check, ModelBundle, built_in_bundle
from .engines import Engine, Program, Tensor, create_engine
from .errors import EngineUnavailableError, PhotoError
from .mask import Mask, core_candidate, typed_prompts
from .photo import MAX_PIXELS, Photo, PhotoSource, open_photo
from .prompts import Prompt

AutomaticClicks = Literal["centres", "random"]


class Segmenter:
    """A model, ready to run. Immutable: share it between threads, one Session for each of them."""

    def __init__(self, bundle: ModelBundle, engine: Engine) -> None:
        """Joins an opened bundle to an engine; `Segmenter.load` does both.

        Raises EngineUnavailableError if the engine does not execute the bundle's target, and what
        the engine raises while it loads the programs (EngineError, BundleError).
        """
        if engine.target != bundle.target:
            raise EngineUnavailableError(
                f"the {engine.name} engine executes {engine.target} bundles, "
                f"{bundle.name!r} is for {bundle.target}"
            )
        self.bundle = bundle
        self.engine = engine
        programs = {spec.name: engine.load(spec) for spec in bundle.programs}
        self._core = _core.Segmenter(bundle.core, _Runner(programs), True)

    @classmethod
    def load(
        cls,
        bundle: str | os.PathLike[str] | None = None,
        *,
        engine: str | Engine | None = None,
        threads: int | None = None,
        check: Check = "hashes",
    ) -> Segmenter:
        """Loads the bundle in the folder `bundle`, or the one inside the package.

        engine: ``onnxruntime``, ``executorch`` or an Engine of your own; by default the one that
            executes the bundle's target.
        threads: for one run of a network; None leaves it to the engine.
        check: ``hashes`` compares sizes and sha256 of every file with the manifest's, ``sizes``
            leaves out the sha256.

        Raises BundleError and its kinds for a bundle that is missing, damaged, contradictory or
        too new, EngineUnavailableError and EngineError, ValueError for threads < 1.
        """
        opened = ModelBundle(built_in_bundle() if bundle is None else bundle, check=check)
        if engine is None or isinstance(engine, str):
            engine = create_engine(opened.target, engine, threads)
        return cls(opened, engine)

    def prewarm(self) -> None:
        """Runs every program once, so that the first tap does not pay for the engine's set-up."""
        self._core.prewarm()

    def open(
        self,
        photo: PhotoSource,
        *,
        max_pixels: int = MAX_PIXELS,
        bgr: bool = False,
        accept_damaged: bool = False,
        pipes: bool = True,
    ) -> Session:
        """Opens a photo: a path, encoded bytes, a PIL image or a uint8 array (RGB, RGBA, grey).

        Arrays are taken as they are, with bgr=True in OpenCV's order of channels; files and PIL
        images are turned upright by their EXIF orientation and converted to sRGB. The model sees
        transparent pixels over white; a cut-out keeps their alpha and colours. The session owns
        its pixels: an array may be overwritten as soon as this returns.
        accept_damaged, pipes: see `open_photo`.
        Raises PhotoError for a photo that cannot be read, is larger than `max_pixels` or
        transparent everywhere.
        """
        start = time.perf_counter()
        options: dict[str, Any] = {"accept_damaged": accept_damaged, "pipes": pipes}
        if not isinstance(photo, Photo):
            photo = open_photo(photo, max_pixels=max_pixels, bgr=bgr, **options)
        return Session(self, photo, 1000 * (time.perf_counter() - start))


class Session:
    """One photo and what the person has said about it. Made by `Segmenter.open`.

    For one thread at a time (BusyError otherwise), except `cancel`, which any thread may call.
    Coordinates are pixels of the upright photo: origin top left, x right, y down, the centre of
    the first pixel at (0, 0).
    """

    def __init__(self, segmenter: Segmenter, photo: Photo, decode_ms: float = 0.0) -> None:
        self.segmenter = segmenter
        self.photo = photo
        self._decode_ms = decode_ms
        self._core = _core.Session(segmenter._core)
        try:
            self._core.set_image(photo.source)
        except PhotoError as error:
            raise PhotoError(f"{photo.name}: {error}") from None

    @property
    def width(self) -> int:
        """Width of the upright photo in pixels."""
        return self.photo.width

    @property
    def height(self) -> int:
        """Height of the upright photo in pixels."""
        return self.photo.height

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """What the person gave so far: the box, if there is one, then the clicks, oldest first."""
        return typed_prompts(self._core.prompts())

    def add_point(self, x: float, y: float, foreground: bool = True) -> None:
        """Adds a click: this belongs to the object, or with foreground=False, this does not.

        Raises PromptError for a click outside the photo (−0.5 ≤ x < width − 0.5, likewise y), and
        PromptUnsupportedError for a background click that the model was not trained for.
        """
        self._core.add_point(x, y, foreground)

    def set_box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draws the box round the object, in place of the former one; it is clamped to the photo.

        Raises PromptError for an empty or inverted box (x0 < x1, y0 < y1) and for one that lies
        wholly outside the photo.
        """
        self._core.set_box(x0, y0, x1, y1)

    def undo(self) -> bool:
        """Takes back the last add_point, set_box or clear; False if there was nothing to undo."""
        return self._core.undo()

    def clear(self) -> None:
        """Takes away all prompts; `undo` brings them back."""
        self._core.clear()

    def set_automatic(self, how: AutomaticClicks, seed: int = 0) -> None:
        """How automatic clicks are found in what stands out, for this photo.

        how: ``centres``, as every session begins, its centre and those of its quarters; ``random``,
            three of its pixels drawn by `seed` (0 to 2³² − 1), as EfficientSAM does. A seed draws
            the same clicks in every language.
        Raises ValueError for another word or seed.
        """
        if how not in ("centres", "random"):
            raise ValueError(f"automatic clicks are centres or random, not {how!r}")
        if not 0 <= seed < 1 << 32:
            raise ValueError(f"a seed is a whole number from 0 to 4294967295, not {seed}")
        self._core.set_automatic(how == "random", seed)

    def automatic_clicks(self) -> tuple[Prompt, ...]:
        """Where the model would click by itself: up to five points, none if nothing stands out."""
        return typed_prompts(self._core.automatic())

    def predict(
        self,
        *,
        candidate: int | None = None,
        keep_largest: bool = False,
        max_hole_area: int = 0,
        refine: bool = False,
    ) -> Mask:
        """The mask for the prompts; without a foreground click or a box, the automatic mask.

        candidate: index of one of the network's masks; None takes the one with the best score.
        keep_largest: keep only the largest 8-connected piece.
        max_hole_area: fill holes of up to so many photo pixels; 0 none, −1 all.
        refine: move the mask's edge to the edges of the photo, as `Mask.refine`.

        Raises NothingStandsOutError when the automatic mask is asked for and the photo is
        featureless, PromptUnsupportedError where the bundle needs a prompt, EngineError,
        CancelledError, and InvalidArgumentError for a candidate that does not exist.
        """
        mask = self._core.predict(core_candidate(candidate), keep_largest, max_hole_area)
        bundle = self.segmenter.bundle
        predicted = Mask(
            mask,
            self.photo,
            bundle=bundle.name,
            engine=self.segmenter.engine.name,
            decode_ms=self._decode_ms,
        )
        return predicted.refine() if refine else predicted

    def cancel(self) -> None:
        """Makes the `predict` under way in another thread raise CancelledError.

        ONNX Runtime stops between two operators; the other engines, at the end of their program.
        """
        self._core.cancel()


class _Runner:
    """What the core calls: program name and inputs in, outputs out."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._programs = programs

    def __call__(self, program: str, inputs: Mapping[str, Tensor]) -> Mapping[str, Any]:
        return self._programs[program].run(inputs)

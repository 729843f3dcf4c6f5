"""An exported bundle as a predictor, run by the `squeezesam` package as an app would run it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from squeezesam import Segmenter, Session, SqueezeSamError
from squeezesam.bundle import ModelBundle
from squeezesam.engines import (
    Engine,
    Program,
    ProgramSpec,
    Tensor,
    TensorSpec,
    create_engine,
)

from squeezesam_train.evaluation.heat_maps import to_heat
from squeezesam_train.evaluation.letterbox import Letterbox
from squeezesam_train.evaluation.predictor import Prediction, PredictorError
from squeezesam_train.evaluation.prompts import Click, Prompts, goes_on
from squeezesam_train.photos import U8


class BundlePredictor:
    """One bundle on one engine, through the public API of the runtime."""

    boxes = True
    clicks = True

    def __init__(
        self,
        segmenter: Segmenter,
        recorder: RecordingEngine,
        name: str,
        previous_mask: bool = True,
    ) -> None:
        self.name = name
        self.previous_mask = previous_mask
        self.segmenter = segmenter
        self.recorder = recorder

    @classmethod
    def load(
        cls,
        folder: Path,
        engine: str | None = None,
        threads: int | None = None,
        previous_mask: bool = True,
    ) -> BundlePredictor:
        """Open and verify a bundle.

        Args:
            folder: of the bundle.
            engine: that runs it; None: the one for its target.
            threads: of the engine.
            previous_mask: whether a session goes on from its last mask where the prompts do.

        Raises:
            PredictorError: the bundle or its engine cannot be used.
        """
        try:
            bundle = ModelBundle(folder)
            recorder = RecordingEngine(create_engine(bundle.target, engine, threads))
            segmenter = Segmenter(bundle, recorder)
        except (SqueezeSamError, ValueError) as error:
            raise PredictorError(str(error)) from error
        return cls(segmenter, recorder, f"{bundle.name} ({recorder.name})", previous_mask)

    def open(self, photo: U8) -> _OpenBundlePhoto:
        """Prepare an H×W×3 uint8 RGB photo."""
        return _OpenBundlePhoto(self, photo)

    def describe(self) -> dict[str, Any]:
        """What the manifest says of model, input, precision and programs."""
        manifest = self.segmenter.bundle.manifest
        bundle = self.segmenter.bundle
        programs = {
            p.name: {"bytes": p.size, "macs": p.macs, "roles": [t.role for t in p.outputs]}
            for p in bundle.programs
        }
        return {
            "kind": "bundle",
            "engine": self.recorder.name,
            "target": manifest["target"],
            "backend": manifest["backend"],
            "precision": manifest["precision"],
            "size": [bundle.info["input_height"], bundle.info["input_width"]],
            "programs": programs,
            **manifest["model"],
        }


class _OpenBundlePhoto:
    """A session and the heat map that one of its programs gave."""

    def __init__(self, predictor: BundlePredictor, photo: U8) -> None:
        self._predictor = predictor
        self._info = predictor.segmenter.bundle.info
        self._photo = photo
        self._session = predictor.segmenter.open(photo)
        self._heat: NDArray[np.float32] | None = None
        self._given = Prompts()

    def predict(self, prompts: Prompts) -> Prediction:
        """All candidates; the chosen one is the runtime's own finished mask.

        Where the prompts go on from the last ones the session does so too, as in an app.
        """
        if self._predictor.previous_mask and goes_on(self._given, prompts):
            click = prompts.clicks[-1]
            self._session.add_point(click.x, click.y, click.foreground)
        else:
            give(self._session, prompts, self._info["automatic"])
        self._given = prompts
        mask = self._session.predict()
        box = Letterbox.of(self._photo, self._info["input_height"], self._info["input_width"])
        logits = np.stack([candidate.logits for candidate in mask.candidates])
        masks = box.upsample(logits) > 0
        masks[mask.candidate] = mask.array
        scores = np.array([candidate.score for candidate in mask.candidates], np.float32)
        return Prediction(masks, scores)

    def heat(self) -> NDArray[np.uint8] | None:
        """Saliency at photo size."""
        if self.automatic_clicks() is None or self._heat is None:
            return None
        program, _ = self._heat_output()
        size = next(t.shape[2:] for t in program.inputs if t.source == "photo")
        return to_heat(Letterbox.of(self._photo, *size).upsample(self._heat[None])[0])

    def _heat_output(self) -> tuple[ProgramSpec, TensorSpec]:
        """The program that gives the heat map, and which of its outputs that is."""
        return next(
            (program, tensor)
            for program in self._predictor.segmenter.bundle.programs
            for tensor in program.outputs
            if tensor.role == "heat"
        )

    def automatic_clicks(self) -> Prompts | None:
        """The runtime's own automatic clicks."""
        if not self._info["automatic"]:
            return None
        found = self._session.automatic_clicks()
        if self._heat is None:
            # The core asks for the heat map once a photo: what was recorded is this one's.
            program, output = self._heat_output()
            self._heat = self._predictor.recorder.outputs[program.name][output.name][0, 0]
        clicks = (p for p in found if not hasattr(p, "x0"))
        return Prompts(tuple(Click(p.x, p.y) for p in clicks), automatic=True)


def give(session: Session, prompts: Prompts, finds_clicks: bool) -> None:
    """Replace the session's prompts; automatic ones it finds again itself, as in an app."""
    session.clear()
    if prompts.automatic and finds_clicks:
        return
    if prompts.box is not None:
        session.set_box(*prompts.box)
    for click in prompts.clicks:
        session.add_point(click.x, click.y, click.foreground)


class RecordingEngine:
    """An engine that remembers what each program returned last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self.target = engine.target
        self.outputs: dict[str, dict[str, Tensor]] = {}

    def load(self, spec: ProgramSpec) -> Program:
        """Load a program of the wrapped engine."""
        return _RecordingProgram(self._engine.load(spec), spec.name, self.outputs)


class _RecordingProgram:
    def __init__(self, program: Program, name: str, outputs: dict[str, dict[str, Tensor]]) -> None:
        self._program = program
        self._name = name
        self._outputs = outputs

    def run(self, inputs: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        found = self._program.run(inputs)
        self._outputs[self._name] = {name: np.array(value) for name, value in found.items()}
        return found

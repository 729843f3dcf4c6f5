"""A bundle of schema 1, kept as it was written: it is read for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hand_made_engine import HandMade
from photo_files import scene
from squeezesam import ModelBundle, Segmenter
from squeezesam.cli import main

KEPT = Path(__file__).parent / "schema_1_bundle"
THING = (32, 48, 96, 128)


def test_the_kept_bundle_is_small() -> None:
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < 100_000


def test_a_bundle_of_schema_1_is_a_pipeline_of_two_programs() -> None:
    bundle = ModelBundle(KEPT)
    assert bundle.info["schema_version"] == 1
    assert [(p.name, p.runs, p.path.name) for p in bundle.programs] == [
        ("heat", "photo", "saliency.onnx"),
        ("segment", "prompt", "segmenter.onnx"),
    ]
    assert [t.source for t in bundle.program("segment").inputs] == [
        "photo",
        "planes",
        "points",
        "labels",
    ]
    assert [t.role for t in bundle.program("heat").outputs] == ["heat"]


def test_it_gives_the_masks_of_the_same_networks_in_a_bundle_of_schema_2(bundle: Path) -> None:
    photo = scene(256, 192, (THING,))
    masks = []
    for folder in (KEPT, bundle):
        session = Segmenter.load(folder, threads=1).open(photo)
        automatic = session.predict()
        session.set_box(20, 30, 120, 140)
        session.add_point(64, 88, foreground=False)
        masks.append((automatic, session.predict()))
    for old, new in zip(*masks, strict=True):
        assert old.prompts == new.prompts
        np.testing.assert_array_equal(old.logits, new.logits)
        assert old.array.any()


def test_engines_get_its_programs_by_their_new_names() -> None:
    seen: dict[str, Any] = {}
    engine = HandMade(lambda name, inputs: seen.update({name: inputs}))
    Segmenter.load(KEPT, engine=engine).open(scene(256, 192, (THING,))).predict()
    assert set(seen) == {"heat", "segment"}


def test_the_command_verifies_it(capfd: Any) -> None:
    assert main(["verify", str(KEPT), "--threads", "1"]) == 0
    assert capfd.readouterr().out.count("ok  ") == 4

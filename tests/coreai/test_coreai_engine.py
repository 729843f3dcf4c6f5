"""The Python engine: assets that run, and those that are refused before the runtime sees them."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from squeezesam.engines import ProgramSpec, TensorSpec, create_engine
from squeezesam.errors import BundleError, EngineError, EngineUnavailableError
from squeezesam_export.networks.reference import PreparedView
from squeezesam_export.program import SourceProgram
from squeezesam_export.targets.coreai.lowering import lower


@pytest.fixture(scope="module")
def written(programs: dict[str, SourceProgram], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lower(programs["heat"], "fp32", "weights", tmp_path_factory.mktemp("asset")).path


@pytest.fixture
def asset(written: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(written, tmp_path / "heat.aimodel"))


# The heat map sees the photo no larger than the segmenter, which the fixtures build at 64.
SIDE = 64


def _spec(path: Path, side: int = SIDE, name: str = "image", out: str = "heatmap") -> ProgramSpec:
    inputs = (TensorSpec(name, (1, 3, side, side)),)
    return ProgramSpec("heat", path, inputs, (TensorSpec(out, (1, 1, SIDE // 4, SIDE // 4)),))


def test_a_program_runs_as_often_as_one_likes_also_inside_an_asynchronous_program(
    written: Path, views: list[PreparedView]
) -> None:
    program = create_engine("coreai").load(_spec(written))
    photo = views[0].inputs["heat"][0].numpy()
    photo.flags.writeable = False

    first = program.run({"image": photo})["heatmap"]
    other = program.run({"image": 255 - photo})["heatmap"]

    async def inside() -> np.ndarray:
        return np.asarray(program.run({"image": photo})["heatmap"])

    assert np.array_equal(asyncio.run(inside()), first)
    # A result is the caller's own: the next run does not change it.
    assert not np.array_equal(other, first)


def test_the_runtime_stays_silent(written: Path, capfd: pytest.CaptureFixture[str]) -> None:
    create_engine("coreai").load(_spec(written))

    assert capfd.readouterr() == ("", "")


def test_a_damaged_asset_is_refused_with_a_sentence(asset: Path) -> None:
    engine = create_engine("coreai")
    program = asset / "main.mlirb"
    content = program.read_bytes()
    program.write_bytes(content[: len(content) // 2])
    with pytest.raises(BundleError, match=r"'heat' cannot be loaded: .* was changed after"):
        engine.load(_spec(asset))
    program.unlink()
    with pytest.raises(BundleError, match=r"has no main\.mlirb"):
        engine.load(_spec(asset))
    (asset / "metadata.json").write_text("{", "utf-8")
    with pytest.raises(BundleError, match="not valid JSON"):
        engine.load(_spec(asset))
    shutil.rmtree(asset)
    asset.write_bytes(content)
    with pytest.raises(BundleError, match="not a folder with a Core AI program"):
        engine.load(_spec(asset))


def test_an_asset_of_another_version_is_refused_with_both_names(asset: Path) -> None:
    about = asset / "metadata.json"
    known = json.loads(about.read_text("utf-8"))
    about.write_text(json.dumps({**known, "producer": "coreai-core 7.0"}), "utf-8")

    with pytest.raises(BundleError, match=r"written by coreai-core 7\.0, installed here is"):
        create_engine("coreai").load(_spec(asset))


def test_a_signature_that_is_not_the_manifests_is_refused(written: Path) -> None:
    engine = create_engine("coreai")
    with pytest.raises(BundleError, match="the manifest says 1×3×32×32"):
        engine.load(_spec(written, side=32))
    with pytest.raises(BundleError, match="has no input 'photo'"):
        engine.load(_spec(written, name="photo"))
    with pytest.raises(BundleError, match="has no output 'warmth'"):
        engine.load(_spec(written, out="warmth"))


def test_an_input_of_another_shape_fails_with_a_sentence(written: Path) -> None:
    program = create_engine("coreai").load(_spec(written))

    with pytest.raises(EngineError, match=r"'heat': Core AI failed: .*shape"):
        program.run({"image": np.zeros((1, 3, 8, 8), np.float32)})


def test_threads_cannot_be_chosen() -> None:
    with pytest.raises(EngineUnavailableError, match="chooses its threads itself"):
        create_engine("coreai", threads=2)

"""Bundles that must not be used are refused with a sentence; one of schema 1 is read for good."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hand_made_engine import HandMade
from photo_files import scene
from squeezesam import (
    BundleDamagedError,
    BundleError,
    BundleVersionError,
    EngineUnavailableError,
    ModelBundle,
    Segmenter,
    SqueezeSamError,
)
from squeezesam import bundle as bundle_module
from squeezesam.cli import main
from tiny_bundle import read_manifest, rehash, write_manifest, write_tiny_bundle


@pytest.fixture
def copy(bundle: Path, tmp_path: Path) -> Path:
    """A copy of the tiny bundle for a test to break."""
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    manifest = read_manifest(folder)
    edit(manifest)
    write_manifest(folder, manifest)


def test_a_good_bundle_tells_what_it_is(bundle: Path) -> None:
    opened = ModelBundle(bundle)
    assert opened.name == "tiny-onnx-fp32-128x128"
    assert opened.target == "onnx"
    assert [(program.name, program.runs) for program in opened.programs] == [
        ("heat", "photo"),
        ("segment", "prompt"),
    ]
    heat, segment = opened.programs
    assert segment.path == bundle / "segment.onnx"
    assert [(t.name, t.shape, t.source) for t in segment.inputs] == [
        ("image", (1, 3, 128, 128), "photo"),
        ("prompts", (1, 2, 128, 128), "planes"),
        ("points", (1, 16, 2), "points"),
        ("labels", (1, 16), "labels"),
    ]
    assert [(t.name, t.role) for t in segment.outputs] == [("masks", "masks"), ("scores", "scores")]
    assert [(t.name, t.role) for t in heat.outputs] == [("heatmap", "heat")]
    assert opened.program("segment") == segment
    assert segment.size == (bundle / "segment.onnx").stat().st_size
    with pytest.raises(KeyError, match="no program 'saliency'; it has heat, segment"):
        opened.program("saliency")
    assert opened.manifest == read_manifest(bundle)


def test_a_bundle_may_be_named_relative_to_where_we_are(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bundle.parent)
    for name in (bundle.name, f"./{bundle.name}/", Path(bundle.name)):
        Segmenter.load(name, threads=1).prewarm()
    monkeypatch.chdir(bundle)
    Segmenter.load(".", threads=1).prewarm()


@pytest.mark.parametrize("program", ["segment.onnx", "heat.onnx"])
def test_a_flipped_byte_is_noticed(copy: Path, program: str) -> None:
    path = copy / program
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BundleDamagedError, match=program):
        Segmenter.load(copy)
    ModelBundle(copy, check="sizes")  # the one check that this flag leaves out


@pytest.mark.parametrize("program", ["segment.onnx", "heat.onnx"])
def test_a_missing_or_cut_program_is_noticed(copy: Path, program: str) -> None:
    path = copy / program
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    with pytest.raises(BundleDamagedError, match=program):
        Segmenter.load(copy, check="sizes")
    path.unlink()
    with pytest.raises(BundleDamagedError, match=program):
        Segmenter.load(copy)


def test_a_newer_schema_asks_for_an_update(copy: Path) -> None:
    change(copy, lambda m: m.update(schema_version=3))
    with pytest.raises(BundleVersionError, match=r"newer squeezesam-export.*update"):
        Segmenter.load(copy)


def test_an_unreadable_manifest_or_folder_is_named(copy: Path, tmp_path: Path) -> None:
    (copy / "manifest.json").write_text('{"schema_version": 1, ')
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Segmenter.load(copy)
    (copy / "manifest.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleError):
        Segmenter.load(copy)
    (copy / "manifest.json").unlink()
    for folder in (copy, tmp_path / "nowhere", copy / "segment.onnx"):
        with pytest.raises(BundleError):
            Segmenter.load(folder)
    for name in ("", "a\0b"):
        with pytest.raises(BundleError, match="not the name of a folder"):
            Segmenter.load(name)


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m.update(target="abacus"),
        lambda m: m["prompts"].update(max_points=8),
        lambda m: m["programs"]["segment"]["inputs"][0].update(shape=[1, 3, 64, 64]),
        lambda m: m["programs"]["segment"]["outputs"][0].update(shape=[1, 4]),
        lambda m: m["programs"]["segment"]["inputs"].pop(),
        lambda m: m["programs"].pop("segment"),
        lambda m: m["programs"].pop("heat"),
        lambda m: m["programs"]["segment"].update(file="../escape.onnx"),
        lambda m: m["programs"]["segment"].pop("runs"),
        lambda m: m.update(programs=3),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(
    copy: Path, edit: Callable[[dict[str, Any]], object]
) -> None:
    change(copy, edit)
    with pytest.raises(BundleError):
        Segmenter.load(copy)


def test_a_program_of_other_shapes_than_its_manifest_is_refused(copy: Path, tmp_path: Path) -> None:
    """Sizes and hashes are right, yet the program is another one: only the engine can tell."""
    other = write_tiny_bundle(tmp_path / "other", height=64, width=64)
    shutil.copy(other / "segment.onnx", copy / "segment.onnx")
    rehash(copy, "segment")
    with pytest.raises(BundleError, match=r"'image'.*1×3×64×64.*1×3×128×128"):
        Segmenter.load(copy)


def test_a_program_with_other_tensor_names_is_refused(copy: Path) -> None:
    model = onnx.load(copy / "heat.onnx")
    model.graph.output[0].name = model.graph.node[-1].output[0] = "warmth"
    onnx.save(model, copy / "heat.onnx")
    rehash(copy, "heat")
    with pytest.raises(BundleError, match="no output 'heatmap'"):
        Segmenter.load(copy)


def test_a_program_that_is_no_onnx_file_is_refused_in_one_sentence(copy: Path) -> None:
    # The second is well-formed, and no network.
    for content, why in ((b"not a network", "is not an ONNX"), (b"", "cannot load the program")):
        (copy / "segment.onnx").write_bytes(content)
        rehash(copy, "segment")
        with pytest.raises(SqueezeSamError, match=why) as caught:
            Segmenter.load(copy)
        assert "\n" not in str(caught.value)


def test_a_core_ml_bundle_opens_but_does_not_run_here(copy: Path) -> None:
    change(copy, lambda m: m.update(target="coreml", backend="coreml"))
    assert ModelBundle(copy).target == "coreml"
    with pytest.raises(EngineUnavailableError, match="Swift package"):
        Segmenter.load(copy)


def test_without_a_bundle_inside_the_package_the_command_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bundle_module, "_BUILT_IN", tmp_path)
    with pytest.raises(BundleError, match="squeezesam-export --target onnx"):
        Segmenter.load()


def test_the_bundle_inside_the_package_is_found_and_onnx_preferred(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bundle: Path
) -> None:
    shutil.copytree(bundle, tmp_path / "tiny-onnx")
    (tmp_path / "a-executorch").mkdir()
    (tmp_path / "a-executorch" / "manifest.json").write_text("{}")
    monkeypatch.setattr(bundle_module, "_BUILT_IN", tmp_path)
    assert Segmenter.load(threads=1).bundle.folder == tmp_path / "tiny-onnx"


def test_a_folder_whose_name_is_no_text_is_a_folder_like_any_other(
    bundle: Path, tmp_path: Path
) -> None:
    folder = Path(f"{tmp_path}/b\udcffundle")
    shutil.copytree(bundle, folder)
    assert ModelBundle(folder).name == "tiny-onnx-fp32-128x128"
    Segmenter.load(folder, threads=1).prewarm()
    (folder / "segment.onnx").unlink()
    with pytest.raises(BundleDamagedError, match="segment"):
        ModelBundle(folder)


def test_the_manifest_is_read_as_json_reads_it(bundle: Path) -> None:
    text = (bundle / "manifest.json").read_text()
    assert json.loads(ModelBundle(bundle).info["manifest"]) == json.loads(text)


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


LONG: dict[str, dict[str, Any]] = {
    "weights": {"model": {"preset": "p", "weights_sha256": {f"a{i}": "x" for i in range(40_000)}}},
    "a weight": {"model": {"preset": "p", "weights_sha256": {"a": ["x" * 9000] * 200}}},
    "provenance": {"model": {"preset": "p", "provenance": "x" * 16_000}},
    "tools": {"toolchain": {f"a{i}": ["x" * 200] * 20 for i in range(800)}},
    "a tool": {"toolchain": {"a": {"b": ["x" * 9000] * 300}}},
    "parity": {"parity": {"verification": [1] * 99_000, "engine": {"a": ["x" * 9000] * 90}}},
    "figures": {"parity": {"mask_iou": {f"a{i}": i for i in range(90_000)}}},
    "calibration": {"calibration": {"photos": [1] * 50_000, "source": ["x" * 9000] * 90}},
    "quantisation": {"quantisation": {"scheme": ["x" * 9000] * 300}},
}


@pytest.mark.parametrize("what", LONG)
def test_info_shows_a_screen_of_it_whatever_a_manifest_holds(
    bundle: Path, tmp_path: Path, what: str, capfd: Any
) -> None:
    copy = Path(shutil.copytree(bundle, tmp_path / "copy"))
    write_manifest(copy, {**read_manifest(copy), **LONG[what]})
    assert main(["info", str(copy)]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) < 60
    assert max(map(len, lines)) < 1000

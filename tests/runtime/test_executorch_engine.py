"""The same photo and prompts give the same mask through ExecuTorch as through ONNX Runtime."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from photo_files import save_scene, scene
from squeezesam import BundleError, EngineError, EngineUnavailableError, Segmenter
from squeezesam.cli import main
from tiny_bundle import rehash
from tiny_executorch import SEGMENT_SHAPES, TorchSegment, lower, write_tiny_executorch_bundle

THING = (32, 48, 96, 128)


@pytest.fixture(scope="module")
def executorch_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_executorch_bundle(tmp_path_factory.mktemp("executorch") / "tiny")


def test_both_engines_give_the_same_mask(segmenter: Segmenter, executorch_bundle: Path) -> None:
    other = Segmenter.load(executorch_bundle)
    assert other.engine.name == "executorch"
    photo = scene(300, 211, (THING, (180, 60, 260, 150)))
    for prompt in (
        lambda session: None,
        lambda session: session.set_box(150, 30, 290, 180),
        lambda session: session.add_point(90, 120, foreground=False),
    ):
        sessions = segmenter.open(photo), other.open(photo)
        for session in sessions:
            prompt(session)
        one, two = (session.predict() for session in sessions)
        assert one.prompts == two.prompts
        assert one.score == pytest.approx(two.score)
        assert np.allclose(one.logits, two.logits, atol=1e-3)
        assert np.array_equal(one.array, two.array)


def test_several_threads_queue_for_executorch(executorch_bundle: Path) -> None:
    shared = Segmenter.load(executorch_bundle, threads=1)
    photos = [scene(120, 90, ((10 + i, 10, 60 + i, 70),)) for i in range(12)]
    alone = [shared.open(photo).predict().array for photo in photos]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda photo: shared.open(photo).predict().array, photos))
    assert all(map(np.array_equal, alone, together))


def _forked(work: Callable[[], object]) -> str:
    """What `work` says in a fork of this process: its result or its error; "" if it hangs."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = repr(work())
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    stop = time.monotonic() + 60
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > stop:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.05)
    with os.fdopen(reader, "rb") as pipe:
        return pipe.read().decode()


def test_a_forked_child_gets_a_sentence_from_executorch_and_the_mask_from_onnx_runtime(
    segmenter: Segmenter, executorch_bundle: Path
) -> None:
    photo = scene(things=((32, 48, 96, 128),))
    for threads in (1, 2):
        mine = Segmenter.load(executorch_bundle, threads=threads)
        session = mine.open(photo)
        area = session.predict().area
        assert area > 0
        works: tuple[Callable[[], object], ...] = (
            lambda session=session: session.predict().area,
            lambda mine=mine: mine.open(photo).predict().area,
            lambda: Segmenter.load(executorch_bundle),
        )
        for work in works:
            said = _forked(work)
            assert said.startswith("EngineError: ")
            assert "before this process was forked" in said
        assert session.predict().area == area  # the parent goes on
    assert _forked(lambda: segmenter.open(photo).predict().area > 0) == "True"


def test_a_program_of_other_shapes_is_refused(executorch_bundle: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(executorch_bundle, tmp_path / "copy"))
    shutil.copy(copy / "heat.pte", copy / "segment.pte")
    rehash(copy, "segment")
    with pytest.raises(BundleError, match="'image' of the program 'segment'"):
        Segmenter.load(copy)


def test_a_file_that_is_no_program_is_refused(executorch_bundle: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(executorch_bundle, tmp_path / "copy"))
    (copy / "segment.pte").write_bytes(b"not a program" * 9)
    rehash(copy, "segment")
    with pytest.raises(EngineError, match="cannot load the program 'segment'"):
        Segmenter.load(copy)


class _NumberBesideMasks(TorchSegment):
    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, int]:
        return super().forward(*inputs)[0], 7


def test_a_program_that_gives_a_number_is_refused(executorch_bundle: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(executorch_bundle, tmp_path / "copy"))
    lower(_NumberBesideMasks(), SEGMENT_SHAPES, copy / "segment.pte")
    rehash(copy, "segment")
    with pytest.raises(EngineError, match="cannot load the program 'segment'"):
        Segmenter.load(copy)


class _OneMore(TorchSegment):
    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = super().forward(*inputs)
        return *found, found[0].mean(dim=1)


def test_outputs_that_the_manifest_does_not_list_are_left_alone(
    executorch_bundle: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(executorch_bundle, tmp_path / "copy"))
    lower(_OneMore(), SEGMENT_SHAPES, copy / "segment.pte")
    rehash(copy, "segment")
    photo = scene(120, 90, ((10, 10, 60, 70),))
    masks = [Segmenter.load(one).open(photo).predict() for one in (executorch_bundle, copy)]
    assert np.array_equal(masks[0].array, masks[1].array)


def test_an_executorch_bundle_does_not_go_to_onnx_runtime(executorch_bundle: Path) -> None:
    with pytest.raises(EngineUnavailableError, match="executes onnx bundles"):
        Segmenter.load(executorch_bundle, engine="onnxruntime")


def test_python_has_nothing_to_warn_of(executorch_bundle: Path) -> None:
    code = (
        "import numpy, sys; from squeezesam import Segmenter; "
        "photo = numpy.zeros((90, 120, 3), numpy.uint8); photo[20:50, 30:90] = 255; "
        "Segmenter.load(sys.argv[1]).open(photo).predict()"
    )
    words = [sys.executable, "-c", code, str(executorch_bundle)]
    result = subprocess.run(words, capture_output=True, text=True, check=True)
    # Native lines in brackets are ExecuTorch's own.
    lines = [line for line in result.stderr.splitlines() if not line.startswith("[")]
    assert lines == []


def test_the_command_runs_an_executorch_bundle(
    executorch_bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    photo = save_scene(tmp_path / "photo.png", THING)
    words = ["--bundle", executorch_bundle, "--output", tmp_path, "--threads", "1"]
    assert main(["segment", str(photo), *map(str, words)]) == 0
    assert (tmp_path / "photo-mask.png").exists()
    assert capfd.readouterr().err == ""
    assert main(["verify", str(executorch_bundle)]) == 0
    captured = capfd.readouterr()
    assert captured.err == ""
    assert captured.out.count("executorch") == 3  # its name, and each of the two programs


def test_errors_through_executorch_are_one_line_of_a_real_process(
    executorch_bundle: Path, tmp_path: Path
) -> None:
    """ExecuTorch logs its own lines to stderr when it refuses a program; ours must be the last."""
    copy = Path(shutil.copytree(executorch_bundle, tmp_path / "copy"))
    (copy / "segment.pte").write_bytes(b"not a program" * 9)
    rehash(copy, "segment")
    done = subprocess.run(
        [sys.executable, "-m", "squeezesam", "verify", str(copy)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("squeezesam: executorch cannot load")

"""What crashes, or never ends, is stopped and becomes one sentence."""

from __future__ import annotations

import hashlib
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import one_sentence, signalled
from endless_program import make_endless, slow_to_hash
from squeezesam import BundleDamagedError, CancelledError, ModelBundle, Segmenter
from squeezesam.child import ChildFailedError, run_in_child
from squeezesam.engines import on_cancel


@pytest.fixture
def endless(bundle: Path, tmp_path: Path) -> Path:
    """The tiny bundle, whose second program never ends."""
    copy = Path(shutil.copytree(bundle, tmp_path / "endless"))
    make_endless(copy)
    return copy


def _cancel_soon(session: Any) -> threading.Thread:
    def cancel() -> None:
        time.sleep(0.3)
        session.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    return thread


def test_a_program_without_an_end_is_stopped_by_cancel(endless: Path) -> None:
    session = Segmenter.load(endless, threads=1).open(np.zeros((64, 64, 3), np.uint8))
    session.set_box(8, 8, 40, 40)
    for _ in range(2):  # the session can be used again
        thread = _cancel_soon(session)
        with pytest.raises(CancelledError):
            session.predict()
        thread.join()


class _Waiting:
    """An engine in Python that waits until it is told to stop."""

    name, target = "waiting", "onnx"

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.calls = 0
        self.cancel_first: Any = None

    def load(self, spec: Any) -> _Waiting:
        return self

    def stop(self) -> None:
        self.calls += 1
        self.stopped.set()

    def run(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.cancel_first is not None:
            self.cancel_first()
        on_cancel(self.stop)
        assert self.stopped.wait(60)
        raise RuntimeError("stopped half way")


@pytest.mark.parametrize("early", [True, False])
def test_an_engine_of_one_s_own_is_told_even_if_it_listens_late(bundle: Path, early: bool) -> None:
    engine = _Waiting()
    session = Segmenter.load(bundle, engine=engine).open(np.zeros((64, 64, 3), np.uint8))
    session.set_box(8, 8, 40, 40)
    thread = None
    if early:
        engine.cancel_first = session.cancel
    else:
        thread = _cancel_soon(session)
    with pytest.raises(CancelledError):
        session.predict()
    if thread is not None:
        thread.join()
    session.cancel()  # its run is over: it is not told again
    assert engine.calls == 1


_SAYS_WHEN = """
import sys
import squeezesam_launch
from squeezesam import ModelBundle, Session
kind, name = {"predicting": (Session, "predict"), "opening": (ModelBundle, "__init__")}[sys.argv[1]]
work = getattr(kind, name)
def told(self, *words, **options):
    print(sys.argv[0], flush=True)
    return work(self, *words, **options)
setattr(kind, name, told)
sys.argv = sys.argv[1:]
sys.exit(squeezesam_launch.run("squeezesam"))
"""


def test_control_c_ends_the_command_while_a_program_runs(
    endless: Path, photo: Path, tmp_path: Path
) -> None:
    words = ["segment", photo, "--box", "8,8,40,40", "--bundle", endless, "--output", tmp_path]
    ended = signalled(
        ["-c", _SAYS_WHEN, "predicting", *map(str, words)], "predicting", signal.SIGINT
    )
    assert ended == (130, "squeezesam: interrupted\n")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [photo.name]


def test_verify_gives_up_on_a_program_that_does_not_end(
    endless: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from squeezesam.cli import main

    assert main(["verify", str(endless), "--threads", "1", "--limit", "3"]) == 1
    captured = capfd.readouterr()
    one_sentence(
        type("Said", (), {"err": captured.err})(), "endless", "took longer than 3 s over one step"
    )
    assert "ok  heat" in captured.out


@pytest.mark.parametrize("words", ["0", "-1", "nan", "soon"])
def test_a_limit_must_be_a_time(words: str, capfd: pytest.CaptureFixture[str]) -> None:
    from squeezesam.cli import main

    with pytest.raises(SystemExit) as left:
        main(["verify", "bundle", f"--limit={words}"])
    assert left.value.code == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_a_crash_in_a_child_is_one_sentence_and_what_it_said_is_not_heard(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(ChildFailedError, match=r"^the engine crashed \(SIGABRT\)$"):
        run_in_child("endless_program", "crash", [])
    assert capfd.readouterr().err == ""


def test_a_child_that_hangs_is_ended() -> None:
    start = time.monotonic()
    with pytest.raises(ChildFailedError, match="took longer than 1 s"):
        run_in_child("endless_program", "hang", [], limit=1)
    assert time.monotonic() - start < 60


def test_what_a_child_prints_and_its_exit_code_are_ours(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing in the folder that we happen to be in is imported.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "signal.py").write_text("raise SystemExit(99)")
    assert run_in_child("endless_program", "speak", ["a", "ä b"]) == 2
    assert capsys.readouterr().out == "a ä b\n"


_AS_A_LOCK_IS_TAKEN = """
import sys, threading
from squeezesam.cli import interruptible as module

cancelled, taken, moment = threading.Event(), 0, int(sys.argv[1])
module._PATIENCE_S = 1.0

def leaving(frame, event, value):
    global taken
    if event == "return":
        taken += 1
        if taken == moment:
            raise KeyboardInterrupt
    return leaving

def entering(frame, event, value):
    return leaving if frame.f_code is threading.Condition.__enter__.__code__ else None

sys.settrace(entering)
try:
    module.interruptible(lambda: cancelled.wait(3), cancelled.set)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("moment", [1, 2])
def test_control_c_just_as_a_lock_is_taken_is_waited_for_no_more(moment: int) -> None:
    """The first lock is of the thread that starts, a second would be that of the waiting."""
    words = [sys.executable, "-c", _AS_A_LOCK_IS_TAKEN, str(moment)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == (130 if moment == 1 else 0), done.stderr


class _Idle:
    """An engine that loads anything."""

    name, target = "idle", "coreml"

    def load(self, spec: Any) -> Any:
        return self


@pytest.mark.parametrize("call", ["open", "recheck", "segmenter"])
def test_a_handler_of_signals_runs_while_files_are_hashed_and_what_it_raises_ends_that(
    bundle: Path, tmp_path: Path, call: str
) -> None:
    size = 1 << 29
    digest = hashlib.sha256()
    for _ in range(size >> 20):
        digest.update(bytes(1 << 20))
    folder = slow_to_hash(bundle, tmp_path / "slow", size, digest.hexdigest())
    opened = ModelBundle(folder, check="hashes" if call == "segmenter" else "sizes")
    calls: dict[str, Any] = {
        "open": lambda: ModelBundle(folder),
        "recheck": lambda: opened.core.recheck(False),
        "segmenter": lambda: Segmenter(opened, _Idle()),
    }
    heard = 0

    def third_time(number: int, frame: Any) -> None:
        nonlocal heard
        heard += 1
        if heard == 3:  # Python's own calls one of them, when all is done
            raise TimeoutError("enough")

    before = signal.signal(signal.SIGALRM, third_time)
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    try:
        with pytest.raises(TimeoutError, match="enough"):
            calls[call]()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert ModelBundle(bundle).name  # nobody is asked any more


def test_no_byte_of_a_bundle_is_hashed_before_all_its_files_have_their_size(
    bundle: Path, tmp_path: Path
) -> None:
    folder = slow_to_hash(bundle, tmp_path / "slow", 1 << 20, "0" * 64)
    with pytest.raises(BundleDamagedError, match=r"heat\.onnx: the file was changed"):
        ModelBundle(folder)
    (folder / "segment.onnx").write_bytes(b"")
    with pytest.raises(BundleDamagedError, match=r"segment\.onnx: the file has 0 bytes"):
        ModelBundle(folder)


@pytest.mark.parametrize(
    "words", [["info"], ["segment", "PHOTO", "--bundle"], ["serve", "--bundle"]]
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_that_opens_a_large_bundle(
    bundle: Path, photo: Path, tmp_path: Path, words: list[str], number: signal.Signals
) -> None:
    folder = slow_to_hash(bundle, tmp_path / "slow", (1 << 33) - (1 << 20), "0" * 64)
    typed = [str(photo) if word == "PHOTO" else word for word in words]
    port = ["--port", "0"] if words[0] == "serve" else []
    ended = signalled(
        ["-c", _SAYS_WHEN, "opening", *typed, str(folder), *port], "opening", number, 0.2
    )
    word = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}[number]
    assert ended == (128 + number, f"squeezesam: {word}\n")

"""However a command ends: one sentence, the right exit code, nothing half-written.

A table of commands and ends, generated. What runs here is what the installed commands run,
`squeezesam_launch`.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from photo_files import save_scene
from PIL import Image
from squeezesam.cli import main
from squeezesam.cli.arguments import build_parser

LAUNCHER = Path(__file__).parents[2] / "python_bindings"
COMMANDS = {
    "remove": "remove {photos} out --bundle {bundle}",
    "segment": "segment {photos} --output out --bundle {bundle} --format mask,json",
    "everything": "everything {photos}/a.png --points 2 --output out --bundle {bundle}",
    "info": "info {bundle}",
    "verify": "verify {bundle} --photos {photos}",
    "serve": "serve --port 0 --bundle {bundle}",
}
# After which part of all the command's function calls the signal comes: while the libraries load,
# while it works, and just before its end.
MOMENTS = (0.001, 0.02, 0.4, 0.7, 0.9, 0.98)
START = """
import os, signal, sys
number, moment = int(sys.argv.pop(1)), int(sys.argv.pop(1))
import squeezesam_launch
calls = 0
def count(frame, event, value):
    global calls
    calls += 1
    if calls == moment:
        sys.setprofile(None)
        os.kill(os.getpid(), number)
if number or moment < 0:
    sys.setprofile(count)
code = squeezesam_launch.run("squeezesam")
sys.setprofile(None)
if moment < 0:
    os.write(2, str(calls).encode())
sys.exit(code)
"""


@pytest.fixture(scope="module")
def given(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What the commands read."""
    photos = tmp_path_factory.mktemp("given") / "photos"
    photos.mkdir()
    for name in ("a.png", "b.jpg", "c.png"):
        save_scene(photos / name, (32, 48, 96, 128))
    return {"photos": photos, "bundle": bundle}


def run(
    command: str, given: dict[str, Path], folder: Path, number: int = 0, moment: int = 0, **how: Any
) -> subprocess.CompletedProcess[bytes]:
    """The command in `folder`, with a signal at a moment if there is a number."""
    words = COMMANDS[command].format(**given).split()
    how.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        [sys.executable, "-c", START, str(number), str(moment), *words],
        stderr=subprocess.PIPE, cwd=folder, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(LAUNCHER)}, **how,
    )  # fmt: skip


def nothing_is_half_written(folder: Path) -> None:
    for path in folder.rglob("*"):
        assert not path.name.endswith(".part")
        if path.suffix == ".png":
            Image.open(path).load()


def obeying() -> None:
    """Jobs that a shell has put into the background ignore SIGINT, and so would this one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def calls(given: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many function calls each command takes from its beginning to its end."""
    found = {}
    for command in COMMANDS:
        if command != "serve":  # which has no end of its own
            done = run(command, given, tmp_path_factory.mktemp(command), moment=-1)
            assert done.returncode == 0, done.stderr
            found[command] = int(done.stderr.splitlines()[-1])
    return found


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "serve"])
def test_a_signal_at_any_moment_ends_with_a_sentence_and_its_code(
    given: dict[str, Path],
    calls: dict[str, int],
    tmp_path: Path,
    command: str,
    number: int,
    moment: float,
) -> None:
    at = round(moment * calls[command])
    done = run(command, given, tmp_path, number, at, preexec_fn=obeying)
    said = done.stderr.decode()
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert done.returncode == 128 + number, said
    assert said.splitlines()[-1] == f"squeezesam: {word}"
    assert all(line.startswith("squeezesam: ") for line in said.splitlines()), said
    nothing_is_half_written(tmp_path)


def served(
    given: dict[str, Path], folder: Path, number: int, moment: int, ready: bool = False
) -> tuple[int, str, str]:
    """Exit code, output and complaints of the server; ready: terminated once it listens."""
    words = COMMANDS["serve"].format(**given).split()
    with subprocess.Popen(
        [sys.executable, "-c", START, str(number), str(moment), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, text=True,
        env={**os.environ, "PYTHONPATH": str(LAUNCHER)}, preexec_fn=obeying,
    ) as process:  # fmt: skip
        try:
            if ready and process.stdout is not None:
                process.stdout.readline()
                process.terminate()
            said, complained = process.communicate(timeout=120)
        finally:
            process.kill()
    return process.returncode, said, complained


@pytest.fixture(scope="module")
def calls_of_serve(given: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many function calls the server takes until it has begun and ended."""
    code, _, complained = served(given, tmp_path_factory.mktemp("serve"), 0, -1, ready=True)
    assert code == 0, complained
    return int(complained)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_any_moment_ends_the_server(
    given: dict[str, Path], calls_of_serve: int, tmp_path: Path, number: int, moment: float
) -> None:
    code, said, complained = served(given, tmp_path, number, round(moment * calls_of_serve))
    word = "interrupted" if number == signal.SIGINT else "terminated"
    if said or code == 0:  # it listens: being ended is what it waits for
        assert (code, complained) == (0, "")
    else:
        assert (code, complained) == (128 + number, f"squeezesam: {word}\n")


LATE = """
import gc, os, sys, time, weakref
number, where = int(sys.argv[1]), sys.argv[2]
def stop(*_):
    os.kill(os.getpid(), number)
    time.sleep(0)
class Thing:
    pass
class Finalized:
    def __del__(self):
        stop()
def main():
    if where == "finalizer":
        Finalized()
    elif where == "weak reference":
        thing = Thing()
        reference = weakref.ref(thing, stop)
        del thing
    else:
        gc.callbacks.append(lambda phase, info: gc.callbacks.clear() or stop())
        gc.collect()
    while True:
        time.sleep(0.01)
import squeezesam_launch
squeezesam_launch.COMMANDS["squeezesam"] = ("__main__:main", "")
sys.exit(squeezesam_launch.run("squeezesam"))
"""


@pytest.mark.parametrize("where", ["finalizer", "weak reference", "collection"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_not_lost_where_python_drops_exceptions(number: int, where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE, str(number), where],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(LAUNCHER)}, preexec_fn=obeying,
    )  # fmt: skip
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert (done.returncode, done.stderr) == (128 + number, f"squeezesam: {word}\n")


@pytest.mark.parametrize("end", ["full", "closed", "gone"])
@pytest.mark.parametrize("command", COMMANDS)
def test_standard_output_that_takes_nothing_is_exit_code_1(
    given: dict[str, Path], tmp_path: Path, command: str, end: str
) -> None:
    if end == "full":
        with open("/dev/full", "wb") as full:
            done = run(command, given, tmp_path, stdout=full)
    elif end == "closed":
        done = run(command, given, tmp_path, preexec_fn=lambda: os.close(1), stdout=None)
    else:
        reader, writer = os.pipe()
        os.close(reader)
        done = run(command, given, tmp_path, stdout=writer)
        os.close(writer)
    said = done.stderr.decode()
    assert done.returncode == 1, said
    if end == "gone":  # whoever has left wants to hear nothing
        assert said == ""
    else:
        assert said.startswith("squeezesam: standard output cannot be written (")
        assert said.count("\n") == 1
    nothing_is_half_written(tmp_path)


def unprivileged() -> None:
    """Root in a container may write anywhere: what it starts from here on obeys permissions."""
    system = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        system.prctl(
            24, capability, 0, 0, 0
        )  # PR_CAPBSET_DROP; others than root cannot and need not


@pytest.mark.parametrize("command", ["remove", "segment", "everything"])
@pytest.mark.parametrize("forbidden", ["the folder", "the output"])
def test_a_place_that_may_not_be_written_is_a_sentence_and_exit_code_1(
    given: dict[str, Path], tmp_path: Path, command: str, forbidden: str
) -> None:
    place = tmp_path if forbidden == "the folder" else tmp_path / "out"
    place.mkdir(exist_ok=True)
    place.chmod(0o555)
    try:
        done = run(command, given, tmp_path, preexec_fn=unprivileged)
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
    finally:
        place.chmod(0o755)
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert "Permission denied" in said
    assert all(line.startswith("squeezesam: ") for line in said.splitlines()), said


def options() -> Iterator[tuple[str, str, str]]:
    """Each value that each command takes: empty, and where it is a number, absurd."""
    commands = next(
        action for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )  # fmt: skip
    for command, parser in commands.choices.items():
        for action in parser._actions:
            if action.nargs != 0 and action.option_strings:
                yield command, action.option_strings[-1], ""
                if action.type is not None:
                    absurd = ("9" * 5000, "-1", "nan", "1e999", "0x10", "ten", "\u0663,\u0663,1")
                    yield from ((command, action.option_strings[-1], text) for text in absurd)


@pytest.mark.parametrize(("command", "option", "text"), list(options()))
def test_an_empty_or_absurd_value_is_exit_code_2(
    command: str, option: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"remove": ["a", "b.png"], "segment": ["a"]}.get(command, ["bundle"])
    with pytest.raises(SystemExit) as leaving:
        main([command, *words, f"{option}={text}"])
    said = capsys.readouterr().err
    assert leaving.value.code == 2
    assert said.startswith("squeezesam")
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_an_empty_argument_is_exit_code_2(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["", "b.png"] if command == "remove" else [""]
    with pytest.raises(SystemExit) as leaving:
        main([command, *words])
    assert leaving.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1

"""What a command did not foresee: one sentence and exit code 1, the whole story on request."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from squeezesam.child import run_in_child

LAUNCHER = Path(__file__).parents[2] / "python_bindings"
FAILING = """
import sys
import squeezesam_launch
def main():
    raise {error}
sys.modules["unforeseen"] = type(sys)("unforeseen")
sys.modules["unforeseen"].main = main
for name in squeezesam_launch.COMMANDS:
    squeezesam_launch.COMMANDS[name] = ("unforeseen:main", squeezesam_launch.COMMANDS[name][1])
sys.exit(squeezesam_launch.run("{command}"))
"""


@pytest.mark.parametrize("error", ["ValueError('a\\x1b[2K\\nb')", "MemoryError()", "KeyError('x')",
                                   "RecursionError('deep')", "OSError(5, 'no', 'file')",
                                   "ModuleNotFoundError('x', name='squeezesam.x')",
                                   "OverflowError('9' * 4000)"])  # fmt: skip
@pytest.mark.parametrize("command", ["squeezesam", "squeezesam-train"])
def test_whatever_a_command_did_not_foresee_is_one_sentence(command: str, error: str) -> None:
    def ended(**more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", FAILING.format(error=error, command=command)],
            capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "PYTHONPATH": str(LAUNCHER), **more},
        )  # fmt: skip

    done = ended()
    assert done.returncode == 1
    assert done.stderr.startswith(f"{command}: unexpected ")
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) < 500
    assert "\x1b" not in done.stderr
    assert "Traceback" in ended(SQUEEZESAM_TRACEBACK="1").stderr


IMPORTING = """
import os, signal, sys, time
number, where = int(sys.argv[1]), sys.argv[2]
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
def stop():
    os.kill(os.getpid(), number)
    time.sleep(0)
def main():
    if where == "made an ImportError":
        try:
            stop()
        except KeyboardInterrupt:
            raise ImportError("in its place")
    words = "os.kill(os.getpid(), number)" if where == "importlib itself" else "stop()"
    try:
        exec(compile(words, "<frozen importlib._bootstrap>", "exec"), globals())
    except KeyboardInterrupt:
        print("raised where a lock would stay taken", file=sys.stderr)
        raise
    while True:
        time.sleep(0.01)
import squeezesam_launch
squeezesam_launch.COMMANDS["squeezesam"] = ("__main__:main", "")
sys.exit(squeezesam_launch.run("squeezesam"))
"""


@pytest.mark.parametrize("where", ["importlib itself", "called by it", "made an ImportError"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_an_import_is_one_sentence_and_leaves_no_lock_taken(
    number: int, where: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, str(number), where],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(LAUNCHER)},
    )  # fmt: skip
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert (done.returncode, done.stderr) == (128 + number, f"squeezesam: {word}\n")


def test_a_child_s_unforeseen_end_is_one_sentence_too(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_in_child("endless_program", "stumble", []) == 1
    error = capfd.readouterr().err
    assert error.startswith("squeezesam: unexpected ValueError")
    assert error.count("\n") == 1

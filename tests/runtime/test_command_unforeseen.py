"""What a command did not foresee: one sentence and exit code 1, the whole story on request."""

from __future__ import annotations

import os
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


def test_a_child_s_unforeseen_end_is_one_sentence_too(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_in_child("endless_program", "stumble", []) == 1
    error = capfd.readouterr().err
    assert error.startswith("squeezesam: unexpected ValueError")
    assert error.count("\n") == 1

"""`squeezesam completion`: a shell that sources it knows our commands, options and choices."""

from __future__ import annotations

import builtins
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from squeezesam.cli import main
from squeezesam.cli.arguments import build_parser
from squeezesam.cli.arguments_completion import SHELLS

COMMANDS = ("remove", "segment", "everything", "info", "verify", "serve", "completion")


def completed(script: Path, *words: str) -> set[str]:
    """What bash proposes for the last word of a command line."""
    line = (
        f"source {script}; COMP_WORDS=(squeezesam {' '.join(repr(word) for word in words)}); "
        f"COMP_CWORD={len(words)}; _shtab_squeezesam squeezesam; "
        "printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    found = subprocess.run(
        ["bash", "--norc", "-c", line], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stderr == ""
    return set(found.stdout.split())


@pytest.fixture
def script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["completion", "bash"]) == 0
    path = tmp_path / "script"
    path.write_text(capsys.readouterr().out)
    return path


def test_bash_completes_every_command(script: Path) -> None:
    assert completed(script, "") >= set(COMMANDS)
    assert completed(script, "se") == {"segment", "serve"}


@pytest.mark.parametrize("command", COMMANDS)
def test_bash_completes_every_option_of_a_command(script: Path, command: str) -> None:
    help_ = next(a for a in build_parser()._actions if a.dest == "command").choices[command]
    options = {word for action in help_._actions for word in action.option_strings}
    assert completed(script, command, "--") == {word for word in options if word.startswith("--")}


def test_bash_completes_the_choices_of_an_option_and_files(script: Path, tmp_path: Path) -> None:
    assert completed(script, "completion", "") == set(SHELLS)
    (tmp_path / "cat.jpg").write_bytes(b"")
    assert completed(script, "info", f"{tmp_path}/ca") == {f"{tmp_path}/cat.jpg"}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_a_script_that_names_every_command(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(command in script for command in COMMANDS)


def test_without_the_library_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "shtab", raising=False)
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "shtab":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["completion", "bash"]) == 1
    assert capsys.readouterr().err == (
        "squeezesam: squeezesam completion needs shtab; pip install 'squeezesam[completion]'\n"
    )

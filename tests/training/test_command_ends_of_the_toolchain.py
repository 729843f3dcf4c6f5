"""How the commands of export, training and evaluation end: a table of commands and ends."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from squeezesam_export.arguments import build_parser as export_parser
from squeezesam_export.cli import main as export
from squeezesam_train.cli import build_parser as train_parser
from squeezesam_train.cli import main as train
from squeezesam_train.evaluation.cli import build_parser as evaluate_parser
from squeezesam_train.evaluation.cli import main as evaluate

sys.path.append(str(Path(__file__).parents[1] / "runtime"))

from test_command_ends import LAUNCHER, START, obeying

Main = Callable[[list[str]], int]
COMMANDS: dict[str, tuple[Main, Callable[[], argparse.ArgumentParser], list[str]]] = {
    "squeezesam-export": (export, export_parser, ["--target", "onnx", "--size", "64"]),
    "squeezesam-train": (train, train_parser, ["--config", "none.yaml", "--output", "out"]),
    "squeezesam-eval": (evaluate, evaluate_parser, ["--data", "none"]),
}
ABSURD = ("9" * 5000, "-1", "nan", "1e999", "0x10", "ten")


def words() -> Iterator[tuple[str, str]]:
    """Each option of each command with nothing, and where it takes a number, absurd ones."""
    for command, (_, parser, _) in COMMANDS.items():
        yield command, ""
        for action in parser()._actions:
            if action.option_strings and action.nargs != 0:
                yield command, f"{action.option_strings[-1]}="
                if action.type not in (None, Path) and "=" not in str(action.metavar):
                    yield from ((command, f"{action.option_strings[-1]}={n}") for n in ABSURD)


@pytest.mark.parametrize(("command", "word"), list(words()), ids=lambda value: value[:30])
def test_an_empty_or_absurd_value_is_one_sentence_and_exit_code_2(
    command: str,
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    main, _, plain = COMMANDS[command]
    try:
        code = main([*plain, word])
    except SystemExit as leaving:
        code = leaving.code
    said = capsys.readouterr().err
    assert code == 2, said
    assert said.startswith(f"{command}: ")
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def launched(
    command: str, words: list[str], number: int, folder: Path, out: int
) -> tuple[int, str]:
    """Exit code and stderr of the installed command, which gets a signal at its 4,000th call."""
    start = START.replace('"squeezesam")', f'"{command}")')
    done = subprocess.run(
        [sys.executable, "-c", start, str(number), "4000", *words],
        stdout=out, stderr=subprocess.PIPE, text=True, cwd=folder, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(LAUNCHER)}, preexec_fn=obeying,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_signal_while_the_libraries_load_ends_with_a_sentence_and_its_code(
    command: str, number: int, tmp_path: Path
) -> None:
    code, said = launched(command, COMMANDS[command][2], number, tmp_path, subprocess.DEVNULL)
    word = "interrupted" if number == signal.SIGINT else "terminated"
    assert (code, said) == (128 + number, f"{command}: {word}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_standard_output_is_a_sentence_and_exit_code_1(command: str, tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        code, said = launched(command, ["--help"], 0, tmp_path, full.fileno())
    assert code == 1
    assert said.startswith(f"{command}: standard output cannot be written (")
    assert said.count("\n") == 1

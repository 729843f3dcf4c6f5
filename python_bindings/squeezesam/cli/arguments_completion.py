"""The command line of `squeezesam completion`."""

from __future__ import annotations

import argparse

SHELLS = ("bash", "zsh", "tcsh")


def add_completion(commands: argparse._SubParsersAction, exit_codes: str) -> None:
    """Adds the command."""
    command: argparse.ArgumentParser = commands.add_parser(
        "completion",
        help="a script with which the shell completes our commands and options",
        description="Prints the script. For this session: "
        'eval "$(squeezesam completion bash)"; for all: write it where the shell looks, for '
        "instance ~/.local/share/bash-completion/completions/squeezesam.",
        epilog=exit_codes,
    )
    command.add_argument("shell", choices=SHELLS, help=", ".join(SHELLS))

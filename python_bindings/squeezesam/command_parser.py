"""The command line of every command: what makes no sense is one sentence and exit code 2."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn


class CommandParser(argparse.ArgumentParser):
    """argparse's, which says one sentence instead of the usage block and takes no empty word."""

    def print_help(self, file: Any = None) -> None:
        # argparse itself takes a full disk for no fault.
        (file or sys.stdout).write(self.format_help())

    def error(self, message: str) -> NoReturn:
        with contextlib.suppress(OSError):
            print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr, flush=True)
        raise SystemExit(2)

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> argparse.Namespace:
        """argparse's. An empty word would become the folder that one is in, or nothing at all."""
        options: argparse.Namespace = super().parse_args(args, namespace)
        for word in sys.argv[1:] if args is None else args:
            if word == "" or (word.startswith("--") and word.endswith("=")):
                self.error(f"an empty {word.strip('-=') or 'argument'} names nothing")
        return options

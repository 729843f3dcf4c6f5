"""Run squeezesam-train, in which one process meets its end (or a signal) at a given step.

`torchrun failing_rank.py kill|term|hang RANK STEP <arguments of squeezesam-train>`
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from squeezesam_train.cli import main
from squeezesam_train.engine import Trainer

SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "hang": signal.SIGSTOP}


def _strike(number: signal.Signals, rank: int, step: int) -> None:
    """Send the signal to process ``rank`` before it begins step ``step`` (counted from 0)."""
    original = Trainer._step

    def step_or_fall(self: Trainer, *arguments: Any) -> Any:
        if self.world.rank == rank and self.step == step:
            os.kill(os.getpid(), number)
        return original(self, *arguments)

    Trainer._step = step_or_fall  # type: ignore[method-assign]


if __name__ == "__main__":
    _strike(SIGNALS[sys.argv[1]], int(sys.argv[2]), int(sys.argv[3]))
    sys.exit(main(sys.argv[4:]))

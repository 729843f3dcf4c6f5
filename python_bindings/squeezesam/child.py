"""Strangers' programs are run in a process of its own: its crash or its hang becomes one sentence.

An engine executes what a bundle brings, with the faults of the engine: damaged programs have ended
whole processes, and a loop without an end cannot be left from within. A child process contains
both. It is no sandbox: it may do what its user may do.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO, Any

from .terminal import unexpected

LIMIT_S = 300.0
"""Seconds that one step (a program loaded or run, one photo) may take, unless it is said."""

# The parent's path of modules, not the folder that we happen to be in.
_CODE = (
    "import sys; sys.path[:] = sys.argv.pop(1).split('\\n'); from {module} import {function}; "
    "from squeezesam.child import be_child; raise SystemExit(be_child({function}, sys.argv[1:]))"
)
_limit: float | None = None


class ChildFailedError(Exception):
    """The child did not come to an end of its own; the text is a sentence that says why."""


def run_in_child(module: str, function: str, words: Sequence[str], limit: float = LIMIT_S) -> int:
    """Calls ``function(words)`` of `module` in another Python; what it prints is printed here.

    function: takes the words, returns the exit code.
    limit: seconds between two calls of `restart_limit` there (POSIX; none elsewhere).

    Returns the exit code. Raises ChildFailedError when the child crashed or ran into the limit, or
    could not be started. KeyboardInterrupt ends the child as well.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    code = _CODE.format(module=module, function=function)
    command = [sys.executable, "-c", code, "\n".join(sys.path), str(limit), *words]
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=_inherited(sys.stdout),
            stderr=_inherited(sys.stderr),
            # Ctrl-C is ours to hear; the child hears of it when its input ends.
            start_new_session=True,
        )
    except OSError as error:
        raise ChildFailedError(f"cannot start another Python ({error.strerror})") from error
    try:
        _hand_on(child)
    finally:
        child.kill()
        child.wait()
        _close(child)
    if child.returncode >= 0:
        return child.returncode
    raise ChildFailedError(_ending(-child.returncode, limit))


def be_child(function: Any, words: Sequence[str]) -> int:
    """The child's side: `words` are the limit, then those for `function`."""
    global _limit
    _limit = float(words[0])
    _silence_libraries()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    restart_limit()
    try:
        code: int = function(list(words[1:]))
    except Exception as error:  # whatever it is, it is one sentence
        print(f"squeezesam: {unexpected(error)}", file=sys.stderr)
        return 1
    return code


def restart_limit() -> None:
    """A new step begins. Does nothing outside of a child, and where the system has no timers."""
    if _limit is not None and hasattr(signal, "setitimer"):
        # Left to its default: it ends the process whatever an engine is doing.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, _limit)


def _inherited(stream: IO[str]) -> int:
    """The stream's own descriptor; a pipe where it has none (captured output, a notebook)."""
    try:
        return stream.fileno()
    except (OSError, io.UnsupportedOperation, AttributeError):
        return subprocess.PIPE


def _hand_on(child: subprocess.Popen[bytes]) -> None:
    """Waits for the child; prints here what went into pipes. Raises OSError where that fails."""
    failed: list[OSError] = []

    def copy(pipe: IO[bytes], stream: IO[str]) -> None:
        try:
            for line in pipe:
                stream.write(line.decode("utf-8", "backslashreplace"))
        except OSError as error:
            failed.append(error)
            child.kill()

    pairs = [(child.stdout, sys.stdout), (child.stderr, sys.stderr)]
    copies = [threading.Thread(target=copy, args=pair, daemon=True) for pair in pairs if pair[0]]
    for thread in copies:
        thread.start()
    child.wait()
    for thread in copies:
        thread.join()
    if failed:
        raise failed[0]


def _close(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _ending(number: int, limit: float) -> str:
    if number == getattr(signal, "SIGALRM", None):
        return f"took longer than {limit:g} s over one step and was stopped"
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return f"the engine crashed ({name})"


def _silence_libraries() -> None:
    """What engines write to descriptor 2 is lost; Python's own stderr goes where it went."""
    kept = os.dup(2)
    sys.stderr = open(kept, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _end_with_parent() -> None:
    """Our input is a pipe that nobody writes to: its end is the parent's."""
    while os.read(0, 1):
        pass
    os._exit(1)

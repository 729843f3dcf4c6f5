"""How every command of squeezesam begins and ends, before any library is loaded and after all work.

Nothing is imported here that takes long: a signal that comes while the libraries load finds its
handler, and a library that is not installed becomes one sentence.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from importlib import import_module

TYPE_CHECKING = False  # typing itself takes longer to load than all the others
if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from types import FrameType
    from typing import Any, NoReturn

# Command → module and function, and the extra of setup.py that brings its libraries.
COMMANDS = {
    "squeezesam": ("squeezesam.cli:main", ""),
    "squeezesam-export": ("squeezesam_export.cli:main", "export"),
    "squeezesam-import": ("squeezesam_export.importing.cli:main", "export"),
    "squeezesam-train": ("squeezesam_train.cli:main", "train"),
    "squeezesam-eval": ("squeezesam_train.evaluation.cli:main", "train"),
    "squeezesam-eval-ap": ("squeezesam_train.evaluation.ap_cli:main", "train"),
}
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
# Seconds until a signal that was lost is raised again.
_SOON = 0.01


class Stopped(KeyboardInterrupt):
    """SIGINT or SIGTERM, as an exception: what is open is closed, nothing half-written stays."""

    def __init__(self, number: int) -> None:
        super().__init__(WORDS[signal.Signals(number)])
        self.number = number
        self.code = 128 + number


class Ending:
    """Remembers the first signal, in case that a library swallows the exception."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self.armed = True
        self.stopped: Stopped | None = None

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Raises at the first signal only: neither a second nor a late one disturbs the end.

        A forked child has nothing to tidy up: it ends as if there were no handler. Not raised in
        importlib itself but a moment later: between taking one of its locks and the block that
        gives it back, the lock would stay taken and the next import wait for ever.
        """
        if os.getpid() != self._process:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        if self.stopped is None and self.armed:
            if _is_importlibs(frame) and hasattr(signal, "setitimer"):
                signal.signal(signal.SIGALRM, lambda _, there: self.handle(number, there))
                signal.setitimer(signal.ITIMER_REAL, _SOON)
                return
            self.stopped = Stopped(number)
            raise self.stopped

    def lost(self, what: UnraisableHookArgs) -> None:
        """For `sys.unraisablehook`: raises again, a moment later, what nobody could be told.

        A signal that comes while a finalizer or a callback of a weak reference runs is raised in
        there, and Python drops it: a server would serve for ever.
        """
        if self.stopped is None or what.exc_value is not self.stopped:
            sys.__unraisablehook__(what)
        elif self.armed and hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._again)
            signal.setitimer(signal.ITIMER_REAL, _SOON)

    def _again(self, number: int, frame: FrameType | None) -> None:
        stopped, self.stopped = self.stopped, None
        if stopped is not None:
            self.handle(stopped.number, frame)


def _is_importlibs(frame: FrameType | None) -> bool:
    """Whether a frame, or what called it (a profiler's function, say), is importlib's own."""
    near = [frame, None if frame is None else frame.f_back]
    own = "<frozen importlib._bootstrap>"
    return any(one is not None and one.f_code.co_filename == own for one in near)


class Closed(io.TextIOBase):
    """Standard output that the caller has closed (`>&-`): nothing is lost in silence."""

    @property
    def buffer(self) -> Closed:
        """For bytes it is closed as well."""
        return self

    def write(self, text: Any) -> int:
        """Raises OSError."""
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def squeezesam() -> NoReturn:
    """The command `squeezesam`."""
    _end("squeezesam")


def export() -> NoReturn:
    """The command `squeezesam-export`."""
    _end("squeezesam-export")


def import_onnx() -> NoReturn:
    """The command `squeezesam-import`."""
    _end("squeezesam-import")


def train() -> NoReturn:
    """The command `squeezesam-train`."""
    _end("squeezesam-train")


def evaluate() -> NoReturn:
    """The command `squeezesam-eval`."""
    _end("squeezesam-eval")


def evaluate_ap() -> NoReturn:
    """The command `squeezesam-eval-ap`."""
    _end("squeezesam-eval-ap")


def _end(command: str) -> NoReturn:
    sys.exit(run(command))


def run(command: str) -> int:
    """Runs one of COMMANDS with the process's own arguments; returns the exit code.

    130 after SIGINT and 143 after SIGTERM, each with one sentence; 1 where standard output cannot
    be written (full, closed), a library is missing or something unforeseen is raised. A SIGINT that
    is ignored, as in jobs that a shell has put into the background, stays ignored.
    """
    _occupy_closed_streams()
    ending, code = Ending(), 1
    sys.unraisablehook = ending.lost
    try:
        for number in WORDS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, ending.handle)
        code = _work(command, ending)
        ending.armed = False
    except KeyboardInterrupt:
        ending.armed = False
    if ending.stopped is not None and code != ending.stopped.code:
        code = ending.stopped.code
        _say(command, str(ending.stopped))
    return _flushed(command, code)


def _work(command: str, ending: Ending) -> int:
    try:
        return _called(command)
    except Exception as error:  # whatever it is, it is one sentence
        if ending.stopped is not None:  # a C module's import makes an ImportError of a signal
            return 1
        from squeezesam.terminal import unexpected

        _say(command, unexpected(error))
        return 1


def _called(command: str) -> int:
    target, extra = COMMANDS[command]
    module, _, function = target.partition(":")
    try:
        return int(getattr(import_module(module), function)() or 0)
    except SystemExit as leaving:
        return _code_of(command, leaving.code)
    except BrokenPipeError:  # whoever read our output has left (`| head`)
        return 1
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if not extra or library.startswith("squeezesam"):
            raise
        _say(command, f'needs pip install "squeezesam[{extra}]" ({library} is not installed)')
        return 1
    except OSError as error:
        if error.filename is not None:
            raise
        _say(command, f"standard output cannot be written ({error.strerror})")
        return 1


def _code_of(command: str, code: Any) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    _say(command, str(code))
    return 1


def _occupy_closed_streams() -> None:
    """Whoever closed one of the three (`>&-`) must not find the next opened file in its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = Closed()
    if sys.stderr is None:  # print would take standard output in its place
        sys.stderr = os.fdopen(2, "w")


def _flushed(command: str, code: int) -> int:
    """Writes out what is left; whatever does not go is lost without a traceback at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        code = code or 1
    except (OSError, ValueError) as error:
        if code == 0:
            reason = getattr(error, "strerror", None) or error
            _say(command, f"standard output cannot be written ({reason})")
            code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return code


def _say(command: str, sentence: str) -> None:
    try:
        print(f"{command}: {sentence}", file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return  # nobody can read it

"""One run of a demo app's benchmark mode: launched, listened to, and its result taken in."""

from __future__ import annotations

import sys
from collections import deque
from typing import Any, Protocol

from devices import console
from devices.commands import Lines
from devices.failures import AppError, DeviceError, one_line, printable
from devices.phones import Phone
from results.result import ResultError, parse_result

# pymobiledevice3's notice, Android's log; `am start` for an activity that is not there.
_CRASHES = ("terminated with exit code", "FATAL EXCEPTION")
_NOT_STARTED = ("Error type 3", "Unable to resolve Intent")


class Transport(Protocol):
    """What a way to a phone must offer; the modules devicectl, pymobile and adb_app do."""

    def launch_words(self, phone: Phone, app_id: str, words: list[str]) -> list[str]:
        """The command that launches the app and shows what it says."""

    def receive_file(self, phone: Phone, app_id: str, source: str) -> bytes | None:
        """A file of the app, or None."""

    def failure_in(self, text: str) -> DeviceError:
        """What the tool's words mean."""


def run_app(
    transport: Transport,
    phone: Phone,
    app_id: str,
    words: list[str],
    run: str,
    result_file: str,
    timeout: float,
) -> dict[str, Any]:
    """Launch the app in its benchmark mode and return the checked result.

    Args:
        transport: how to reach the phone.
        phone: the phone.
        app_id: the app's identifier.
        words: the mode's words, `run` among them.
        run: the run word.
        result_file: where the app leaves its result.
        timeout: most seconds from the launch to the result.

    Raises:
        DeviceError: one of its kinds.
    """
    noise: deque[str] = deque(maxlen=40)

    def keep(line: str) -> None:
        if console.PREFIX not in line and line.strip():
            noise.append(line)
        if any(sign in line for sign in _CRASHES):
            raise AppError(f"the app crashed: {one_line(line)}")
        if any(sign in line for sign in _NOT_STARTED):
            raise transport.failure_in(line)

    with Lines(transport.launch_words(phone, app_id, words)) as lines:
        transcript = console.listen(lines, run, timeout, _show_progress, keep)
    _clear_progress()
    said = "\n".join(noise)
    if not transcript.begun:
        raise transport.failure_in(said)
    document = transcript.document() or transport.receive_file(phone, app_id, result_file)
    result = _read(document, run)
    if result is not None:
        return result
    failure = transport.failure_in(said)
    if transcript.ended or isinstance(failure, AppError):
        last = f"; the console's last line: {one_line(noise[-1])}" if noise else ""
        raise AppError(f"the app ended without a whole result{last}")
    raise failure


def _read(document: bytes | None, run: str) -> dict[str, Any] | None:
    """The result in a document; None for none, or one of another run."""
    if document is None:
        return None
    try:
        result = parse_result(document)
    except ResultError as error:
        raise AppError(f"the app's result cannot be used: {error}") from error
    return result if result["run"] == run else None


def _show_progress(done: int, total: int, what: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total} {printable(what[:40]):<40}", end="", file=sys.stderr, flush=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)

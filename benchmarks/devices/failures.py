"""What can be wrong with a connected device, each as one sentence for a person.

Two kinds, told apart by the exit code: something to be done first (2: connect, unlock, trust,
install, update, choose, free some room), and a run that broke (1).
"""

from __future__ import annotations


class DeviceError(Exception):
    """A run that broke. ``str()`` is the sentence to print."""

    exit_code = 1


class NotReadyError(DeviceError):
    """Something has to be done before a run makes sense; the sentence says what."""

    exit_code = 2


class NoDeviceError(NotReadyError):
    """Nothing is connected, or not the device that was asked for."""


class SeveralDevicesError(NotReadyError):
    """More than one is connected and none was named."""


class UntrustedError(NotReadyError):
    """The device does not trust this computer, or not the app's developer."""


class LockedError(NotReadyError):
    """The screen is locked."""


class TooOldError(NotReadyError):
    """The system on the device, or a tool on this computer, is too old."""


class MissingError(NotReadyError):
    """A tool here, or the app there, is not installed."""


class NoSpaceError(NotReadyError):
    """The device's storage is full."""


class UnpluggedError(DeviceError):
    """The connection was lost."""


class TimedOutError(DeviceError):
    """No answer in time."""


class AppError(DeviceError):
    """The program on the device said that it failed, or ended without a result."""


def printable(text: str) -> str:
    """``text`` with every character that a terminal obeys as its escape: phones are strangers.

    As `squeezesam.terminal` has it, which would load the core: these scripts run without it.
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def one_line(text: str, limit: int = 300) -> str:
    """``text`` on one line, printable, cut to ``limit`` characters."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"

"""The lines of the apps' benchmark mode (docs/benchmarks.md), picked out of a noisy console."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from devices.commands import Lines
from devices.failures import AppError, TimedOutError, one_line

PREFIX = "SSAM-BENCH"
PART = 480  # characters of base64 in every part but the last
BEGIN_WITHIN = 45.0  # seconds from the launch to the first line; a launch itself takes some
SILENCE = 150.0  # the apps promise a line every two minutes

# A number of lines or parts: a phone that counts further says no more than one that is noise.
_NUMBER = re.compile("[0-9]{1,9}")
# Before the prefix: whatever the console puts there. After it, in a log, the tag's own ending.
_LINE = re.compile(
    PREFIX + r"(?:\(\s*\d+\))?(?:\s*:)?\s+(?P<run>[A-Za-z0-9-]{1,64})\s+"
    r"(?P<kind>begin|progress|part|end|error)\b\s*(?P<rest>.*)$"
)


@dataclass
class Transcript:
    """What one run has said so far."""

    run: str
    begun: bool = False
    done: tuple[int, int, str] = (0, 0, "")  # of the latest progress line
    error: tuple[str, str] | None = None  # code and sentence
    total: int = 0
    digest: str = ""
    parts: dict[int, str] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the app has said its last word."""
        return bool(self.digest) or self.error is not None

    def take(self, line: str) -> bool:
        """Read one line of the console; False for noise, another run, or a line cut short."""
        found = _LINE.search(line.rstrip())
        if not found or found["run"] != self.run:
            return False
        rest = found["rest"].split()
        self.begun = True
        if found["kind"] == "error":
            self.error = (rest[0] if rest else "failed", " ".join(rest[1:]))
        elif found["kind"] == "part":
            return self._take_part(rest)
        elif found["kind"] == "end":
            return self._take_end(rest)
        elif found["kind"] == "progress" and len(rest) >= 2 and _are_numbers(*rest[:2]):
            self.done = (int(rest[0]), int(rest[1]), " ".join(rest[2:]))
        return True

    def _take_part(self, rest: list[str]) -> bool:
        if len(rest) != 3 or not _are_numbers(*rest[:2]):
            return False
        number, total = int(rest[0]), int(rest[1])
        if number < total and len(rest[2]) != PART:
            return False
        self.parts[number] = rest[2]
        return True

    def _take_end(self, rest: list[str]) -> bool:
        if len(rest) != 2 or not _are_numbers(rest[0]) or not re.fullmatch("[0-9a-f]{64}", rest[1]):
            return False
        self.total, self.digest = int(rest[0]), rest[1]
        return True

    def document(self) -> bytes | None:
        """The result's bytes; None unless all parts came and the hash is right."""
        # So many first: a phone may name a billion parts in ten bytes.
        if not self.digest or len(self.parts) < self.total:
            return None
        if any(number not in self.parts for number in range(1, self.total + 1)):
            return None
        text = "".join(self.parts[i] for i in range(1, self.total + 1))
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
        return raw if hashlib.sha256(raw).hexdigest() == self.digest else None


def _are_numbers(*words: str) -> bool:
    return all(_NUMBER.fullmatch(word) for word in words)


def listen(
    lines: Lines,
    run: str,
    timeout: float,
    progress: Callable[[int, int, str], None] = lambda done, total, what: None,
    noise: Callable[[str], None] = lambda line: None,
) -> Transcript:
    """Follow a console until the app has ended or the console has.

    Args:
        lines: the running console.
        run: the run word.
        timeout: most seconds altogether.
        progress: told what is done.
        noise: given every line that is not the app's; may raise to end the wait.

    Raises:
        TimedOutError: the app never began, fell silent, or did not finish.
        AppError: the app said `error`.
    """
    transcript = Transcript(run)
    start = mine = time.monotonic()  # of the launch, and of the app's latest line
    while not transcript.ended:
        limit = SILENCE if transcript.begun else BEGIN_WITHIN
        try:
            for line in lines.until(min(mine + limit, start + timeout), limit):
                if not transcript.take(line):
                    noise(line)
                    continue
                mine = time.monotonic()
                progress(*transcript.done)
                break  # the app lives: another deadline
            else:
                break  # the console has ended
        except TimedOutError as error:
            if time.monotonic() - start >= timeout:
                said = f"the app did not finish within {timeout:.0f} seconds"
            else:
                said = _silent(transcript, limit)
            raise TimedOutError(said) from error
    if transcript.error:
        code, sentence = transcript.error
        raise AppError(
            f"the app reports ({one_line(code, 40)}): {one_line(sentence) or 'no reason given'}"
        )
    return transcript


def _silent(transcript: Transcript, limit: float) -> str:
    if not transcript.begun:
        return (
            f"the app was launched but did not enter its benchmark mode within {limit:.0f} seconds;"
            " build the demo of this version and keep the screen on and unlocked"
        )
    done, total, what = transcript.done
    return f"the app fell silent for {limit:.0f} seconds at {done} of {total} ({what or 'start'})"

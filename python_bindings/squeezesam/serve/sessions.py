"""Photos kept for repeated taps: so many, so large, so long."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..prompts import Prompt
from ..segmenter import Session
from .limits import Limits
from .refusals import Refusal
from .workers import Run


@dataclass(slots=True, eq=False)
class Kept:
    """One session.

    given: the prompts that the core's session holds now.
    turn: held while a prediction runs; the core's session is for one thread at a time.
    latest: number of the latest request; an earlier one has been overtaken.
    run: what is under way.
    """

    id: str
    session: Session
    used: float
    given: list[Prompt] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    latest: int = 0
    run: Run[Any] | None = None

    @property
    def pixels(self) -> int:
        """Of its photo."""
        return self.session.width * self.session.height

    def overtake(self) -> int:
        """A new request comes: what is under way stops, what waits will find itself overtaken."""
        self.latest += 1
        if self.run is not None:
            self.run.stop()
        return self.latest


class Sessions:
    """The kept sessions, the one used longest ago first."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def pixels(self) -> int:
        """Of all kept photos."""
        return sum(kept.pixels for kept in self._kept.values())

    def keep(self, session: Session) -> Kept:
        """Gives the session an id that nobody can guess; others make room for it."""
        kept = Kept(secrets.token_urlsafe(18), session, self._clock())
        limits = self._limits
        while self._kept and (
            len(self._kept) >= limits.sessions or self.pixels + kept.pixels > limits.session_pixels
        ):
            self._forget(next(iter(self._kept)))
        self._kept[kept.id] = kept
        return kept

    def find(self, name: str) -> Kept:
        """The session, marked as used now. Raises Refusal (404) where there is none."""
        self.expire()
        kept = self._kept.get(name)
        if kept is None:
            raise Refusal(
                404, "no_session", "there is no such session (any more); open the photo again"
            )
        kept.used = self._clock()
        self._kept.move_to_end(name)
        return kept

    def close(self, name: str) -> None:
        """Forgets it. Raises Refusal (404) where there is none."""
        self._forget(self.find(name).id)

    def expire(self) -> None:
        """Forgets what was not used for too long."""
        oldest = self._clock() - self._limits.idle_seconds
        for name in [name for name, kept in self._kept.items() if kept.used <= oldest]:
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._kept.pop(name).overtake()

"""The threads that do the work, and the queue before them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from ..errors import CancelledError
from ..segmenter import Session
from .refusals import busy

T = TypeVar("T")

_AGAIN = 0.02  # seconds between two requests to stop


class Stop:
    """Asked for on the server's thread, obeyed on the worker's."""

    def __init__(self) -> None:
        self._asked = False
        self._session: Session | None = None

    def ask(self) -> None:
        """May come too early for `Session.cancel`: ask again until the work has ended."""
        self._asked = True
        if self._session is not None:
            self._session.cancel()

    def watch(self, session: Session) -> None:
        """From now on the predictions of `session` stop when asked to."""
        self._session = session
        self.check()

    def check(self) -> None:
        """Raises CancelledError if somebody has asked."""
        if self._asked:
            raise CancelledError("the request was cancelled")


class Place:
    """A place in the queue; given back when its request and its work have both ended."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._holders = 1
        workers.taken += 1

    def hold(self) -> None:
        """One more holder."""
        self._holders += 1

    def leave(self) -> None:
        """One holder less."""
        self._holders -= 1
        if self._holders == 0:
            self._workers.taken -= 1


class Run(Generic[T]):
    """One piece of work on its way. `stop` ends it at the end of its stage.

    thread: the worker's own future. `future` is what a request waits for: it is cancelled with the
    request, and the thread works on.
    """

    def __init__(self, thread: Future[T], stop: Stop) -> None:
        self.thread = thread
        self.future = asyncio.wrap_future(thread)
        self._stop = stop
        self._insisting: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Does nothing once the work is done; twice is like once."""
        self._stop.ask()
        if self._insisting is None:
            self._insisting = asyncio.get_running_loop().create_task(self._insist())

    async def _insist(self) -> None:
        while not self.thread.done():
            self._stop.ask()
            await asyncio.sleep(_AGAIN)


class Workers:
    """`count` threads and a queue of `queue` requests before them. For the server's thread only."""

    def __init__(self, count: int, queue: int) -> None:
        self.taken = 0
        self.left_behind = False
        self._told: float | None = None  # when, to end
        self._most = count + queue
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="squeezesam-worker")
        self._runs: set[Run[Any]] = set()

    def check(self) -> None:
        """Raises Refusal (503) when all places are taken."""
        if self.taken >= self._most:
            raise busy("too many requests at a time; try again in a moment")

    @contextlib.contextmanager
    def place(self) -> Iterator[Place]:
        """Raises as `check` does."""
        self.check()
        place = Place(self)
        try:
            yield place
        finally:
            place.leave()

    def start(self, place: Place, work: Callable[[Stop], T], then: Callable[[], None]) -> Run[T]:
        """Queues `work`; `then` is called on the server's thread once it has ended, however."""
        stop = Stop()
        run = Run(self._pool.submit(work, stop), stop)
        # A run is forgotten when its thread has done with it, which no request's end says.
        self._runs = {known for known in self._runs if not known.thread.done()} | {run}
        place.hold()

        def ended(done: asyncio.Future[T]) -> None:
            place.leave()
            then()
            if not done.cancelled():
                done.exception()  # seen, also where nobody waits for it any more

        run.future.add_done_callback(ended)
        return run

    @property
    def ending(self) -> bool:
        """Whether everything has been told to end."""
        return self._told is not None

    def stop_all(self) -> None:
        """Every run ends at the end of its stage."""
        if self._told is None:
            self._told = time.monotonic()
        for run in tuple(self._runs):
            run.stop()

    async def close(self, patience: float) -> None:
        """Nothing is started any more; what runs is waited for, so many seconds after `stop_all`.

        A stage that takes longer, a photo that is decoded for minutes, say, is `left_behind`.
        """
        self.stop_all()
        assert self._told is not None
        self._pool.shutdown(wait=False, cancel_futures=True)
        still = [run.thread for run in self._runs if not run.thread.done()]
        waited_for = {asyncio.wrap_future(thread) for thread in still}
        if waited_for:
            rest = max(0.0, self._told + patience - time.monotonic())
            _, late = await asyncio.wait(waited_for, timeout=rest)
            self.left_behind = bool(late)
            for future in late:
                future.cancel()  # its thread has nobody to tell once the loop is closed

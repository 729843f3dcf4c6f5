"""`python faults.py SCENARIO MOST [RANDOM]`: break a command wherever it touches the disk.

The command runs, as it is installed, in forks of this process, which has imported all it needs and
started no thread. First whole, to count its opens for writing, renames, links, new folders and
fsyncs; then once for each of them (at most MOST, evenly chosen) and each fault: killed there,
interrupted (Ctrl-C), terminated, told that the disk is full, told that it may not. Then with files
cut at some sizes, in the middle of a write: refused, and killed. RANDOM more times it is killed,
interrupted and terminated at a random moment. After each the scenario looks at what is there. What
is wrong is printed, a line each, and after it how many attempts were made.
"""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / room) for room in ("runtime", "training", "evaluation")]

import squeezesam_launch  # noqa: E402
from scenarios import SCENARIOS, Scenario, snapshot  # noqa: E402

_EVENTS = {"os.rename": 0, "os.link": 1, "os.mkdir": 0}
_SIZES = (0, 100, 5000)


class Watch:
    """Counts what touches the disk below a folder, and does something at one of them."""

    def __init__(self, folder: Path, at: int, fault: Callable[[str], None] | None) -> None:
        self.folder, self.at, self.fault, self.count = os.fspath(folder), at, fault, 0
        self._fsync = os.fsync

    def install(self) -> None:
        sys.addaudithook(self._audit)
        os.fsync = self._synced  # the only one of them that is not audited

    def _synced(self, file: Any) -> None:
        self._touched("")
        self._fsync(file)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, (str, bytes, os.PathLike)) and flags & (os.O_WRONLY | os.O_RDWR):
                self._below(path)
        elif event in _EVENTS:
            self._below(arguments[_EVENTS[event]])

    def _below(self, path: Any) -> None:
        if os.fsdecode(path).startswith(self.folder):
            self._touched(os.fsdecode(path))

    def _touched(self, path: str) -> None:
        self.count += 1
        if self.count == self.at and self.fault is not None:
            self.fault(path)


def _kill(path: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupted(path: str) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def _terminated(path: str) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _full(path: str) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *([path] if path else []))


def _forbidden(path: str) -> None:
    raise OSError(errno.EACCES, os.strerror(errno.EACCES), *([path] if path else []))


FAULTS = {
    "kill": _kill,
    "SIGINT": _interrupted,
    "SIGTERM": _terminated,
    "full": _full,
    "forbidden": _forbidden,
}
SIGNALS = {"kill": signal.SIGKILL, "SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM}
_chosen: Callable[[], int] = lambda: 0  # noqa: E731  of the fork: what its command does


def chosen() -> int:
    """What `squeezesam_launch` calls in a fork."""
    return _chosen()


def _launched(scenario: Scenario, folder: Path) -> int:
    """The command as it is installed: with its handlers of signals and the way it ends."""
    global _chosen
    _chosen = lambda: scenario.run(folder)  # noqa: E731
    # A job that a shell has put into the background would ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    squeezesam_launch.COMMANDS[scenario.command] = (f"{__name__}:chosen", "")
    return squeezesam_launch.run(scenario.command)


def attempt(
    scenario: Scenario,
    folder: Path,
    before: Callable[[], Watch | None],
    after: float | None = None,
    number: int = signal.SIGKILL,
) -> tuple[int, int, str]:
    """Run the command in a fork; exit code (minus the signal), count, what it said.

    after: seconds until it gets the signal `number`.
    """
    reading, writing = os.pipe()
    hearing, speaking = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.dup2(speaking, 1)  # a pipe: files may be limited
            os.dup2(speaking, 2)
            sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
            watch = before()
            code = _launched(scenario, folder)
            if watch is not None:
                os.write(writing, str(watch.count).encode())
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    os.close(speaking)
    if after is not None:
        time.sleep(after)
        os.kill(child, number)
    with os.fdopen(hearing, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    with os.fdopen(reading, "rb") as pipe:
        counted = pipe.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, int(counted or 0), said


class Trial:
    """One scenario, prepared once and copied for each attempt."""

    def __init__(self, scenario: Scenario, place: Path) -> None:
        self.scenario, self.place = scenario, place
        self.clean, self.folder = place / "clean", place / "work"
        self.clean.mkdir()
        # In a fork as well: what runs here would leave threads behind.
        child = os.fork()
        if child == 0:
            code = 70
            try:
                scenario.prepare(self.clean)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        if os.waitpid(child, 0)[1] != 0:
            raise RuntimeError(f"{scenario} cannot be prepared")
        self.attempts, self.wrong = 0, 0

    def go(
        self,
        name: str,
        before: Callable[[], Watch | None],
        after: float | None = None,
        number: int = signal.SIGKILL,
    ) -> int:
        """One attempt on a fresh copy, and a look at what it left; returns the count."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.clean, self.folder, symlinks=True)
        earlier = snapshot(self.folder)
        code, count, said = attempt(self.scenario, self.folder, before, after, number)
        self.attempts += 1
        try:
            assert code == 0 or name != "whole", f"exit code {code}"
            self._look(code, said, earlier, name)
        except AssertionError as error:
            self.wrong += 1
            print(f"{name}: {error}; exit code {code}; it said: {said[-400:]!r}", flush=True)
        return count

    def _look(self, code: int, said: str, earlier: dict[str, bytes], name: str) -> None:
        assert "Traceback" not in said, "a traceback"
        word = name.split()[0]
        number = SIGNALS.get(word, 0)
        if word in ("SIGINT", "SIGTERM"):
            # 0: it came when all was done. Minus: at random, before the command had begun.
            assert code in (0, 128 + number, -number), f"exit code {code}"
        else:
            assert code in (0, 1, 2) or ("kill" in name and code < 0), f"exit code {code}"
        if code == 0:
            self.scenario.complete(self.folder)
        elif code > 0:
            last = (said.strip().splitlines() or [""])[-1]
            assert last.startswith("squeezesam"), "no sentence"
        self.scenario.look(self.folder, earlier)

    def again(self) -> None:
        """After an attempt: the next run, undisturbed, does it all."""
        code, _, said = attempt(self.scenario, self.folder, lambda: None)
        if code != 0:
            self.wrong += 1
            print(f"the next run ended with {code}: {said[-400:]!r}", flush=True)
            return
        self.scenario.complete(self.folder)


def _limited(size: int, killed: bool) -> None:
    """No file grows beyond ``size``: a write is cut off there, and the next fails or kills."""
    if killed:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def main(scenario_name: str, most: int, at_random: int = 0) -> int:
    """All attempts of one scenario; 1 if anything was wrong."""
    scenario = SCENARIOS[scenario_name]
    with tempfile.TemporaryDirectory(prefix="squeezesam-kill-") as made:
        trial = Trial(scenario, Path(made))

        def watching(at: int, fault: Callable[[str], None] | None) -> Callable[[], Watch]:
            def install() -> Watch:
                watch = Watch(trial.folder, at, fault)
                watch.install()
                return watch

            return install

        start = time.monotonic()
        count = trial.go("whole", watching(0, None))
        took = time.monotonic() - start
        places = sorted({1 + round(i * (count - 1) / max(1, most - 1)) for i in range(most)})
        for fault, act in FAULTS.items():
            for at in places:
                trial.go(f"{fault} at {at} of {count}", watching(at, act))
            trial.again()
        for size in _SIZES[: max(1, most // 3)]:
            for killed in (False, True):
                what = "killed" if killed else "refused"

                def limit(size: int = size, killed: bool = killed) -> None:
                    _limited(size, killed)

                trial.go(f"{what} at byte {size} of a file", limit)
        chance = random.Random(1)
        for turn in range(at_random):
            for name, number in SIGNALS.items():
                after = chance.uniform(0, 1.1 * took)
                trial.go(f"{name} {turn} at random", lambda: None, after, number)
            if turn % 5 == 4:
                trial.again()
        print(f"{scenario_name}: {count} places, {trial.attempts} attempts, {trial.wrong} wrong")
    return 1 if trial.wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), *map(int, sys.argv[3:])))

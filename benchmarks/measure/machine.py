"""Facts about the machine and the code that a result was measured with."""

from __future__ import annotations

import datetime
import hashlib
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

# The share of a core that a process gets on a machine that is quiet enough to measure on.
_QUIET = 0.95
_TOOLS = ("torch", "executorch", "onnxruntime", "coremltools", "numpy", "opencv-python-headless")


def describe(arguments: list[str] | None = None) -> dict[str, Any]:
    """Date, command, commit, machine and tool versions, for the head of a result file."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "command": " ".join(["python", *(sys.argv if arguments is None else arguments)]),
        "commit": commit(),
        "machine": {
            "model": _cpu(),
            "cpu": _cpu(),
            "features": _features(),
            "cores": os.cpu_count(),
            "memory_gib": _memory_gib(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "tools": {tool: _version(tool) for tool in _TOOLS},
    }


def load_average() -> float | None:
    """Processes that wanted a core over the last minute; None where the system does not say."""
    try:
        return round(os.getloadavg()[0], 2)
    except (OSError, AttributeError):
        return None


def core_share(seconds: float = 1.0) -> float | None:
    """How much of each core that it may use this process gets, the worst of them; None off Linux.

    The load average remembers for a minute what has ended, and counts what is pinned elsewhere.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    with ThreadPoolExecutor(len(cores)) as pool:
        return min(pool.map(lambda core: _share_of(core, seconds), cores))


def _share_of(core: int, seconds: float) -> float:
    """Processor time over wall time of a thread that does nothing but calculate on one core."""
    # Of this thread alone.
    os.sched_setaffinity(0, {core})
    data = bytes(1 << 20)
    wall, used = time.monotonic(), time.thread_time()
    while time.monotonic() < wall + seconds:
        # Releases the interpreter's lock.
        hashlib.sha256(data)
    return (time.thread_time() - used) / (time.monotonic() - wall)


def busy() -> str | None:
    """Why nothing should be timed now, as a sentence; None on a quiet machine."""
    share = core_share()
    if share is None or share >= _QUIET:
        return None
    return (
        f"the machine is busy: others take {1 - share:.0%} of a core; stop them, or say --busy to "
        "measure all the same"
    )


# What the benchmarks write themselves: the second result is not of changed sources.
_WRITTEN = [":(top,exclude)docs", ":(top,exclude)README.md", ":(top,exclude)weights/MODEL_CARD.md"]


# The clean commit from which renew.py started: what it has fitted since is part of the same run.
RENEWS = "SQUEEZESAM_RENEWS"


def commit() -> str:
    """The sources' commit, with -dirty if they were changed since."""
    if RENEWS in os.environ:
        return os.environ[RENEWS]
    revision = _git("describe", "--always")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":/", *_WRITTEN)
    return (revision or "unknown") + ("-dirty" if changed else "")


def _git(*words: str) -> str:
    command = ["git", "-C", str(Path(__file__).parent), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def commit_of(*folders: str) -> str:
    """The last commit that changed a folder of the repository, with -dirty if it was since."""
    places = [f":/{folder}" for folder in folders]
    revision = _git("log", "-1", "--format=%h", "--", *places)
    changed = _git("status", "--porcelain", "--", *places)
    return (revision or "unknown") + ("-dirty" if changed else "")


def unpublishable(output: Path) -> str | None:
    """Why nothing may be measured into a folder now: published figures come from a clean commit.

    None where it may: the tree is as it was committed, or the folder is not one of docs/.
    """
    docs = Path(__file__).parents[2] / "docs"
    if not output.resolve().is_relative_to(docs) or not commit().endswith("-dirty"):
        return None
    return (
        f"{output} is published, and its figures come from a clean commit: commit first, or "
        "give another --output"
    )


def _version(tool: str) -> str | None:
    try:
        return version(tool)
    except PackageNotFoundError:
        return None


def _proc(path: str, key: str) -> str:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")


def _cpu() -> str:
    return _proc("/proc/cpuinfo", "model name") or platform.processor()


def _features() -> list[str]:
    """The instruction sets that decide int8 and half-precision speed."""
    flags = set(_proc("/proc/cpuinfo", "flags").split())
    known = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_int8", "asimddp")
    return [flag for flag in known if flag in flags]


def _memory_gib() -> float | None:
    kilobytes = _proc("/proc/meminfo", "MemTotal").split()
    return round(int(kilobytes[0]) / 2**20, 1) if kilobytes else None

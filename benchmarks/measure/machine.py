"""Facts about the machine and the code that a result was measured with."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

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

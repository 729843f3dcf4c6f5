"""Rows of a result from the native command `ssam --bench`: its JSON, read leniently and judged.

One process tells the cold load, a second the warm load and the automatic mask, a third the tap.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

STAGES = ("open", "clicks", "prompts", "mask", "render")


class BenchOutputError(ValueError):
    """What `ssam --bench` printed is not what it should be."""


@dataclass(frozen=True)
class Bench:
    """One `ssam --bench`: the JSON it printed."""

    facts: dict[str, Any]

    @property
    def load_ms(self) -> float:
        """Bundle, hashes and programs."""
        return float(self.facts["once_ms"]["load"])

    @property
    def peak_mib(self) -> float:
        """Largest resident memory by the process's own account."""
        return float(self.facts["peak_rss_kib"]) / 1024

    @property
    def photo(self) -> dict[str, Any]:
        """Name and size, as a result carries them."""
        return {
            "name": str(self.facts["photo"]).rsplit("/", 1)[-1],
            "width": int(self.facts["width"]),
            "height": int(self.facts["height"]),
        }

    def stage(self, name: str) -> dict[str, Any]:
        """The distribution of one stage, or of `total`."""
        return self._distribution(self.facts["stages_ms"][name])

    @property
    def programs(self) -> dict[str, Any]:
        """The distribution of each program, by name."""
        found = self.facts["programs_ms"]
        return {str(name): self._distribution(times) for name, times in found.items()}

    def _distribution(self, times: Any) -> dict[str, Any]:
        return {
            "count": int(self.facts["runs"]),
            **{p: round(float(times[p]), 3) for p in ("p50", "p90", "p99")},
        }


def read_bench(text: str) -> Bench:
    """The JSON among what the command printed.

    Raises:
        BenchOutputError: there is none, it is cut short, or a figure is missing.
    """
    start = text.find("{")
    try:
        facts = json.loads(text[start:]) if start >= 0 else None
        bench = Bench(facts if isinstance(facts, dict) else {})
        bench.load_ms, bench.peak_mib, bench.photo  # noqa: B018 - each must be there
        for name in (*STAGES, "total"):
            bench.stage(name)
        bench.programs  # noqa: B018
    except (ValueError, KeyError, TypeError) as error:
        raise BenchOutputError("`ssam --bench` did not print its figures whole") from error
    return bench


def row(
    bundle: dict[str, Any],
    cold: Bench,
    automatic: Bench,
    tap: Bench,
    threads: int | None,
    cpu_mask: str | None,
    peak_mib: float | None = None,
) -> dict[str, Any]:
    """A result's row.

    Args:
        bundle: `result.bundle_facts` of the bundle.
        cold: of the first process.
        automatic: of a process without prompts.
        tap: of a process with one click.
        threads: as asked for; None: the engine's choice.
        cpu_mask: cores that it was bound to; None: all.
        peak_mib: largest memory seen from outside; the larger of both accounts counts.
    """
    peaks = [automatic.peak_mib, tap.peak_mib, *([peak_mib] if peak_mib is not None else [])]
    return {
        "bundle": bundle,
        "engine": str(automatic.facts.get("engine", "onnxruntime")),
        "runner": "ssam",
        "compute_unit": None,
        "threads": threads,
        "cpu_mask": cpu_mask,
        "load_ms": {"cold": round(cold.load_ms, 1), "warm": round(automatic.load_ms, 1)},
        # The command warms up before it measures.
        "first_prediction_ms": None,
        # A program that runs once a photo takes no time at a tap: its time is the first mask's.
        "programs_ms": {
            name: times if times["p50"] else automatic.programs.get(name, times)
            for name, times in tap.programs.items()
        },
        "automatic_ms": automatic.stage("total"),
        "tap_ms": tap.stage("total"),
        "stages_ms": {
            **{name: automatic.stage(name) for name in STAGES},
            **automatic.programs,
        },
        "peak_memory_mib": round(max(peaks), 1),
        "energy_mj_per_tap": None,
    }


def bench_words(
    program: str, photo: str, bundle: str, runs: int, threads: int | None, click: bool = False
) -> list[str]:
    """The command line of one process; ``click`` gives it a foreground click near the middle."""
    words = [program, photo, "--bundle", bundle, "--bench", str(runs)]
    words += ["--threads", str(threads)] if threads is not None else []
    # Inside every photo of 64 pixels and more; the tap's time does not depend on where it is.
    return words + (["--point", "32,32"] if click else [])

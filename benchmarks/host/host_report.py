"""What host.json says, as sections of docs/performance.md and the README's table."""

from __future__ import annotations

from typing import Any

from results.markdown import origin, table
from results.result import main_ms

LATENCY_HEAD = [
    "engine", "threads", "network fp32, ms", "int8, ms", "int8 is faster by",
    "a tap int8, ms", "automatic mask int8, ms", "first prediction int8, ms",
]  # fmt: skip


def pairs(host: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The fp32 and the int8 row of each runner, engine and thread count."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in host["rows"]:
        key = (row["runner"], row["engine"], row["threads"])
        found.setdefault(key, {})[row["bundle"]["precision"]] = row
    return [(pair["fp32"], pair["int8"]) for pair in found.values() if len(pair) == 2]


def engine_name(row: dict[str, Any]) -> str:
    """The engine, and the program where it is not the Python package."""
    return str(row["engine"]) + (", C++" if row["runner"] == "ssam" else "")


def _speed_up(host: dict[str, Any], fp32: dict[str, Any], int8: dict[str, Any]) -> float:
    """How many times faster int8's network is: over pairs of runs where they took turns."""
    for entry in host["extra"]["int8_speed_up"] if fp32["runner"] == "python" else []:
        if (entry["engine"], entry["threads"]) == (fp32["engine"], fp32["threads"]):
            return float(entry["ratio"])
    slow, fast = (main_ms(row)["p50"] for row in (fp32, int8))
    return float(slow / fast)


def latency_rows(host: dict[str, Any]) -> list[list[str]]:
    """One row per engine and thread count: medians in ms and the ratio of the pairs."""
    return [
        [
            engine_name(int8),
            str(int8["threads"]),
            f"{main_ms(fp32)['p50']:.0f}",
            f"{main_ms(int8)['p50']:.0f}",
            f"{_speed_up(host, fp32, int8):.2f}×",
            f"{int8['tap_ms']['p50']:.0f}",
            f"{int8['automatic_ms']['p50']:.0f}",
            _optional(int8["first_prediction_ms"], 0),
        ]
        for fp32, int8 in pairs(host)
    ]


def busy_note(host: dict[str, Any]) -> str:
    """A warning where other work took the cores; else nothing."""
    cores, share = host["machine"]["cores"], host["extra"].get("core_share")
    load = host["extra"].get("load_average")
    if share is not None:
        quiet, how = share >= 0.95, f"others took {1 - share:.0%} of a core"
    else:
        # Results of before.
        quiet, how = load is None or load <= cores / 2, f"load average {load} on {cores} cores"
    if quiet:
        return ""
    return (
        f" **The machine was busy** ({how} before the run): read "
        "the times as too high, and the ratios as rough."
    )


def sections(host: dict[str, Any]) -> list[str]:
    """The questions that host.json answers."""
    slowest = min(_speed_up(host, *pair) for pair in pairs(host))
    size = host["rows"][0]["bundle"]
    return [
        "## Does int8 pay on this machine?\n\n"
        f"{table(LATENCY_HEAD, latency_rows(host))}\n\n"
        f"Medians of {host['settings']['runs']} predictions at {size['height']}×{size['width']}; "
        "in the Python package fp32 and int8 take turns and the ratio is the median over the "
        f"pairs. The smallest gain is {slowest:.2f}×.{busy_note(host)}",
        _load_section(host),
        _gemm_section(host),
        _size_section(host),
        _core_section(host),
        _memory_section(host),
        origin(host),
    ]


def _load_section(host: dict[str, Any]) -> str:
    rows = [
        [
            engine_name(row),
            row["bundle"]["precision"],
            str(row["threads"]),
            _optional(row["load_ms"]["cold"], 0),
            _optional(row["load_ms"]["warm"], 0),
            f"{row['tap_ms']['p50']:.1f}",
            f"{row['tap_ms']['p90']:.1f}",
            f"{row['tap_ms']['p99']:.1f}",
        ]
        for row in host["rows"]
    ]
    head = ["engine", "precision", "threads", "cold load, ms", "warm load, ms"]
    head += ["a tap p50, ms", "p90", "p99"]
    return (
        "## How long does loading take, and how even is a tap?\n\n"
        + table(head, rows)
        + "\n\nA load reads and checks the bundle and makes both networks ready; cold is the first "
        "in its process."
    )


def _gemm_section(host: dict[str, Any]) -> str:
    peaks = host["machine"].get("gemm_gflops", {})
    rows = [
        [
            engine_name(fp32),
            str(fp32["threads"]),
            _optional(peaks.get(str(fp32["threads"])), 0),
            _share(fp32),
            _share(int8),
        ]
        for fp32, int8 in pairs(host)
    ]
    head = ["engine", "threads", "fp32 matrix product, GFLOP/s", "fp32 network", "int8 network"]
    return (
        "## How much of the machine's speed do the engines use?\n\n"
        + table(head, rows)
        + "\n\nOperations a second of the network as a share of the fastest large fp32 matrix "
        "product that numpy's BLAS reaches with as many threads; int8 may pass 100 %."
    )


def _size_section(host: dict[str, Any]) -> str:
    sizes = {row["bundle"]["name"]: row["bundle"]["bytes"] for row in host["rows"]}
    parts = list(dict.fromkeys(part for entry in sizes.values() for part in entry))
    rows = [
        [name, *(f"{entry.get(part, 0) / 1e6:.2f}" for part in parts)]
        for name, entry in sizes.items()
    ]
    return "## How large are the bundles?\n\n" + table(
        ["bundle", *("all, MB" if part == "bundle" else f"{part}, MB" for part in parts)], rows
    )


def _core_section(host: dict[str, Any]) -> str:
    core = host["extra"]["core_12mp"]
    cells = [f"{core[stage]:.1f} ms" for stage in ("open", "clicks", "prompts", "mask", "full")]
    cells += [
        f"{core['core_total']:.1f} ms",
        f"{core['network']:.0f} ms",
    ]
    head = ["open", "clicks", "prompts", "mask", "mask at 12 MP", "together", "the network"]
    return (
        "## What does the core itself cost on a 12-megapixel photo?\n\n"
        + table(head, [cells])
        + "\n\nOne core, medians; the network is int8 in ONNX Runtime, same run."
    )


def _memory_section(host: dict[str, Any]) -> str:
    large = host["extra"]["memory_12mp_mib"]
    found = {
        row["bundle"]["name"]: (row["peak_memory_mib"], row["bundle"])
        for row in host["rows"]
        if row["runner"] == "python"
    }
    rows = [
        [
            name,
            _optional(peak, 0),
            _optional(large.get(bundle["target"]) if bundle["precision"] == "int8" else None, 0),
        ]
        for name, (peak, bundle) in found.items()
    ]
    return (
        "## How much memory does one `squeezesam segment` take?\n\n"
        + table(["bundle", "0.8-MP photo, MiB", "12-MP photo, MiB"], rows)
        + "\n\nLargest resident size of the whole process, Python included."
    )


def _optional(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _share(row: dict[str, Any]) -> str:
    share = row.get("gemm_share")
    return "–" if share is None else f"{share:.0%}"

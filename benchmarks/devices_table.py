"""docs/devices.md: expected times on phones, replaced by measured ones as people send them.

    python benchmarks/devices_table.py           # renew the page
    python benchmarks/devices_table.py --check   # exit code 1 if it says something else

An estimate is our multiply-adds divided by the rate that a published network reached on that chip.
It knows nothing of operators, memory or fixed costs: a factor of two either way is ordinary.
Measured results are the files docs/devices/*.json that `iphone_latency.py --submit` and
`android_latency.py --submit` write. A chip that has been measured loses its estimates.

Exit codes: 0 the page is as it should be; 1 it differs (--check); 2 a file is not sound.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from results.markdown import origin, table
from results.result import ResultError, main_ms, read_result, write_text

ESTIMATE = "estimate.json"
COMMANDS = (
    "    python benchmarks/iphone_latency.py --team TEAM --submit\n"
    "    python benchmarks/android_latency.py --app --submit\n"
)


def expected(peer: dict[str, Any], ours: dict[str, Any]) -> tuple[float, float]:
    """Milliseconds of a tap, and of the automatic mask, at the rate of a peer."""
    ms_per_mac = peer["ms"] / (peer["gmac"] * 1e9)
    return ours["segment"] * ms_per_mac, (ours["segment"] + ours["heat"]) * ms_per_mac


def measured(folder: Path) -> list[dict[str, Any]]:
    """The results that people sent, by file name.

    Raises:
        ResultError: one is no result.
    """
    paths = sorted(path for path in folder.glob("*.json") if path.name != ESTIMATE)
    return [read_result(path) for path in paths]


def page(folder: Path) -> str:
    """docs/devices.md.

    Raises:
        ResultError: a file is not sound.
    """
    try:
        facts = json.loads((folder / ESTIMATE).read_text(encoding="utf-8"))
        results = measured(folder)
        known = [result["machine"]["model"] for result in results]
        open_peers = [
            peer
            for peer in facts["peers"]
            if not any(model.startswith(part) for part in peer["models"] for model in known)
        ]
        estimates = _estimates(open_peers, facts["ours"])
        shown = _measured(results) if results else "*Not yet run on a device.*\n"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{folder}: {error}") from error
    return (
        "# Phones\n\nWritten by `python benchmarks/devices_table.py` from "
        "[devices/](devices/).\n\n## Measured\n\n"
        + shown
        + "\nMeasure yours, and send the file that this writes as a pull request:\n\n"
        + COMMANDS
        + "\n## Estimated\n\n"
        + estimates
    )


def _estimates(peers: list[dict[str, Any]], ours: dict[str, Any]) -> str:
    rows = []
    for peer in peers:
        tap, automatic = expected(peer, ours)
        speed = f"{peer['network']}: {peer['gmac']} GMAC in {peer['ms']:g} ms"
        rows.append([peer["chip"], peer["how"], f"{tap:.0f}", f"{automatic:.0f}", speed])
    head = ["chip", "how", "a tap, ms", "automatic mask, ms", "at the rate of"]
    sources = "".join(f"- {peer['network']}: {peer['source']}.\n" for peer in peers)
    return (
        f"**Estimates, not measurements**, of {ours['bundle']} "
        f"({ours['segment'] / 1e9:.2f} GMAC a tap, {ours['heat'] / 1e9:.2f} more for the automatic "
        "mask): our multiply-adds at the rate that another network was published to reach on the "
        "chip. Nothing is known of operators, memory or fixed costs; half or twice as long is "
        "ordinary. Convolutions and attention of one chip show how far rates differ; ours has "
        "both.\n\n" + table(head, rows) + f"\n\n{sources}"
    )


def _measured(results: list[dict[str, Any]]) -> str:
    rows = []
    for result in results:
        machine = result["machine"]
        title = machine.get("marketing_name") or machine["model"]
        for row in result["rows"]:
            times = [row[f"{kind}_ms"] for kind in ("tap", "automatic")]
            shown = [f"{time['p50']:.1f}" if time else "–" for time in times]
            how = row["compute_unit"] or row["bundle"]["backend"]
            name = [title, machine["system"], row["bundle"]["name"], f"{row['engine']} {how}"]
            rows.append([*name, f"{main_ms(row)['p50']:.1f}", *shown])
    head = ["phone", "system", "bundle", "engine", "network, ms", "a tap, ms", "automatic mask, ms"]
    origins = "\n\n".join(origin(result) for result in results)
    return table(head, rows) + f"\n\n{origins}\n"


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    parser.add_argument("--docs", type=Path, default=Path(__file__).parents[1] / "docs")
    options = parser.parse_args(argv)
    path = options.docs / "devices.md"
    try:
        wanted = page(options.docs / "devices")
        same = path.is_file() and path.read_text(encoding="utf-8") == wanted
    except (ResultError, OSError) as error:
        print(f"devices_table: {error}", file=sys.stderr)
        return 2
    if not same and options.check:
        print(f"devices_table: {path} is stale; run `python benchmarks/devices_table.py`",
              file=sys.stderr)  # fmt: skip
        return 1
    if not same:
        write_text(path, wanted)
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

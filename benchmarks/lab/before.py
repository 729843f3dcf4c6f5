"""The command `ssam` of a former commit against today's, by turns: a table of docs/networks.md.

    git worktree add ../before COMMIT; make -C ../before ssam
    python benchmarks/study.py before ../before/build/ssam/cli/ssam BUNDLE... --old COMMIT

The core, its engine and their memory without Python, on the same bundles, photo and one thread:
loading, the automatic mask, a tap. Old and new take turns, so that a change of the machine's speed
meets both; a figure is the median of the rounds' medians. Sizes are those of the stripped commands.

A bundle may ask today's command for more than the former knew: the heat map's share of the masks,
for which the first tap of a photo runs the saliency network, and heads for the scores. Such a
bundle is measured as it is and once more without them, so that both do the same work.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure.machine import describe, load_average, unpublishable
from measure.sample_photo import write_photo
from results.markdown import origin, replace_between_marks, table

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"
MARKS = ("<!-- before -->", "<!-- /before -->")
NEW = Path("build/ssam/cli/ssam")
TAP = "400,300"
# What manifests ask for since, under the outputs of their programs.
SINCE = ("heat_weights", "score_heads")
# Row → what of `ssam --bench` it is, under which prompts.
ROWS = {
    "loading, ms": ("automatic", "load"),
    "photo taken, ms": ("automatic", "open"),
    "automatic mask, ms": ("automatic", "total"),
    "a tap, ms": ("tap", "total"),
    "of it outside of the network, ms": ("tap", "core"),
    "peak memory, MiB": ("tap", "peak"),
}


def bench(command: Path, bundle: Path, photo: Path, runs: int, *prompts: str) -> dict[str, float]:
    """Medians of one process (RuntimeError with its last words)."""
    words = [str(command.resolve()), str(photo), "--bundle", str(bundle), "--threads", "1"]
    done = subprocess.run(
        [*words, "--bench", str(runs), *prompts], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    said = json.loads(done.stdout)
    stages = {name: float(spread["p50"]) for name, spread in said["stages_ms"].items()}
    networks = sum(float(spread["p50"]) for spread in said["programs_ms"].values())
    return {
        "load": float(said["once_ms"]["load"]),
        "open": stages["open"],
        "total": stages["total"],
        "core": stages["total"] - networks,
        "peak": said["peak_rss_kib"] / 1024,
    }


def size(command: Path) -> float:
    """KiB of the command without its symbols."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(command, folder)
        subprocess.run(["strip", str(copy)], check=True)
        return Path(copy).stat().st_size / 1024


def same_work(bundle: Path, folder: Path) -> Path | None:
    """A copy in ``folder`` that asks for nothing that came since; None where it is none either."""
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    outputs = [one for program in manifest["programs"].values() for one in program["outputs"]]
    gone = [one.pop(word, None) for one in outputs for word in SINCE]
    if not any(gone):
        return None
    copy = folder / f"{bundle.name}, the same work"
    shutil.copytree(bundle, copy)
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return copy


def compare(old: Path, new: Path, bundle: Path, rounds: int, runs: int) -> list[list[str]]:
    """A row for each figure of a bundle."""
    found: dict[tuple[str, str, Path], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        photo = write_photo(Path(folder))
        for turn in range(rounds):
            for command in (old, new) if turn % 2 else (new, old):
                for kind, prompts in (("automatic", ()), ("tap", ("--point", TAP))):
                    for name, value in bench(command, bundle, photo, runs, *prompts).items():
                        found.setdefault((kind, name, command), []).append(value)
    rows = []
    for words, (kind, name) in ROWS.items():
        before, now = (statistics.median(found[kind, name, one]) for one in (old, new))
        cells = [f"{before:.2f}", f"{now:.2f}", f"{now / before:.2f}"]
        rows.append([bundle.name, words, *cells])
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    return rows


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", type=Path, metavar="SSAM", help="the former command")
    parser.add_argument("bundles", nargs="+", type=Path, metavar="BUNDLE")
    parser.add_argument("--old", required=True, metavar="COMMIT", help="what it was built from")
    parser.add_argument("--new", type=Path, default=NEW, metavar="SSAM")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(argv)
    if fault := unpublishable(options.page):
        print(f"before: {fault}", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory() as folder:
            pairs = [(bundle, same_work(bundle, Path(folder))) for bundle in options.bundles]
            rows = [
                row
                for bundle in (one for pair in pairs for one in pair if one)
                for row in compare(
                    options.command, options.new, bundle, options.rounds, options.runs
                )
            ]
        before, now = size(options.command), size(options.new)
    except (OSError, RuntimeError, ValueError, KeyError, subprocess.CalledProcessError) as error:
        print(f"before: {error}", file=sys.stderr)
        return 1
    rows.append(["", "the command, KiB", f"{before:.0f}", f"{now:.0f}", f"{now / before:.2f}"])
    names = [bundle.name for bundle in options.bundles]
    told = describe(["benchmarks/study.py", "before", "SSAM", *names, "--old", options.old])
    block = table(["bundle", "figure", options.old, "now", "now / before"], rows)
    load = f"Load of the machine {load_average()}; {options.rounds} rounds of {options.runs} runs."
    replace_between_marks(options.page, f"{block}\n\n{origin(told)} {load}", MARKS)
    return 0

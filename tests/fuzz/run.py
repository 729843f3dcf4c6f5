"""`python tests/fuzz/run.py SECONDS [TARGET ...]`: fuzz what Python reads, each target in a child.

atheris leads the search by the branches of our own modules. A child may take 1 GiB more than it has
when it begins, and 20 s of processor time for one input. What makes it fail is kept in
build/fuzz-python. `--record` adds the executions to docs/security.json and renews the table in
docs/security.md; with `--native FOLDER` also those that libFuzzer's logs in FOLDER tell.

`--aims` goes on, slice by slice, with the target that is furthest from its aim until all have
reached theirs or SECONDS are over; with `--native FOLDER` the C++ fuzzers in FOLDER as well.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz-python"
PAGE = ROOT / "docs" / "security.md"
EXECUTIONS = ROOT / "docs" / "security.json"
_LIMIT = 1 << 30
_PROCESSOR_SECONDS = 20.0
# By the clock, and so for what hangs alone: on a busy machine an honest input takes long as well.
_PATIENCE = 100
_NATIVE = tuple(f"C++ {name}" for name in
                ("contour", "manifest", "photo", "program", "prompts", "rle"))  # fmt: skip

sys.path[:0] = [
    str(ROOT / place) for place in ("", "tests/fuzz", "interpreter/tests", "tests/runtime")
]


def fuzz(name: str, seconds: int, runs: int) -> None:
    """Fuzz one target in this process, which ends with it; runs: at most so many, -1 for any."""
    import atheris
    from targets import MODULES

    # The targets too: where all that is tried is C++, whether it was accepted leads the search.
    ours = ["squeezesam", "squeezesam_model", "squeezesam_train", "mil_interpreter", *MODULES]
    with atheris.instrument_imports(
        include=ours,
        enable_loader_override=False,
    ):
        import targets

        target = targets.target(name)
    seeds = BUILD / "seeds" / name
    seeds.mkdir(parents=True, exist_ok=True)
    given = target.seeds()
    for number, seed in enumerate(given):
        (seeds / str(number)).write_bytes(seed)
        target.run(seed)
    has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (has + _LIMIT, hard))

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        # libFuzzer forgets seeds that show it no new branch.
        if chance.random() < 0.2:
            data = chance.choice(given)
        return target.mutate(data, chance)[:most]

    def one(data: bytes) -> None:
        begun = time.process_time()
        target.run(data)
        took = time.process_time() - begun
        assert took < _PROCESSOR_SECONDS, f"{took:.1f} s for one input"

    corpus = BUILD / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}", f"-runs={runs}", f"-timeout={_PATIENCE}",
        "-rss_limit_mb=4096", "-max_len=65536", "-print_final_stats=1",
        f"-artifact_prefix={BUILD}/{name}-",
    ]  # fmt: skip
    atheris.Setup([name, *options, str(corpus), str(seeds)], one, custom_mutator=mutate)
    atheris.Fuzz()


def started(name: str, seconds: int, runs: int = -1) -> dict[str, Any] | None:
    """Fuzz one target in a child; what it did, or None if it failed (its end is printed)."""
    BUILD.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, "--child", str(seconds), name, "--runs", str(runs)]
    return _ended(name, command, BUILD / f"{name}.log")


def started_native(name: str, folder: Path, seconds: int, runs: int) -> dict[str, Any] | None:
    """The same for one of the programs that `make fuzz` builds in the folder."""
    folder, target = folder.resolve(), name.removeprefix("C++ ")
    places = [folder / "corpus" / target, folder / "seeds" / target]
    for place in (*places, folder / "crashes"):
        place.mkdir(parents=True, exist_ok=True)
    command = [
        str(folder / f"fuzz_{target}"), f"-max_total_time={seconds}", f"-runs={runs}",
        f"-timeout={_PATIENCE}", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1",
        f"-artifact_prefix={folder}/crashes/{target}-", *map(str, places),
    ]  # fmt: skip
    return _ended(name, command, BUILD / f"native-{target}.log")


def _ended(name: str, command: list[str], log: Path) -> dict[str, Any] | None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with log.open("w") as file:
        failed = subprocess.run(command, stdout=file, stderr=file, cwd=ROOT, check=False).returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = log.read_text(errors="replace")
    found = re.search(r"number_of_executed_units: (\d+)", said)
    if failed or found is None:
        print(f"{name}: failed, the end of {log.relative_to(ROOT)}:\n{said[-3000:]}", flush=True)
        return None
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {found[1]} inputs in {took:.0f} s of processor time, none failed", flush=True)
    return {"executions": int(found[1]), "seconds": round(took)}


def to_aims(names: list[str], seconds: int, folder: Path | None) -> bool:
    """Slice by slice, the target furthest from its aim first; whether none failed."""
    from targets import aim

    end, failed = time.monotonic() + seconds, set[str]()
    while True:
        known, left = _known(), int(end - time.monotonic())
        open_ones = [name for name in names if name not in failed and _lacking(known, name) > 0]
        if not open_ones or left < 1:
            return not failed
        name = max(open_ones, key=lambda name: _lacking(known, name) / aim(name))
        runs = min(_lacking(known, name), aim(name) // 10)
        if name in _NATIVE:
            assert folder is not None
            done = started_native(name, folder, left, runs)
        else:
            done = started(name, left, runs)
        if done is None:
            failed.add(name)
        else:
            record({name: done})


def _lacking(known: dict[str, dict[str, Any]], name: str) -> int:
    from targets import aim

    has: int = known.get(name, {"executions": 0})["executions"]
    return aim(name) - has


def _known() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = {}
    if EXECUTIONS.exists():
        read = json.loads(EXECUTIONS.read_text(encoding="utf-8"))
    return read


def native(folder: Path) -> dict[str, dict[str, Any]]:
    """What the C++ fuzzers did, by the logs that `runtime/fuzz/run` left beside them."""
    done = {}
    for log in sorted(folder.glob("*.log")):
        said = log.read_text(errors="replace")
        found = re.search(r"Done (\d+) runs in (\d+) second", said)
        if found:
            one = {"executions": int(found[1]), "seconds": int(found[2])}
            done[f"C++ {log.stem}"] = one
    return done


def record(done: dict[str, dict[str, Any]]) -> None:
    """Add what was done to what is known, and renew the table of docs/security.md."""
    from targets import aim

    known = _known()
    for name, one in done.items():
        before = known.get(name, {"executions": 0, "seconds": 0})
        known[name] = {key: before[key] + one[key] for key in ("executions", "seconds")}
    known = {name: known[name] for name in sorted(known)}
    EXECUTIONS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    rows = [
        f"| `{name}` | {one['executions']:,} | {aim(name):,} | {one['seconds']:,} |"
        for name, one in known.items()
    ]
    head = ["| target | executions | aim | seconds |", "| --- | ---: | ---: | ---: |"]
    whole = PAGE.read_text(encoding="utf-8")
    first, last = "<!-- executions -->\n", "<!-- /executions -->"
    start, stop = whole.index(first) + len(first), whole.index(last)
    PAGE.write_text(whole[:start] + "\n".join([*head, *rows, whole[stop:]]), encoding="utf-8")


def main() -> int:
    """Fuzz; 1 if any target failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=int, help="for all targets together")
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--native", type=Path, metavar="FOLDER", help="of the C++ fuzzers' logs")
    parser.add_argument("--aims", action="store_true", help="record, until each has its aim")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=-1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        fuzz(options.targets[0], options.seconds, options.runs)
        return 0
    from targets import NAMES

    if options.aims:
        names = options.targets or [*(_NATIVE if options.native else ()), *NAMES]
        return 0 if to_aims(names, options.seconds, options.native) else 1
    if options.record and options.native:
        record(native(options.native))

    names = options.targets or NAMES
    failed = False
    for name in names:
        done = started(name, max(1, options.seconds // len(names)))
        failed |= done is None
        if options.record and done is not None:
            record({name: done})
    return 1 if failed else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())

"""`python tests/fuzz/run.py SECONDS [TARGET ...]`: fuzz what Python reads, each target in a child.

atheris leads the search by the branches of our own modules. A child may take 1 GiB more than it has
when it begins, and 20 s for one input. What makes it fail is kept in build/fuzz-python.
`--record` adds the executions to docs/security.json and renews the table in
docs/security.md.
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
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz-python"
PAGE = ROOT / "docs" / "security.md"
EXECUTIONS = ROOT / "docs" / "security.json"
_LIMIT = 1 << 30

sys.path[:0] = [
    str(ROOT / place) for place in ("", "tests/fuzz", "interpreter/tests", "tests/runtime")
]


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(
        include=["squeezesam", "squeezesam_model", "squeezesam_train", "mil_interpreter"],
        enable_loader_override=False,
    ):
        import targets

        target = targets.target(name)
    seeds = BUILD / "seeds" / name
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (seeds / str(number)).write_bytes(seed)
        target.run(seed)
    has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (has + _LIMIT, hard))

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        return target.mutate(data, random.Random(seed))[:most]

    def one(data: bytes) -> None:
        target.run(data)

    corpus = BUILD / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=4096", "-max_len=65536",
        "-print_final_stats=1", f"-artifact_prefix={BUILD}/{name}-",
    ]  # fmt: skip
    atheris.Setup([name, *options, str(corpus), str(seeds)], one, custom_mutator=mutate)
    atheris.Fuzz()


def started(name: str, seconds: int) -> dict[str, Any] | None:
    """Fuzz one target in a child; what it did, or None if it failed (its end is printed)."""
    BUILD.mkdir(parents=True, exist_ok=True)
    log = BUILD / f"{name}.log"
    command = [sys.executable, __file__, "--child", str(seconds), name]
    with log.open("w") as file:
        failed = subprocess.run(command, stdout=file, stderr=file, cwd=ROOT, check=False).returncode
    said = log.read_text(errors="replace")
    found = re.search(r"number_of_executed_units: (\d+)", said)
    if failed or found is None:
        print(f"{name}: failed, the end of {log.relative_to(ROOT)}:\n{said[-3000:]}", flush=True)
        return None
    print(f"{name}: {found[1]} inputs in {seconds} s, none failed", flush=True)
    return {"executions": int(found[1]), "seconds": seconds}


def record(done: dict[str, dict[str, Any]]) -> None:
    """Add what was done to what is known, and renew the table of docs/security.md."""
    known = json.loads(EXECUTIONS.read_text(encoding="utf-8")) if EXECUTIONS.exists() else {}
    for name, one in done.items():
        before = known.get(name, {"executions": 0, "seconds": 0})
        known[name] = {key: before[key] + one[key] for key in ("executions", "seconds")}
    known = {name: known[name] for name in sorted(known)}
    EXECUTIONS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    rows = [
        f"| `{name}` | {one['executions']:,} | {one['seconds']} |" for name, one in known.items()
    ]
    head = ["| target | executions | seconds |", "| --- | ---: | ---: |"]
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
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        fuzz(options.targets[0], options.seconds)
        return 0
    from targets import NAMES

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

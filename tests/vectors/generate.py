"""Writes the shared vectors, or says whether those that are committed have drifted.

    python tests/vectors/generate.py            # write *.json and replay.bin beside this script
    python tests/vectors/generate.py --check    # exit code 1 and a line per file that differs
    python tests/vectors/generate.py --record   # run the networks anew: sessions, replay, split

The expected values come from scikit-image, numpy and torch alone (vector_*.py), never from the
C++ core that they test. README.md describes the format.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "core"), str(HERE.parents[1] / "model")]

import vector_bitmaps  # noqa: E402
import vector_geometry  # noqa: E402
import vector_manifests  # noqa: E402
import vector_nv12  # noqa: E402
import vector_pipelines  # noqa: E402
import vector_planes  # noqa: E402
import vector_prompts  # noqa: E402
import vector_replay  # noqa: E402
import vector_saliency  # noqa: E402
import vector_sessions  # noqa: E402
import vector_split  # noqa: E402

FORMAT = 1
SIMPLE = {
    "geometry": vector_geometry,
    "nv12": vector_nv12,
    "planes": vector_planes,
    "saliency": vector_saliency,
    "bitmaps": vector_bitmaps,
    "prompts": vector_prompts,
    "manifests": vector_manifests,
}


def texts(recorded: list[dict[str, Any]], replayed: bytes, split: dict[str, Any]) -> dict[str, str]:
    """File name → content of all JSON files, from what was recorded."""
    found = {
        f"{name}.json": _text(name, module.ABOUT, module.TOLERANCE, module.cases())
        for name, module in SIMPLE.items()
    }
    found["sessions.json"] = _text(
        "sessions",
        vector_sessions.ABOUT,
        vector_sessions.TOLERANCE,
        vector_sessions.cases(recorded),
    )
    found["pipelines.json"] = _text(
        "pipelines",
        vector_pipelines.ABOUT,
        vector_pipelines.TOLERANCE,
        [*vector_pipelines.cases(), vector_split.case(split)],
    )
    found["replay.json"] = _text(
        "replay", vector_replay.ABOUT, vector_replay.TOLERANCE, vector_replay.cases(replayed)
    )
    return found


def _text(kind: str, about: str, tolerance: dict[str, Any], cases: list[dict[str, Any]]) -> str:
    """One case a line, so that a change shows where it is."""
    head = {"kind": kind, "format": FORMAT, "about": about, "tolerance": tolerance}
    lines = ",\n".join(_compact(case) for case in cases)
    return json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + lines + "\n]}\n"


def _compact(case: dict[str, Any]) -> str:
    return json.dumps(case, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def committed(name: str) -> list[dict[str, Any]]:
    """The cases of a committed file, which hold what was recorded."""
    cases: list[dict[str, Any]] = json.loads((HERE / name).read_text("utf-8"))["cases"]
    return cases


def drifted(wanted: dict[str, str]) -> list[str]:
    """One sentence for each committed file that is not what the reference yields."""
    found = []
    for name, text in wanted.items():
        path = HERE / name
        if not path.is_file():
            found.append(f"{name} is missing")
            continue
        lines, old = text.splitlines(), path.read_text("utf-8").splitlines()
        if lines != old:
            count = max(len(lines), len(old))
            line = next(i for i in range(count) if lines[i : i + 1] != old[i : i + 1])
            found.append(f"{name} has drifted from the reference at line {line + 1}")
    return found


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    os.replace(beside, path)


def main() -> int:
    """The command line above."""
    parser = argparse.ArgumentParser(description="Write or check the shared test vectors.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--record", action="store_true", help="run the networks anew")
    options = parser.parse_args()
    if options.check and options.record:
        parser.error("--check compares what is there: it cannot be combined with --record")
    if options.record:
        recorded, replayed = vector_sessions.record(), vector_replay.record()
        split = vector_split.record()
        _write(HERE / "replay.bin", replayed)
    else:
        recorded, replayed = committed("sessions.json"), (HERE / "replay.bin").read_bytes()
        split = committed("pipelines.json")[-1]
    wanted = texts(recorded, replayed, split)
    if options.check:
        problems = drifted(wanted)
        for problem in problems:
            print(f"{problem}; run tests/vectors/generate.py", file=sys.stderr)
        return 1 if problems else 0
    for name, text in wanted.items():
        _write(HERE / name, text.encode("utf-8"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

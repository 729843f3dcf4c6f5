"""Read what the app's benchmark said and wrote with the readers of benchmarks/android_latency.py.

    python checks/benchmark_output.py FOLDER

FOLDER holds console.txt and benchmark.json; the JVM test BenchmarkModeTest leaves them there.
Exit code: 0 the scripts understand the app, 1 they do not.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from devices.console import Transcript
from results.result import ResultError, parse_result


def problem(folder: Path) -> str | None:
    """Why the scripts cannot use what is in ``folder``; None where they can."""
    lines = (folder / "console.txt").read_text(encoding="ascii").splitlines()
    transcript = Transcript("t-1")
    refused = [line for line in lines if not transcript.take(line)]
    if refused:
        return f"the reader does not understand {refused[0]!r}"
    if any(len(line) > 600 for line in lines):
        return "a line is longer than 600 bytes"
    document = transcript.document()
    if document is None:
        return "the parts do not make a whole document"
    if document != (folder / "benchmark.json").read_bytes():
        return "the file is not what the console says"
    try:
        result = parse_result(document)
    except ResultError as error:
        return f"the result is not valid: {error}"
    row = result["rows"][0]
    wanted = {"run": "t-1", "platform": "android", "commit": "1c23778"}
    found = {name: result[name] for name in wanted}
    if found != wanted or row["threads"] != 3 or row["tap_ms"]["count"] != 7:
        return f"the result is not of the run that was asked for: {found}"
    return None


def main() -> int:
    """Check the folder on the command line."""
    found = problem(Path(sys.argv[1]))
    if found is not None:
        print(f"benchmark_output: {found}", file=sys.stderr)
    return 0 if found is None else 1


if __name__ == "__main__":
    sys.exit(main())

"""The studies of benchmarks/lab: what a choice costs or brings, each with a page that it writes.

    python benchmarks/study.py --list
    python benchmarks/study.py quantisation --size 256

Exit codes are those of the study; 2 where there is none of that name.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def studies() -> list[str]:
    """Names of the modules of benchmarks/lab that have a ``main``."""
    lab = Path(__file__).with_name("lab")
    return sorted(
        module.name
        for module in pkgutil.iter_modules([str(lab)])
        if "\ndef main(" in (lab / f"{module.name}.py").read_text(encoding="utf-8")
    )


def main(argv: list[str]) -> int:
    """Run the study that the first argument names, with the rest; returns its exit code."""
    known = studies()
    if argv[:1] in ([], ["--list"], ["--help"], ["-h"]):
        print(__doc__.strip() if argv[:1] in (["--help"], ["-h"]) else "\n".join(known))
        return 0 if argv else 2
    if argv[0] not in known:
        print(f"study.py: there is no study '{argv[0]}' ({', '.join(known)})", file=sys.stderr)
        return 2
    study = importlib.import_module(f"lab.{argv[0]}")
    return int(study.main(argv[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

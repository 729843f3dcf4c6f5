"""`python -m checks.architecture`: the imports of the working tree against the rules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .judge import all_imports, faults
from .rules import load_rules

RULES = Path(__file__).with_name("rules.toml")


def main() -> int:
    """Prints what breaks a rule; 0 if nothing does, else 1."""
    folder = Path(__file__).parents[2]
    rules = load_rules(RULES)
    imports = all_imports(folder, tracked_files(folder), rules)
    found = faults(imports, rules)
    known = set(rules.exceptions)
    new = [fault for fault in found if fault not in known]
    mended = sorted(known - set(found))
    for fault in new:
        print(fault, file=sys.stderr)
    for fault in mended:
        print(f"mended, take it off the exceptions of {RULES.name}: {fault}", file=sys.stderr)
    left = f", {len(known)} known exceptions" if known else ""
    print(f"{len(imports)} imports, {len(rules.rooms)} rooms, {len(new)} faults{left}")
    return 1 if new or mended else 0


def tracked_files(folder: Path) -> list[str]:
    """What git knows of the working tree and is there, new files that are not ignored included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    names = sorted({name for name in listed.stdout.split("\0") if name})
    return [name for name in names if (folder / name).is_file()]


if __name__ == "__main__":
    sys.exit(main())

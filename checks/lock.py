"""`python -m checks.lock COMPILED`: requirements.lock from what uv has compiled of constraints.txt.

The lock names the sha256 of every file that the registry has of each version, and of builds that
come from elsewhere: a folder of wheels, or PyTorch's own index. `make lock` runs this.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
# What is installed besides constraints.txt: atheris is for `make fuzz-python` alone.
MORE = ("atheris==3.0.0", "wheel==0.48.0")
# Builds that PyPI does not have. torch 2.13.0+cpu for Python 3.11 on x86-64 Linux.
ELSEWHERE = {"torch==2.13.0": ["6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"]}
_HEAD = """\
# constraints.txt with the sha256 of every file that may be installed. Written by `make lock`.
"""


def pinned(text: str) -> dict[str, str]:
    """Name (as PyPI compares names) → version, of every ``name==version`` that begins a line."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def locked(compiled: str) -> str:
    """The lock's text."""
    for name, hashes in ELSEWHERE.items():
        more = "".join(f" \\\n    --hash=sha256:{one}" for one in hashes)
        if f"\n{name} \\\n" not in compiled:
            raise SystemExit(f"{name} is not in what was compiled: ELSEWHERE is of another version")
        compiled = compiled.replace(f"\n{name} \\\n", f"\n{name}{more} \\\n")
    return _HEAD + compiled


def only(name: str, text: str) -> str:
    """The lock of one package (KeyError if there is none)."""
    for part in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE):
        if part.startswith(f"{name}=="):
            return part
    raise KeyError(name)


if __name__ == "__main__":
    if sys.argv[1:] == ["--more"]:
        print("\n".join(MORE))
        sys.exit()
    if sys.argv[1] == "--only":
        print(only(sys.argv[2], LOCK.read_text()), end="")
        sys.exit()
    LOCK.write_text(locked(Path(sys.argv[1]).read_text()))

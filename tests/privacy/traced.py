"""A command run as a stranger to this machine: empty HOME, nothing inherited, every socket seen."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2
_INTERNET = re.compile(r"\b(AF_INET6?|PF_INET6?|AF_NETLINK)\b")
# sin_addr=inet_addr("127.0.0.1") and inet_pton(AF_INET6, "::1", …), as strace writes them.
_LOOPBACK = re.compile(r'"(127\.\d+\.\d+\.\d+|::1)"')


@dataclass
class Run:
    """What a command did."""

    code: int
    out: str
    err: str
    calls: list[str]
    kept: list[str]

    @property
    def beyond_loopback(self) -> list[str]:
        """System calls that name an Internet address other than loopback, or make such a socket."""
        return [c for c in self.calls if _INTERNET.search(c) and not _LOOPBACK.search(c)]

    @property
    def called_beyond_loopback(self) -> list[str]:
        """System calls with an Internet address other than loopback; sockets as such are fine."""
        named = [c for c in self.calls if "inet_addr(" in c or "inet_pton(" in c]
        return [c for c in named if not _LOOPBACK.search(c)]


def run(words: list[object], folder: Path, *, writable: bool = True) -> Run:
    """Runs `words` in `folder`/work under strace.

    HOME is `folder`/home, empty, and with writable=False closed to everybody, root too. The
    environment holds nothing else but PATH, so that no CI variable silences a library, and the
    variable of ONNX Runtime with the value that asks for telemetry.
    """
    assert shutil.which("strace"), "strace is needed to see sockets: apt install strace"
    home, temporary, work = (folder / name for name in ("home", "tmp", "work"))
    for path in (home, temporary, work):
        path.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755 if writable else 0o555)
    trace = folder / "trace"
    environment = {
        "HOME": str(home), "TMPDIR": str(temporary), "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "ORT_DISABLE_TELEMETRY": "0",
    }  # fmt: skip
    traced = ["strace", "-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o", trace]
    done = subprocess.run(
        [str(word) for word in (*traced, *words)], env=environment, cwd=work,
        capture_output=True, text=True, check=False, preexec_fn=_obey_permissions,
    )  # fmt: skip
    home.chmod(0o755)
    kept = [str(p.relative_to(folder)) for p in home.rglob("*")]
    kept += [str(p.relative_to(folder)) for p in temporary.rglob("*") if not p.is_dir()]
    return Run(done.returncode, done.stdout, done.stderr, trace.read_text().splitlines(), kept)


def _obey_permissions() -> None:
    """Root ignores a folder's permissions by two capabilities: what is run here has neither."""
    if os.geteuid() == 0:
        for capability in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(_CAPBSET_DROP, capability, 0, 0, 0)

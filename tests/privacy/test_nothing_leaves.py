"""Every command with an empty HOME: no file beside its output, no socket beyond loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from traced import Run, run

REPOSITORY = Path(__file__).parents[2]
SSAM = Path(os.environ.get("SSAM", REPOSITORY / "build" / "ssam" / "cli" / "ssam"))
EXPORT = ["squeezesam-export", "--size", "64", "--no-cache", "--iou-floor", "0.1"]
EXPORT += ["--precision", "fp32", "--output", "out", "--parity-photos", "{things}/photos"]

# {things} is the folder of inputs; what is written goes below the working folder.
COMMANDS = {
    "remove": "squeezesam remove {things}/photos out --bundle {things}/bundle",
    "segment": "squeezesam segment {things}/photos --bundle {things}/bundle --output out",
    "info": "squeezesam info {things}/bundle",
    "verify": "squeezesam verify {things}/bundle --photos {things}/photos",
    "ssam": f"{SSAM} {{things}}/photos/cat.jpg --bundle {{things}}/bundle --output out",
    "export onnx": " ".join([*EXPORT, "--target onnx"]),
    "export executorch": " ".join([*EXPORT, "--target executorch"]),
    "train": "squeezesam-train --config {things}/train.yaml --output out",
    "eval": "squeezesam-eval --data {things} --bundle {things}/bundle --limit 1 --output out",
    "curve": f"{sys.executable} -m squeezesam_train.curve {{things}}/log.jsonl --output curve.png",
    "benchmark": f"{sys.executable} {REPOSITORY}/benchmarks/host/latency_worker.py --bundle "
    "{things}/bundle --runs 1 --warmup 1 --threads 1 --photo {things}/photos/cat.jpg",
}


def _words(command: str, things: Path) -> list[object]:
    first, *others = COMMANDS[command].format(things=things).split()
    installed = Path(sys.executable).parent / first
    return [installed if "/" not in first else first, *others]


def _is_silent(done: Run) -> None:
    assert done.code == 0, done.err
    assert done.beyond_loopback == []
    assert done.kept == []
    said = (done.out + done.err).lower()
    for word in ("warning", "permission", "telemetry", "traceback", "read-only", "matplotlib"):
        assert word not in said


# An export takes half a minute: the one that runs ONNX Runtime does both.
CASES = [(c, "empty") for c in COMMANDS]
CASES += [(c, "read-only") for c in COMMANDS if c != "export executorch"]


@pytest.mark.parametrize(("command", "home"), CASES)
def test_a_command_keeps_nothing_and_calls_nobody(
    things: Path, tmp_path: Path, command: str, home: str
) -> None:
    _is_silent(run(_words(command, things), tmp_path, writable=home == "empty"))


def test_the_commands_work_where_there_is_no_network_at_all(things: Path, tmp_path: Path) -> None:
    """A network namespace of its own, where it may be made: not even loopback is up."""
    inside = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        # Containers may forbid it; strace, which the tests above use, sees every socket anyhow.
        inside = ["env", "no_proxy=*", "http_proxy=http://192.0.2.1:9"]
    for command in ("remove", "segment", "ssam"):
        _is_silent(run([*inside, *_words(command, things)], tmp_path / command))


@pytest.mark.parametrize("home", ["empty", "read-only"])
def test_the_server_keeps_nothing_and_answers_on_loopback_alone(
    things: Path, tmp_path: Path, home: str
) -> None:
    """With photos and taps of clients; both sides of the loopback are seen."""
    study = [sys.executable, REPOSITORY / "benchmarks" / "study.py", "serve_load"]
    words = [*study, things / "bundle", "--requests", "16", "--workers", "1", "--output", "out"]
    done = run([*words, "--soak", "20"], tmp_path, writable=home == "empty")
    assert done.code == 0, done.err
    assert any("bind(" in call and "127.0.0.1" in call for call in done.calls)
    assert done.called_beyond_loopback == []
    assert done.kept == []


def test_what_calls_out_or_keeps_a_file_would_be_seen(tmp_path: Path) -> None:
    """The watcher itself: a datagram socket to an address that exists nowhere, and a file."""
    code = (
        "import socket, pathlib\n"
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))\n"
        "(pathlib.Path.home() / 'id').write_text('me')\n"
    )
    done = run([sys.executable, "-c", code], tmp_path)
    assert any("192.0.2.1" in call for call in done.beyond_loopback)
    assert done.kept == ["home/id"]
    closed = run([sys.executable, "-c", code], tmp_path / "closed", writable=False)
    assert closed.kept == []
    assert "Permission" in closed.err


@pytest.mark.parametrize("package", ["squeezesam", "squeezesam_export"])
def test_importing_a_package_switches_the_telemetry_off_whatever_was_set(package: str) -> None:
    code = f"import {package}, os, sys\nassert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "0"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_onnxruntime_is_loaded_nowhere_before_the_telemetry_is_off() -> None:
    """Every import of it lies in a package that switches it off first, or follows such a one."""
    sources = subprocess.run(
        ["git", "grep", "-lE", r"^\s*(import|from) onnxruntime", "--", "*.py"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    allowed = ("python_bindings/squeezesam/engines/", "export/squeezesam_export/", "tests/")
    assert sources
    for name in sources:
        lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
        first = [line.split()[:2] for line in lines if re.match("import (squeezesam|onnx)", line)]
        assert name.startswith(allowed) or first[0] == ["import", "squeezesam"], name


def test_strace_and_the_built_command_are_here() -> None:
    assert shutil.which("strace")
    assert SSAM.is_file(), "make ssam first"

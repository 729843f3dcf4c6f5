"""The native command `ssam` on an Android phone: pushed to /data/local/tmp, bound to cores, run."""

from __future__ import annotations

import re
import shlex
import struct
from pathlib import Path

from devices import adb
from devices.android_state import parse_peak_kib
from devices.failures import AppError, NotReadyError, one_line
from devices.phones import Phone
from measure.native_bench import Bench, BenchOutputError, bench_words, read_bench

FOLDER = "/data/local/tmp/squeezesam"
# e_machine of the ELF header, by Android's names.
_MACHINES = {183: "arm64-v8a", 40: "armeabi-v7a", 62: "x86_64", 3: "x86"}


def program_abi(program: Path) -> str:
    """Which Android ABI a program was built for.

    Raises:
        ValueError: it is no ELF program, or of an unknown processor.
    """
    head = program.read_bytes()[:20]
    if len(head) < 20 or head[:4] != b"\x7fELF":
        raise ValueError(f"{program} is no Android program")
    machine = struct.unpack_from("<H", head, 18)[0]
    if machine not in _MACHINES:
        raise ValueError(f"{program} is for an unknown processor ({machine})")
    return _MACHINES[machine]


def push_program(phone: Phone, program: Path) -> None:
    """Put the program and the libraries beside it on the phone.

    Raises:
        NotReadyError: it is for another processor.
        DeviceError: the phone has no room, or is gone.
    """
    abis = adb.read_properties(phone.identifier).get("ro.product.cpu.abilist", "").split(",")
    abi = program_abi(program)
    if abi not in abis:
        raise NotReadyError(
            f"{program} is built for {abi}, the phone runs {', '.join(abis) or 'something else'}: "
            "build it for the phone (make help names the target)"
        )
    adb.shell(phone.identifier, f"rm -rf {FOLDER} && mkdir -p {FOLDER}")
    for file in (program, *sorted(program.parent.glob("*.so*"))):
        adb.push(phone.identifier, file, f"{FOLDER}/{file.name}")
    adb.shell(phone.identifier, f"chmod 755 {FOLDER}/{program.name}")


def push_input(phone: Phone, path: Path) -> None:
    """Put a bundle's folder or a photo on the phone, under its own name."""
    adb.push(phone.identifier, path, f"{FOLDER}/{path.name}")


def remove(phone: Phone) -> None:
    """Leave nothing behind."""
    adb.shell(phone.identifier, f"rm -rf {FOLDER}")


def run_bench(
    phone: Phone,
    program: str,
    photo: str,
    bundle: str,
    runs: int,
    threads: int | None,
    cpu_mask: str | None,
    timeout: float,
    click: bool = False,
) -> tuple[Bench, float | None]:
    """One process on the phone: its figures, and its largest memory (MiB) as /proc saw it.

    Raises:
        DeviceError: the phone is gone, it took too long, or the program failed.
    """
    words = bench_words(f"./{program}", photo, bundle, runs, threads, click)
    command = shlex.join([*(["taskset", cpu_mask] if cpu_mask else []), *words])
    # VmHWM only grows, so that the last reading before the end is the peak, but for 0.1 s.
    script = (
        f"cd {FOLDER} && {{ LD_LIBRARY_PATH=. {command} >out.json 2>err.txt & }}; p=$!; "
        "while kill -0 $p 2>/dev/null; do grep VmHWM /proc/$p/status 2>/dev/null; sleep 0.1; done; "
        "wait $p; echo SSAM-EXIT $?; cat err.txt; echo SSAM-OUT; cat out.json"
    )
    said = adb.shell(phone.identifier, script, timeout)
    before, marker, out = said.partition("SSAM-OUT")
    code = re.search(r"^SSAM-EXIT (\d+)", before, re.MULTILINE)
    if not code or not marker:
        raise AppError(f"the phone's answer was cut short: {one_line(said[-200:]) or 'nothing'}")
    if code[1] != "0":
        reason = before.split(code[0], 1)[1]
        raise AppError(f"ssam failed on the phone ({code[1]}): {one_line(reason) or 'no reason'}")
    try:
        bench = read_bench(out)
    except BenchOutputError as error:
        raise AppError(f"{error}: {one_line(out[-200:]) or 'nothing'}") from error
    peak = parse_peak_kib(before)
    return bench, peak / 1024 if peak is not None else None

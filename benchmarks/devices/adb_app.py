"""The Android demo app's benchmark mode through adb; a `Transport` of `app_run`."""

from __future__ import annotations

import json
import shlex
import tempfile
from pathlib import Path

from devices import adb, commands
from devices.failures import DeviceError, UnpluggedError
from devices.phones import Phone

ACTIVITY = ".BenchmarkActivity"


def result_file(app_id: str) -> str:
    """Where the app leaves its result."""
    return f"/sdcard/Android/data/{app_id}/files/benchmark.json"


def bundle_folder(app_id: str) -> str:
    """Where the app looks for pushed bundles."""
    return f"/sdcard/Android/data/{app_id}/files/bundles"


def launch_words(phone: Phone, app_id: str, words: list[str]) -> list[str]:
    """The command that launches the app and follows its log; it does not end by itself.

    The log is read from the moment before the launch, so that no line is missed.
    """
    start = ["am", "start", "-W", "-S", "-n", f"{app_id}/{ACTIVITY}", *words]
    line = (
        "t=$(date '+%m-%d %H:%M:%S.000'); "
        f'{shlex.join(start)} && exec logcat -v tag -T "$t" -s SSAM-BENCH:I AndroidRuntime:E'
    )
    return ["adb", "-s", phone.identifier, "shell", line]


def extras(settings: dict[str, str | int | bool]) -> list[str]:
    """Intent extras as `am start` takes them."""
    words: list[str] = []
    for name, value in settings.items():
        if isinstance(value, bool):
            words += ["--ez", name, "true" if value else "false"]
        elif isinstance(value, int):
            words += ["--ei", name, str(value)]
        else:
            words += ["--es", name, value]
    return words


def receive_file(phone: Phone, app_id: str, source: str) -> bytes | None:
    """The result file; from the app's own folder where the shared one is out of reach."""
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "file"
        done = commands.run(["adb", "-s", phone.identifier, "pull", source, str(target)], 120)
        if done.code == 0 and target.is_file():
            return target.read_bytes()
    command = ["adb", "-s", phone.identifier, "exec-out", "run-as", app_id, "cat"]
    inside = commands.run([*command, "files/" + source.rsplit("/", 1)[1]], 120)
    if _is_json(inside.out):
        return inside.out.encode("utf-8")
    failure = failure_in(f"{done.text}\n{inside.text}")
    # Not there is one thing; the phone not there is another.
    if isinstance(failure, UnpluggedError):
        raise failure
    return None


def failure_in(text: str) -> DeviceError:
    """What adb, or the log, means."""
    return adb.failure_in(text)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False

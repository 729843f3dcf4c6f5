"""android_latency.py with the native command: a fake adb replays a phone."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import android_latency
import pytest
import recordings_android as android
from devices import native_run
from devices.failures import AppError
from devices.phones import Phone
from fake_tools import FakeTools, write_bundle

BENCH = {
    "bundle": "x",
    "engine": "executorch",
    "engine_version": "1.4.1",
    "threads": 4,
    "photo": "photo.png",
    "width": 1024,
    "height": 768,
    "runs": 30,
    "once_ms": {"load": 212.5, "decode": 8.0, "prewarm": 40.0},
    "stages_ms": {
        name: {"p50": 10.0, "p90": 11.0, "p99": 12.5}
        for name in ("open", "clicks", "prompts", "mask", "total", "render")
    },
    "programs_ms": {name: {"p50": 10.0, "p90": 11.0, "p99": 12.5} for name in ("heat", "segment")},
    "peak_rss_kib": 102400,
}
VERSION = {"when": ["version"], "out": "Android Debug Bridge version 1.0.41\nVersion 35.0.2-1\n"}
LISTED = {"when": ["devices -l"], "out": android.STARTING + android.READY_LINE}
PROPERTIES = {"when": ["getprop"], "out": android.GETPROP}
PUSHED = {"when": ["push"], "out": "1 file pushed, 0 skipped.\n"}
STATE = [
    {"when": ["thermalservice"], "out": android.THERMAL.format(0)},
    {"when": ["dumpsys battery"], "out": android.BATTERY},
    {"when": ["cpu_capacity"], "out": android.CORES},
    {"when": ["/proc/cpuinfo"], "out": android.CPUINFO},
    {"when": ["/proc/meminfo"], "out": android.MEMINFO},
    {"when": ["rm -rf"]},
    {"when": ["chmod"]},
]


def bench(facts: dict[str, Any] | str = BENCH, code: int = 0, error: str = "") -> dict[str, Any]:
    """What the phone's shell prints for one process."""
    text = facts if isinstance(facts, str) else json.dumps(facts)
    seen = "VmHWM:\t   90000 kB\nVmHWM:\t  122880 kB\n"
    said = f"{seen}SSAM-EXIT {code}\n{error}SSAM-OUT\n{text}\n"
    return {"when": ["shell", "--bench"], "out": said}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The head of an arm64 program, and a library beside it."""
    folder = tmp_path / "arm64-v8a"
    folder.mkdir()
    head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9) + struct.pack("<HH", 3, 183)
    (folder / "ssam").write_bytes(head + bytes(44))
    (folder / "libonnxruntime.so").write_bytes(head)
    return folder / "ssam"


@pytest.fixture
def words(program: Path, bundle: Path, tmp_path: Path) -> list[str]:
    """A sensible command line."""
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"png")
    known = ["--program", str(program), "--bundle", str(bundle), "--photo", str(photo)]
    return [*known, "--json", "out.json", "--runs", "30"]


def run(tools: FakeTools, words: list[str], *rules: dict[str, Any]) -> int:
    tools.add("adb", [*rules, LISTED, PROPERTIES, *STATE, PUSHED, VERSION])
    return android_latency.main(words)


def test_a_whole_run_gives_a_result_that_fits_the_schema(
    tools: FakeTools, words: list[str]
) -> None:
    assert run(tools, [*words, "--threads", "4"], bench()) == 0
    written = json.loads(Path("out.json").read_text())
    assert written["platform"] == "android"
    assert written["thermal"] == {"before": "nominal", "after": "nominal"}
    assert written["battery"]["before_percent"] == 87
    assert written["machine"]["model"] == "Pixel 8"
    assert written["machine"]["cpu"] == "Google Tensor G3"
    assert written["machine"]["cores"] == 9
    assert written["photo"] == {"name": "photo.png", "width": 1024, "height": 768}
    assert written["tools"] == {"adb": "35.0.2-1"}
    assert android.SERIAL not in Path("out.json").read_text()
    [row] = written["rows"]
    assert row["engine"] == "executorch"
    assert row["bundle"]["backend"] == "xnnpack"
    assert row["bundle"]["bytes"]["segment"] == 2000
    assert row["cpu_mask"] == "1f0"
    assert row["tap_ms"] == {"count": 30, "p50": 10.0, "p90": 11.0, "p99": 12.5}
    assert row["load_ms"] == {"cold": 212.5, "warm": 212.5}
    # 122880 kB by /proc, 102400 KiB by the process itself: the larger
    assert row["peak_memory_mib"] == 120.0


def test_it_is_bound_to_the_big_cores_and_runs_cold_warm_and_tapped(
    tools: FakeTools, words: list[str]
) -> None:
    assert run(tools, [*words, "--threads", "4"], bench()) == 0
    cold, warm, tapped = (call[-1] for call in tools.called("--bench"))
    assert "taskset 1f0 ./ssam photo.png" in cold
    assert "--bench 1 --threads 4" in cold
    assert "--bench 30 --threads 4" in warm
    assert "--point" not in warm
    assert "--point" in tapped
    pushed = [Path(call[-2]).name for call in tools.called("push")]
    assert pushed[:3] == ["ssam", "libonnxruntime.so", "photo.png"]
    assert tools.calls[-3][-1] == "rm -rf /data/local/tmp/squeezesam"


@pytest.mark.parametrize(("cores", "start"), [("all", "./ssam"), ("F0", "taskset f0 ./ssam")])
def test_the_cores_can_be_chosen(
    tools: FakeTools, words: list[str], cores: str, start: str
) -> None:
    assert run(tools, [*words, "--cores", cores], bench()) == 0
    assert f"LD_LIBRARY_PATH=. {start} photo.png" in tools.called("--bench")[0][-1]


def test_the_backend_picks_among_the_bundles(
    tools: FakeTools, words: list[str], tmp_path: Path
) -> None:
    vulkan = write_bundle(tmp_path, "executorch", "vulkan")
    more = ["--bundle", str(vulkan), "--backend", "vulkan"]
    assert run(tools, [*words, *more], bench()) == 0
    rows = json.loads(Path("out.json").read_text())["rows"]
    assert [row["bundle"]["backend"] for row in rows] == ["vulkan"]


def test_the_list_names_model_and_version(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tools, ["--list"]) == 0
    assert capsys.readouterr().out == f"Pixel 8 (Pixel 8, Android 15 (SDK 35)) {android.SERIAL}\n"


OLD = {"when": ["getprop"], "out": android.GETPROP.replace("[35]", "[23]")}


@pytest.mark.parametrize(
    ("lines", "rules", "sentence"),
    [
        ("", [], "no Android phone is connected: connect one with a cable"),
        (android.UNAUTHORIZED_LINE, [], "unlock it and tap Allow under USB debugging"),
        (android.NO_PERMISSIONS_LINE, [], "udev rules"),
        (android.RECOVERY_LINE, [], "in the state 'recovery'"),
        (android.READY_LINE + android.SECOND_LINE, [], "name one with --device: Pixel 8 ("),
        (android.READY_LINE, [OLD], "SDK 24 (Android 7.0) or later is needed"),
    ],
    ids=["none", "unauthorized", "no permissions", "recovery", "two", "too old"],
)
def test_what_must_be_done_first_is_one_sentence_and_exit_code_2(
    tools: FakeTools,
    words: list[str],
    lines: str,
    rules: list[dict[str, Any]],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = {"when": ["devices -l"], "out": android.HEADING + lines + "\n"}
    assert run(tools, words, listed, *rules) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_one_ready_phone_beside_an_unauthorized_one_is_taken(
    tools: FakeTools, words: list[str]
) -> None:
    other = android.UNAUTHORIZED_LINE.replace(android.SERIAL, "ZY22B7XXXXX")
    listed = {"when": ["devices -l"], "out": android.HEADING + other + android.READY_LINE}
    assert run(tools, words, listed, bench()) == 0


def test_an_offline_phone_is_told(
    tools: FakeTools, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    listed = {"when": ["devices -l"], "out": android.HEADING + android.OFFLINE_LINE}
    assert run(tools, words, listed) == 1
    assert "check the cable" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rule", "code", "sentence"),
    [
        ({"when": ["push"], "err": android.NO_SPACE, "code": 1}, 2, "no room left"),
        ({"when": ["push"], "err": android.PUSH_GONE, "code": 1}, 1, "the phone is gone"),
        ({"when": ["--bench"], "err": android.GONE, "code": 1}, 1, "the phone is gone"),
        ({"when": ["--bench"], "err": android.CLOSED, "code": 1}, 1, "check the cable"),
        ({"when": ["--bench"], "out": "VmHWM:\t  9 kB\nSSAM-EX"}, 1, "cut short"),
        (bench(json.dumps(BENCH)[:200]), 1, "did not print its figures whole"),
        (bench("", 1, "ssam: the bundle is for coreml\n"), 1, "ssam: the bundle is for coreml"),
        (bench("", 137), 1, "ssam failed on the phone (137)"),
    ],
    ids=["full", "gone at push", "unplugged", "closed", "cut", "cut JSON", "refused", "killed"],
)  # fmt: skip
def test_a_run_that_breaks_is_explained_and_writes_nothing(
    tools: FakeTools,
    words: list[str],
    rule: dict[str, Any],
    code: int,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tools, words, rule) == code
    assert sentence in capsys.readouterr().err
    assert not Path("out.json").exists()


@pytest.mark.parametrize(("code", "mask"), [(0, None), (0, "1"), (3, None)])
def test_the_phones_shell_script_binds_watches_and_reports(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, mask: str | None
) -> None:
    # Carried out by this computer's own sh, taskset and /proc.
    folder = tmp_path / "phone"
    folder.mkdir()
    program = folder / "ssam"
    program.write_text(
        f"#!/bin/sh\nsleep 0.5\necho 'ssam: a note' >&2\ncat <<E\n{json.dumps(BENCH)}\nE\n"
        f"exit {code}\n"
    )
    program.chmod(0o755)
    tools.add("adb", [{"when": ["shell"], "here": True}])
    monkeypatch.setattr(native_run, "FOLDER", str(folder))
    phone = Phone("x", "x", "x")

    def go() -> tuple[Any, float | None]:
        return native_run.run_bench(phone, "ssam", "p.png", "b", 3, None, mask, 60)

    if code:
        with pytest.raises(AppError, match=r"ssam failed on the phone \(3\): ssam: a note"):
            go()
        return
    figures, peak = go()
    assert figures.facts == BENCH
    assert peak is not None
    assert 0.3 < peak < 100


def test_a_phone_that_hangs_is_not_waited_for(
    tools: FakeTools, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.monotonic()
    assert run(tools, [*words, "--timeout", "1"], {**bench(), "sleep": 60}) == 1
    assert time.monotonic() - start < 40
    assert "gave no answer within 1 seconds" in capsys.readouterr().err


def test_a_program_for_another_processor_is_not_pushed(
    tools: FakeTools, words: list[str], program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = bytearray(program.read_bytes())
    struct.pack_into("<H", head, 18, 62)
    program.write_bytes(head)
    assert run(tools, words, bench()) == 2
    assert "is built for x86_64, the phone runs arm64-v8a" in capsys.readouterr().err
    assert not tools.called("push")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--cores", "xyz"], "--cores: 'xyz'"),
        (["--threads", "0"], "--threads must be from 1 to 64"),
        (["--backend", "vulkan"], "none of the bundles is for the backend vulkan"),
        (["--bundle", "nowhere"], "nowhere is not a bundle"),
        (["--apk", "none.apk"], "there is no none.apk"),
    ],
)
def test_a_senseless_command_line_ends_before_the_phone_is_touched(
    tools: FakeTools,
    words: list[str],
    more: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tools, [*words, *more]) == 2
    assert sentence in capsys.readouterr().err
    assert tools.calls == []


def test_without_adb_the_sentence_says_what_to_install(
    tools: FakeTools, words: list[str], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PATH", str(tools.folder))
    assert android_latency.main(words) == 2
    assert "apt install adb" in capsys.readouterr().err

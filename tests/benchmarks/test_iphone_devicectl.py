"""iphone_latency.py on a Mac with Xcode: the fake xcrun replays devicectl's documents."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import iphone_latency
import pytest
import recordings_apple as apple
from fake_iphone import FOUND, LISTED, NO_FILE, PULL, launch, run
from fake_tools import FakeTools


def test_a_whole_run_writes_the_apps_result_with_the_command_and_the_tools(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--device", "Kim’s iPhone", "--compute-unit", "all", "--compute-unit", "cpuOnly")
    assert run(tools, LISTED, launch(result), words=words) == 0
    written = json.loads(Path("out.json").read_text())
    assert written["rows"] == result["rows"]
    assert written["command"].startswith("python benchmarks/iphone_latency.py --no-build")
    assert "Kim" not in Path("out.json").read_text()
    assert set(written["tools"]) == {"squeezesam", "xcode", "pymobiledevice3"}
    [call] = tools.called("process launch")
    app_words = call[call.index("--") + 1 :]
    assert call[call.index("--") - 1] == "org.squeezesam.demo"
    assert "--console" in call
    assert app_words[0] == "--benchmark"
    assert [app_words[i + 1] for i, w in enumerate(app_words) if w == "--compute-unit"] == [
        "all",
        "cpuOnly",
    ]
    assert "a tap 24.2 ms" in capsys.readouterr().out


@pytest.mark.parametrize(
    "style", ["whole", "old-run-first"], ids=["plainly", "after another run's lines"]
)
def test_the_result_is_found_among_other_lines(
    tools: FakeTools, result: dict[str, Any], style: str
) -> None:
    noise = "2026-11-21 15:31:02.123 Demo[812:4711] [CoreML] compiled\nSSAM-BENCH\n\n"
    prefix = "2026-11-21 15:31:01 Demo[812] "
    assert run(tools, LISTED, launch(result, style=style, noise=noise, prefix=prefix)) == 0
    assert json.loads(Path("out.json").read_text())["rows"] == result["rows"]


@pytest.mark.parametrize("style", ["cut-part", "cut-end"])
def test_a_cut_console_falls_back_to_the_file_of_the_same_run(
    tools: FakeTools, result: dict[str, Any], style: str
) -> None:
    assert run(tools, LISTED, launch(result, style=style, keep=True), PULL) == 0
    assert json.loads(Path("out.json").read_text())["rows"] == result["rows"]
    assert tools.called("copy from", "Documents/benchmark.json", "appDataContainer")


def test_the_file_of_another_run_is_not_taken(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (tools.folder / "app-result").write_text(json.dumps({**result, "run": "yesterday"}))
    assert run(tools, LISTED, launch(result, style="cut-part"), PULL) == 1
    assert "without a whole result" in capsys.readouterr().err
    assert not Path("out.json").exists()


def test_the_list_names_model_and_system_and_leaves_out_what_is_no_phone_or_away(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = (apple.IPHONE, apple.AWAY, apple.WATCH, apple.EMPTY)
    assert run(tools, {**LISTED, "answer": apple.devices(*entries)}, words=("--list",)) == 0
    out = capsys.readouterr().out
    assert out == f"Kim’s iPhone (iPhone 14 Pro, iOS 18.4.1) {apple.UDID}\n"


SECOND = apple.iphone(
    hardwareProperties={"udid": "00008110-X", "marketingName": "iPhone 13"},
    deviceProperties={"name": "Bench"},
)
UNPAIRED = apple.iphone(connectionProperties={"pairingState": "unpaired"})
OLD = apple.iphone(deviceProperties={"osVersionNumber": "15.8.2"})
NO_DEVELOPER = apple.iphone(deviceProperties={"developerModeStatus": "disabled"})


@pytest.mark.parametrize(
    ("devices", "words", "sentence"),
    [
        ((), (), "no iPhone is connected: connect one with a cable, unlock it and tap Trust"),
        ((apple.AWAY,), (), "no iPhone is connected"),
        ((apple.IPHONE, SECOND), (), "Kim’s iPhone (iPhone 14 Pro, iOS 18.4.1) " + apple.UDID
         + "; Bench (iPhone 13, iOS 18.4.1) 00008110-X"),
        ((apple.IPHONE,), ("--device", "nobody"), "no connected device is called 'nobody'"),
        ((UNPAIRED,), (), "tap Trust, and enter its code"),
        ((OLD,), (), "iOS 15.8.2 is too old: the demo app needs iOS 16 or later"),
        ((NO_DEVELOPER,), (), "Developer Mode is off"),
    ],
    ids=["none", "away", "two", "unknown name", "unpaired", "too old", "no developer mode"],
)  # fmt: skip
def test_what_must_be_done_first_is_one_sentence_and_exit_code_2(
    tools: FakeTools,
    devices: tuple[dict[str, Any], ...],
    words: tuple[str, ...],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tools, {**LISTED, "answer": apple.devices(*devices)}, words=words) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1
    assert not Path("out.json").exists()


@pytest.mark.parametrize(
    ("console", "code", "sentence"),
    [
        (apple.LOCKED_CONSOLE, 2, "the iPhone is locked: unlock it"),
        (apple.NOT_INSTALLED_CONSOLE, 2, "the demo app is not installed"),
        (apple.NOT_TRUSTED_DEVELOPER, 2, "trust the developer"),
        (apple.GONE_CONSOLE, 1, "the connection to the iPhone was lost"),
        ("ERROR: something new\n", 1, "devicectl reports: ERROR: something new"),
        ("", 1, "devicectl reports: nothing"),
    ],
)
def test_a_launch_that_fails_is_explained(
    tools: FakeTools, console: str, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"when": ["process launch"], "err": console, "code": 1}
    assert run(tools, LISTED, refused, NO_FILE) == code
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        (apple.NO_SPACE, 2, "the iPhone has no room left"),
        (apple.TOO_OLD, 2, "the iPhone's iOS is too old"),
        (apple.LOCKED, 2, "the iPhone is locked"),
        (apple.LOCKED_SINCE_BOOT, 2, "the iPhone is locked"),
        (apple.GONE, 1, "the connection to the iPhone was lost"),
        ('{"error": {"code": 1, "dom', 1, "devicectl reports: ERROR: cut off"),
    ],
    ids=["no space", "too old", "locked", "locked since boot", "gone", "a document cut short"],
)
def test_an_installation_that_fails_is_explained(
    tools: FakeTools,
    answer: dict[str, Any] | str,
    code: int,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("Demo.app").mkdir()
    refused = {"when": ["install app"], "answer": answer, "err": "ERROR: cut off\n", "code": 1}
    tools.add("xcrun", [FOUND, LISTED, refused])
    assert iphone_latency.main(["--app", "Demo.app"]) == code
    assert sentence in capsys.readouterr().err


def test_a_phone_unplugged_during_the_run_ends_it(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pulled = launch(result, style="unplugged", err=apple.GONE_CONSOLE, code=1)
    gone = {"when": ["copy from"], "answer": apple.GONE, "code": 1}
    assert run(tools, LISTED, pulled, gone) == 1
    assert "check the cable" in capsys.readouterr().err


def test_an_app_that_reports_an_error_is_quoted(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tools, LISTED, launch(result, style="error", code=1)) == 1
    assert "(no-bundle): There is no bundle called x." in capsys.readouterr().err


def test_a_devicectl_that_hangs_is_stopped(
    tools: FakeTools, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("devices.devicectl.LIST_TIMEOUT", 0.3)
    start = time.monotonic()
    assert run(tools, {**LISTED, "sleep": 60}) == 1
    assert time.monotonic() - start < 30
    assert "gave no answer within" in capsys.readouterr().err


def test_an_app_that_falls_silent_is_not_waited_for(
    tools: FakeTools, result: dict[str, Any], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("devices.console.SILENCE", 0.4)
    start = time.monotonic()
    assert run(tools, LISTED, launch(result, style="silent", sleep=60)) == 1
    assert time.monotonic() - start < 30
    assert "fell silent" in capsys.readouterr().err


def test_an_app_without_a_benchmark_mode_is_told_apart(
    tools: FakeTools, result: dict[str, Any], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("devices.console.BEGIN_WITHIN", 0.4)
    assert run(tools, LISTED, launch(result, style="never", sleep=60)) == 1
    assert "did not enter its benchmark mode" in capsys.readouterr().err

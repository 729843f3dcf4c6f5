"""iphone_latency.py without Xcode: a fake pymobiledevice3 replays the lines of version 11.45."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import iphone_latency
import pytest
import recordings_apple as apple
from fake_tools import FakeTools

VERSION = {"when": ["version"], "out": "11.45.0\n"}
LISTED = {"when": ["usbmux list"], "out": json.dumps([apple.USBMUX_ENTRY], indent=4)}
APP = "org.squeezesam.demo"
HAS_APP = {"when": ["apps query"], "out": json.dumps({APP: {"CFBundleIdentifier": APP}})}
# logging.getLogger(f"PID:{pid}").info(message) of `developer dvt launch --stream`
PREFIX = "2026-11-21 17:21:29 host PID:812[2290] INFO "


def launch(result: dict[str, Any], **more: Any) -> dict[str, Any]:
    said = "Process launched with pid 812\n"
    # The command goes on after the app has ended.
    rule = {"when": ["dvt launch"], "out": said, "app": result, "prefix": PREFIX, "sleep": 60}
    return {**rule, "on_stderr": True, **more}


def run(tools: FakeTools, *rules: dict[str, Any], words: tuple[str, ...] = ()) -> int:
    tools.add("pymobiledevice3", [*rules, VERSION])
    return iphone_latency.main(["--json", "out.json", *words])


def test_a_signed_app_is_launched_and_its_result_written(
    tools: FakeTools, result: dict[str, Any]
) -> None:
    assert run(tools, LISTED, HAS_APP, launch(result), words=("--runs", "9")) == 0
    written = json.loads(Path("out.json").read_text())
    assert written["rows"] == result["rows"]
    assert written["tools"]["pymobiledevice3"] == "11.45.0"
    [call] = tools.called("dvt launch")
    assert call[call.index("--udid") + 1] == apple.UDID
    assert call[-1].startswith(f"{APP} --benchmark --run ")
    assert "--runs 9 --warmup 5" in call[-1]


def test_lines_that_reach_the_log_without_its_prefix_count_too(
    tools: FakeTools, result: dict[str, Any]
) -> None:
    assert run(tools, LISTED, HAS_APP, launch(result, prefix="")) == 0


def test_a_lost_part_is_made_good_by_the_file(tools: FakeTools, result: dict[str, Any]) -> None:
    pull = {"when": ["apps pull"], "gives_file": 5}
    assert run(tools, LISTED, HAS_APP, launch(result, style="cut-part", keep=True), pull) == 0
    assert json.loads(Path("out.json").read_text())["rows"] == result["rows"]
    [call] = tools.called("apps pull")
    assert call[4:6] == [APP, "Documents/benchmark.json"]


def test_an_ipa_is_installed_before(tools: FakeTools, result: dict[str, Any]) -> None:
    Path("Demo.ipa").write_bytes(b"PK")
    installed = {"when": ["apps install"]}
    assert run(tools, LISTED, installed, launch(result), words=("--app", "Demo.ipa")) == 0
    assert tools.called("apps install", "Demo.ipa", "--developer")


def test_a_bundle_goes_into_the_folder_where_the_app_looks(
    tools: FakeTools, result: dict[str, Any], bundle: Path
) -> None:
    pushed = {"when": ["apps push"]}
    words = ("--bundle", str(bundle))
    assert run(tools, LISTED, HAS_APP, pushed, launch(result), words=words) == 0
    [call] = tools.called("apps push")
    # pymobiledevice3 puts a folder into the one that is named, under its own name.
    assert call[4:7] == [APP, str(bundle), "Documents/bundles"]


def test_a_phone_seen_by_cable_and_wifi_is_one_phone(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [{**apple.USBMUX_ENTRY, "ConnectionType": "Network"}, apple.USBMUX_ENTRY]
    assert run(tools, {**LISTED, "out": json.dumps(both)}, words=("--list",)) == 0
    assert capsys.readouterr().out == f"Kim’s iPhone (iPhone15,2, iOS 18.4.1) {apple.UDID}\n"


NOBODY = {"when": ["apps query"], "out": "{}"}
SECOND = {**apple.USBMUX_ENTRY, "Identifier": "00008110-X", "DeviceName": "Bench"}
OLD = {**apple.USBMUX_ENTRY, "ProductVersion": "15.8.2"}


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([{**LISTED, "out": "[]"}], "no iPhone is connected"),
        ([{**LISTED, "out": "", "err": apple.NO_USBMUXD, "code": 1}], "usbmuxd does not run"),
        ([{**LISTED, "out": json.dumps([apple.USBMUX_ENTRY, SECOND])}], "name one with --device"),
        ([{**LISTED, "out": json.dumps([OLD])}], "iOS 15.8.2 is too old"),
        ([LISTED, NOBODY], "is not on the iPhone: sign it on a Mac"),
    ],
    ids=["none", "no usbmuxd", "two", "too old", "no app"],
)
def test_what_must_be_done_first_is_one_sentence_and_exit_code_2(
    tools: FakeTools,
    rules: list[dict[str, Any]],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(tools, *rules) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        ("Device is password protected. Please unlock and retry.", 2, "the iPhone is locked"),
        ("Device is not paired.", 2, "does not trust this computer"),
        (
            "Waiting for the user to answer the Trust dialog on the device.",
            2,
            "does not trust this computer",
        ),
        ("Developer Mode is disabled. You can try to enable it", 2, "Developer Mode is off"),
        ("Connection was terminated abruptly.", 1, "the connection to the iPhone was lost"),
        ("Device is not connected.", 1, "the connection to the iPhone was lost"),
        ("Something new.", 1, "pymobiledevice3 reports: Something new."),
    ],
)
def test_an_error_of_pymobiledevice3_is_explained(
    tools: FakeTools, said: str, code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"when": ["dvt launch"], "err": apple.pymobile_error(said), "code": 1}
    assert run(tools, LISTED, HAS_APP, refused) == code
    assert sentence in capsys.readouterr().err


def test_a_full_phone_is_told_at_the_installation(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("Demo.ipa").write_bytes(b"PK")
    said = apple.pymobile_error("copyfile of Demo.app failed: No space left on device")
    refused = {"when": ["apps install"], "err": said, "code": 1}
    assert run(tools, LISTED, refused, words=("--app", "Demo.ipa")) == 2
    assert "no room left" in capsys.readouterr().err


def test_an_app_that_crashes_ends_the_wait(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    # ProcessControlService._on_process_terminated
    crash = "WARNING Process with PID 812 terminated with exit code None or crashing signal 9\n"
    crashed = launch(result, style="crash", err=crash)
    assert run(tools, LISTED, HAS_APP, crashed) == 1
    assert "crashing signal 9" in capsys.readouterr().err


def test_an_old_pymobiledevice3_is_refused(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    tools.add("pymobiledevice3", [{**VERSION, "out": "4.14.2\n"}])
    assert iphone_latency.main([]) == 2
    assert "pip install -U pymobiledevice3" in capsys.readouterr().err


def test_a_list_cut_short_is_no_list(tools: FakeTools, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tools, {**LISTED, "out": LISTED["out"][:40]}) == 1
    assert "gave no JSON" in capsys.readouterr().err


def test_without_any_tool_the_sentence_says_what_to_install(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    # A Mac without Xcode has an xcrun that finds nothing.
    said = 'xcrun: error: unable to find utility "devicectl", not a developer tool or in PATH\n'
    tools.add("xcrun", [{"when": ["--find"], "err": said, "code": 72}])
    assert iphone_latency.main(["--list"]) == 2
    err = capsys.readouterr().err
    assert "install Xcode 15 or later" in err
    assert "pip install pymobiledevice3" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--runs", "0"], "--runs must be from 1"),
        (["--warmup", "-1"], "--warmup must be from 0"),
        (["--timeout", "0"], "--timeout must be from 1"),
        (["--timeout", "nan"], "--timeout must be from 1"),
        (["--tolerance", "-0.1"], "--tolerance must be a share"),
        (["--operators"], "--operators needs the folder of a Core ML bundle"),
        (["--app", "x.ipa", "--no-build"], "give one"),
        (["--compare", "none.json"], "cannot read none.json"),
    ],
)
def test_a_senseless_command_line_ends_before_the_phone_is_touched(
    tools: FakeTools, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert iphone_latency.main(words) == 2
    assert sentence in capsys.readouterr().err
    assert tools.calls == []


def test_a_result_of_another_thermal_state_is_compared_with_force_only(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    warm = {**result, "thermal": {"before": "serious", "after": "serious"}}
    Path("old.json").write_text(json.dumps(warm))
    rules = (LISTED, HAS_APP, launch(result))
    assert run(tools, *rules, words=("--compare", "old.json")) == 1
    assert "thermal state before differs (serious then, nominal now)" in capsys.readouterr().err
    assert Path("out.json").exists()
    assert run(tools, *rules, words=("--compare", "old.json", "--force")) == 0


def test_a_result_on_standard_output_stands_alone(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("old.json").write_text(json.dumps(result))
    words = ("--json", "-", "--compare", "old.json")
    assert run(tools, LISTED, HAS_APP, launch(result), words=words) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["rows"] == result["rows"]
    assert "0 of 7 figures are worse" in said.err


def test_a_slower_tap_than_before_gives_exit_code_1(
    tools: FakeTools, result: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("old.json").write_text(json.dumps(result))
    result["rows"][0]["tap_ms"]["p50"] *= 1.5
    rules = (LISTED, HAS_APP, launch(result))
    assert run(tools, *rules, words=("--compare", "old.json")) == 1
    out = capsys.readouterr().out
    assert "WORSE squeezesam-coreml-fp16-512x512" in out
    assert "tap ms 24.25 → 36.375 (+50%)" in out

"""android_latency.py with the demo app: launched with `am start`, read from the log or the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import android_latency
import pytest
import recordings_android as android
from fake_tools import FakeTools

APP = "org.squeezesam.demo"
LISTED = {"when": ["devices -l"], "out": android.HEADING + android.READY_LINE}
PHONE = [
    LISTED,
    {"when": ["getprop"], "out": android.GETPROP},
    {"when": ["window policy"], "out": android.UNLOCKED},
    {"when": ["dumpsys power"], "out": android.AWAKE},
    {"when": ["version"], "out": "Android Debug Bridge version 1.0.41\nVersion 35.0.2\n"},
]


@pytest.fixture
def app(result: dict[str, Any]) -> dict[str, Any]:
    """The app's result."""
    result["platform"] = "android"
    result["rows"][0] |= {"engine": "executorch", "compute_unit": None, "threads": 4}
    return result


def launch(app: dict[str, Any], **more: Any) -> dict[str, Any]:
    # The log goes on after the app has ended.
    rule = {"when": ["am start"], "out": android.STARTED, "app": app, "sleep": 60}
    return {**rule, "prefix": android.LOG_PREFIX, "logcat": True, **more}


def run(tools: FakeTools, *rules: dict[str, Any], words: tuple[str, ...] = ()) -> int:
    tools.add("adb", [*rules, *PHONE])
    return android_latency.main(["--app", "--json", "out.json", *words])


def test_the_apps_result_is_read_from_the_log(tools: FakeTools, app: dict[str, Any]) -> None:
    assert run(tools, launch(app), words=("--threads", "4", "--runs", "9")) == 0
    assert json.loads(Path("out.json").read_text())["rows"] == app["rows"]
    [call] = tools.called("am start")
    assert f"-n {APP}/.BenchmarkActivity --ez benchmark true --es run " in call[-1]
    assert "--ei runs 9 --ei warmup 5 --es commit" in call[-1]
    assert call[-1].rstrip().endswith("-s SSAM-BENCH:I AndroidRuntime:E")


def test_a_lost_line_is_made_good_by_the_pulled_file(tools: FakeTools, app: dict[str, Any]) -> None:
    pull = {"when": ["pull", f"/sdcard/Android/data/{APP}/files/benchmark.json"], "gives_file": -1}
    assert run(tools, launch(app, style="cut-part", keep=True), pull) == 0
    assert json.loads(Path("out.json").read_text())["rows"] == app["rows"]


def test_a_phone_that_hides_the_folder_is_read_through_run_as(
    tools: FakeTools, app: dict[str, Any]
) -> None:
    said = "adb: error: failed to stat remote object: Permission denied\n"
    refused = {"when": ["pull"], "err": said, "code": 1}
    private = {"when": ["exec-out run-as", "cat files/benchmark.json"], "prints_file": True}
    assert run(tools, launch(app, style="cut-part", keep=True), refused, private) == 0
    assert json.loads(Path("out.json").read_text())["rows"] == app["rows"]


def test_without_the_file_a_cut_log_is_no_result(
    tools: FakeTools, app: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    said = "adb: error: failed to stat remote object: No such file or directory\n"
    refused = {"when": ["pull"], "err": said, "code": 1}
    private = {"when": ["run-as"], "out": "run-as: package not debuggable: org.squeezesam.demo\n"}
    assert run(tools, launch(app, style="cut-part"), refused, private) == 1
    assert "without a whole result" in capsys.readouterr().err


def test_an_apk_is_installed_and_a_bundle_pushed_before(
    tools: FakeTools, app: dict[str, Any], bundle: Path
) -> None:
    Path("demo.apk").write_bytes(b"PK")
    rules = (
        {"when": ["install"], "out": "Success\n"},
        {"when": ["push"]},
        {"when": ["rm -rf"]},
        launch(app),
    )
    assert run(tools, *rules, words=("--apk", "demo.apk", "--bundle", str(bundle))) == 0
    steps = [word for call in tools.calls for word in call if word in ("install", "push")]
    assert steps == ["install", "push"]
    assert tools.calls.index(tools.called("push")[0]) < tools.calls.index(
        tools.called("am start")[0]
    )
    folder = f"/sdcard/Android/data/{APP}/files/bundles/{bundle.name}"
    assert tools.called("push")[0][-1] == folder
    # adb would put a folder that is there already into itself.
    assert tools.called(f"rm -rf {folder} && mkdir -p")
    assert f"--es bundle {bundle.name}" in tools.called("am start")[0][-1]


@pytest.mark.parametrize(
    ("reason", "code", "sentence"),
    [
        ("INSTALL_FAILED_INSUFFICIENT_STORAGE", 2, "no room left"),
        (
            "INSTALL_FAILED_OLDER_SDK: Requires newer sdk version #24 (current version is #23)",
            2,
            "too old",
        ),
        (
            "INSTALL_FAILED_UPDATE_INCOMPATIBLE: Existing package signatures do not match",
            2,
            "uninstall it",
        ),
        (
            "INSTALL_FAILED_USER_RESTRICTED: Install canceled by user",
            2,
            "Install via USB",
        ),
        (
            "INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native libraries, res=-113",
            2,
            "no code for this phone's processor",
        ),
        ("INSTALL_FAILED_SOMETHING_NEW", 1, "INSTALL_FAILED_SOMETHING_NEW"),
    ],
)
@pytest.mark.parametrize("exit_code", [1, 0], ids=["adb of today", "old adb"])
def test_an_installation_that_fails_is_explained(
    tools: FakeTools, reason: str, code: int, sentence: str, exit_code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    Path("demo.apk").write_bytes(b"PK")
    failed = {"when": ["install"], "out": android.INSTALL.format(reason), "code": exit_code}
    assert run(tools, failed, words=("--apk", "demo.apk")) == code
    assert sentence in capsys.readouterr().err


def test_a_locked_phone_is_told_before_the_launch(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tools, {"when": ["window policy"], "out": android.LOCKED}) == 2
    assert "the phone is locked: unlock it" in capsys.readouterr().err
    assert not tools.called("am start")


def test_an_app_without_the_benchmark_activity_is_told(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = {"when": ["am start"], "out": android.NO_ACTIVITY, "code": 1}
    assert run(tools, missing) == 2
    assert "is not on the phone, or has no benchmark mode" in capsys.readouterr().err


def test_a_crash_in_the_log_ends_the_wait(
    tools: FakeTools, app: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tools, launch(app, style="crash", err=android.CRASH)) == 1
    assert "the app crashed: E/AndroidRuntime: FATAL EXCEPTION" in capsys.readouterr().err


def test_a_phone_unplugged_during_the_run_ends_it(
    tools: FakeTools, app: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {"when": ["pull"], "err": android.PUSH_GONE, "code": 1}
    also = {"when": ["exec-out"], "err": android.GONE, "code": 1}
    assert run(tools, launch(app, style="unplugged", sleep=0), gone, also) == 1
    assert "the phone is gone" in capsys.readouterr().err


def test_a_result_of_another_platform_is_refused(
    tools: FakeTools, app: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tools, launch({**app, "platform": "ios"})) == 1
    assert "not on Android" in capsys.readouterr().err


def test_a_result_that_does_not_fit_the_schema_is_refused(
    tools: FakeTools, app: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    app["rows"][0]["tap_ms"]["p50"] = -1
    assert run(tools, launch(app)) == 1
    assert "tap_ms.p50: -1 is less than the minimum of 0" in capsys.readouterr().err
    assert not Path("out.json").exists()


EVIL = "\x1b[2J\x1b]0;owned\x07\u202e\x9b31m" + "x" * 5000


@pytest.mark.parametrize(
    "place", ["serial", "model", "state", "release", "sdk", "product", "error"]
)
@pytest.mark.parametrize("words", [["--list"], ["--device", "nobody"], []])
def test_whatever_a_phone_calls_itself_comes_printable_and_short_to_the_terminal(
    place: str, words: list[str], tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"serial": "S1", "model": "Pixel", "state": "device", "release": "15", "sdk": "9"}
    said = {**said, "product": "Pixel 8", "error": "", place: EVIL}
    line = f"{said['serial']} {said['state']} product:x model:{said['model']}\n"
    properties = "".join(
        f"[ro.{key}]: [{said[value]}]\n"
        for key, value in {
            "build.version.release": "release",
            "build.version.sdk": "sdk",
            "product.model": "product",
        }.items()
    )
    answer = {"when": ["getprop"], "out": properties}
    if place == "error":
        answer = {"when": ["getprop"], "err": f"error: {EVIL}", "code": 1}
    tools.add("adb", [{"when": ["devices -l"], "out": android.HEADING + line}, answer])
    assert android_latency.main(["--app", *words]) in (0, 1, 2)
    told = capsys.readouterr()
    assert "\n" in told.out + told.err
    for each in (told.out + told.err).splitlines():
        assert each.isprintable()
        assert len(each) < 1500

"""What iphone_latency.py does round the run: building, copying a bundle, operators."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import iphone_latency
import pytest
import recordings_apple as apple
from fake_iphone import FOUND, INSTALLED, LISTED, launch, run
from fake_tools import FakeTools, write_bundle


def test_a_bundle_folder_is_copied_into_the_apps_container(
    tools: FakeTools, result: dict[str, Any], bundle: Path
) -> None:
    sent = {"when": ["copy to"], "answer": apple.success()}
    assert run(tools, LISTED, sent, launch(result), words=("--bundle", str(bundle))) == 0
    assert tools.called("copy to", f"--destination Documents/bundles/{bundle.name}")
    assert tools.called("process launch", f"--bundle {bundle.name}")


def test_the_app_is_built_with_xcodegen_and_xcodebuild_and_its_own_identifier_is_used(
    tools: FakeTools, result: dict[str, Any]
) -> None:
    demo = Path("ios_demo")
    (demo / "Demo.xcodeproj").mkdir(parents=True)
    (demo / "project.yml").write_text("name: Demo\n")
    settings = [
        {
            "action": "build",
            "buildSettings": {
                "FULL_PRODUCT_NAME": "Demo.app",
                "PRODUCT_BUNDLE_IDENTIFIER": "com.example.demo",
                "TARGET_BUILD_DIR": "/builds/Release-iphoneos",
                "WRAPPER_EXTENSION": "app",
            },
            "target": "Demo",
        }
    ]
    tools.add("xcodegen", [{"when": ["generate"]}])
    # `xcodebuild -list -json` and `-showBuildSettings -json`, after a note as Xcode prints them.
    tools.add(
        "xcodebuild",
        [
            {"when": ["-version"], "out": "Xcode 16.3\nBuild version 16E140\n"},
            {"when": ["-list"], "out": json.dumps({"project": {"schemes": ["Demo"]}})},
            {"when": ["-showBuildSettings"], "out": "note: x\n" + json.dumps(settings)},
            {"when": ["build"], "out": "** BUILD SUCCEEDED **\n"},
        ],
    )
    tools.add("xcrun", [FOUND, LISTED, INSTALLED, launch(result)])
    assert iphone_latency.main(["--team", "ABCDE12345", "--json", "out.json"]) == 0
    assert tools.called("xcodebuild", "DEVELOPMENT_TEAM=ABCDE12345", "-scheme Demo", "build")
    assert tools.called("install app", "/builds/Release-iphoneos/Demo.app")
    assert tools.called("process launch", "com.example.demo")
    assert json.loads(Path("out.json").read_text())["tools"]["xcode"] == "16.3"


def test_an_app_that_cannot_be_signed_asks_for_a_team(
    tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = Path("ios_demo")
    (demo / "Demo.xcodeproj").mkdir(parents=True)
    (demo / "project.yml").write_text("name: Demo\n")
    said = 'Demo.xcodeproj: error: Signing for "Demo" requires a development team.\n'
    tools.add("xcodegen", [{"when": []}])
    tools.add("xcodebuild", [{"when": ["build"], "out": said, "code": 65}])
    tools.add("xcrun", [FOUND, LISTED])
    assert iphone_latency.main(["--scheme", "Demo"]) == 2
    assert "give yours with --team" in capsys.readouterr().err


def test_the_costliest_operators_come_from_coremltools(
    tools: FakeTools, result: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = write_bundle(tmp_path, "coreml", "coreml")
    (bundle / "segment.mlpackage").mkdir()
    given: dict[str, Any] = {}
    fake_coremltools(monkeypatch, given)
    sent = {"when": ["copy to"], "answer": apple.success()}
    words = ("--bundle", str(bundle), "--operators", "--runs", "7", "--team", "ABCDE12345")
    assert run(tools, LISTED, sent, launch(result), words=words) == 0
    [row] = json.loads(Path("out.json").read_text())["rows"]
    assert row["operators"] == [
        {"name": "conv_1", "type": "conv", "device": "NeuralEngine", "ms": 1.25},
        {"name": "cast_9", "type": "cast", "device": None, "ms": None},
    ]
    assert given == {
        "team": "ABCDE12345",
        "model": str(bundle / "segment.mlpackage"),
        "units": "CPU_AND_NE",
        "iterations": 7,
    }


def test_operators_of_a_phone_that_coremltools_does_not_see_end_with_a_sentence(
    tools: FakeTools, result: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    bundle = write_bundle(tmp_path, "coreml", "coreml")
    (bundle / "segment.mlpackage").mkdir()
    fake_coremltools(monkeypatch, {}, udid="another")
    sent = {"when": ["copy to"], "answer": apple.success()}
    words = ("--bundle", str(bundle), "--operators")
    assert run(tools, LISTED, sent, launch(result), words=words) == 2
    assert "coremltools does not find the iPhone" in capsys.readouterr().err


def fake_coremltools(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], udid: str = apple.UDID
) -> None:
    """The names of coremltools 9 that operators.py uses; importing the real one takes seconds."""

    class MLNeuralEngineComputeDevice:
        pass

    class Device:
        def __init__(self) -> None:
            self.udid = udid

        @staticmethod
        def get_devices() -> list[Any]:
            return [Device()]

        async def prepare_for_model_debugging(self, credentials: Any) -> Any:
            given["team"] = credentials.development_team
            return self

    class Benchmarker:
        def __init__(self, model: Any, device: Any) -> None:
            given.update(model=model.path, units=model.units)

        async def benchmark_operation_execution(self, iterations: int, warmup: bool) -> list[Any]:
            assert warmup
            given["iterations"] = iterations
            usage = SimpleNamespace(preferred_compute_device=MLNeuralEngineComputeDevice())
            return [
                info("conv", "conv_1", usage, SimpleNamespace(median=1.25)),
                info("cast", "cast_9", None, None),
            ]

    def info(kind: str, name: str, usage: Any, statistics: Any) -> Any:
        return SimpleNamespace(
            spec=SimpleNamespace(type=kind, outputs=[SimpleNamespace(name=name)]),
            compute_device_usage=usage,
            measurement=SimpleNamespace(statistics=statistics),
        )

    def model(path: str, compute_units: str, skip_model_load: bool) -> Any:
        assert skip_model_load
        return SimpleNamespace(path=path, units=compute_units)

    names = {
        "coremltools": {
            "models": SimpleNamespace(MLModel=model),
            "ComputeUnit": SimpleNamespace(CPU_AND_NE="CPU_AND_NE"),
        },
        "coremltools.models": {},
        "coremltools.models.ml_program": {},
        "coremltools.models.ml_program.experimental": {
            "perf_utils": SimpleNamespace(MLModelBenchmarker=Benchmarker),
            "remote_device": SimpleNamespace(
                Device=Device,
                AppSigningCredentials=lambda development_team: SimpleNamespace(
                    development_team=development_team
                ),
            ),
        },
    }
    for name, members in names.items():
        module = ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)

"""An iPhone behind the fake xcrun: the rules that most tests need."""

from __future__ import annotations

from typing import Any

import iphone_latency
import recordings_apple as apple
from fake_tools import FakeTools

FOUND = {"when": ["--find devicectl"], "out": "/usr/bin/devicectl\n"}
INSTALLED = {"when": ["install app"], "answer": apple.success(installedApplications=[])}
LISTED = {"when": ["list devices"], "answer": apple.devices(apple.IPHONE)}
PULL = {"when": ["copy from"], "gives_file": -1, "answer": apple.success()}
NO_FILE = {
    "when": ["copy from"],
    "code": 1,
    "answer": apple.failure(
        (apple.CORE, 7000, {"NSLocalizedDescription": "Failed to retrieve the file node for x"})
    ),
}


def launch(result: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"when": ["process launch"], "app": result, "code": 0, **more}


def run(tools: FakeTools, *rules: dict[str, Any], words: tuple[str, ...] = ()) -> int:
    tools.add("xcrun", [FOUND, *rules])
    return iphone_latency.main(["--no-build", "--json", "out.json", *words])

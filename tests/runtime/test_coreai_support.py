"""Why Core AI cannot be used here, in one sentence each; none of it needs Core AI."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path

import pytest
from squeezesam.engines import coreai_support
from squeezesam.engines.coreai_support import asset_obstacle, coreai_obstacle


@pytest.fixture(autouse=True)
def a_machine_that_has_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 12, 1, "final", 0))
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))


def test_nothing_is_in_the_way_where_all_is_there() -> None:
    assert coreai_obstacle(("json", "os.path")) is None


def test_a_missing_extra_is_named_with_the_command_that_brings_it() -> None:
    sentence = coreai_obstacle(("a_module_that_nobody_has.inside",))
    assert sentence == ("Core AI's tools are not installed here; pip install 'squeezesam[coreai]'")


@pytest.mark.parametrize("version", [(3, 10), (3, 15)])
def test_another_python_is_named(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    assert coreai_obstacle(("json",)) == (
        f"Core AI's tools need Python 3.11 to 3.14, this is 3.{version[1]}"
    )


def test_an_older_glibc_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.31"))
    assert coreai_obstacle(("json",)) == (
        "Core AI's tools need glibc 2.34 or newer, this system has 2.31"
    )
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert "another C library" in str(coreai_obstacle(("json",)))


def test_an_older_macos_and_other_systems_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setattr(platform, "mac_ver", lambda: ("15.4", ("", "", ""), "arm64"))
    assert coreai_obstacle(("json",)) == (
        "Core AI's tools need macOS 26 or newer, this is macOS 15.4"
    )
    monkeypatch.setattr(platform, "mac_ver", lambda: ("27.0", ("", "", ""), "arm64"))
    assert coreai_obstacle(("json",)) is None
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    assert "this is Windows on arm64" in str(coreai_obstacle(("json",)))


@pytest.mark.parametrize("about", ["[" * 100_000, "{", "null", '{"producer": 3}', "\udcff", "",
                                   json.dumps({"producer": "x" * 60_000}),
                                   "1" * 70_000])  # fmt: skip
def test_whatever_an_asset_says_of_itself_is_a_short_sentence(tmp_path: Path, about: str) -> None:
    (tmp_path / "main.mlirb").write_bytes(b"")
    (tmp_path / "main.hash").write_bytes(hashlib.sha256(b"").digest())
    (tmp_path / "metadata.json").write_text(about, errors="surrogateescape")
    sentence = asset_obstacle(tmp_path)
    assert sentence is not None
    assert len(sentence) < 500


def test_the_extra_names_three_versions() -> None:
    tried = coreai_support.tried_versions()
    assert sorted(tried) == ["coreai-core", "coreai-opt", "coreai-torch"]
    assert coreai_support.installed_version("a-distribution-that-nobody-has") == "none"

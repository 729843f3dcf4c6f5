"""The branch that a Swift package user adds by URL has the ExecuTorch product and nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from checks.swift_branch import ENGINE, BranchError, manifest, write

ROOT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of what the branch is made of."""
    for name in ("Package.swift", "versions.toml", f"{ENGINE}/Package.swift"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "t")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "t@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def test_the_manifest_has_both_manifests_products_and_the_engine_s_systems() -> None:
    text = manifest(ROOT)
    for name in ("SqueezeSAM", "SqueezeSAMCoreAI", "SqueezeSAMExecuTorch"):
        assert f'.library(name: "{name}", targets: ["{name}"])' in text
    assert ".iOS(.v17)" in text
    assert 'branch: "swiftpm-' in text
    assert (ROOT / ENGINE / "Sources/SqueezeSAMExecuTorch").is_dir()
    assert f'path: "{ENGINE}/Sources/SqueezeSAMExecuTorch"' in text


def test_the_branch_differs_from_its_release_in_the_manifest_alone(repository: Path) -> None:
    branch = write(repository)
    said = ["git", "diff", "--name-only", "HEAD", branch]
    done = subprocess.run(said, cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Package.swift"]
    status = ["git", "status", "--porcelain"]
    left = subprocess.run(status, cwd=repository, capture_output=True, text=True, check=True)
    assert left.stdout == ""


def test_a_manifest_of_another_form_is_refused(repository: Path) -> None:
    path = repository / ENGINE / "Package.swift"
    path.write_text(path.read_text().replace('package: "executorch"', 'package: "other"'))
    with pytest.raises(BranchError, match="no product of ExecuTorch"):
        manifest(repository)

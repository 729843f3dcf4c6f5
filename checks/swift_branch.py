"""`python -m checks.swift_branch [--write]`: the Swift package with ExecuTorch, added by URL.

Swift packages cannot be added from a subfolder, and a package that is added by its version may not
depend on a branch, which is how ExecuTorch publishes its own. So a release has, beside its tag, a
branch `swift-executorch-VERSION`: the tag's files, with a Package.swift that has the product
SqueezeSAMExecuTorch too. It is made of the two manifests that are there, so that neither says
anything twice.

Without --write the manifest goes to standard output; with it the branch is made in this
repository, on HEAD, and nothing is pushed. Exit codes: 0 done; 1 a manifest has another form than
is known here, or git failed; 2 the command line makes no sense.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from checks.versions import ROOT, catalogue

ENGINE = "runtime/swift/ExecuTorchEngine"
TARGET = "SqueezeSAMExecuTorch"


class BranchError(Exception):
    """The branch cannot be made; the text says why."""


def _one(pattern: str, text: str, name: str) -> str:
    found = re.findall(pattern, text, re.MULTILINE)
    if len(found) != 1:
        raise BranchError(f"{name}: {len(found)} lines like {pattern!r} instead of one")
    return str(found[0])


def manifest(folder: Path) -> str:
    """Package.swift with the product and its dependency.

    Raises:
        BranchError: a manifest is not as it was when this was written.
    """
    text = (folder / "Package.swift").read_text(encoding="utf-8")
    engine = (folder / ENGINE / "Package.swift").read_text(encoding="utf-8")
    name = f"{ENGINE}/Package.swift"
    platforms = _one(r"^    platforms: .*$", text, "Package.swift")
    text = text.replace(platforms, _one(r"^    platforms: .*$", engine, name))
    package = _one(r"^        (\.package\(url: .*\)),$", engine, name)
    needed = re.findall(r'^                (\.product\(.*package: "executorch"\)),$', engine, re.M)
    if not needed:
        raise BranchError(f"{name} names no product of ExecuTorch")
    join = "    ],\n    targets: [\n"
    if text.count(join) != 1:
        raise BranchError("Package.swift: its products do not end where its targets begin")
    lines = "".join(f"                {product},\n" for product in needed)
    return text.replace(
        join,
        f'        .library(name: "{TARGET}", targets: ["{TARGET}"]),\n    ],\n'
        f"    dependencies: [\n        {package}\n    ],\n    targets: [\n"
        f'        .target(\n            name: "{TARGET}",\n            dependencies: [\n'
        f'                "SqueezeSAM",\n{lines}            ],\n'
        f'            path: "{ENGINE}/Sources/{TARGET}"\n        ),\n',
    )


def _git(folder: Path, *words: str, text: str | None = None, index: str | None = None) -> str:
    environment = {**os.environ, **({"GIT_INDEX_FILE": index} if index else {})}
    done = subprocess.run(
        ["git", *words],
        cwd=folder,
        input=text,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BranchError(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def write(folder: Path) -> str:
    """Makes the branch on HEAD; returns its name. The work tree stays as it is.

    Raises:
        BranchError: git failed.
    """
    branch = f"swift-executorch-{catalogue(folder)['versions']['squeezesam']}"
    blob = _git(folder, "hash-object", "-w", "--stdin", text=manifest(folder))
    with tempfile.TemporaryDirectory() as beside:
        index = f"{beside}/index"
        _git(folder, "read-tree", "HEAD", index=index)
        _git(folder, "update-index", "--cacheinfo", f"100644,{blob},Package.swift", index=index)
        tree = _git(folder, "write-tree", index=index)
    said = f"The Swift package with the product {TARGET}"
    commit = _git(folder, "commit-tree", tree, "-p", "HEAD", "-m", said)
    _git(folder, "branch", "--force", branch, commit)
    return branch


def main(arguments: list[str]) -> int:
    """Print or make it; returns the exit code."""
    if arguments not in ([], ["--write"]):
        print("swift_branch: usage: python -m checks.swift_branch [--write]", file=sys.stderr)
        return 2
    try:
        print(write(ROOT) if arguments else manifest(ROOT), end="\n" if arguments else "")
    except (BranchError, OSError) as error:
        print(f"swift_branch: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""What `pip install squeezesam` gives: a command that works alone, without torch and network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

sys.path.append(str(Path(__file__).parents[1] / "privacy"))

from traced import run

WHEEL = Path(os.environ.get("WHEEL", Path(__file__).parents[2] / "build" / "wheel"))
BIN = WHEEL / "venv" / "bin"
NEEDS = {
    "squeezesam-export": "export",
    "squeezesam-import": "export",
    "squeezesam-train": "train",
    "squeezesam-eval": "train",
    "squeezesam-eval-ap": "train",
}


def wheel(name: str) -> zipfile.ZipFile:
    (path,) = (WHEEL / "dist").glob(f"{name}-[0-9]*.whl")
    return zipfile.ZipFile(path)


def requirements(file: zipfile.ZipFile) -> list[str]:
    (name,) = (name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(file.read(name).decode()).get_all("Requires-Dist") or []


def test_the_wheel_carries_one_bundle_and_no_weights_in_12_megabytes() -> None:
    with wheel("squeezesam") as file:
        names = file.namelist()
        assert os.path.getsize(file.filename or "") <= 12e6
        manifests = [name for name in names if name.startswith("squeezesam/bundles/")]
        assert sum(name.endswith("manifest.json") for name in manifests) == 1
        assert sum(name.endswith(".onnx") for name in manifests) == 2
        assert not [name for name in names if name.endswith(".safetensors")]
        needed = [line for line in requirements(file) if "extra ==" not in line]
        assert not [line for line in needed if "torch" in line or "weights" in line]


def test_the_wheel_carries_the_page_of_the_server_in_150_kilobytes() -> None:
    with wheel("squeezesam") as file:
        sizes = {entry.filename: entry.file_size for entry in file.infolist()}
        page = file.read("squeezesam/serve/static/index.html").decode()
    static = "squeezesam/serve/static/"
    names = set(re.findall(r'(?:src|href|data-example)="([^"#]+)"', page))
    assert {static + name for name in names} < set(sizes)
    ours = [name for name in sizes if name.startswith(static) and not name.endswith(".jpg")]
    assert sum(sizes[name] for name in ours) <= 150_000


def test_the_weights_come_as_a_distribution_that_export_and_train_require() -> None:
    with wheel("squeezesam_weights") as file:
        names = file.namelist()
        assert "squeezesam_weights/squeezesam-fast.safetensors" in names
        assert not [name for name in names if name.endswith((".so", ".onnx"))]
        assert not requirements(file)
    with wheel("squeezesam") as file:
        asking = [line for line in requirements(file) if line.startswith("squeezesam-weights")]
    for extra in ("export", "train"):
        assert any(f'extra == "{extra}"' in line.replace("'", '"') for line in asking)


@pytest.mark.parametrize("network", ["watched", "none"])
def test_a_background_is_removed_without_torch_and_network(tmp_path: Path, network: str) -> None:
    """In an empty HOME; in a network namespace without any interface where one may be made."""
    there = (
        "import importlib.util as u; print([n for n in ('torch', 'safetensors') if u.find_spec(n)])"
    )
    found = subprocess.run(
        [BIN / "python", "-c", there], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"
    photo, out = tmp_path / "photo.jpg", tmp_path / "out.png"
    Image.fromarray(data.astronaut()).save(photo, quality=95)
    inside = ["unshare", "--map-root-user", "--net"] if network == "none" else []
    if inside and subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
        # Containers may forbid it; strace sees every socket anyhow.
        inside = ["env", "http_proxy=http://192.0.2.1:9"]
    done = run([*inside, BIN / "squeezesam", "remove", photo, out], tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.beyond_loopback == []
    assert done.kept == []
    cut = np.asarray(Image.open(out))
    assert cut.shape == (512, 512, 4)
    person, corner = cut[250:450, 180:260, 3], cut[:60, :60, 3]
    assert person.mean() > 200
    assert corner.mean() < 60


@pytest.mark.parametrize("command", NEEDS)
@pytest.mark.parametrize("words", [[], ["--help"], ["--data", "x", "--output", "y"]])
def test_a_command_without_its_extra_names_it_in_one_sentence(
    tmp_path: Path, command: str, words: list[str]
) -> None:
    done = subprocess.run(
        [BIN / command, *words], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    if done.returncode == 0:  # what can be said without the libraries may be said
        assert words == ["--help"]
        assert (done.stderr, done.stdout[:6]) == ("", "usage:")
        return
    assert done.returncode in (1, 2)
    if done.returncode == 1:
        assert f'pip install "squeezesam[{NEEDS[command]}]"' in done.stderr
        assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []

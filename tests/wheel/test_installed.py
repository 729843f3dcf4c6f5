"""What `pip install squeezesam` gives: commands that work alone, without torch and network."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
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


def test_pip_is_told_which_linux_the_compiled_core_runs_on() -> None:
    with wheel("squeezesam") as file:
        name = Path(file.filename or "").name
        (described,) = (n for n in file.namelist() if n.endswith(".dist-info/WHEEL"))
        tags = Parser().parsestr(file.read(described).decode()).get_all("Tag") or []
        libraries = [n for n in file.namelist() if n.endswith(".so") or ".so." in n]
    assert re.fullmatch(r"squeezesam-[\d.]+(-cp\d+){2}-manylinux_2_\d+_\w+\.whl", name)
    assert tags
    assert all("-manylinux_2_" in tag for tag in tags)
    assert [n.partition(".")[0] for n in libraries] == ["squeezesam/_core"]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of `squeezesam serve` out of an environment with `squeezesam[serve]` alone."""
    command = WHEEL / "venv-serve" / "bin" / "squeezesam"
    with subprocess.Popen(
        [command, "serve", "--port", "0"], cwd="/", stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            listening = re.match(r"listening on (http\S+)", server.stdout.readline())
            assert listening is not None
            yield listening[1]
            server.send_signal(signal.SIGINT)
            assert server.wait(60) == 0
        finally:
            server.kill()


def test_the_server_of_the_wheel_is_well_and_names_its_bundle(served: str) -> None:
    with urllib.request.urlopen(f"{served}/health", timeout=60) as answer:
        said = json.load(answer)
    with wheel("squeezesam") as file:
        manifests = [n for n in file.namelist() if n.startswith("squeezesam/bundles/")]
        inside = {n.split("/")[2] for n in manifests if n.endswith("manifest.json")}
    assert answer.status == 200
    assert {said["bundle"]} == inside


def test_the_server_of_the_wheel_gives_the_page_and_all_that_it_names(served: str) -> None:
    with urllib.request.urlopen(f"{served}/", timeout=60) as answer:
        page = answer.read().decode()
    assert "<title>" in page
    names = set(re.findall(r'(?:src|href|data-example)="([^"#]+)"', page))
    assert {name.rpartition(".")[2] for name in names} >= {"js", "css", "jpg"}
    for name in sorted(names):
        with urllib.request.urlopen(f"{served}/{name}", timeout=60) as answer:
            assert answer.status == 200
            assert answer.read()


def test_the_server_of_the_wheel_cuts_out_as_the_command_does(served: str, tmp_path: Path) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out.png"
    Image.fromarray(data.astronaut()).save(photo)
    subprocess.run([BIN / "squeezesam", "remove", photo, out], check=True, timeout=120)
    edge = b"--edge"
    head = b'Content-Disposition: form-data; name="photo"; filename="a.png"\r\n\r\n'
    body = edge + b"\r\n" + head + photo.read_bytes() + b"\r\n" + edge + b"--\r\n"
    asked = urllib.request.Request(
        f"{served}/remove", body, {"Content-Type": "multipart/form-data; boundary=edge"}
    )
    with urllib.request.urlopen(asked, timeout=120) as answer:
        cut = np.asarray(Image.open(io.BytesIO(answer.read())))
    assert np.array_equal(cut, np.asarray(Image.open(out)))


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

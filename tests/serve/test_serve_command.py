"""The command: when it says where it listens, how it ends, what it refuses."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path

import pytest
from http_client import Client, form
from photo_files import encoded, scene
from squeezesam.cli import main

PHOTO = encoded(scene(things=((32, 48, 96, 128),)), "png")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_cleanly(bundle: Path, number: signal.Signals) -> None:
    words = [
        sys.executable,
        "-m",
        "squeezesam",
        "serve",
        "--port",
        "0",
        "--log",
        "--bundle",
        bundle,
    ]
    with subprocess.Popen(
        [str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:")
            client = Client(int(line.split()[2].rpartition(":")[2]))
            client.get("/%1b%5b31m%0aGET")
            refused = client.ask("POST", "/segment", b"--no", {"Content-Type": form(None)[1]})
            assert refused.error == "malformed"  # of which the parser has written a line
            name = client.open(PHOTO)
            assert client.predict(name).status == 200
            process.send_signal(number)  # with a connection that is still open
            said, complained = process.communicate(timeout=60)
            client.close()
        finally:
            process.kill()
    assert (process.returncode, complained) == (0, "")
    assert r"/\x1b[31m\nGET 404" in said
    assert "\x1b" not in said


# The command, with a network that cannot be stopped and never ends.
STUCK = """
import functools, sys, threading
from pathlib import Path
_, paths, grace, at_once, bundle = sys.argv
sys.path[:0] = paths.split(":")
import squeezesam.cli.serve as command
from gated_engine import gated
from squeezesam.serve import limits
from squeezesam_launch import run

limits.Limits = functools.partial(limits.Limits, grace_seconds=int(grace))
engine, segmenter = gated(Path(bundle))
warm = segmenter.prewarm

def shut_after_warming():
    if not at_once:
        engine.gate.set()
        warm()
        engine.gate.clear()
        engine.entered.clear()
    threading.Thread(target=tell, daemon=True).start()
    if at_once:
        warm()

def tell():
    engine.entered.wait()
    print("a network runs", flush=True)

segmenter.prewarm = shut_after_warming
command.Segmenter.load = lambda *_, **__: segmenter
sys.argv = ["squeezesam", "serve", "--port", "0", "--bundle", bundle]
sys.exit(run("squeezesam"))
"""


@contextlib.contextmanager
def _stuck(
    bundle: Path, grace: int, at_once: str = "", clients: Sequence[Callable[[int], None]] = ()
) -> Iterator[subprocess.Popen[str]]:
    """The command while its network runs: for a request that its client has left, or at once.

    clients: what asks in place of that one, each on its thread, given the port; it is waited for.
    """
    asking: list[threading.Thread] = []
    here = Path(__file__).parent
    paths = f"{here}:{here.parent / 'runtime'}"
    words = [sys.executable, "-c", STUCK, paths, str(grace), at_once, str(bundle)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            if not at_once:
                port = int(process.stdout.readline().split()[2].rpartition(":")[2])
                asking += [threading.Thread(target=ask, args=(port,)) for ask in clients]
                for thread in asking:
                    thread.start()
            if not at_once and not clients:
                body, kind = form(PHOTO)
                connection = HTTPConnection("127.0.0.1", port, timeout=60)
                connection.request("POST", "/segment", body, {"Content-Type": kind})
            assert process.stdout.readline() == "a network runs\n"
            if not at_once and not clients:
                connection.close()
            yield process
        finally:
            process.kill()
            for thread in asking:
                thread.join()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_though_a_network_does_not(bundle: Path, number: signal.Signals) -> None:
    with _stuck(bundle, grace=1) as process:
        process.send_signal(number)
        said, complained = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "")
    assert complained == "squeezesam: ended in the middle of a request that could not be stopped\n"


@pytest.mark.parametrize("clients", [1, 3])
def test_clients_that_still_wait_hear_that_it_ends_and_its_owner_that_it_could_not(
    bundle: Path, clients: int
) -> None:
    """Of one thread, so that the others' work has not begun."""
    answers: list[tuple[int, bytes]] = []
    arrived = threading.Event()

    def ask(port: int) -> None:
        client = Client(port)
        answered = client.send_form("/segment", PHOTO)
        answers.append((answered.status, answered.body))
        client.close()

    def watch(port: int) -> None:
        client = Client(port)
        taken = f"squeezesam_places_taken {clients}".encode()
        deadline = time.monotonic() + 60
        while taken not in client.get("/metrics").body and time.monotonic() < deadline:
            time.sleep(0.05)
        arrived.set()
        client.close()

    with _stuck(bundle, grace=1, clients=[*[ask] * clients, watch]) as process:
        assert arrived.wait(70)
        process.send_signal(signal.SIGTERM)
        _, complained = process.communicate(timeout=60)
    assert process.returncode == 0
    last = complained.splitlines()[-1]
    assert last == "squeezesam: ended in the middle of a request that could not be stopped"
    assert "Exception" not in complained
    assert [status for status, _ in answers] == [503] * clients
    assert all(b"the server is ending" in body for _, body in answers)


def test_at_the_second_signal_it_waits_for_nothing(bundle: Path) -> None:
    with _stuck(bundle, grace=3600) as process:
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=60)
    assert (process.returncode, said, complained) == (0, "", "")


def test_before_it_listens_a_network_that_does_not_end_is_not_waited_for(bundle: Path) -> None:
    with _stuck(bundle, grace=1, at_once="yes") as process:
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=60)
    assert (process.returncode, said, complained) == (143, "", "squeezesam: terminated\n")


def test_a_crowd_that_says_nothing_leaves_descriptors_and_lines_for_others(bundle: Path) -> None:
    """More silent connections than the process may have descriptors."""
    command = [sys.executable, "-m", "squeezesam", "serve", "--port", "0", "--bundle", str(bundle)]
    with (
        subprocess.Popen(
            ["sh", "-c", 'ulimit -n 96; exec "$@"', "sh", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        contextlib.ExitStack() as crowd,
    ):
        try:
            assert process.stdout
            port = int(process.stdout.readline().split()[2].rpartition(":")[2])
            start = time.monotonic()
            for _ in range(3):
                for _ in range(150):
                    one = crowd.enter_context(socket.socket())
                    one.setblocking(False)
                    one.connect_ex(("127.0.0.1", port))
                _is_served(port)
            process.send_signal(signal.SIGTERM)
            _, complained = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0
    lines = complained.splitlines()
    assert all(line.startswith("squeezesam: server: ") for line in lines)
    assert len(lines) <= 2 + 2 * (time.monotonic() - start)


def _is_served(port: int, attempts: int = 5) -> None:
    """On a busy machine a client may be one of those that said nothing for too long."""
    for attempt in range(1, attempts + 1):
        client = Client(port)
        try:
            assert client.get("/health").status == 200
            assert client.send_form("/segment", PHOTO).status == 200
            return
        except ConnectionResetError:
            if attempt == attempts:
                raise
        finally:
            client.close()


def test_a_place_that_is_taken_or_not_ours_is_one_sentence(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", port, "--bundle", str(bundle)]) == 1
    assert main(["serve", "--port", "0", "--host", "192.0.2.1", "--bundle", str(bundle)]) == 1
    assert main(["serve", "--port", "0", "--host", "a\0b", "--bundle", str(bundle)]) == 1
    assert main(["serve", "--port", "0", "--bundle", str(bundle / "none")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all("cannot listen on" in line for line in lines[:3])


@pytest.mark.parametrize(
    "words",
    [["--port", "70000"], ["--port", "-1"], ["--workers", "0"], ["--max-upload", "9" * 5000]],
)
def test_numbers_that_make_no_sense_are_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["serve", *words])
    assert leaving.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "squeezesam.serve.server", raising=False)
    monkeypatch.delitem(sys.modules, "squeezesam.serve.connections", raising=False)
    assert main(["serve"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install 'squeezesam[serve]'" in line

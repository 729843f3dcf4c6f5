"""What the API gives: the same masks as the library's, in every form."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h11
import numpy as np
import pytest
from http_client import Client, box, point
from photo_files import encoded, scene, with_orientation
from PIL import Image
from skimage import data
from squeezesam import FORMATS, Segmenter
from squeezesam.serve.connections import BoundedConnection
from tiny_bundle import read_manifest, write_manifest, write_tiny_bundle

THINGS = ((32, 48, 96, 128), (160, 64, 224, 112))
PHOTO = encoded(scene(things=THINGS), "png")


def _picture(body: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(body)))


@pytest.mark.parametrize(
    "prompts",
    [
        [],
        [point(60, 80)],
        [point(60, 80), point(190, 90, "background")],
        [box(20, 30, 120, 140)],
        [point(60, 80, "background"), box(150, 50, 240, 120), point(190.5, 90.25)],
    ],
)
def test_a_photo_and_prompts_give_the_librarys_mask(
    client: Client, segmenter: Segmenter, prompts: list[dict[str, Any]]
) -> None:
    photo = encoded(data.chelsea(), "jpeg")
    session = segmenter.open(photo)
    for prompt in prompts:
        if prompt["type"] == "box":
            session.set_box(prompt["x0"], prompt["y0"], prompt["x1"], prompt["y1"])
        else:
            session.add_point(prompt["x"], prompt["y"], prompt["type"] == "foreground")
    answer = client.send_form("/segment", photo, prompts=prompts)
    assert answer.status == 200, answer.body
    expected = session.predict()
    assert np.array_equal(_picture(answer.body) > 0, expected.array)
    assert float(answer.headers["squeezesam-score"]) == pytest.approx(expected.score, abs=1e-5)
    assert int(answer.headers["squeezesam-area"]) == expected.area
    assert answer.headers["squeezesam-automatic"] == str(expected.automatic).lower()


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_what_the_library_saves(
    client: Client, segmenter: Segmenter, tmp_path: Any, form: str
) -> None:
    answer = client.send_form("/segment", PHOTO, format=form, prompts=[point(60, 80)])
    assert answer.status == 200, answer.body
    session = segmenter.open(PHOTO)
    session.add_point(60, 80)
    saved = session.predict().save(tmp_path / f"saved{FORMATS[form].suffixes[0]}", form)
    if form == "json":
        given, expected = answer.json, json.loads(saved.read_bytes())
        assert given.pop("timings_ms").keys() == expected.pop("timings_ms").keys()
        assert given == expected
    else:
        assert answer.body == saved.read_bytes()
    kinds = {"contour": "image/svg+xml", "rle": "application/json", "json": "application/json"}
    assert answer.headers["content-type"] == kinds.get(form, "image/png")


def test_a_program_of_any_name_has_its_time_in_the_header(serve: Any, tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "odd")
    manifest = read_manifest(bundle)
    manifest["programs"]['中,";x é'] = manifest["programs"].pop("segment")
    write_manifest(bundle, manifest)
    client = serve(using=Segmenter.load(bundle, threads=1)).client()
    answer = client.send_form("/segment", PHOTO, prompts=[point(60, 80)])
    assert answer.status == 200
    said = [one.split(";")[0].strip() for one in answer.headers["server-timing"].split(",")]
    assert "%E4%B8%AD%2C%22%3Bx%20%C3%A9" in said
    client.close()


def test_options_reach_the_prediction(client: Client, segmenter: Segmenter) -> None:
    options = {"candidate": 2, "keep_largest": True, "max_hole_area": -1, "refine": True}
    answer = client.send_form("/segment", PHOTO, prompts=[box(20, 30, 120, 140)], **options)
    session = segmenter.open(PHOTO)
    session.set_box(20, 30, 120, 140)
    expected = session.predict(candidate=2, keep_largest=True, max_hole_area=-1, refine=True)
    assert np.array_equal(_picture(answer.body) > 0, expected.array)
    assert answer.headers["squeezesam-candidate"] == "2"


def test_remove_gives_the_cut_out_of_what_stands_out(client: Client, segmenter: Segmenter) -> None:
    answer = client.send_form("/remove", PHOTO, crop=True)
    assert answer.status == 200, answer.body
    assert np.array_equal(_picture(answer.body), segmenter.open(PHOTO).predict().cutout(crop=True))
    assert client.send_form("/remove", PHOTO, prompts=[]).error == "malformed"


def test_a_session_builds_on_its_prompts_and_takes_them_back(
    client: Client, segmenter: Segmenter
) -> None:
    name, session = client.open(PHOTO), segmenter.open(PHOTO)
    first, second = point(60, 80), point(190, 90, "background")

    def agrees(*prompts: dict[str, Any]) -> None:
        answer = client.predict(name, *prompts)
        assert np.array_equal(_picture(answer.body) > 0, session.predict().array)

    agrees()
    session.add_point(60, 80)
    agrees(first)
    session.add_point(190, 90, foreground=False)
    agrees(first, second)
    session.undo()
    agrees(first)
    session.undo()
    session.set_box(20, 30, 120, 140)
    session.set_box(150, 50, 240, 120)
    agrees(box(20, 30, 120, 140), box(150, 50, 240, 120))
    session.undo()
    agrees(box(20, 30, 120, 140))
    assert client.ask("DELETE", f"/sessions/{name}").status == 204
    assert client.predict(name).error == "no_session"


def test_a_refused_prompt_leaves_the_session_as_it_was(client: Client) -> None:
    name = client.open(PHOTO)
    before = client.predict(name, point(60, 80)).body
    refused = client.predict(name, point(60, 80), point(9999, 3))
    assert (refused.status, refused.error) == (422, "prompt")
    assert client.predict(name, point(60, 80)).body == before


def test_coordinates_are_those_of_the_upright_photo(client: Client) -> None:
    turned = with_orientation(scene(things=THINGS), 6)
    answer = client.send_form("/segment", turned, format="json", prompts=[point(60, 80)])
    assert (answer.json["width"], answer.json["height"]) == (256, 192)
    opened = client.send_form("/sessions", turned).json
    assert (opened["width"], opened["height"]) == (256, 192)


def _kinds(document: Any) -> Iterator[tuple[str, str, str]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                for status in operation["responses"]:
                    yield path, method.upper(), status


def test_the_openapi_document_names_what_is_answered(client: Client) -> None:
    document = client.get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    known = set(_kinds(document))
    name = client.open(PHOTO)
    asked = [
        ("/health", "GET", client.get("/health")),
        ("/metrics", "GET", client.get("/metrics")),
        ("/openapi.json", "GET", client.get("/openapi.json")),
        ("/segment", "POST", client.send_form("/segment", PHOTO)),
        ("/segment", "POST", client.send_form("/segment", b"no photo")),
        ("/segment", "POST", client.send_form("/segment", None)),
        ("/segment", "POST", client.send_json("/segment", {})),
        ("/segment", "POST", client.send_form("/segment", bytes(3 << 20))),
        ("/remove", "POST", client.send_form("/remove", PHOTO)),
        ("/sessions", "POST", client.send_form("/sessions", PHOTO)),
        ("/sessions/{session}/predict", "POST", client.predict(name)),
        ("/sessions/{session}/predict", "POST", client.predict("none")),
        ("/sessions/{session}", "DELETE", client.ask("DELETE", f"/sessions/{name}")),
        ("/sessions/{session}", "DELETE", client.ask("DELETE", f"/sessions/{name}")),
    ]
    for path, method, answer in asked:
        assert (path, method, str(answer.status)) in known
    assert {path for path, _, _ in asked} == set(document["paths"])


def test_health_and_metrics_say_what_runs_and_what_was_done(client: Client, bundle: Any) -> None:
    health = client.get("/health").json
    assert (health["status"], health["engine"]) == ("ok", "onnxruntime")
    assert health["prompts"] == {"background": True, "box": True, "automatic": True}
    client.send_form("/segment", PHOTO)
    name = client.open(PHOTO)
    text = client.get("/metrics").body.decode()
    counted = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert float(counted['squeezesam_requests_total{route="segment",status="200"}']) >= 1
    assert float(counted["squeezesam_sessions"]) >= 1
    assert float(counted["squeezesam_places_taken"]) == 0
    assert name not in text


def _waiting(state: object, unread: int, since: float) -> Any:
    """A connection as the event loop has it, without one."""
    one: Any = object.__new__(BoundedConnection)
    one.conn = SimpleNamespace(their_state=state)
    one.closed = []
    one.transport = SimpleNamespace(
        get_write_buffer_size=lambda: unread, abort=lambda: one.closed.append(True)
    )
    one.loop = SimpleNamespace(time=lambda: 100.0, call_later=lambda *_: None)
    one._patience, one._waiting_since, one._header_seconds = 2.0, since, 10.0
    return one


@pytest.mark.parametrize("state", [h11.IDLE, h11.SEND_BODY, h11.DONE, h11.MUST_CLOSE, h11.CLOSED])
def test_an_answer_that_nobody_reads_makes_room_whatever_comes_after_it(state: object) -> None:
    assert _waiting(state, 1, 50.0)._turn() == (1, 50.0)
    assert _waiting(state, 1, 99.0)._turn() is None
    at_work = _waiting(state, 0, 50.0)._turn()
    assert (at_work is None) == (state not in (h11.IDLE, h11.SEND_BODY))


@pytest.mark.parametrize(("before", "left", "ends"), [(9, 0, False), (10**6, 1, False),
    (10**6, 10**6 - 1, True), (10**6, 10**6 - 10**5, False), (9, 9, True)])  # fmt: skip
def test_who_reads_an_answer_byte_by_byte_loses_the_rest(
    before: int, left: int, ends: bool
) -> None:
    slow = _waiting(h11.MUST_CLOSE, left, 50.0)
    slow._look_at_reader(before)
    assert bool(slow.closed) == ends

"""Results: percentiles, the schema's rules, and files that are whole or absent."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import host_latency
import numpy as np
import pytest
from jsonschema import Draft202012Validator
from measure import machine
from results import schema_check
from results.result import (
    ResultError,
    bundle_facts,
    distribution,
    parse_result,
    read_result,
    write_result,
)
from results.schema_check import SchemaError, check_result


@pytest.mark.parametrize("count", [1, 2, 7, 50, 99, 100, 101])
def test_percentiles_are_numpys_nearest_rank(count: int) -> None:
    times = list(np.random.default_rng(count).gamma(2, 10, count))
    found = distribution(times)
    assert found["count"] == count
    for p in (50, 90, 99):
        wanted = np.percentile(times, p, method="inverted_cdf")
        assert found[f"p{p}"] == round(float(wanted), 3)


def test_no_times_have_no_distribution() -> None:
    with pytest.raises(ValueError):
        distribution([])


def test_a_bundle_is_told_by_the_hash_of_its_manifest(bundle: Path) -> None:
    facts = bundle_facts(bundle)
    raw = (bundle / "manifest.json").read_bytes()
    assert facts["sha256"] == hashlib.sha256(raw).hexdigest()
    assert facts["bytes"] == {"segment": 2000, "heat": 500, "bundle": 2500 + len(raw)}
    assert (facts["height"], facts["width"], facts["main"]) == (512, 512, "segment")


def test_a_bundle_of_the_first_schema_has_the_same_facts(bundle: Path) -> None:
    now = bundle_facts(bundle)
    manifest = json.loads((bundle / "manifest.json").read_text())
    old = {"segment": "segmenter", "heat": "saliency"}
    manifest["input"] = {"height": 512, "width": 512}
    manifest["programs"] = {
        old[name]: {
            "files": [
                {"path": path, "size": file["bytes"]} for path, file in program["files"].items()
            ],
            "outputs": [],
        }
        for name, program in manifest["programs"].items()
    }
    raw = json.dumps(manifest)
    (bundle / "manifest.json").write_text(raw)
    then = bundle_facts(bundle)
    assert then.pop("sha256") != now.pop("sha256")
    assert then.pop("bytes") == {**now.pop("bytes"), "bundle": 2500 + len(raw)}
    assert then == now


def test_a_result_of_the_first_schema_is_read_as_the_second_says_it(
    result: dict[str, Any],
) -> None:
    [row] = result["rows"]
    old = copy.deepcopy(result)
    old["schema"] = 1
    old["rows"][0]["programs_ms"] = {
        "segmenter": row["programs_ms"]["segment"], "saliency": row["programs_ms"]["heat"]
    }  # fmt: skip
    old["rows"][0]["stages_ms"] = {"planes": row["stages_ms"]["open"]}
    sizes = old["rows"][0]["bundle"]["bytes"]
    sizes["segmenter"], sizes["saliency"] = sizes.pop("segment"), sizes.pop("heat")
    row["stages_ms"] = {"prompts": row["stages_ms"]["open"]}
    assert parse_result(json.dumps(old).encode()) == {**result, "schema": 2}


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"programs": 3}'])
def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ResultError, match="is not a bundle"):
        bundle_facts(tmp_path)


def test_the_sample_result_fits_and_is_read_as_it_was_written(
    tmp_path: Path, result: dict[str, Any]
) -> None:
    path = tmp_path / "deep" / "result.json"
    write_result(result, path)
    assert read_result(path) == result
    assert [file.name for file in path.parent.iterdir()] == ["result.json"]


def _set(value: Any, path: str, new: Any) -> None:
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in way:
        value = value[key]
    value[last] = new


_QUOTED = ("machine.model", "machine.marketing_name", "machine.system", "machine.cpu", "commit",
           "rows.0.bundle.name", "rows.0.bundle.backend", "photo.name")  # fmt: skip
_UNFIT = {"a|b": "does not match", "<b>": "does not match", "a`b": "does not match",
          "[a](b)": "does not match", "a" * 201: "is too long",
          **dict.fromkeys(["a\n", "\n## b", "\x1bc", "\u202ea"], "printable")}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        ("schema", 3, "schema: 3 is not one of [1, 2]"),
        ("schema", True, "schema: True is not one of"),
        ("platform", "watch", "not one of ['host', 'ios', 'android']"),
        ("run", "a b", "does not match"),
        ("date", "yesterday", "does not match"),
        ("rows", [], "rows: [] should be non-empty"),
        ("rows.0.tap_ms", 12, "12 is not of type 'object'"),
        ("rows.0.tap_ms", None, None),
        ("rows.0.tap_ms.p50", "12", "rows[0].tap_ms.p50: '12' is not of type 'number'"),
        ("rows.0.load_ms.cold", -1, "-1 is less than the minimum of 0"),
        ("rows.0.load_ms.cold", float("nan"), "a number that JSON does not have"),
        ("rows.0.bundle.sha256", "AB", "does not match"),
        ("rows.0.compute_unit", "npu", "not one of"),
        ("rows.0.threads", True, "True is not of type 'integer', 'null'"),
        ("rows.0.threads", 2.5, "2.5 is not of type 'integer', 'null'"),
        ("rows.0.serial", "R58", "('serial' was unexpected)"),
        ("battery.before_percent", 101, "101 is greater than the maximum of 100"),
        ("battery", None, None),
        ("thermal.after", "hot", "not one of"),
        *[(path, text, message) for path in _QUOTED for text, message in _UNFIT.items()],
        ("command", "a | b > c", None),
        ("command", "a`b", "does not match"),
        ("tools.x", 3, "tools.x: 3 is not of type 'string', 'null'"),
        ("extra", {"anything": [1]}, None),
    ],
)
def test_each_rule_of_the_schema_is_kept(
    result: dict[str, Any], path: str, new: Any, message: str | None
) -> None:
    _set(result, path, new)
    if message is None:
        check_result(result)
        return
    with pytest.raises(SchemaError) as caught:
        check_result(result)
    assert message in str(caught.value)


@pytest.mark.parametrize("key", ["schema", "machine", "thermal", "rows"])
def test_a_missing_field_is_named(result: dict[str, Any], key: str) -> None:
    del result[key]
    with pytest.raises(SchemaError, match=f"^'{key}' is a required property"):
        check_result(result)


def test_the_schema_is_one_and_a_long_value_is_not_repeated(result: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(json.loads(schema_check.RESULT_SCHEMA.read_text()))
    with pytest.raises(SchemaError) as caught:
        check_result({**result, "rows": "row" * 10_000})
    assert len(str(caught.value)) < 300
    assert str(caught.value).endswith("is not of type 'array'")


def test_a_long_place_is_not_repeated(result: dict[str, Any]) -> None:
    with pytest.raises(SchemaError) as caught:
        check_result({**result, "tools": {"a" * 1_000_000: 3}})
    assert len(str(caught.value)) < 500


def test_what_the_first_schema_left_open_is_taken_as_it_is(result: dict[str, Any]) -> None:
    for core in ([1], None, "a", 3):
        old = {**result, "schema": 1, "extra": {"core_12mp": core}}
        assert parse_result(json.dumps(old).encode())["extra"] == {"core_12mp": core}


def test_every_object_of_the_schema_is_closed_or_meant_to_be_open() -> None:
    schema = json.loads(schema_check.RESULT_SCHEMA.read_text())
    is_open = []

    def walk(part: Any, path: str) -> None:
        if isinstance(part, dict):
            if "properties" in part and "additionalProperties" not in part:
                is_open.append(path)
            for key, value in part.items():
                walk(value, f"{path}.{key}")

    walk(schema, "schema")
    assert is_open == []


def test_an_invalid_result_leaves_the_old_file_as_it_was(
    tmp_path: Path, result: dict[str, Any]
) -> None:
    path = tmp_path / "result.json"
    write_result(result, path)
    before = path.read_bytes()
    with pytest.raises(SchemaError):
        write_result({**result, "rows": []}, path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, result: dict[str, Any]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultError, match="cannot write"):
        write_result(result, tmp_path / "file" / "result.json")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"3", b"null"])
def test_bytes_that_are_no_result_are_refused(raw: bytes) -> None:
    with pytest.raises(ResultError, match="not a benchmark result"):
        parse_result(raw)


def test_figures_of_changed_sources_are_not_published(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docs = Path(__file__).parents[2] / "docs" / "performance"
    monkeypatch.setattr(machine, "commit", lambda: "1c23778-dirty")
    assert machine.unpublishable(tmp_path) is None
    assert "commit first" in str(machine.unpublishable(docs))
    assert host_latency.main(["--output", str(docs)]) == 2
    assert "published, and its figures come from a clean commit" in capsys.readouterr().err
    monkeypatch.setattr(machine, "commit", lambda: "1c23778")
    assert machine.unpublishable(docs) is None

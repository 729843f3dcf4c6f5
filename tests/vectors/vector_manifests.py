"""manifests.json: sound manifests with what is read from them, bad ones with what is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import vector_schema_1
from vector_manifest_faults import EDITS, REFINING_EDITS, SPLIT_EDITS, TEXTS, edited
from vector_manifest_text import (
    EMPTY_SHA256,
    Manifest,
    manifest,
    refining_manifest,
    split_manifest,
)

ABOUT = (
    "ssam_bundle_parse of text. status SSAM_OK: info (ssam_bundle_get_info) and programs "
    "(ssam_bundle_get_program, by index). Any other status: sentence is the whole of "
    "ssam_last_error()."
)
TOLERANCE = {"all": "exact"}


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    return [*_sound(), *_bad()]


def _sound() -> Iterator[dict[str, Any]]:
    coreml = manifest(heat=0)
    coreml.update(target="coreml", backend="coreml", precision="fp16", name="Café 🍋")
    coreml["capabilities"].update(negative_points=False, box=False)
    segment = coreml["programs"]["segment"]
    segment["file"] = "segment.mlpackage"
    segment["files"] = {
        "segment.mlpackage/Manifest.json": {"bytes": 10, "sha256": "AB" * 32},
        "segment.mlpackage/Data/weights.bin": {"bytes": (1 << 33) - 10, "sha256": EMPTY_SHA256},
    }
    del segment["macs"]
    coreai = manifest()
    coreai.update(target="coreai", backend="coreai", precision="int8")
    for name, program in coreai["programs"].items():
        program["file"] = f"{name}.aimodel"
        program["files"] = {
            f"{name}.aimodel/main.hash": {"bytes": 32, "sha256": "CD" * 32},
            f"{name}.aimodel/main.mlirb": {"bytes": 1 << 20, "sha256": EMPTY_SHA256},
        }
    more = manifest(width=1000, height=500, heat=250)
    more.update(target="executorch", backend="xnnpack", precision="int8", future={"unknown": [1]})
    more["prompts"]["box_default"] = 0.25
    more["programs"]["heat"]["future"] = True
    for name, document, schema in (
        ("onnx", manifest(), manifest()),
        ("coreml without a heat map", coreml, coreml),
        ("coreai", coreai, coreai),
        ("executorch, sides of any size, with what is not known yet", more, more),
        ("an encoder and a decoder", split_manifest(), split_manifest()),
        ("a previous mask, and no points", refining_manifest(), refining_manifest()),
        ("schema 1", *vector_schema_1.onnx(manifest())),
        ("schema 1, coreml", *vector_schema_1.coreml(coreml)),
    ):
        yield {
            "name": name,
            "text": json.dumps(document, ensure_ascii=False),
            "status": "SSAM_OK",
            "info": _info(schema, document["schema_version"]),
            "programs": _programs(schema),
        }


def _outputs(document: Manifest, role: str) -> list[int]:
    return next(
        tensor["shape"]
        for each in document["programs"].values()
        for tensor in each["outputs"]
        if tensor.get("role") == role
    )


def _info(document: Manifest, schema_version: int) -> dict[str, Any]:
    masks = _outputs(document, "masks")
    # Of all these manifests' photo inputs the largest is the one that prompts are placed in.
    height, width = max(
        tensor["shape"][2:]
        for each in document["programs"].values()
        for tensor in each["inputs"]
        if tensor["source"]["kind"] == "photo"
    )
    able = document["capabilities"]
    return {
        **{key: document[key] for key in ("name", "licence", "backend", "precision", "target")},
        "preset": document["model"]["preset"],
        "schema_version": schema_version,
        "input_width": width,
        "input_height": height,
        "mask_width": masks[3],
        "mask_height": masks[2],
        "candidate_count": masks[1],
        "max_points": document["prompts"].get("max_points", 0),
        **{key: able[key] for key in ("negative_points", "box", "automatic", "previous_mask")},
        "click_radius": document["prompts"]["click_radius"],
        "box_default": document["prompts"]["box_default"],
    }


def _programs(document: Manifest) -> list[dict[str, Any]]:
    # Those of the photo first; no manifest here needs more than that to be in order.
    ordered = sorted(document["programs"].items(), key=lambda item: item[1]["runs"] != "photo")
    return [
        {
            "name": name,
            "runs": each["runs"],
            "path": each["file"],
            "file_size": sum(file["bytes"] for file in each["files"].values()),
            "macs": each.get("macs", 0),
            "inputs": [[t["name"], t["shape"], t["source"]["kind"]] for t in each["inputs"]],
            "outputs": [[t["name"], t["shape"], t.get("role", "")] for t in each["outputs"]],
        }
        for name, each in ordered
    ]


def _bad() -> Iterator[dict[str, Any]]:
    for make, edits in (
        (manifest, EDITS),
        (split_manifest, SPLIT_EDITS),
        (refining_manifest, REFINING_EDITS),
        (vector_schema_1.manifest, vector_schema_1.EDITS),
    ):
        for place, value, sentence in edits:
            yield _refused(sentence[:60], _compact(edited(make(), place, value)), sentence)
    many = manifest()
    many["programs"] = {f"p{i}": {} for i in range(1000)}
    yield _refused(
        "a thousand programs",
        _compact(many),
        "programs lists 1000 programs; a bundle has 1 to 16",
    )
    newer = (
        "made by a newer squeezesam-export (schema_version 3, this runtime reads up to 2); "
        "update the app"
    )
    yield _refused("newer", '{"schema_version": 3}', newer, "SSAM_ERROR_BUNDLE_VERSION")
    for name, text, sentence in TEXTS:
        yield _refused(name, text, sentence)


def _compact(document: Manifest) -> str:
    return json.dumps(document, separators=(",", ":"))


def _refused(
    name: str, text: str, sentence: str, status: str = "SSAM_ERROR_BUNDLE"
) -> dict[str, Any]:
    return {"name": name, "text": text, "status": status, "sentence": f"manifest.json: {sentence}"}

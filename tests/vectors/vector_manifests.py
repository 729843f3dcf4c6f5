"""manifests.json: sound manifests with what is read from them, bad ones with what is said."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

Manifest = dict[str, Any]

ABOUT = (
    "ssam_bundle_parse of text. status SSAM_OK: info (ssam_bundle_get_info) and programs "
    "(ssam_bundle_get_program). Any other status: sentence is the whole of ssam_last_error()."
)
TOLERANCE = {"all": "exact"}

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
MAX_POINTS = 16


def manifest(
    *, width: int = 64, height: int = 96, saliency: int = 32, max_points: int = MAX_POINTS
) -> Manifest:
    """A sound manifest; `saliency` 0 for one without a saliency program."""
    programs = {
        "segmenter": _program(
            "segmenter",
            [("image", [1, 3, height, width]), ("prompts", [1, 2, height, width]),
             ("points", [1, max_points, 2]), ("labels", [1, max_points])],
            [("masks", [1, 4, height // 4, width // 4]), ("scores", [1, 4])],
        )
    }  # fmt: skip
    if saliency:
        programs["saliency"] = _program(
            "saliency",
            [("image", [1, 3, saliency, saliency])],
            [("heatmap", [1, 1, saliency // 4, saliency // 4])],
        )
    return {
        "schema_version": 1,
        "name": f"vector-onnx-fp32-{height}x{width}",
        "licence": "Apache-2.0",
        "model": {"preset": "squeezesam"},
        "target": "onnx",
        "backend": "cpu",
        "precision": "fp32",
        "input": {"height": height, "width": width, "channels": "rgb", "range": [0, 255],
                  "normalisation": "folded", "pad_value": [124, 116, 104]},
        "prompts": {"max_points": max_points, "click_radius": 5 * max(width, height) / 512,
                    "box_default": 1.0},
        "capabilities": {"negative_points": True, "box": True, "automatic": bool(saliency)},
        "programs": programs,
    }  # fmt: skip


def _program(name: str, inputs: list[Any], outputs: list[Any]) -> dict[str, Any]:
    file = f"{name}.onnx"
    return {
        "file": file,
        "files": [{"path": file, "size": 0, "sha256": EMPTY_SHA256}],
        "macs": 1000,
        "inputs": [{"name": n, "shape": s, "dtype": "float32"} for n, s in inputs],
        "outputs": [{"name": n, "shape": s, "dtype": "float32"} for n, s in outputs],
    }


def cases() -> list[dict[str, Any]]:
    """All cases, as the JSON holds them."""
    return [*_sound(), *_bad()]


def _sound() -> Iterator[dict[str, Any]]:
    coreml = manifest(saliency=0)
    coreml.update(target="coreml", backend="coreml", precision="fp16", name="Café 🍋")
    coreml["capabilities"].update(negative_points=False, box=False)
    program = coreml["programs"]["segmenter"]
    program["file"] = "segmenter.mlpackage"
    program["files"] = [{"path": "segmenter.mlpackage/Manifest.json", "size": 10,
                         "sha256": "AB" * 32},
                        {"path": "segmenter.mlpackage/Data/weights.bin", "size": 1 << 33,
                         "sha256": EMPTY_SHA256}]  # fmt: skip
    del program["macs"]
    more = manifest(width=1024, height=512, saliency=256)
    more.update(target="executorch", backend="xnnpack", precision="int8", future={"unknown": [1]})
    more["prompts"]["box_default"] = 0.25
    more["input"]["pad_value"] = [0, 127.6, 255]
    without = manifest()
    del without["prompts"]["box_default"]
    for name, document in (("onnx", manifest()), ("coreml without saliency", coreml),
                           ("executorch, with what is not known yet", more),
                           ("box_default is 1 where it is missing", without)):  # fmt: skip
        yield {"name": name, "text": json.dumps(document, ensure_ascii=False), "status": "SSAM_OK",
               "info": _info(document), "programs": _programs(document)}  # fmt: skip


def _info(document: Manifest) -> dict[str, Any]:
    programs = document["programs"]
    masks = programs["segmenter"]["outputs"][0]["shape"]
    able = document["capabilities"]
    small = programs["saliency"]["inputs"][0]["shape"][2:] if "saliency" in programs else [0, 0]
    return {
        **{key: document[key] for key in ("name", "licence", "backend", "precision")},
        "preset": document["model"]["preset"],
        "target": document["target"],
        "schema_version": 1,
        "input_width": document["input"]["width"],
        "input_height": document["input"]["height"],
        "saliency_width": small[1],
        "saliency_height": small[0],
        "mask_width": masks[3],
        "mask_height": masks[2],
        "candidate_count": masks[1],
        "max_points": document["prompts"]["max_points"],
        **{key: able[key] for key in ("negative_points", "box", "automatic")},
        "click_radius": document["prompts"]["click_radius"],
        "box_default": document["prompts"].get("box_default", 1.0),
        "pad_value": [int(value + 0.5) for value in document["input"]["pad_value"]],
    }


def _programs(document: Manifest) -> dict[str, Any]:
    return {
        name: {
            "path": program["file"],
            "file_size": sum(file["size"] for file in program["files"]),
            "macs": program.get("macs", 0),
            "inputs": [[t["name"], t["shape"]] for t in program["inputs"]],
            "outputs": [[t["name"], t["shape"]] for t in program["outputs"]],
        }
        for name, program in document["programs"].items()
    }


def _bad() -> Iterator[dict[str, Any]]:
    for place, value, sentence in _EDITS:
        text = json.dumps(_edited(place, value))
        yield _refused(sentence[:60], text, sentence)
    newer = ("made by a newer squeezesam-export (schema_version 2, this runtime reads up to 1); "
             "update the app")  # fmt: skip
    yield _refused("newer", '{"schema_version": 2}', newer, "SSAM_ERROR_BUNDLE_VERSION")
    for name, text, sentence in _TEXTS:
        yield _refused(name, text, sentence)


def _refused(
    name: str, text: str, sentence: str, status: str = "SSAM_ERROR_BUNDLE"
) -> dict[str, Any]:
    return {"name": name, "text": text, "status": status, "sentence": f"manifest.json: {sentence}"}


_GONE: Any = object()


def _edited(place: str, value: Any) -> Manifest:
    document = copy.deepcopy(manifest())
    *way, last = [int(key) if key.isdigit() else key for key in place.split("/")]
    at: Any = document
    for key in way:
        at = at[key]
    if callable(value):
        value = value(at[last])
    if value is _GONE:
        del at[last]
    else:
        at[last] = value
    return document


def _without_last(items: list[Any]) -> list[Any]:
    return items[:-1]


def _twice(items: list[Any]) -> list[Any]:
    return items * 2


_Edit = tuple[str, Any | Callable[[Any], Any], str]
_MASKS = "programs/segmenter/outputs/0/shape"
_FILE = "programs/saliency/files/0"
_EDITS: list[_Edit] = [
    ("schema_version", _GONE, "schema_version is missing"),
    ("schema_version", "1", "schema_version must be a number, not a string"),
    ("schema_version", 1.5,
     "schema_version must be a whole number from 1 to 2147483647, not 1.5"),
    ("target", "tflite",
     'target is "tflite"; this runtime knows onnx, executorch and coreml'),
    ("licence", _GONE, "licence is missing"),
    ("licence", None, "licence is missing"),
    ("model", [], "model must be an object, not an array"),
    ("input/height", 60, "input.height must be a multiple of 32, not 60"),
    ("input/width", 16384, "input.width must be a whole number from 32 to 8192, not 16384"),
    ("input/channels", "bgr", 'input.channels is "bgr"; this runtime knows only "rgb"'),
    ("input/normalisation", "none",
     'input.normalisation is "none"; this runtime knows only "folded"'),
    ("input/range", [0, 1], "input.range must be [0, 255]"),
    ("input/pad_value", [0, 0], "input.pad_value must have 3 entries"),
    ("input/pad_value", [0, 0, 256],
     "input.pad_value[2] must be a number from 0 to 255, not 256"),
    ("input/height", 64,
     'programs.segmenter.inputs give "image" the shape 1x3x96x64, which contradicts the rest of '
     "the manifest: it must be 1x3x64x64"),
    ("prompts/max_points", 9,
     'programs.segmenter.inputs give "points" the shape 1x16x2, which contradicts the rest of the '
     "manifest: it must be 1x9x2"),
    ("prompts/click_radius", -1,
     "prompts.click_radius must be a number from 0 to 8192, not -1"),
    ("prompts/max_points", 1,
     "capabilities.box is true, but prompts.max_points leaves no room for corners"),
    ("capabilities/box", 1, "capabilities.box must be true or false, not a number"),
    ("capabilities/automatic", False,
     "programs.saliency is there although capabilities.automatic is false"),
    ("programs/saliency", _GONE, "programs.saliency is missing"),
    ("programs/segmenter/inputs/3/dtype", "int64",
     'programs.segmenter.inputs[3].dtype is "int64"; this runtime knows only "float32"'),
    ("programs/segmenter/inputs", _without_last,
     'programs.segmenter.inputs lack the tensor "labels"'),
    ("programs/segmenter/outputs", _twice,
     "programs.segmenter.outputs list 4 tensors instead of 2"),
    (_MASKS, [1, 3, 24, 16], "programs.segmenter.outputs propose 3 masks and 4 scores"),
    (_MASKS, [1, 4, 24, 15],
     "programs.segmenter.outputs give masks whose size does not divide the input's"),
    (_MASKS, [1, 4, 24],
     'programs.segmenter.outputs give "masks" the shape 1x4x24, which contradicts the rest of the '
     "manifest: it must be 1x?x?x?"),
    (_MASKS, [1, 65536, 65536, 65536],
     "programs.segmenter.outputs[0].shape is larger than any network of ours"),
    ("programs/saliency/file", "../saliency.onnx",
     'programs.saliency.file is "../saliency.onnx", which is not a plain path inside the bundle'),
    (f"{_FILE}/path", "c:\\x",
     'programs.saliency.files[0].path is "c:\\x", which is not a plain path inside the bundle'),
    (f"{_FILE}/path", "other.onnx",
     'programs.saliency.files[0].path is "other.onnx", which is not part of "saliency.onnx"'),
    (f"{_FILE}/sha256", "abc",
     "programs.saliency.files[0].sha256 is not a sha256 of 64 hex digits"),
    (f"{_FILE}/size", -1,
     "programs.saliency.files[0].size must be a whole number from 0 to 1099511627776, not -1"),
    ("programs/saliency/files", [], "programs.saliency.files is empty"),
    ("programs/saliency/files", _twice,
     'programs.saliency.files[1].path lists "saliency.onnx" twice'),
]  # fmt: skip
_TEXTS = [
    ("empty", "", "not valid JSON at line 1, column 1: the text ends too early"),
    ("an array", "[]", "the document must be an object, not an array"),
    ("cut off", '{"schema_version": 1,\n "na',
     "not valid JSON at line 2, column 5: a string without its closing quote"),
    ("trailing comma", '{"schema_version": 1,}',
     "not valid JSON at line 1, column 22: expected a key in quotes"),
    ("twice the same key", '{"schema_version": 1, "schema_version": 1}',
     'not valid JSON at line 1, column 39: the key "schema_version" stands twice in one object'),
    ("a leading zero", '{"schema_version": 01}',
     "not valid JSON at line 1, column 22: a number with a leading zero"),
    ("text after the end", "{} {}",
     "not valid JSON at line 1, column 4: there is text after the end of the document"),
]  # fmt: skip

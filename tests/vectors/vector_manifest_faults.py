"""What is wrong with each of the bad manifests, and what is said of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import vector_schema_1
import vector_score_faults
from vector_manifest_text import Manifest, photo_source

_GONE: Any = object()


def edited(document: Manifest, place: str, value: Any) -> Manifest:
    document = copy.deepcopy(document)
    *way, last = [int(key) if key.isdigit() else key for key in place.split("/")]
    at: Any = document
    for key in way:
        at = at[key]
    if callable(value):
        value = value(at[last])
    if value is _GONE or value is vector_schema_1.GONE:
        del at[last]
    else:
        at[last] = value
    return document


def _renamed(old: str, new: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Another key for one member, at the same place."""
    return lambda members: {new if key == old else key: value for key, value in members.items()}


def _with_source(**source: Any) -> Callable[[Any], Any]:
    return lambda tensor: {**tensor, "source": source}


def _other(list_name: str, index: int, **members: Any) -> Callable[[Any], Any]:
    """The program with other members of one of its tensors."""

    def change(each: dict[str, Any]) -> dict[str, Any]:
        each[list_name][index].update(members)
        return each

    return change


def _enlarged(each: dict[str, Any]) -> dict[str, Any]:
    """The program with a photo and planes of 5120x7680."""
    for tensor in each["inputs"][:2]:
        tensor["shape"][2:] = [7680, 5120]
    return each


def _with_bytes(**sizes: int) -> Callable[[Any], Any]:
    """Every program's file with another size."""

    def change(programs: dict[str, Any]) -> dict[str, Any]:
        for name, size in sizes.items():
            programs[name]["files"][f"{name}.onnx"]["bytes"] = size
        return programs

    return change


def _elsewhere(*paths: str) -> list[_Edit]:
    """A program whose file lies there."""
    return [
        (f"{_HEAT}/file", path,
         f'programs.heat.file is "{path}", which is not a plain path inside the bundle')
        for path in paths
    ]  # fmt: skip


_Edit = tuple[str, Any | Callable[[Any], Any], str]
_SEGMENT = "programs/segment"
_MASKS = f"{_SEGMENT}/outputs/0/shape"
_PLANES = f"{_SEGMENT}/inputs/1"
_HEAT = "programs/heat"
_PHOTO = f"{_HEAT}/inputs/0/source"
EDITS: list[_Edit] = [
    ("schema_version", _GONE, "schema_version is missing"),
    ("schema_version", "1", "schema_version must be a number, not a string"),
    ("schema_version", 1.5,
     "schema_version must be a whole number from 1 to 2147483647, not 1.5"),
    ("target", "tflite",
     'target is "tflite"; this runtime knows onnx, executorch, coreml and coreai'),
    ("target", "a\nb", "target is a text with a control character in it"),
    ("licence", "Apache\u202e-2.0", "licence is a text with a control character in it"),
    ("model/preset", "\u009b31m", "model.preset is a text with a control character in it"),
    ("model", lambda model: {**model, "notes": [{"of": "\u001b[2K"}]},
     "model.notes[0].of is a text with a control character in it"),
    ("model", lambda model: {**model, "a\u2028b": 1},
     "model has a key with a control character in it"),
    ("licence", _GONE, "licence is missing"),
    ("licence", None, "licence is missing"),
    ("name", "n" * 257, "name has more than 256 bytes"),
    ("licence", "\u00e9" * 129, "licence has more than 256 bytes"),
    ("model", [], "model must be an object, not an array"),
    ("prompts/click_radius", -1,
     "prompts.click_radius must be a number from 0 to 8192, not -1"),
    ("prompts/max_points", 9,
     'programs.segment.inputs give "points" the shape 1x16x2: prompts.max_points is 9'),
    ("prompts/max_points", _GONE,
     'programs.segment.inputs give "points" the shape 1x16x2: prompts.max_points is missing'),
    ("capabilities/box", 1, "capabilities.box must be true or false, not a number"),
    ("capabilities/automatic", False,
     "capabilities.automatic is false, but a program gives a heat map"),
    ("capabilities/previous_mask", True,
     "capabilities.previous_mask is true, but no program takes a mask"),
    (_HEAT, _GONE, "capabilities.automatic is true, but no program gives a heat map"),
    ("programs", {}, "programs lists 0 programs; a bundle has 1 to 16"),
    ("programs", [], "programs must be an object, not an array"),
    ("programs", _renamed("heat", "a/b"),
     'programs has a program called "a/b"; a name has 1 to 128 bytes, no slash and no control '
     "character"),
    ("programs", _renamed("heat", "a\\b"),
     'programs has a program called "a\\b"; a name has 1 to 128 bytes, no slash and no control '
     "character"),
    ("programs", _renamed("heat", "a\tb"),
     "programs has a key with a control character in it"),
    ("programs", _renamed("heat", ""),
     'programs has a program called ""; a name has 1 to 128 bytes, no slash and no control '
     "character"),
    (f"{_HEAT}/runs", _GONE, "programs.heat.runs is missing"),
    (f"{_HEAT}/runs", "daily",
     'programs.heat.runs is "daily"; this runtime knows photo and prompt'),
    (f"{_HEAT}/runs", "prompt",
     'programs.heat gives the role "heat" at every prompt, not once a photo'),
    (f"{_SEGMENT}/runs", "photo",
     'programs.segment.inputs fill "prompts" with "planes", which changes with every prompt, '
     "though the program runs once a photo"),
    (f"{_PLANES}/source", _GONE, "programs.segment.inputs[1].source is missing"),
    (f"{_PLANES}/source/kind", "sound",
     'programs.segment.inputs[1].source.kind is "sound", which this runtime does not provide; it '
     "knows photo, planes, points, labels, mask, mask_flag and program"),
    (f"{_PLANES}/source/kind", "mask_flag",
     'programs.segment.inputs[1].source is "mask_flag", which does not fill a tensor of 1x2x96x64'),
    (f"{_PLANES}/shape", [1, 3, 96, 64],
     'programs.segment.inputs[1].source is "planes", which does not fill a tensor of 1x3x96x64: it '
     "must be 1x2x?x?"),
    (f"{_PLANES}/shape", [1, 2, 48, 32],
     'programs.segment.inputs give "prompts" the shape 1x2x48x32: planes have the size of the '
     "photo, 64x96"),
    (f"{_PLANES}/name", "image", 'programs.segment.inputs[1].name is "image" for the second time'),
    (f"{_PLANES}/name", "\u0001", "programs.segment.inputs[1].name is a text with a control "
     "character in it"),
    (f"{_PLANES}/name", "", "programs.segment.inputs[1].name must have 1 to 128 bytes and no "
     "control character"),
    (f"{_PLANES}/dtype", "int64",
     'programs.segment.inputs[1].dtype is "int64"; this runtime knows only "float32"'),
    (f"{_SEGMENT}/inputs", [], "programs.segment.inputs list 0 tensors; a program has 1 to 16"),
    (f"{_SEGMENT}/inputs", lambda items: items * 5,
     "programs.segment.inputs list 20 tensors; a program has 1 to 16"),
    (f"{_SEGMENT}/inputs/0", _with_source(**photo_source(channels="bgr")),
     'programs.segment.inputs[0].source.channels is "bgr"; this runtime knows only "rgb"'),
    (f"{_PHOTO}/normalisation", "none",
     'programs.heat.inputs[0].source.normalisation is "none"; this runtime knows only "folded"'),
    (f"{_PHOTO}/normalisation", {"mean": [0, 0, 0], "std": [1, 0, 1]},
     "programs.heat.inputs[0].source.normalisation.std[1] must be a number from 1e-06 to 1000000, "
     "not 0"),
    (f"{_PHOTO}/range", [1, 0], "programs.heat.inputs[0].source.range must rise"),
    (f"{_PHOTO}/range", [0], "programs.heat.inputs[0].source.range must have 2 entries"),
    (f"{_PHOTO}/padding/side", "all",
     'programs.heat.inputs[0].source.padding.side is "all"; this runtime knows only '
     '"bottom_right"'),
    (f"{_PHOTO}/padding/value", [0, 0],
     "programs.heat.inputs[0].source.padding.value must have 3 entries"),
    (f"{_PHOTO}/padding/value", [0, 0, 256],
     "programs.heat.inputs[0].source.padding.value[2] must be a number from 0 to 255, not 256"),
    (f"{_HEAT}/outputs/0/role", "masks",
     'programs.heat gives the role "masks" once a photo, not at every prompt'),
    (f"{_HEAT}/outputs/0/role", "cats",
     'programs.heat.outputs[0].role is "cats"; this runtime knows heat, masks, scores and '
     "embedding"),
    (f"{_HEAT}/outputs/0/least_peak", 256,
     "programs.heat.outputs[0].least_peak must be a whole number from 0 to 255, not 256"),
    (f"{_SEGMENT}/outputs/0/least_peak", 3,
     "programs.segment.outputs[0].least_peak belongs to a heat map"),
    *vector_score_faults.EDITS,
    (f"{_HEAT}/outputs/0/shape", [1, 2, 8, 8],
     'programs.heat.outputs give "heatmap" the shape 1x2x8x8: a heat map is 1x1x?x?'),
    (f"{_SEGMENT}/outputs/1/role", "masks",
     'programs.segment gives the role "masks" a second time'),
    (f"{_SEGMENT}/outputs/1/role", _GONE, 'programs give no output the role "scores"'),
    (_MASKS, [1, 3, 24, 16],
     'programs.segment.outputs give "scores" the shape 1x4: there are 3 masks to score'),
    (_MASKS, [1, 4, 24, 15],
     'programs.segment.outputs give "masks" the shape 1x4x24x15: not the proportions of its photo, '
     "64x96"),
    (_MASKS, [1, 4, 24],
     'programs.segment.outputs give "masks" the shape 1x4x24: masks are 1x?x?x?'),
    (_MASKS, [1, 65536, 65536, 65536],
     "programs.segment.outputs[0].shape is larger than any network of ours"),
    (f"{_SEGMENT}/inputs/0/shape", [1, 3, 9000, 6000],
     'programs.segment.inputs give "image" the shape 1x3x9000x6000: no side may be longer than '
     "8192"),
    (_SEGMENT, _enlarged, "programs have tensors of 751 MiB, more than the limit of 512 MiB"),
    (f"{_HEAT}/file", "../heat.onnx",
     'programs.heat.file is "../heat.onnx", which is not a plain path inside the bundle'),
    (f"{_HEAT}/files", _renamed("heat.onnx", "c:\\x"),
     "programs.heat.files.c:\\x is not a plain path inside the bundle"),
    # In an address %2e is a dot, and ? and # end the path.
    (f"{_HEAT}/file", "%2e%2e/heat.onnx",
     'programs.heat.file is "%2e%2e/heat.onnx", which is not a plain path inside the bundle'),
    (f"{_HEAT}/files", _renamed("heat.onnx", "heat.onnx?x"),
     "programs.heat.files.heat.onnx?x is not a plain path inside the bundle"),
    (f"{_HEAT}/files", _renamed("heat.onnx", "heat.onnx#x"),
     "programs.heat.files.heat.onnx#x is not a plain path inside the bundle"),
    # Systems and readers of addresses leave out blanks at the ends of a name and dots at its end.
    *_elsewhere(" /logout", " ../delete", " ..", ".. /x", "x/ y", "x ", "x/...", "d/" * 33 + "x"),
    (f"{_HEAT}/files", _renamed("heat.onnx", "other.onnx"),
     'programs.heat.files.other.onnx is not part of "heat.onnx"'),
    (f"{_HEAT}/files/heat.onnx/sha256", "abc",
     "programs.heat.files.heat.onnx.sha256 is not a sha256 of 64 hex digits"),
    (f"{_HEAT}/files/heat.onnx/bytes", -1,
     "programs.heat.files.heat.onnx.bytes must be a whole number from 0 to 8589934592, not -1"),
    (f"{_HEAT}/files/heat.onnx/bytes", (1 << 33) + 1,
     "programs.heat.files.heat.onnx.bytes must be a whole number from 0 to 8589934592, not "
     "8589934593"),
    ("programs", _with_bytes(heat=1 << 33, segment=1),
     "programs list files of more than 8 GiB together"),
    (f"{_HEAT}/files", {}, "programs.heat.files is empty"),
]  # fmt: skip
_EMBEDDING = "programs/decode/inputs/0"
SPLIT_EDITS: list[_Edit] = [
    (f"{_EMBEDDING}/source/program", "encoder",
     'programs.decode.inputs fill "image_embeddings" with the program "encoder", which this bundle '
     "has not"),
    (f"{_EMBEDDING}/source/output", "features",
     'programs.decode.inputs fill "image_embeddings" with "features" of the program "encode", '
     "which it does not give"),
    (f"{_EMBEDDING}/shape", [1, 2, 4, 8],
     'programs.decode.inputs fill "image_embeddings" with "embedding" of the program "encode", '
     "which is 1x2x4x4, not 1x2x4x8"),
    ("programs/decode", _other("inputs", 0, source={
        "kind": "program", "program": "decode", "output": "low_res_masks"}, shape=[1, 3, 16, 16]),
     "programs wait for one another in a circle: decode, decode"),
    ("programs/encode", lambda encode: {**encode, "runs": "prompt", "inputs": [*encode["inputs"], {
        "name": "last", "shape": [1, 3, 16, 16], "source": {
            "kind": "program", "program": "decode", "output": "low_res_masks"}}]},
     "programs wait for one another in a circle: decode, encode, decode"),
    ("programs/encode", _other("inputs", 0, shape=[1, 3, 16, 16], source={
        "kind": "program", "program": "decode", "output": "low_res_masks"}),
     'programs.encode.inputs fill "image" with "program", which changes with every prompt, though '
     "the program runs once a photo"),
    ("programs/decode/inputs/3/shape", [1, 1, 16, 8],
     'programs.decode.inputs give "mask_input" the shape 1x1x16x8: not the proportions of the '
     "photo, 64x64"),
    ("programs/decode/inputs/3/source/values", "bits",
     'programs.decode.inputs[3].source.values is "bits"; this runtime knows logits and '
     "probability"),
    ("programs/decode/inputs/2/source/box", "none",
     'programs.decode.inputs[2].source.box is "none"; this runtime knows only "corners"'),
    ("programs/decode/inputs/4/shape", [2],
     'programs.decode.inputs[4].source is "mask_flag", which does not fill a tensor of 2'),
    ("programs/decode/inputs/0/source", {"kind": "labels"},
     'programs.decode.inputs[0].source is "labels", which does not fill a tensor of 1x2x4x4: it '
     "must be 1x?"),
    ("programs/decode/inputs", lambda items: items[1:],
     "programs.decode gives masks of a photo that it never sees"),
    ("programs/decode/inputs/0", lambda tensor: {
        "name": "image", "shape": [1, 3, 32, 64], "source": photo_source()},
     'programs.decode.outputs give "low_res_masks" the shape 1x3x16x16: not the proportions of its '
     "photo, 64x32"),
    ("prompts/labels/foreground", 2,
     "prompts.labels.foreground must be a whole number from 1 to 1, not 2"),
    ("prompts/max_points", 1,
     'programs.decode.inputs give "point_coords" the shape 1x8x2: prompts.max_points is 1'),
]  # fmt: skip
REFINING_EDITS: list[_Edit] = [
    ("programs/segment/inputs", lambda items: [items[0], items[2]],
     "capabilities.box is true, but no program takes a box"),
    ("programs/segment/inputs", lambda items: [*items, {
        "name": "other", "shape": [1, 3, 32, 32], "source": photo_source()}],
     "programs.segment sees the photo at two sizes, 64x64 and 32x32"),
    ("programs", lambda programs: {**programs, "other": {
        **programs["segment"], "inputs": [{
            "name": "image", "shape": [1, 3, 32, 32], "source": photo_source()}],
        "outputs": [{"name": "x", "shape": [1]}]}},
     "programs.other sees the photo at 32x32, but prompts are placed in 64x64"),
]  # fmt: skip
TEXTS = [
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
    ("deeper than any manifest", '{"schema_version": 2, "programs": ' + "[" * 100,
     "not valid JSON at line 1, column 67: nested deeper than 32 levels"),
]  # fmt: skip

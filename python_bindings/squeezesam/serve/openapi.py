"""The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html)."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..formats import FORMATS
from .limits import Limits

Schema = dict[str, Any]

_NUMBER: Schema = {"type": "number"}
_SWITCH: Schema = {"type": "boolean", "default": False}

_SENTENCES = {
    "400": "The request cannot be understood.",
    "403": "It comes from a page of another site.",
    "404": "There is no such session, or it has expired.",
    "408": "It took too long to arrive.",
    "409": "A later request of this session has taken its place.",
    "413": "The body is too large.",
    "415": "The body is of another type.",
    "421": "The server does not answer to the name in Host.",
    "422": "The photo, a prompt or an option makes no sense; or nothing stands out in the photo.",
    "500": "A fault of the server's.",
    "503": "Too many requests at a time, or this one took too long.",
}
_ALWAYS = ("403", "421", "500")
_WITH_PHOTO = ("400", "408", "413", "415", "422", "503")


def document(limits: Limits) -> dict[str, Any]:
    """The document of a server with these limits."""
    session = [{"name": "session", "in": "path", "required": True, "schema": {"type": "string"}}]
    photo = {"photo": _photo(limits)}
    result = _answer("The result, in the form asked for.", _RESULTS)
    cutout = _answer("PNG with transparency.", ("image/png",))
    opened = {"201": _json("The session.", {"$ref": "#/components/schemas/Session"})}
    paths = {
        "/health": {"get": _operation("health", "Is it well, what runs", {"200": _json("Well.")})},
        "/metrics": {"get": _operation("metrics", "For Prometheus", {"200": _text("Counters.")})},
        "/openapi.json": {"get": _operation("openapi", "This document", {"200": _json("It.")})},
        "/segment": {"post": _with_form("segment", "Photo and prompts in, a result out",
                                        {**photo, **_options(limits)}, result)},
        "/remove": {"post": _with_form("remove", "Photo in, what stands out in it out",
                                       {**photo, **_picture()}, cutout)},
        "/sessions": {"post": _with_form("open", "Keep a photo for repeated taps", photo, opened)},
        "/sessions/{session}": {"parameters": session, "delete": _operation(
            "close", "Forget the photo", {"204": {"description": "Forgotten."}}, ("404",))},
        "/sessions/{session}/predict": {"parameters": session, "post": {
            **_operation("predict", "All prompts so far in, a result out; the latest request wins",
                         result, ("404", "409", *_WITH_PHOTO)),
            "requestBody": _body("application/json", {"$ref": "#/components/schemas/Order"})}},
    }  # fmt: skip
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "squeezesam",
            "version": __version__,
            "description": "Interactive segmentation on this machine. Coordinates are pixels of "
            "the upright photo: origin top left, x right, y down.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": _schemas(limits)},
    }


_RESULTS = ("image/png", "image/svg+xml", "application/json")


def _schemas(limits: Limits) -> dict[str, Schema]:
    point = {"type": {"enum": ["foreground", "background"]}, "x": _NUMBER, "y": _NUMBER}
    box = {"type": {"const": "box"}, "x0": _NUMBER, "y0": _NUMBER, "x1": _NUMBER, "y1": _NUMBER}
    session = {
        "session": {"type": "string"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "idle_seconds": _NUMBER,
    }
    error = {"error": {"type": "string"}, "detail": {"type": "string"}}
    return {
        "Prompt": {"oneOf": [_object(point, *point), _object(box, *box)]},
        "Order": _object(_options(limits)),
        "Session": _object(session, *session),
        "Error": _object(error, *error),
    }


def _options(limits: Limits) -> dict[str, Schema]:
    prompt = {"$ref": "#/components/schemas/Prompt"}
    return {
        "prompts": {"type": "array", "items": prompt, "maxItems": limits.prompts},
        "format": {"enum": list(FORMATS), "default": "mask"},
        "candidate": {"type": ["integer", "null"], "minimum": 0},
        **_picture(),
    }


def _picture() -> dict[str, Schema]:
    return {
        "keep_largest": _SWITCH,
        "max_hole_area": {"type": "integer", "minimum": -1, "default": 0},
        "refine": _SWITCH,
        "crop": _SWITCH,
    }


def _photo(limits: Limits) -> Schema:
    return {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "description": f"JPEG, PNG, WebP, TIFF, BMP or AVIF: at most {limits.upload_bytes} bytes "
        f"and {limits.pixels} pixels.",
    }


def _object(properties: dict[str, Schema], *required: str) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _with_form(
    name: str, summary: str, fields: dict[str, Schema], answers: dict[str, Any]
) -> dict[str, Any]:
    form = _body("multipart/form-data", _object(fields, "photo"))
    # All fields but these two are JSON; a form's arrays would be sent item by item otherwise.
    plain = ("photo", "format")
    form["content"]["multipart/form-data"]["encoding"] = {
        field: {"contentType": "application/json"} for field in fields if field not in plain
    }
    return {**_operation(name, summary, answers, _WITH_PHOTO), "requestBody": form}


def _operation(
    name: str, summary: str, answers: dict[str, Any], refusals: tuple[str, ...] = ()
) -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/Error"}
    refused = {code: _json(_SENTENCES[code], error) for code in sorted((*refusals, *_ALWAYS))}
    return {"operationId": name, "summary": summary, "responses": {**answers, **refused}}


def _body(media_type: str, schema: Schema) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _json(sentence: str, schema: Schema | None = None) -> dict[str, Any]:
    return {"description": sentence, "content": {"application/json": {"schema": schema or {}}}}


def _text(sentence: str) -> dict[str, Any]:
    return {"description": sentence, "content": {"text/plain": {"schema": {"type": "string"}}}}


def _answer(sentence: str, media_types: tuple[str, ...]) -> dict[str, Any]:
    headers = {
        "Squeezesam-Score": {"schema": _NUMBER, "description": "predicted IoU, 0 to 1"},
        "Squeezesam-Candidate": {"schema": {"type": "integer"}},
        "Squeezesam-Candidates": {
            "schema": {"type": "integer"},
            "description": "so many there are",
        },
        "Squeezesam-Automatic": {"schema": {"type": "boolean"}},
        "Squeezesam-Area": {"schema": {"type": "integer"}, "description": "pixels"},
        "Squeezesam-Place": {
            "schema": {"type": "string"},
            "description": "of a cut-out: x and y of its first pixel in the photo",
        },
        "Server-Timing": {"schema": {"type": "string"}, "description": "ms of each stage"},
    }
    content: dict[str, Any] = {media_type: {} for media_type in media_types}
    return {"200": {"description": sentence, "headers": headers, "content": content}}

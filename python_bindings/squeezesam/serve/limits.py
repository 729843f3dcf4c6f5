"""Everything that is bounded, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server takes on.

    upload_bytes: of a request's body that carries a photo.
    json_bytes: of any other body, and of a form's fields together.
    pixels: of one photo.
    prompts: of one request.
    queue: requests that wait, beside those being worked on; and the largest bodies that may be on
        their way together.
    seconds: for reading a request, and as many again for answering it.
    sessions: photos kept for repeated taps; the one used longest ago makes room.
    session_pixels: of all kept photos together; at least `pixels`.
    idle_seconds: after which a kept photo is forgotten.
    connections: open at a time.
    header_seconds: for a request's line and headers, and for what is left of a refused body.
    grace_seconds: for what is under way when the server is told to end.
    patience_seconds: for less nobody's body on its way makes room for another's.
    """

    upload_bytes: int = 32 << 20
    json_bytes: int = 64 << 10
    pixels: int = 25_000_000
    prompts: int = 256
    queue: int = 16
    seconds: float = 30.0
    sessions: int = 16
    session_pixels: int = 100_000_000
    idle_seconds: float = 600.0
    connections: int = 128
    header_seconds: float = 10.0
    grace_seconds: int = 5
    patience_seconds: float = 2.0

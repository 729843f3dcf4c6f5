"""`squeezesam info`: a bundle's manifest as a table that a person reads."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..bundle import ModelBundle
from .talk import say

_MOST, _LONGEST = 24, 400  # entries of a list, letters of a line


def info(options: argparse.Namespace) -> int:
    """Prints the table, or the manifest with --json. Raises BundleError for a bad bundle."""
    bundle = ModelBundle(options.bundle)
    if options.json:
        print(json.dumps(bundle.manifest, indent=2, ensure_ascii=True))
        return 0
    rows = list(_rows(bundle))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        say(f"{name:<{width}}  {_brief(value)}".rstrip())
    return 0


def _brief(value: str) -> str:
    """No more than a few lines of a terminal, whatever a stranger has written there."""
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"


def _rows(bundle: ModelBundle) -> Iterator[tuple[str, str]]:
    facts, manifest = bundle.info, bundle.manifest
    model = manifest.get("model")
    parameters = model.get("parameters") if isinstance(model, dict) else None
    count = f", {parameters / 1e6:.2f} M parameters" if isinstance(parameters, int) else ""
    yield "bundle", bundle.name
    yield "model", f"{facts['preset']}{count}"
    yield "target", f"{facts['target']} ({facts['backend']}), {facts['precision']}"
    yield "input", f"{facts['input_width']}×{facts['input_height']} pixels"
    able = {
        "clicks": True,
        "background clicks": facts["negative_points"],
        "box": facts["box"],
        "automatic mask": facts["automatic"],
        "previous mask": facts["previous_mask"],
    }
    yield "prompts", ", ".join(name for name, can in able.items() if can)
    slots = f"up to {facts['max_points']} points, " if facts["max_points"] else ""
    yield "", f"{slots}{facts['candidate_count']} candidate masks"
    for program in bundle.programs:
        work = f", {program.macs / 1e9:.2f} GMAC" if program.macs else ""
        when = "once a photo" if program.runs == "photo" else "at every prompt"
        yield program.name, f"{program.size / 1e6:.2f} MB{work}, {when} ({program.path.name})"
    yield from _weights(model)
    yield from _measured(manifest)
    tools = manifest.get("toolchain")
    if isinstance(tools, dict):
        named = islice(tools.items(), _MOST)
        more = f" and {len(tools) - _MOST} more" if len(tools) > _MOST else ""
        yield "made with", ", ".join(f"{name} {_brief(str(of))}" for name, of in named) + more
    yield "licence", facts["licence"]


def _weights(model: Any) -> Iterator[tuple[str, str]]:
    """Which weights each part was made of; the manifest of an old bundle may not say."""
    hashes = model.get("weights_sha256") if isinstance(model, dict) else None
    if isinstance(hashes, dict):
        for number, (part, digest) in enumerate(islice(hashes.items(), _MOST)):
            yield "weights" if number == 0 else "", f"{part}: sha256 {digest}"
        if len(hashes) > _MOST:
            yield "", f"and {len(hashes) - _MOST} more"
    if isinstance(model, dict) and isinstance(model.get("provenance"), str):
        yield "", model["provenance"]


def _measured(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    quantisation, calibration = manifest.get("quantisation"), manifest.get("calibration")
    if isinstance(quantisation, dict):
        yield "quantisation", str(quantisation.get("scheme", ""))
    if isinstance(calibration, dict):
        yield "calibration", f"{calibration.get('photos')} photos ({calibration.get('source')})"
    parity = manifest.get("parity")
    if not isinstance(parity, dict):
        return
    engine = f" with {parity['engine']}" if parity.get("engine") else ""
    photos = f", {parity['photos']} photos" if parity.get("photos") else ""
    yield "parity", f"{parity.get('verification')}{engine}{photos}"
    if figures := _figures(parity.get("mask_iou"), ".4f"):
        yield "", f"mask IoU to fp32: {figures}"
    if figures := _figures(parity.get("snr_db"), ".1f"):
        yield "", f"SNR in dB: {figures}"


def _figures(values: Any, form: str) -> str:
    """The numbers of a JSON object; what else it holds (null, per_photo) is left out."""
    if not isinstance(values, dict):
        return ""
    numbers = {name: v for name, v in values.items() if isinstance(v, (int, float))}
    return ", ".join(f"{name} {value:{form}}" for name, value in numbers.items())

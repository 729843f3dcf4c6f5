"""`squeezesam info`: a bundle's manifest as a table that a person reads."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from ..bundle import Bundle


def info(options: argparse.Namespace) -> int:
    """Prints the table, or the manifest with --json. Raises BundleError for a bad bundle."""
    bundle = Bundle(options.bundle)
    if options.json:
        print(json.dumps(bundle.manifest, indent=2, ensure_ascii=False))
        return 0
    rows = list(_rows(bundle))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}".rstrip())
    return 0


def _rows(bundle: Bundle) -> Iterator[tuple[str, str]]:
    facts, manifest = bundle.info, bundle.manifest
    model = manifest.get("model") or {}
    yield "bundle", bundle.name
    yield "model", f"{facts['preset']}, {_number(model.get('parameters'))} parameters"
    yield "target", f"{facts['target']} ({facts['backend']}), {facts['precision']}"
    yield "input", f"{facts['input_width']}×{facts['input_height']} pixels"
    able = {
        "clicks": True,
        "background clicks": facts["negative_points"],
        "box": facts["box"],
        "automatic mask": facts["automatic"],
    }
    yield "prompts", ", ".join(name for name, can in able.items() if can)
    yield "", f"up to {facts['max_points']} points, {facts['candidate_count']} candidate masks"
    for program in bundle.programs:
        macs = bundle.core.program(program.name)["macs"]
        work = f", {macs / 1e9:.2f} GMAC" if macs else ""
        yield program.name, f"{bundle.size(program.name) / 1e6:.2f} MB{work} ({program.path.name})"
    yield from _measured(manifest)
    tools = manifest.get("toolchain") or {}
    yield "made with", ", ".join(f"{name} {version}" for name, version in tools.items())
    yield "licence", facts["licence"]


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
    yield "parity", f"{parity.get('verification')}{engine}, {parity.get('photos')} photos"
    iou, snr = parity.get("mask_iou"), parity.get("snr_db")
    if isinstance(iou, dict) and iou.get("mean") is not None:
        yield "", f"mask IoU to fp32: mean {iou['mean']:.4f}, min {iou['min']:.4f}"
    if isinstance(snr, dict) and snr:
        levels = (f"{name} {value:.1f}" for name, value in snr.items() if value is not None)
        yield "", f"SNR in dB: {', '.join(levels)}"


def _number(value: Any) -> str:
    return f"{value / 1e6:.2f} M" if isinstance(value, int) and value >= 10_000 else str(value)

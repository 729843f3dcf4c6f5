"""Beside Apple's EfficientSAM recipe: size, operators and parity of Core AI assets, executed.

    python benchmarks/study.py coreai_peers [--peer-size 1024]

Both networks are converted with the versions of setup.py and run by Apple's runtime on Linux, on a
photo of scikit-image: the recipe's EfficientSAM (ViT-Tiny), encoder and decoder in one program with
one query as it has them, with seeded random weights; and our programs as they ship. Writes a table
of docs/coreai.md. Sizes and operators hold for any weights; the decibels are those of the runtime.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measure.machine import describe, unpublishable
from results.markdown import origin, replace_between_marks, table
from squeezesam_export.networks.reference import PreparedView, Reference
from squeezesam_export.photos import views
from squeezesam_export.program import SourceProgram, reference
from squeezesam_export.targets.coreai.lowering import lower
from squeezesam_export.verify.parity import snr_db
from squeezesam_model import DEFAULT_SEGMENTER
from squeezesam_model.count import count_parameters
from squeezesam_model.families import chosen_weights, family_of
from squeezesam_model.sam.network import DECODE, EMBED
from torch import Tensor, nn

PAGE = Path(__file__).parents[2] / "docs" / "coreai.md"
MARKS = (
    "<!-- peers: begin (python benchmarks/study.py coreai_peers) -->",
    "<!-- peers: end -->",
)
PEER = "efficientsam-ti"


class _Joined(nn.Module):
    """Encoder and decoder in one program: what the recipe runs at every tap."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, image: Tensor, points: Tensor, labels: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.decoder(self.encoder(image)[0], points, labels))


def prepared(preset: str, size: int) -> tuple[Reference, PreparedView]:
    """The network and one photo with a prompt."""
    family = family_of(preset)
    weights = chosen_weights(family, preset, {})
    network = Reference(family.load(preset, weights, size, size))
    return network, network.prepare(views.comparison_views()[0])


def joined(preset: str, size: int) -> SourceProgram:
    """A peer's two programs as one, with a real photo as its example."""
    network, view = prepared(preset, size)
    sources = {source.name: source for source in network.sources([view])}
    encode, decode = sources[EMBED], sources[DECODE]
    photo = dict(zip(encode.inputs, view.inputs[encode.name], strict=True))
    asked = dict(zip(decode.inputs, view.inputs[decode.name], strict=True))
    inputs = {
        "image": next(iter(photo.values())), "points": asked["points"], "labels": asked["labels"],
    }  # fmt: skip
    module = _Joined(encode.module, decode.module).eval()
    return SourceProgram(preset, module, inputs, decode.outputs, (), encode.macs + decode.macs)


def own(preset: str, size: int) -> Iterator[SourceProgram]:
    """Our programs as they ship, each with a real photo as its example."""
    network, view = prepared(preset, size)
    for source in network.sources([view]):
        inputs = dict(zip(source.inputs, view.inputs[source.name], strict=True))
        yield SourceProgram(
            source.name, source.module, inputs, source.outputs, source.calibration, source.macs
        )


def measure(source: SourceProgram, title: str, folder: Path) -> dict[str, Any]:
    """Convert to fp32 and to palettes; run the fp32 asset once beside torch."""
    began = time.process_time()
    made = lower(source, "fp32", "weights", folder)
    converted = time.process_time() - began
    assert made.execute is not None
    expected = reference(source, source.example)
    began = time.process_time()
    found = made.execute([tensor.numpy() for tensor in source.example])
    ran = time.process_time() - began
    (folder / "small").mkdir()
    small = lower(source, "int8", "palette6", folder / "small")
    operators = made.notes["operators"]
    return {
        "title": title,
        "parameters": count_parameters(source.module),
        "macs": source.macs,
        "bytes": _bytes(made.path),
        "small_bytes": _bytes(small.path),
        "operators": sum(operators.values()),
        "kinds": len(operators),
        "snr_db": round(snr_db(expected, found), 1),
        "difference": max(float(np.abs(a - b).max()) for a, b in zip(expected, found, strict=True)),
        "convert_s": round(converted, 1),
        "run_s": round(ran, 2),
    }


def _bytes(path: Path) -> int:
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def block(entries: list[dict[str, Any]], result: dict[str, Any]) -> str:
    """The table and where it was measured."""
    head = ["program", "parameters", "GMAC", "fp32, MB", "6-bit palettes, MB", "operators (kinds)",
            "outputs to torch, dB", "largest difference", "converting, CPU s",
            "a run on Linux, CPU s"]  # fmt: skip
    rows = [
        [
            one["title"],
            f"{one['parameters'] / 1e6:.1f} million",
            f"{one['macs'] / 1e9:.1f}",
            f"{one['bytes'] / 1e6:.1f}",
            f"{one['small_bytes'] / 1e6:.1f}",
            f"{one['operators']} ({one['kinds']})",
            f"{one['snr_db']:.1f}",
            f"{one['difference']:.1e}",
            f"{one['convert_s']:.0f}",
            f"{one['run_s']:.1f}",
        ]
        for one in entries
    ]
    return "\n\n".join([table(head, rows), origin(result)])


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=512, help="ours")
    parser.add_argument("--peer-size", type=int, default=1024, help="theirs")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(argv)
    if fault := unpublishable(options.page):
        print(f"coreai_peers: {fault}", file=sys.stderr)
        return 2
    torch.set_num_threads(1)
    peer = joined(PEER, options.peer_size)
    sources = [(f"EfficientSAM (ViT-Tiny), {options.peer_size}, random weights", peer)]
    for source in own(DEFAULT_SEGMENTER, options.size):
        sources.append((f"{DEFAULT_SEGMENTER}, `{source.name}`, {options.size}", source))
    entries = []
    with tempfile.TemporaryDirectory() as scratch:
        for index, (title, source) in enumerate(sources):
            folder = Path(scratch) / str(index)
            folder.mkdir()
            entries.append(measure(source, title, folder))
            print(entries[-1], flush=True)
    replace_between_marks(options.page, block(entries, describe()), MARKS)
    return 0

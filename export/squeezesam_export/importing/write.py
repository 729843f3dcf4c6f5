"""A bundle of imported programs and our saliency network, run before it is put in its place."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from skimage import data
from squeezesam import Segmenter, SqueezeSamError
from squeezesam.child import restart_limit
from squeezesam_model import file_sha256
from squeezesam_model.heat import HEAT, heat_program
from squeezesam_model.metadata import read_metadata
from squeezesam_model.network import Capabilities, Prompts
from squeezesam_model.presets import DEFAULT_SALIENCY
from squeezesam_model.weights import load_saliency, shipped_weights

from squeezesam_export.bundle import manifest
from squeezesam_export.errors import ExportError
from squeezesam_export.files import file_entries
from squeezesam_export.importing.adapt import EMBED, Imported, adapted_decoder, adapted_encoder
from squeezesam_export.importing.graph import opened
from squeezesam_export.importing.layouts import Layout
from squeezesam_export.networks.filling import example
from squeezesam_export.networks.folding import fold
from squeezesam_export.program import SourceProgram
from squeezesam_export.replacing import check_replaceable, put_in_place
from squeezesam_export.targets.onnx import lowering
from squeezesam_export.toolchain.versions import toolchain

PRECISION = "fp32"


@dataclass(frozen=True)
class ImportRequest:
    """What is imported.

    Attributes:
        encoder: an ONNX file.
        decoder: another one.
        layout: of both.
        output: the bundle's folder, which is made.
        size: (height, width) of the encoder's input.
        slots: of points and box corners; 0 takes the layout's own, or six.
        licence: of the weights.
        overwrite: replace a bundle that is there.
        scratch: where it is made, on the disk of its place; None makes it beside that.
    """

    encoder: Path
    decoder: Path
    layout: Layout
    output: Path
    size: tuple[int, int] = (1024, 1024)
    slots: int = 0
    licence: str = "unspecified"
    overwrite: bool = False
    scratch: Path | None = None
    files: dict[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", {"encoder": self.encoder, "decoder": self.decoder})


def import_bundle(request: ImportRequest) -> Path:
    """Make the bundle; returns its folder.

    Raises:
        ExportError: a file does not fit, or what was made does not run; nothing is left behind.
        WeightsError: our saliency network has no weights here.
    """
    if request.output.exists() and not (request.overwrite and request.output.is_dir()):
        hint = "" if request.output.is_file() else "; --overwrite replaces it"
        raise ExportError(f"{request.output} exists{hint}")
    if request.output.exists():
        check_replaceable(request.output)
    most = request.layout.slots
    slots = request.slots or most or 6
    if most and slots > most:
        raise ExportError(f"the layout '{request.layout.name}' has {most} slots, not {slots}")
    embed, shapes = adapted_encoder(opened(request.encoder), request.layout, *request.size)
    decode = adapted_decoder(opened(request.decoder), request.layout, shapes, request.size, slots)
    try:
        request.output.parent.mkdir(parents=True, exist_ok=True)
        place = request.scratch or request.output.parent
        scratch = Path(tempfile.mkdtemp(prefix=".partial-", dir=place))
    except OSError as error:
        raise ExportError(f"cannot write to {request.output.parent}: {error.strerror}") from error
    try:
        _fill(scratch, request, (embed, decode), slots)
        restart_limit()
        _try_out(scratch)
        scratch.chmod(0o755)
        put_in_place(scratch, request.output)
    except OSError as error:
        raise ExportError(f"cannot write the bundle {request.output}: {error.strerror}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return request.output


def _fill(folder: Path, request: ImportRequest, programs: Sequence[Imported], slots: int) -> None:
    entries: dict[str, Any] = {}
    for program in programs:
        path = folder / f"{program.name}.onnx"
        try:
            onnx.checker.check_model(program.model)
        except onnx.checker.ValidationError as error:
            line = str(error).strip().splitlines()[0]
            raise ExportError(f"the {program.name} cannot be made of it: {line}") from error
        path.write_bytes(program.model.SerializeToString())
        entries[program.name] = _entry(program, path, folder)
    entries[HEAT], weights = _heat(request, folder)
    layout = request.layout
    able = Capabilities(layout.background, slots >= 2, True, bool(layout.mask))
    content = {
        "schema_version": manifest.SCHEMA_VERSION,
        "name": request.output.name,
        "licence": f"imported: {request.licence}; {HEAT}: {weights.licence}",
        "model": {
            "family": layout.name,
            "preset": layout.name,
            "size": list(request.size),
            "parameters": sum(_parameters(program.model) for program in programs),
            "weights_sha256": {part: file_sha256(path) for part, path in request.files.items()},
            "provenance": f"imported from ONNX, layout {layout.name}",
        },
        "target": "onnx",
        "backend": "cpu",
        "precision": PRECISION,
        "prompts": manifest.prompts_entry(Prompts(slots)),
        "capabilities": asdict(able),
        "programs": entries,
        "quantisation": None,
        "calibration": None,
        "toolchain": toolchain(("onnx", "onnxruntime")),
        "parity": {"verification": "graph-checked", "engine": "onnxruntime", "photos": 0},
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _entry(program: Imported, path: Path, root: Path) -> dict[str, Any]:
    return {
        "runs": "photo" if program.name == EMBED else "prompt",
        "file": path.name,
        "files": {
            entry["path"]: {"bytes": entry["size"], "sha256": entry["sha256"]}
            for entry in file_entries(path, root)
        },
        "macs": 0,
        "inputs": [
            {"name": one.name, "shape": list(one.shape), "source": one.source.entry()}
            for one in program.inputs
        ],
        "outputs": [
            {"name": one.name, "shape": list(shape), **({"role": one.role} if one.role else {})}
            for one, shape in program.outputs
        ],
    }


def _heat(request: ImportRequest, folder: Path) -> tuple[dict[str, Any], Any]:
    """Our saliency network beside them: the automatic first mask."""
    path = shipped_weights(DEFAULT_SALIENCY)
    known = read_metadata(path)
    program = heat_program(load_saliency(path, known.preset or DEFAULT_SALIENCY), *request.size)
    source = SourceProgram(
        HEAT, _AsTuple(fold(program.module)).eval(), example(program), ("heatmap",), (), 0
    )
    lowered = lowering.lower(source, PRECISION, folder)
    entries = manifest.programs_entry((program,), (source,), {HEAT: lowered}, folder)
    return entries[HEAT], known


class _AsTuple(torch.nn.Module):
    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.module(image),)


def _parameters(model: onnx.ModelProto) -> int:
    return sum(int(np.prod(tensor.dims, dtype=np.int64)) for tensor in model.graph.initializer)


def _try_out(bundle: Path) -> None:
    """A photo, a point, a box: what the core takes, and numbers that are numbers."""
    try:
        session = Segmenter.load(bundle).open(data.chelsea())
        session.add_point(250, 60)
        masks = [session.predict()]
        session.undo()
        if session.segmenter.bundle.info["box"]:
            session.set_box(60, 20, 400, 280)
            masks.append(session.predict())
    except SqueezeSamError as error:
        raise ExportError(f"the bundle does not run: {error}") from error
    for mask in masks:
        if not all(np.isfinite(one.logits).all() for one in mask.candidates):
            raise ExportError("the bundle runs, but its masks hold what is no finite number")

"""Bring a weights file of squeezesam 0.1 to today's names: python -m squeezesam_model.convert.

Until 0.1 the narrow UNet was called ``squeezesam``; it is ``squeezesam-fast`` now, and the encoder
has a room of its own in every network. The numbers stay.
"""

from __future__ import annotations

import sys
from pathlib import Path

from torch import Tensor

from squeezesam_model.printable import printable
from squeezesam_model.weights import WeightsError, is_of_0_1, read_tensors, write_tensors

_PRESETS = {"squeezesam": "squeezesam-fast"}


def convert(old: Path, new: Path) -> None:
    """Write the weights of ``old`` under today's names.

    Raises:
        WeightsError: ``old`` cannot be read or is not of squeezesam 0.1, or ``new`` exists.
    """
    if new.exists():
        raise WeightsError(f"{new} exists already: give another name")
    metadata, tensors = read_tensors(old)
    if not is_of_0_1(tensors):
        raise WeightsError(f"{old} does not hold weights of squeezesam 0.1")
    preset = metadata.get("preset", "")
    metadata["preset"] = _PRESETS.get(preset, preset)
    write_tensors(renamed(tensors), new, metadata)


def renamed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors with the encoder's under ``trunk.encoder``."""
    for part in ("stem", "down"):
        tensors = {
            name.replace(f"trunk.{part}.", f"trunk.encoder.{part}.", 1): value
            for name, value in tensors.items()
        }
    return tensors


def main(argv: list[str]) -> int:
    """OLD.safetensors NEW.safetensors; returns the exit code."""
    if len(argv) != 2:
        print("usage: python -m squeezesam_model.convert OLD NEW", file=sys.stderr)
        return 2
    try:
        convert(Path(argv[0]), Path(argv[1]))
    except (WeightsError, OSError) as error:
        print(f"squeezesam_model.convert: {printable(str(error))}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

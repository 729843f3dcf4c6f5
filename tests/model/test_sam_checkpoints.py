"""A stranger's checkpoint is one sentence, whatever is wrong with it, and is not inflated."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from squeezesam_model import WeightsError
from squeezesam_model.sam.checkpoint import read_checkpoint


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "sam.pth"
    torch.save({"model": {"a": torch.arange(300.0), "b": torch.ones(3, 4)}}, path)
    return path


def test_an_archive_that_unpacks_to_more_than_the_file_is_refused(saved: Path) -> None:
    packed = saved.with_name("packed.pth")
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(packed, "w") as target:
        for part in source.infolist():
            target.writestr(part.filename, source.read(part), zipfile.ZIP_DEFLATED)
        target.writestr("archive/data/9", bytes(1 << 22), zipfile.ZIP_DEFLATED)
    with pytest.raises(WeightsError, match="damaged, or no file of tensors alone"):
        read_checkpoint(packed)


@pytest.mark.parametrize("seed", range(60))
def test_damage_anywhere_is_a_weights_error_or_still_tensors(saved: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = bytearray(saved.read_bytes())
    for place in rng.integers(0, len(data), int(rng.integers(1, 9))):
        data[place] = int(rng.integers(256))
    saved.write_bytes(data[: len(data) - int(rng.integers(0, 2) * rng.integers(len(data)))])
    with contextlib.suppress(WeightsError):
        found = read_checkpoint(saved)
        assert all(isinstance(value, torch.Tensor) for value in found.values())

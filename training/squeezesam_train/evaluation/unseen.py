"""Sources of a split that the training split knows nothing of, found from the index itself."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from squeezesam_train.photos import DataError

# Clicked on by a protocol of its own, and left out of this group in every report.
INTERACTIVE_SET = "iseg151"
TRAINING_SPLIT = "train"


def unseen_sources(root: Path, split: str) -> tuple[str, ...]:
    """Sources of ``split`` of whose family no source is in the training split, ascending.

    A family is what a name begins with: ``duts_te`` is one with ``duts_tr`` and ``coco128`` with
    ``coco_mini``, whose photos are of the same kind even where no photo is shared. The interactive
    set is left out. Empty where the index has no training split: nothing is known then.

    Raises:
        DataError: there is no index, or it lacks a column.
    """
    sources = _sources(root / "index.csv")
    trained = {family(name) for name in sources.get(TRAINING_SPLIT, ())}
    if not trained:
        return ()
    found = sources.get(split, set()) - {INTERACTIVE_SET}
    return tuple(sorted(name for name in found if family(name) not in trained))


def family(source: str) -> str:
    """The letters that a source's name begins with; the whole name where it begins otherwise."""
    found = re.match(r"[A-Za-z]+", source)
    return found.group().lower() if found else source


def _sources(index: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    try:
        with index.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["split"], set()).add(row["source"])
    except OSError as error:
        raise DataError(f"cannot read {index}: {error.strerror}") from error
    except (KeyError, ValueError) as error:
        raise DataError(f"{index} is not a photo index: {error}") from error
    return found

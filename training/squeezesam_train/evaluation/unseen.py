"""Sources of a split that the training split knows nothing of, found from the index itself."""

from __future__ import annotations

import re
from pathlib import Path

from squeezesam_train.photos import index_rows

# Clicked on by a protocol of its own, and left out of this group in every report.
INTERACTIVE_SET = "iseg151"
TRAINING_SPLIT = "train"


def unseen_sources(root: Path, split: str) -> tuple[str, ...]:
    """Sources of ``split`` of whose family no source is in the training split, ascending.

    A family is what a name begins with: ``duts_te`` is one with ``duts_tr`` and ``coco128`` with
    ``coco_mini``, whose photos are of the same kind even where no photo is shared. The interactive
    set is left out. Empty where the index has no training split: nothing is known then.

    Raises:
        DataError: see :func:`squeezesam_train.photos.index_rows`.
    """
    sources = _sources(root)
    trained = {family(name) for name in sources.get(TRAINING_SPLIT, ())}
    if not trained:
        return ()
    found = sources.get(split, set()) - {INTERACTIVE_SET}
    return tuple(sorted(name for name in found if family(name) not in trained))


def family(source: str) -> str:
    """The letters that a source's name begins with; the whole name where it begins otherwise."""
    found = re.match(r"[A-Za-z]+", source)
    return found.group().lower() if found else source


def _sources(root: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in index_rows(root, ("split", "source")):
        found.setdefault(row["split"], set()).add(row["source"])
    return found

"""Core ML packages whose bytes depend on nothing but their content."""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

# coremltools notes when a model was converted; the manifest of the bundle has what matters.
_DATE = "com.github.apple.coremltools.conversion_date"
# Left by ExecuTorch's quantizer: for its profiler, and larger than the specification.
_DEBRIS = "executorch_debug_handle_mapping.json"


def make_reproducible(package: Path) -> None:
    """Take the date out, sort what is unordered and name the parts by their content, in place.

    coremltools draws the identifiers of the parts by chance, writes protobuf maps in the order of
    a hash table and leaves the specification readable for its owner only.

    Args:
        package: a folder ``NAME.mlpackage`` that was just saved.
    """
    (package / _DEBRIS).unlink(missing_ok=True)
    manifest_path = package / "Manifest.json"
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    items: dict[str, dict[str, Any]] = manifest["itemInfoEntries"]
    names: dict[str, str] = {}
    for old, item in items.items():
        place = package / "Data" / item["path"]
        if place.suffix == ".mlmodel":
            _rewrite(place)
        names[old] = str(uuid.UUID(bytes=_digest(place, item["path"])[:16], version=4))
    manifest["itemInfoEntries"] = {
        names[old]: item for old, item in sorted(items.items(), key=lambda pair: names[pair[0]])
    }
    manifest["rootModelIdentifier"] = names[manifest["rootModelIdentifier"]]
    manifest_path.write_text(
        json.dumps(manifest, indent=4, sort_keys=True) + "\n", encoding="utf-8"
    )
    for path in package.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _rewrite(model: Path) -> None:
    from coremltools.proto import Model_pb2

    specification = Model_pb2.Model()
    specification.ParseFromString(model.read_bytes())
    specification.description.metadata.userDefined.pop(_DATE, None)
    model.write_bytes(specification.SerializeToString(deterministic=True))


def _digest(place: Path, name: str) -> bytes:
    digest = hashlib.sha256(name.encode())
    for path in [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file()):
        digest.update(path.relative_to(place.parent).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.digest()

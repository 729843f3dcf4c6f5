"""Archives as torch writes them: looked at before anything in them is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path


def unpacks_to_itself(path: Path) -> bool:
    """Whether nothing in an archive is packed and its parts are together no more than the file.

    Torch packs nothing; a stranger's archive might, or let parts lie on one another.

    Raises:
        OSError, zipfile.BadZipFile: it cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    packed = any(part.compress_type != zipfile.ZIP_STORED for part in parts)
    return not packed and sum(part.file_size for part in parts) <= path.stat().st_size

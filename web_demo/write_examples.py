"""``python web_demo/write_examples.py FOLDER``: photos that come with scikit-image, as JPEG."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image
from skimage import data

# NASA's (public domain), Stefan van der Walt's and Rachel Michetti's (both CC0).
PHOTOS = {"astronaut": data.astronaut, "chelsea": data.chelsea, "coffee": data.coffee}


def main(folder: Path) -> None:
    """Makes the folder where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, photo in PHOTOS.items():
        Image.fromarray(photo()).save(folder / f"{name}.jpg", quality=90, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

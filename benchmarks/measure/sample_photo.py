"""The photo that every benchmark segments, made from one that comes with scikit-image."""

from __future__ import annotations

from pathlib import Path

WIDTH, HEIGHT = 1024, 768


class NoSamplePhotoError(ValueError):
    """OpenCV or scikit-image is not here."""


def write_photo(folder: Path, width: int = WIDTH, height: int = HEIGHT) -> Path:
    """The photo as a PNG of the wanted size; its path.

    Raises:
        NoSamplePhotoError: what it takes is not installed.
    """
    try:
        import cv2
        from skimage import data
    except ImportError as error:
        raise NoSamplePhotoError(
            "the sample photo needs opencv-python-headless and scikit-image; give one with --photo"
        ) from error
    path = folder / f"photo-{width}x{height}.png"
    photo = cv2.resize(data.astronaut(), (width, height), interpolation=cv2.INTER_CUBIC)
    cv2.imwrite(str(path), photo[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return path

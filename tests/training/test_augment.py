"""Augmentations keep photo and labels together."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from squeezesam_train import augment


@pytest.fixture
def labelled() -> tuple[np.ndarray, np.ndarray]:
    photo = data.coffee()[::2, ::2].copy()
    labels = np.zeros(photo.shape[:2], np.uint8)
    labels[60:140, 100:220] = 1
    labels[20:40, 20:50] = 2
    # Paint the label into the photo: whatever moves one must move the other.
    photo[labels == 1] = (255, 0, 0)
    photo[labels != 1] = (0, 0, 255)
    return photo, labels


def _agree(rgb: np.ndarray, labels: np.ndarray) -> float:
    return float(((rgb[..., 0] > rgb[..., 2]) == (labels == 1)).mean())


def test_cropping_keeps_most_of_the_object_and_its_labels(
    labelled: tuple[np.ndarray, np.ndarray],
) -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        rgb, labels = augment.crop_round(*labelled, 1, rng)
        assert _agree(rgb, labels) == 1
        assert (labels == 1).sum() >= 0.75 * (labelled[1] == 1).sum()


def test_flipping_and_stretching_keep_labels_on_their_pixels(
    labelled: tuple[np.ndarray, np.ndarray],
) -> None:
    assert _agree(*augment.flip(*labelled)) == 1
    stretched = augment.stretch(*labelled, np.random.default_rng(0))
    assert _agree(*stretched) > 0.98
    assert stretched[1].shape[0] == labelled[1].shape[0]


def test_fitting_and_padding_letterbox_to_the_top_left(
    labelled: tuple[np.ndarray, np.ndarray],
) -> None:
    rgb, labels = augment.fit(*labelled, 96)
    assert labels.shape == (64, 96)
    padded = augment.pad_image(rgb, 96)
    assert (padded[:64] == rgb).all()
    assert (padded[64:] == (124, 116, 104)).all()
    assert not augment.pad_mask(labels == 1, 96)[64:].any()


def test_a_pasted_object_hides_what_lies_under_it(
    labelled: tuple[np.ndarray, np.ndarray],
) -> None:
    photo, labels = labelled
    donor = data.chelsea()
    y, x = np.mgrid[: donor.shape[0], : donor.shape[1]]
    mask = (x - 220) ** 2 + (y - 150) ** 2 < 100**2
    rgb, pasted = augment.paste(photo, labels, donor, mask, 7, np.random.default_rng(0))
    assert (pasted == 7).any()
    untouched = np.all(rgb == photo, axis=-1)
    assert untouched[pasted == 7].mean() < 0.05
    assert (pasted[untouched & (pasted != 7)] == labels[untouched & (pasted != 7)]).all()
    assert (labels != 7).all()


def test_colour_changes_the_photo_and_not_its_type(
    labelled: tuple[np.ndarray, np.ndarray],
) -> None:
    out = augment.colour(labelled[0], np.random.default_rng(0))
    assert out.dtype == np.uint8
    assert out.shape == labelled[0].shape
    assert (out != labelled[0]).any()

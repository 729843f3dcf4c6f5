"""Baselines without a network, given the same prompts: GrabCut, ellipse, random walker.

Each works on the photo shrunk to ``side`` pixels on the longer side (they are slow), and its mask
goes back to photo size by bilinear interpolation of the 0/1 mask, thresholded at one half.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import random_walker

from squeezesam_train.evaluation.predictor import Prediction, Predictor
from squeezesam_train.evaluation.prompts import Box, Click, Prompts
from squeezesam_train.photos import U8

Mask = NDArray[np.bool_]

# Radius of the disc that a click stands for: the one that the networks are shown, 5 at 512 pixels.
CLICK_RADIUS_SHARE = 5 / 512
# GrabCut's first guess without a box, as shares of the longer side: see GrabCut.
REACH_SHARE = 0.5
FRAME_SHARE = 0.02


class ShrunkPhoto:
    """A photo at a baseline's working size, and prompts in its pixels.

    Attributes:
        rgb: h×w×3 uint8.
    """

    def __init__(self, photo: U8, side: int) -> None:
        self._height, self._width = photo.shape[:2]
        self.scale = min(1.0, side / max(self._height, self._width))
        width = max(1, round(self._width * self.scale))
        height = max(1, round(self._height * self.scale))
        shrunk = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
        self.rgb: U8 = np.asarray(shrunk, np.uint8)

    def near(self, clicks: Iterable[Click], reach: float) -> Mask:
        """h×w bool, True within ``reach`` working pixels of a foreground click."""
        return self._within([c for c in clicks if c.foreground], reach)

    def discs(self, clicks: Iterable[Click]) -> Mask:
        """h×w bool, True within a click's radius, at least the clicked pixel and its neighbours."""
        return self._within(clicks, max(1.0, CLICK_RADIUS_SHARE * max(self.rgb.shape[:2])))

    def _within(self, clicks: Iterable[Click], radius: float) -> Mask:
        height, width = self.rgb.shape[:2]
        y, x = np.mgrid[:height, :width]
        covered = np.zeros((height, width), np.bool_)
        for click in clicks:
            # The pixel that holds the click, so that a disc never falls between two pixels.
            cx, cy = (round((v + 0.5) * self.scale - 0.5) for v in (click.x, click.y))
            covered |= (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
        return covered

    def inside(self, box: Box) -> Mask:
        """h×w bool, the pixels whose centres lie in the box; at least one."""
        height, width = self.rgb.shape[:2]
        x0, y0, x1, y1 = (round((v + 0.5) * self.scale - 0.5) for v in box)
        area = np.zeros((height, width), np.bool_)
        area[min(y0, height - 1) : y1 + 1, min(x0, width - 1) : x1 + 1] = True
        return area

    def restore(self, mask: Mask) -> Mask:
        """A mask at working size → photo size."""
        size = (self._width, self._height)
        large = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(large >= 0.5)


class _WithoutSaliency:
    """What every baseline lacks."""

    def heat(self) -> None:
        """None: no saliency network."""

    def automatic_clicks(self) -> None:
        """None: no saliency network."""


class _OpenBaseline(_WithoutSaliency, ABC):
    """A photo opened by a baseline that looks at it."""

    def __init__(self, photo: ShrunkPhoto) -> None:
        self._photo = photo

    @abstractmethod
    def segment(self, prompts: Prompts) -> Mask:
        """The mask at working size."""

    def predict(self, prompts: Prompts) -> Prediction:
        """The one mask."""
        return Prediction.single(self._photo.restore(self.segment(prompts)))


class GrabCut:
    """OpenCV's GrabCut, five iterations.

    Clicks are discs of sure foreground or background. With a box everything outside is sure
    background and the inside probable foreground. Without a box, what lies within half the longer
    side of a foreground click is probable foreground, the rest probable background, and a frame of
    2 % of the longer side sure background: of 25 such settings the best on 107 training photos (one
    click 0.41, three clicks 0.47 mIoU); with all but the discs as probable background GrabCut
    finds next to nothing (0.01).

    Source: Rother et al., "GrabCut", SIGGRAPH 2004; `cv2.grabCut`.
    """

    name = "grabcut"
    boxes = True
    clicks = True
    side = 256
    iterations = 5

    def open(self, photo: U8) -> _OpenGrabCut:
        """Shrink the photo."""
        return _OpenGrabCut(ShrunkPhoto(photo, self.side))

    def describe(self) -> dict[str, Any]:
        """Settings."""
        return {
            "kind": "baseline",
            "method": f"cv2.grabCut, {self.iterations} iterations",
            "size": self.side,
        }


class _OpenGrabCut(_OpenBaseline):
    def segment(self, prompts: Prompts) -> Mask:
        labels = trimap(self._photo, prompts)
        sure = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
        if sure.all() or not sure.any():
            return np.asarray(sure)
        # OpenCV seeds its k-means from a global generator: without this a result would depend on
        # what was segmented before.
        cv2.setRNGSeed(0)
        models: list[NDArray[np.float64]] = [np.zeros((1, 65)) for _ in range(2)]
        bgr = np.ascontiguousarray(self._photo.rgb[..., ::-1])
        whole = (0, 0, labels.shape[1], labels.shape[0])  # not read when a mask is given
        mode = cv2.GC_INIT_WITH_MASK
        cv2.grabCut(bgr, labels, whole, models[0], models[1], GrabCut.iterations, mode)
        return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def trimap(photo: ShrunkPhoto, prompts: Prompts) -> U8:
    """GrabCut's labels for the prompts, h×w uint8 of cv2.GC_…; a foreground disc wins."""
    labels = np.full(photo.rgb.shape[:2], cv2.GC_PR_BGD, np.uint8)
    if prompts.box is not None:
        labels[:] = cv2.GC_BGD
        labels[photo.inside(prompts.box)] = cv2.GC_PR_FGD
    else:
        near = REACH_SHARE * max(labels.shape)
        labels[photo.near(prompts.clicks, near)] = cv2.GC_PR_FGD
        frame = max(1, round(FRAME_SHARE * max(labels.shape)))
        labels[:frame] = labels[-frame:] = labels[:, :frame] = labels[:, -frame:] = cv2.GC_BGD
    labels[photo.discs([c for c in prompts.clicks if not c.foreground])] = cv2.GC_BGD
    labels[photo.discs([c for c in prompts.clicks if c.foreground])] = cv2.GC_FGD
    return labels


class Ellipse:
    """The ellipse inscribed in the box, at photo size: no look at the photo at all."""

    name = "ellipse"
    boxes = True
    clicks = False

    def open(self, photo: U8) -> _OpenEllipse:
        """Only the size matters."""
        return _OpenEllipse(photo.shape[0], photo.shape[1])

    def describe(self) -> dict[str, Any]:
        """Settings."""
        return {"kind": "baseline", "method": "ellipse inscribed in the box"}


class _OpenEllipse(_WithoutSaliency):
    def __init__(self, height: int, width: int) -> None:
        self._shape = (height, width)

    def predict(self, prompts: Prompts) -> Prediction:
        if prompts.box is None:
            raise ValueError("the ellipse needs a box")
        x0, y0, x1, y1 = prompts.box
        y, x = np.mgrid[: self._shape[0], : self._shape[1]]
        # Half a pixel wider on each side: the box goes through the outermost pixels' centres.
        across = (x - (x0 + x1) / 2) / ((x1 - x0 + 1) / 2)
        down = (y - (y0 + y1) / 2) / ((y1 - y0 + 1) / 2)
        return Prediction.single(across**2 + down**2 <= 1)


class RandomWalker:
    """scikit-image's random walker between the clicks and the background.

    Foreground clicks are seeds of the object; background clicks, the outside of the box, and the
    photo's border where nothing else is known, are seeds of the background. A box without a click
    seeds the object at its centre.

    Source: Grady, "Random Walks for Image Segmentation", TPAMI 2006; `skimage.segmentation`.
    """

    name = "walker"
    boxes = True
    clicks = True
    side = 128

    def open(self, photo: U8) -> _OpenWalker:
        """Shrink the photo."""
        return _OpenWalker(ShrunkPhoto(photo, self.side))

    def describe(self) -> dict[str, Any]:
        """Settings."""
        return {
            "kind": "baseline",
            "method": "skimage.segmentation.random_walker, beta 130, cg_j",
            "size": self.side,
        }


class _OpenWalker(_OpenBaseline):
    def segment(self, prompts: Prompts) -> Mask:
        seeds = walker_seeds(self._photo, prompts)
        if not (seeds == 0).any():
            return np.asarray(seeds == 1)
        rgb = self._photo.rgb.astype(np.float64) / 255
        found = random_walker(rgb, seeds, beta=130, mode="cg_j", tol=1e-4, channel_axis=-1)
        return np.asarray(found == 1)


def walker_seeds(photo: ShrunkPhoto, prompts: Prompts) -> NDArray[np.int32]:
    """1 object, 2 background, 0 to be decided, h×w; a foreground click wins."""
    seeds = np.zeros(photo.rgb.shape[:2], np.int32)
    clicks = list(prompts.clicks)
    if prompts.box is not None:
        x0, y0, x1, y1 = prompts.box
        seeds[~photo.inside(prompts.box)] = 2
        if not any(c.foreground for c in clicks):
            clicks.append(Click((x0 + x1) / 2, (y0 + y1) / 2))
    else:
        seeds[[0, -1], :] = 2
        seeds[:, [0, -1]] = 2
    seeds[photo.discs([c for c in clicks if not c.foreground])] = 2
    seeds[photo.discs([c for c in clicks if c.foreground])] = 1
    return seeds


BASELINES: dict[str, type[GrabCut] | type[Ellipse] | type[RandomWalker]] = {
    kind.name: kind for kind in (GrabCut, Ellipse, RandomWalker)
}


def baseline(name: str) -> Predictor:
    """The baseline called ``name``; ValueError names the known ones."""
    if name not in BASELINES:
        raise ValueError(f"unknown baseline '{name}': choose from {', '.join(sorted(BASELINES))}")
    made: Predictor = BASELINES[name]()
    return made

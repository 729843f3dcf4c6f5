"""What a session must do with a photo, prompts and the networks' answers: the reference for
sessions.json and replay.json."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matte_reference import cutout
from saliency_oracle import oracle_clicks, oracle_random_clicks
from vector_reference import (
    UPRIGHT,
    Floats,
    fill_holes,
    fit,
    hexed,
    keep_largest,
    resize,
    rle_counts,
    rle_string,
    upsample,
)

PAD_VALUE = (124, 116, 104)
SLOTS = 16
_MARGIN = 2e-5  # no logit is so near to 0 that rounding could tip it

Pixels = npt.NDArray[np.uint8]


def stored(upright: Pixels, orientation: int) -> Pixels:
    """The rows of a file whose `orientation` says how to turn them upright."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    return np.ascontiguousarray(UPRIGHT[inverse](upright))


@dataclass(frozen=True)
class Reference:
    """One upright photo, H×W×3, before networks with square inputs of `side` and `small`.

    orientation: how its stored rows are turned.
    """

    photo: Pixels
    side: int
    small: int
    orientation: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the photo."""
        return self.photo.shape[1], self.photo.shape[0]

    @property
    def resized(self) -> tuple[int, int]:
        """Width and height of the photo in the input of `side`."""
        return fit(self.size, (self.side, self.side))

    def inputs(self) -> list[Pixels]:
        """uint8 3×H×W of both networks; the small one is made from the large one's picture."""
        large = resize(self.photo, *fit(self.size, (self.side, self.side)))
        small = resize(large, *fit(self.size, (self.small, self.small)))
        inputs = []
        for picture, side in ((large, self.side), (small, self.small)):
            canvas = np.empty((side, side, 3), np.uint8)
            canvas[:] = PAD_VALUE
            canvas[: picture.shape[0], : picture.shape[1]] = picture
            inputs.append(np.ascontiguousarray(canvas.transpose(2, 0, 1)))
        return inputs

    def digests(self) -> dict[str, str]:
        """sha256 of the networks' input images."""
        image, small = (hashlib.sha256(each.tobytes()).hexdigest() for each in self.inputs())
        return {"image_sha256": image, "heat_image_sha256": small}

    def used(self, given: list[Any], logits: Floats, seed: int | None = None) -> list[Any]:
        """[automatic, kind, x0, y0, x1, y1] of the prompts that a prediction uses, from those that
        the person has given and the square heat map's logits; `seed`: of random clicks."""
        prompts = [[0, *prompt] for prompt in given]
        if any(prompt[0] in ("foreground", "box") for prompt in given):
            return prompts
        return [[1, "foreground", x, y, x, y] for x, y in self._automatic(logits, seed)] + prompts

    def _automatic(self, logits: Floats, seed: int | None) -> list[tuple[float, float]]:
        resized = fit(self.size, (self.small, self.small))
        heat = np.floor(255 / (1 + np.exp(-logits)) + 0.5).astype(np.uint8)
        valid = [max(1, (2 * side // 4 + 1) // 2) for side in resized]  # at least half on the photo
        covered = np.ascontiguousarray(heat[: valid[1], : valid[0]])
        clicks = oracle_clicks(covered) if seed is None else oracle_random_clicks(covered, seed)

        def to_photo(at: float, axis: int) -> float:
            place = (4 * (at + 0.5)) * self.size[axis] / resized[axis] - 0.5
            return min(max(place, 0.0), self.size[axis] - 1.0)

        return [(to_photo(x, 0), to_photo(y, 1)) for x, y in clicks]

    def network_inputs(self, prompts: list[Any]) -> tuple[npt.NDArray[np.int8], Floats, Floats]:
        """Planes 2×H×W, points 16×2 and labels 16 for prompts as `used` gives them."""
        entries = self._entries(prompts)
        points = np.zeros((SLOTS, 2))
        labels = np.full(SLOTS, -1.0)
        for slot, (point, label) in enumerate(entries):
            points[slot], labels[slot] = point, label
        return self._planes(entries), points, labels

    def network_prompts(self, prompts: list[Any]) -> dict[str, Any]:
        """The same as the vectors hold it."""
        planes, points, labels = self.network_inputs(prompts)
        return {
            "points": hexed(points.astype(np.float32)),
            "labels": hexed(labels.astype(np.float32)),
            "planes_sha256": hashlib.sha256(planes.tobytes()).hexdigest(),
        }

    def _entries(self, prompts: list[Any]) -> list[tuple[list[float], int]]:
        (width, height), resized = self.size, fit(self.size, (self.side, self.side))

        def place(x: float, y: float) -> list[float]:
            return [
                (x + 0.5) * resized[0] / width - 0.5,
                (y + 0.5) * resized[1] / height - 0.5,
            ]

        entries: list[tuple[list[float], int]] = []
        for _, kind, x0, y0, x1, y1 in prompts:
            if kind == "box":
                entries += [(place(x0, y0), 2), (place(x1, y1), 3)]
            else:
                entries.append((place(x0, y0), int(kind == "foreground")))
        return entries

    def _planes(self, entries: list[tuple[list[float], int]]) -> npt.NDArray[np.int8]:
        y, x = np.mgrid[: self.side, : self.side]
        radius = 5 * self.side / 512
        box = np.ones((self.side, self.side), np.int8)
        corners = [point for point, label in entries if label in (2, 3)]
        if corners:
            (x0, y0), (x1, y1) = corners
            box = ((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)).astype(np.int8)
        clicks = np.zeros((self.side, self.side), np.int8)
        for wanted, sign in ((0, -1), (1, 1)):
            for (px, py), label in entries:
                if label == wanted:
                    distance = (x - px) ** 2 + (y - py) ** 2 - radius**2
                    assert np.abs(distance).min() > _MARGIN
                    clicks[distance <= 0] = sign
        return np.stack([box, clicks])

    def finished(
        self, masks: Floats, scores: Floats, options: dict[str, int]
    ) -> tuple[int, Floats, npt.NDArray[np.bool_]]:
        """The candidate chosen of 4×h×w logits by 4 scores, its logits at photo size, its mask."""
        chosen = int(scores.clip(0, 1).argmax())
        chosen = chosen if options["candidate"] < 0 else options["candidate"]
        logits = upsample(masks[chosen], self._valid, self.size)
        assert np.abs(logits).min() > _MARGIN
        mask = logits > 0
        if options["keep_largest"]:
            mask = keep_largest(mask)
        if options["max_hole_area"]:
            mask = fill_holes(mask, options["max_hole_area"])
        return chosen, logits, mask

    @property
    def _valid(self) -> tuple[float, float]:
        width, height = fit(self.size, (self.side, self.side))
        return width / 4, height / 4

    def mask(self, masks: Floats, scores: Floats, options: dict[str, int]) -> dict[str, Any]:
        """What a step expects of its mask, from 4×h×w logits and 4 scores."""
        chosen, logits, mask = self.finished(masks, scores, options)
        scores, valid = scores.clip(0, 1), self._valid
        width, height = self.size
        samples = [(width * i // 7, height * (3 * i % 7) // 7) for i in range(7)]
        return {
            "chosen": chosen,
            "score": float(scores[chosen]),
            "area": int(mask.sum()),
            "box": _box(mask),
            "rle": rle_string(rle_counts(mask)),
            "logits": [[sx, sy, round(float(logits[sy, sx]), 6)] for sx, sy in samples],
            **{
                key: hashlib.sha256(cutout(photo, mask, masks[chosen], valid).tobytes()).hexdigest()
                for key, photo in (
                    ("cutout_sha256", self.photo),
                    ("straight_cutout_sha256", self._straight()),
                )
            },
        }

    def _straight(self) -> Pixels:
        """The photo with an alpha of its own, uint8 H×W×4: of the stored pixel in column x and row
        y it is (5x + 3y) mod 400 − 70, from 0 to 255."""
        rows = stored(self.photo, self.orientation)
        y, x = np.indices(rows.shape[:2])
        alpha = ((5 * x + 3 * y) % 400 - 70).clip(0, 255).astype(np.uint8)
        return np.ascontiguousarray(UPRIGHT[self.orientation](np.dstack([rows, alpha])))


class IdleClicks:
    """Which clicks find their own kind at their pixel of the mask predicted just before them.

    They ask for nothing new: the networks are asked what they were asked before them.
    """

    def __init__(self) -> None:
        self._actions: list[bool] = []  # whether each is an idle click
        self._shown: tuple[npt.NDArray[np.bool_], bool] | None = None

    def take(self, calls: list[Any]) -> None:
        """Calls of a step, in the order of the vectors."""
        for name, arguments, status, *_ in calls:
            if status != "SSAM_OK":
                continue
            idle = name == "add_point" and self._shows(*arguments)
            if name == "undo" and arguments[0]:
                self._actions.pop()
            elif name in ("add_point", "set_box", "clear"):
                self._actions.append(idle)
            if not idle:
                self._shown = None

    def _shows(self, x: float, y: float, foreground: int) -> bool:
        if self._shown is None:
            return False
        mask, automatic = self._shown
        here = bool(mask[int(np.floor(y + 0.5)), int(np.floor(x + 0.5))])
        # The first foreground click after an automatic mask says which object.
        return here == bool(foreground) and not (automatic and foreground)

    def without(self, prompts: list[Any]) -> list[Any]:
        """What the networks are asked."""
        others = [index for index, idle in enumerate(self._actions) if not idle]
        count = len(self._actions) - 1 - (others[-1] if others else -1)
        return prompts[: len(prompts) - count]

    def show(self, mask: npt.NDArray[np.bool_], prompts: list[Any]) -> None:
        """The finished mask that these prompts got."""
        self._shown = mask, any(automatic for automatic, *_ in prompts)


def _box(mask: npt.NDArray[np.bool_]) -> list[int]:
    """x, y, width, height of the smallest rectangle; all 0 for an empty mask."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return [0, 0, 0, 0]
    x, y = int(columns.min()), int(rows.min())
    return [x, y, int(columns.max()) - x + 1, int(rows.max()) - y + 1]

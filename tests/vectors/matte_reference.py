"""The alpha of a cut-out in plain numpy, to the bit: the reference for the cut-outs of
sessions.json. What it computes stands in ssam.h (ssam_mask_render_alpha) and in the headers of
runtime/core/src/mask; floats are float32 where they are stored, float64 where they are fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from foreground_reference import foreground
from scipy.ndimage import distance_transform_edt
from vector_reference import fit, resize, upsample_as_stored

F32 = np.float32
Floats = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

WORK_SIDE = 1024
CLEAR = F32(0.04)
CONTRAST = F32(255) / (F32(1) - F32(2) * CLEAR)


def _coverage(mask: Bools, size: tuple[int, int]) -> Pixels:
    """How much of each work pixel the mask covers, 0…255; only all of it is 255, nothing 0."""
    columns, rows = (
        np.array([(i * photo + work - 1) // work for i in range(work + 1)])
        for photo, work in ((mask.shape[1], size[0]), (mask.shape[0], size[1]))
    )
    counts = np.add.reduceat(np.add.reduceat(mask.astype(np.int64), rows[:-1], 0), columns[:-1], 1)
    area = np.outer(np.diff(rows), np.diff(columns))
    mixed = np.clip((255 * counts + area // 2) // area, 1, 254)
    return np.where(counts == 0, 0, np.where(counts == area, 255, mixed)).astype(np.uint8)


def _band(coverage: Pixels, logits: Floats, radius: F32) -> tuple[Pixels, Floats]:
    """The mask's own say, a ramp across the edge in the band, and the band: 1 at the edge, falling
    to 0 where it ends."""
    squares = np.zeros(coverage.shape)
    for own in (0, 255):
        pure = coverage == own
        if pure.all():
            return coverage, np.zeros(coverage.shape, F32)
        squares = np.maximum(squares, distance_transform_edt(pure) ** 2)
    exact = np.round(squares).astype(F32)
    distance = np.where(exact == 0, F32(0), np.sqrt(exact) - F32(0.5))
    sure = np.clip((np.abs(logits) - F32(4)) / F32(8), F32(0), F32(1))
    reach = radius * (F32(1) - F32(0.5) * sure)
    fade = np.maximum(F32(1) - distance / reach, F32(0))
    part = coverage.astype(F32) / F32(255) - F32(0.5)
    beside = np.where(coverage == 0, -distance, np.where(coverage == 255, distance, part))
    say = np.clip(F32(0.5) + beside / (F32(0.5) * radius), F32(0), F32(1))
    ramp = (say * F32(255) + F32(0.5)).astype(np.uint8)
    return np.where(fade > 0, ramp, coverage), fade


def _windows(values: npt.NDArray[np.int64], radius: int) -> npt.NDArray[np.int64]:
    """Sums over (2 · radius + 1)², cut off at the border."""
    for axis in (0, 1):
        side = values.shape[axis]
        sums = np.concatenate([np.zeros_like(values.take([0], axis)), values.cumsum(axis)], axis)
        at = np.arange(side)
        ends, starts = np.minimum(at + radius + 1, side), np.maximum(at - radius, 0)
        values = sums.take(ends, axis) - sums.take(starts, axis)
    return values


def _fits(rgb: Pixels, coverage: Pixels, fade: Floats, radius: int) -> tuple[Floats, ...]:
    """float32 red, green, blue, offset and evidence of each pixel of the work picture."""
    weight = (F32(8) * (F32(1) - fade) + F32(0.5)).astype(np.int64)
    inside = np.where(coverage >= 128, weight, 0)
    colour = rgb.astype(np.int64)

    def side(of: npt.NDArray[np.int64]) -> tuple[Floats, list[Floats], list[Floats]]:
        count = _windows(of, radius).astype(float)
        sums = [_windows(of * colour[..., c], radius).astype(float) for c in range(3)]
        return count, sums, [total / count for total in sums]

    with np.errstate(divide="ignore", invalid="ignore"):
        n_in, s_in, m_in = side(inside)
        n_out, s_out, m_out = side(weight - inside)
        known = (n_in > 0) & (n_out > 0) & (fade > 0)

        def within(a: int, b: int) -> Floats:
            product = _windows(weight * colour[..., a] * colour[..., b], radius)
            found = (product - s_in[a] * m_in[b] - s_out[a] * m_out[b]) / (n_in + n_out)
            return found + 8.0 if a == b else found

        rr, rg, rb = within(0, 0), within(0, 1), within(0, 2)
        gg, gb, bb = within(1, 1), within(1, 2), within(2, 2)
        dr, dg, db = (m_in[c] - m_out[c] for c in range(3))
        c_rr, c_rg, c_rb = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
        c_gg, c_gb, c_bb = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
        determinant = rr * c_rr + rg * c_rg + rb * c_rb
        red = (c_rr * dr + c_rg * dg + c_rb * db) / determinant
        green = (c_rg * dr + c_gg * dg + c_gb * db) / determinant
        blue = (c_rb * dr + c_gb * dg + c_bb * db) / determinant
        apart = red * dr + green * dg + blue * db
        say = apart * fade.astype(float)
        evidence = say / (say + 6.0)
        scale = evidence / apart
        offset = -(red * m_out[0] + green * m_out[1] + blue * m_out[2]) * scale
        found = (red * scale, green * scale, blue * scale, offset, evidence)
    known &= apart > 1e-6
    return tuple(np.where(known, plane, 0.0).astype(F32) for plane in found)


def over_white(rgba: Pixels) -> Pixels:
    """uint8 H×W×3 of straight H×W×4, rounded half up."""
    own = rgba[..., 3:].astype(np.int64)
    return ((rgba[..., :3] * own + 255 * (255 - own) + 127) // 255).astype(np.uint8)


def _alpha_of(planes: tuple[Floats, ...], prior: Floats, rgb: Pixels) -> Pixels:
    """uint8 H×W, where the band is, from the fit of each pixel and its colour."""
    red, green, blue, offset, evidence = planes
    r, g, b = (rgb[..., c].astype(F32) for c in range(3))
    seen = red * r + green * g + blue * b + offset
    both = np.minimum(np.maximum(seen, F32(0)), evidence) + (F32(1) - evidence) * prior
    return (np.clip((both - CLEAR) * CONTRAST, F32(0), F32(255)) + F32(0.5)).astype(np.uint8)


@dataclass(frozen=True)
class Matte:
    """The alpha of an upright photo H×W×3 or, straight, H×W×4.

    alpha: uint8 H×W without the photo's own. rgb, work_alpha: the work picture, uint8
        h×w×3 and h×w.
    """

    alpha: Pixels
    rgb: Pixels
    work_alpha: Pixels


def matte(photo: Pixels, mask: Bools, plane: Floats, valid: tuple[float, float]) -> Matte:
    """From its mask H×W and the logits h×w that led to it, of which `valid` (width, height)
    counts."""
    height, width = mask.shape
    size = (width, height)
    if max(size) > WORK_SIDE:
        size = fit(size, (WORK_SIDE, WORK_SIDE))
    coverage = _coverage(mask, size)
    radius = np.maximum(F32(2), F32(0.01) * F32(max(size)))
    coverage, fade = _band(coverage, upsample_as_stored(plane, valid, size), radius)
    rgb = resize(photo if photo.shape[2] == 3 else over_white(photo), *size)
    planes = _fits(rgb, coverage, fade, int(np.floor(F32(1.25) * radius + F32(0.5))))
    prior = coverage.astype(F32) / F32(255)
    work_alpha = np.where(fade > 0, _alpha_of(planes, prior, rgb), coverage)
    *planes_, prior, near = (
        upsample_as_stored(each, size, (width, height)) for each in (*planes, prior, fade)
    )
    soft = _alpha_of(tuple(planes_), prior, photo)
    alpha = np.where(near > 0, soft, np.where(mask, 255, 0)).astype(np.uint8)
    return Matte(alpha, rgb, work_alpha.astype(np.uint8))


def _with_own(alpha: Pixels, photo: Pixels) -> Pixels:
    if photo.shape[2] == 3:
        return alpha
    return ((alpha.astype(np.int64) * photo[..., 3] * 2 + 255) // 510).astype(np.uint8)


def alpha(photo: Pixels, mask: Bools, plane: Floats, valid: tuple[float, float]) -> Pixels:
    """uint8 H×W of a cut-out; arguments as for `matte`."""
    return _with_own(matte(photo, mask, plane, valid).alpha, photo)


def cutout(photo: Pixels, mask: Bools, plane: Floats, valid: tuple[float, float]) -> Pixels:
    """uint8 H×W×4, straight alpha; arguments as for `matte`. Where the photo is less than opaque,
    its colours stay."""
    found = matte(photo, mask, plane, valid)
    colour = foreground(photo, found.alpha, found.rgb, found.work_alpha)
    if photo.shape[2] == 4:
        colour = np.where(photo[..., 3:] == 255, colour, photo[..., :3])
    own = _with_own(found.alpha, photo)
    return np.dstack([np.where(own[..., None] > 0, colour, 0), own]).astype(np.uint8)

"""The part of docs/edges.md about cut-outs, from what `cutout_edges` measured."""

from __future__ import annotations

from typing import Any

from report import origin, table

METHODS = ("thresholding", "guided filter", "ours", "closed form")


def section(found: dict[str, Any]) -> str:
    """Markdown of `cutouts` in edges.json."""
    views, speed = found["views"], found["twelve_megapixels"]
    kinds = sorted(found["composites"], key=lambda kind: (kind == "all", kind))
    errors = [
        [kind, method, *(f"{value:.3f}" for value in found["composites"][kind][method])]
        for kind in kinds
        for method in METHODS
    ]
    return SECTION.format(
        verdict=verdict(found["composites"]),
        errors=table(["edge", "alpha", "SAD", "MSE", "gradient"], errors),
        views=views["views"],
        shares=_shares(views),
        photos=_photos(found),
        **speed,
        origin=origin(found),
    )


def _shares(measured: dict[str, Any]) -> str:
    rows = [
        [name, f"{100 * measured[when]['opaque']:.2f} %", f"{100 * measured[when]['clear']:.2f} %"]
        for name, when in (("255 · sigmoid(logit)", "before"), ("cut-outs", "after"))
    ]
    return table(["", "of the mask alpha 255", "of the rest alpha 0"], rows)


def _photos(found: dict[str, Any]) -> str:
    """On validation photos, where they were measured."""
    if "photos" not in found:
        return ""
    photos = found["photos"]
    return (
        f"The same on {photos['photos']} photos of the validation set with their automatic masks "
        f"(on {photos['refused']} more nothing stands out):\n\n{_shares(photos)}\n\n"
        f"{origin(photos)}\n\n"
    )


def verdict(composites: dict[str, dict[str, list[float]]]) -> str:
    """Whether ours is below thresholding, and what it is to closed form; over all and where it is
    worst."""
    ratios = {
        kind: [o / c for o, c in zip(methods["ours"], methods["closed form"], strict=True)]
        for kind, methods in composites.items()
    }
    above = [
        kind
        for kind, methods in composites.items()
        if any(o >= t for o, t in zip(methods["ours"], methods["thresholding"], strict=True))
    ]
    below = (
        "below plain thresholding in all three measures for every kind of edge"
        if not above
        else f"not below plain thresholding in all three measures for {', '.join(above)}"
    )
    beyond = [
        f"{kind} ({', '.join(f'{ratio:.2f}' for ratio in found)})"
        for kind, found in ratios.items()
        if max(found) > LIMIT
    ]
    kinds = "; ".join(beyond)
    more = f" It is more than {LIMIT} times closed form's for {kinds}." if beyond else ""
    overall = ", ".join(f"{ratio:.2f}" for ratio in ratios["all"])
    return (
        f"Ours is {below}. Over all edges its three errors are {overall} times those of closed "
        f"form.{more}"
    )


LIMIT = 1.5

SECTION = """## Cut-outs

A soft cut-out is opaque inside, clear outside and soft only in a band of 1 % of the longer side
round the mask's edge (`runtime/core/src/mask/matte.h`, `discriminant.h`), where its colours are the
object's own (`foreground.h`). Written by `benchmarks/study.py cutout_edges`.

**Alpha** on composites of 640 × 480 pixels with known alpha (`benchmarks/lab/composites.py`: four
pairs of photos for each kind of edge), the true mask given; means, SAD and gradient error in
thousands, MSE in thousandths. Closed form is pymatting's with the same band as its trimap, the
guided filter that of the mask by the photo's brightness. {verdict}

{errors}

**Where it is soft**: {views} built-in views with their prompts and the bundle's own masks, all
pixels outside a band of 1 % of the longer side.

{shares}

{photos}**Time** on one core for a photo of 4000 × 3000 pixels, alpha and colours: {cold_ms:.0f} ms
at first, then {warm_ms:.0f} ms (processor time); the peak is {peak_mib:.0f} MiB above the picture
itself.

{origin}
"""

"""What speed.json says, as sections of docs/performance.md."""

from __future__ import annotations

from typing import Any

from results.markdown import origin, table


def sections(speed: dict[str, Any]) -> list[str]:
    """Cost by size, and the graph's rewrites in pairs."""
    return [
        _size_section(speed),
        *([_pair_section(speed)] if speed["pairs"] else []),
        origin(speed),
    ]


def share_of_peak(row: dict[str, Any], peak_gops: float) -> float:
    """Operations a second of a program as a share of the largest int8 product's."""
    return float(2 * row["macs"] / row["ms"] / 1e6 / peak_gops)


def line(rows: list[dict[str, Any]]) -> tuple[float, float]:
    """Milliseconds at no pixels and milliseconds a megapixel, by least squares."""
    pixels = [row["size"] ** 2 / 1e6 for row in rows]
    times = [row["ms"] for row in rows]
    mean_x, mean_y = sum(pixels) / len(pixels), sum(times) / len(times)
    above = sum((x - mean_x) * (y - mean_y) for x, y in zip(pixels, times, strict=True))
    slope = above / sum((x - mean_x) ** 2 for x in pixels)
    return mean_y - slope * mean_x, slope


def _size_section(speed: dict[str, Any]) -> str:
    head = ["network", "input", "GMAC", "a tap's program, ms", "share of the int8 peak",
            "mean mask IoU to fp32", "least", "same candidate", "masks, dB"]  # fmt: skip
    plain = [row for row in speed["rows"] if not row["former"]]
    rows = [
        [
            row["preset"],
            f"{row['size']}×{row['size']}",
            f"{row['macs'] / 1e9:.2f}",
            f"{row['ms']:.1f}",
            f"{share_of_peak(row, speed['int8_peak_gops']):.0%}",
            f"{row['mean_iou']:.4f}",
            f"{row['least_iou']:.3f}",
            f"{row['same_candidate']:.0%}",
            f"{row['masks_snr_db']:.1f}",
        ]
        for row in plain
    ]
    fits = []
    for preset in dict.fromkeys(row["preset"] for row in plain):
        own = [row for row in plain if row["preset"] == preset]
        if len(own) > 1:
            base, slope = line(own)
            fits.append(f"{preset} {base:.1f} + {slope:.0f} a megapixel")
    fitted = f" By least squares, in ms: {'; '.join(fits)}." if fits else ""
    return (
        "## What does a tap cost, by pixels?\n\n"
        + table(head, rows)
        + "\n\nThe program that runs at every tap, int8 in ONNX Runtime, one thread, medians of "
        f"{speed['runs']} runs; the int8 peak is ONNX Runtime's own product of two 1024×1024 "
        f"matrices on one thread, {speed['int8_peak_gops']:.0f}·10⁹ operations a second. Parity on "
        f"{plain[0]['views']} views of photos, calibrated on as many others.{fitted}{_busy(speed)}"
    )


def _busy(speed: dict[str, Any]) -> str:
    share = speed.get("core_share")
    if share is None or share >= 0.95:
        return ""
    return (
        f" **The machine was busy**: others took {1 - share:.0%} of a core. Times are those of the "
        "thread on the processor, so they count no waiting, but caches were shared."
    )


def _pair_section(speed: dict[str, Any]) -> str:
    head = ["", "before, ms", "after, ms", "after / before", "aim", "outputs differ by",
            "IoU to fp32, before", "after"]  # fmt: skip
    rows = [
        [
            label,
            f"{one['old_ms']:.1f}",
            f"{one['new_ms']:.1f}",
            f"**{one['ratio']:.2f}**",
            f"{one['goal']:.2f}",
            _difference(one["largest_difference"]),
            f"{one['old_parity']['mean_iou']:.4f}",
            f"{one['new_parity']['mean_iou']:.4f}",
        ]
        for label, one in speed["pairs"].items()
    ]
    runs = next(iter(speed["pairs"].values()))["runs"]
    return (
        "## What did the rewrites of the ONNX graph bring?\n\n"
        + table(head, rows)
        + f"\n\nTwo programs by turns on one thread at 512, medians of {runs} runs of each and of "
        "the ratio pair by pair. The difference is the largest of all outputs, as a share of the "
        "largest value: in int8 other places are rounded, so the outputs are not equal; each is "
        "compared with fp32. Before: ReLU6 and residual sums in float, pooling after the ReLU, "
        "the batch axis kept, stored matrices as DequantizeLinear."
    )


def _difference(value: float | None) -> str:
    if value is None:
        return "(two networks)"
    return f"{value:.1g}" if value else "nothing"

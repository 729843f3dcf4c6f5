"""Pictures of a report (matplotlib)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from squeezesam_train.evaluation.markdown import TITLES
from squeezesam_train.figures import new_figure


def plot_clicks(noc: dict[str, Any], path: Path) -> None:
    """Mean IoU after each click, one line a predictor, as a PNG."""
    figure, axes = new_figure(7, 4.5)
    for name, found in noc.items():
        curve = [100 * value for value in found["miou_per_click"]]
        label = f"{name}: NoC@85 {found['noc85']:.2f}, NoC@90 {found['noc90']:.2f}"
        axes.plot(range(1, len(curve) + 1), curve, marker="o", markersize=3, label=label)
    for level in (85, 90):
        axes.axhline(level, color="grey", linewidth=0.6, linestyle="--")
    axes.set(xlabel="clicks", ylabel="mean IoU, points", title="RITM's clicker", ylim=(0, 100))
    axes.set_xticks([1, 5, 10, 15, 20])
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="lower right")
    figure.savefig(path, dpi=130)


def plot_protocols(masks: dict[str, Any], path: Path) -> None:
    """Mean IoU of every protocol and predictor as bars with standard errors, as a PNG."""
    predictors = list(dict.fromkeys(name for found in masks.values() for name in found))
    figure, axes = new_figure(1.5 + 1.6 * len(masks), 4.5)
    width = 0.85 / len(predictors)
    for index, name in enumerate(predictors):
        places = [i for i, found in enumerate(masks.values()) if name in found]
        rows = [found[name] for found in masks.values() if name in found]
        axes.bar(
            [place + (index - (len(predictors) - 1) / 2) * width for place in places],
            [100 * row["miou"] for row in rows],
            width,
            yerr=[100 * (row["standard_error"] or 0) for row in rows],
            label=name,
        )
    axes.set_xticks(range(len(masks)), [TITLES[name].replace(", ", ",\n") for name in masks])
    axes.tick_params(axis="x", labelsize=7)
    axes.set(ylabel="mean IoU, points", ylim=(0, 100))
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=7)
    figure.savefig(path, dpi=130)


def plot_reliability(masks: dict[str, Any], path: Path) -> None:
    """True IoU over the predictor's own estimate, one field a protocol, as a PNG."""
    figure, axes = new_figure(3.2 * len(masks) + 0.4, 3.6)
    axes.remove()
    for index, (protocol, found) in enumerate(masks.items(), start=1):
        field = figure.add_subplot(1, len(masks), index)
        field.plot([0, 1], [0, 1], color="grey", linewidth=0.6, linestyle="--")
        for name, scores in found.items():
            told, true, _ = zip(*scores["calibration"]["bins"], strict=True)
            label = f"{name}: {scores['calibration']['ece']:.3f}"
            field.plot(told, true, marker="o", markersize=3, label=label)
        field.set(title=TITLES[protocol], xlabel="estimate", xlim=(0, 1), ylim=(0, 1))
        field.title.set_fontsize(8)
        field.grid(alpha=0.3)
        field.legend(fontsize=6, loc="upper left", title="calibration error", title_fontsize=6)
    figure.axes[0].set_ylabel("true IoU")
    figure.savefig(path, dpi=130)

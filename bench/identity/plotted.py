"""Draws stated probability against observed share: the picture of `bench.identity.calibration`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.identity.calibration import Decile

BAR = 0.03
"""How far from the truth a statement may be: three points."""
WITHIN, BEYOND, ALLOWED = "#1f6f54", "#b3261e", "#dfe7e3"


def plot(file: Path, tenths: Sequence[Decile], deciles: Sequence[Decile], title: str = "") -> None:
    """Draw `file`; ImportError where matplotlib is not installed.

    On the left what is stated and what is true, cut at 0.1, 0.2 and so on, with the number of pairs
    of each; on the right how far off each decile is, all of one number of pairs. Both have the bar,
    three points up and down, and what is beyond it in red.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5.6), layout="constrained")
    figure.suptitle(title)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    draw_tenths(left, tenths)
    draw_deciles(right, deciles)
    figure.savefig(file, dpi=120, format="png")


def draw_tenths(axes: Any, found: Sequence[Decile]) -> None:
    """Stated against observed, with the diagonal, the bar around it, and how many pairs each is."""
    axes.fill_between([0, 1], [-BAR, 1 - BAR], [BAR, 1 + BAR], color=ALLOWED, label="3 points")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, label="as stated")
    axes.plot([one.stated for one in found], [one.observed for one in found], color="grey",
              linewidth=0.8, linestyle=":")  # fmt: skip
    for one in found:
        axes.plot([one.stated], [one.observed], marker="o", color=_colour(one))
        beside = (8, -4) if one.observed < 0.8 else (-8, -4)
        axes.annotate(
            f"{one.pairs:,}", (one.stated, one.observed), xytext=beside,
            textcoords="offset points", fontsize=8, ha="left" if beside[0] > 0 else "right",
        )  # fmt: skip
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.03, 1.04), xlabel="stated probability")
    axes.set(ylabel="share that is one person", title="By tenths, with the number of pairs")
    axes.legend(loc="upper left", frameon=False)


def draw_deciles(axes: Any, found: Sequence[Decile]) -> None:
    """How many points more of each decile are one person than is stated, and the bar."""
    points = [100 * (one.observed - one.stated) for one in found]
    places = range(1, len(found) + 1)
    axes.axhspan(-100 * BAR, 100 * BAR, color=ALLOWED, label="3 points")
    axes.bar(places, points, width=0.6, color=[_colour(one) for one in found])
    for place, off in zip(places, points, strict=True):
        axes.annotate(
            f"{off:+.2f}", (place, off), xytext=(0, 3 if off >= 0 else -11),
            textcoords="offset points", fontsize=8, ha="center",
        )  # fmt: skip
    most = max(4.0, *(abs(off) * 1.2 for off in points)) if points else 4.0
    axes.axhline(0, color="grey", linewidth=1)
    axes.set_xticks(list(places), [_named(one) for one in found], fontsize=7.5)
    axes.set(ylim=(-most, most), ylabel="points more (or less) than stated")
    axes.set(xlabel="each decile: stated from, stated to, number of pairs")
    axes.set_title("By deciles of one number of pairs")
    axes.legend(loc="upper right", frameon=False)


def _named(one: Decile) -> str:
    return f"{one.lowest:.3f}\n{one.highest:.3f}\n{one.pairs:,}"


def _colour(one: Decile) -> str:
    return WITHIN if one.off <= BAR else BEYOND

"""Draws the plots of the report as SVG: few colours, readable in print and without colour."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crmsync.errors import ConfigError
from crmsync.report.figures import Figures
from crmsync.report.survey import months

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, LIT = "#1f2d3d", "#8a97a6", "#c2410c"
MAP = "Blues"
WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


def plots(figures: Figures) -> dict[str, str]:
    """Each plot by its name, as the text of one <svg> element; '' where there is nothing to show.

    ConfigError where matplotlib is missing.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "matplotlib is missing.", hint="IT: pip install 'crmsync[report]'."
        ) from error
    return {
        "curve": _drawn(_curve, figures) if figures.revenues else "",
        "months": _drawn(_months, figures, 9.6, 2.4) if figures.survey.orders else "",
        "rfm": _drawn(_rfm, figures) if figures.survey.rf else "",
        "cohorts": _drawn(_cohorts, figures, 9.6, 3.6) if figures.survey.cohorts else "",
        "moments": _drawn(_moments, figures) if figures.survey.moments else "",
        "cadence": _drawn(_cadence, figures) if figures.survey.cadence else "",
    }


def _drawn(
    draw: Callable[[Axes, Figures], None], figures: Figures, width: float = 6.4, height: float = 3.4
) -> str:
    import matplotlib
    from matplotlib.figure import Figure

    style: Any = {
        "svg.fonttype": "none", "svg.hashsalt": "crmsync", "font.family": "sans-serif",
        "font.size": 9, "axes.edgecolor": SOFT, "text.color": INK, "axes.labelcolor": INK,
        "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
        "axes.spines.right": False,
    }  # fmt: skip
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot(), figures)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return _element(out.getvalue(), draw.__name__.strip("_"))


def _element(text: str, name: str) -> str:
    """The <svg> element alone; its ids get the plot's name, for a page holds several plots."""
    svg = text[text.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(xlink:href="#|href="#|url\(#)', rf"\g<1>{name}-", svg)
    return re.sub(r'<svg [^>]*?width="([\d.]+)pt"', _whole_width, svg, count=1)


def _whole_width(found: re.Match[str]) -> str:
    return re.sub(r'(width|height)="[\d.]+pt"', "", found.group(0)) + ' role="img"'


def _curve(axes: Axes, figures: Figures) -> None:
    """Which share of the customers brings which share of the revenue; who brings least is last."""
    net = [max(one.net, 0) for one in figures.revenues if one.currency == _main(figures)]
    total = sum(net) or 1
    share, reached = [0.0], 0
    for one in net:
        reached += one
        share.append(100 * reached / total)
    part = [100 * place / len(net) for place in range(len(share))]
    step = max(1, len(part) // 400)
    axes.plot([*part[::step], 100], [*share[::step], 100], color=INK, linewidth=2)
    axes.plot([0, 100], [0, 100], color=SOFT, linewidth=0.8, linestyle=":")
    fifth = share[max(1, round(len(net) / 5))] if net else 0
    axes.plot([20, 20, 0], [0, fifth, fifth], color=LIT, linewidth=1, linestyle="--")
    axes.annotate(f"20 % der Kunden bringen {fifth:.0f} %", (20, fifth), (26, fifth - 12),
                  color=LIT)  # fmt: skip
    axes.set(xlim=(0, 100), ylim=(0, 101), xlabel="% der Kunden, der beste zuerst",
             ylabel="% des Umsatzes (netto)")  # fmt: skip


def _main(figures: Figures) -> str:
    """The currency of most customers; the curve is of one currency."""
    told = [one.currency for one in figures.revenues]
    return max(sorted(set(told)), key=told.count, default=figures.currency)


def _months(axes: Axes, figures: Figures) -> None:
    names = months(figures.as_of)
    orders = [figures.survey.orders[name] for name in names]
    axes.bar(range(len(names)), orders, color=[*[INK] * (len(names) - 1), SOFT], width=0.7)
    axes.set_xticks(range(len(names)), [_month(name) for name in names])
    axes.set(ylabel="Bestellungen (letzter Monat bis heute)")


def _month(name: str) -> str:
    year, month = name.split("-")
    return f"{int(month)}/{year[2:]}"


def _rfm(axes: Axes, figures: Figures) -> None:
    counts = [[figures.survey.rf[r, f] for r in range(1, 6)] for f in range(1, 6)]
    _heat(axes, counts, [str(r) for r in range(1, 6)], [str(f) for f in range(1, 6)])
    axes.set(xlabel="Wie kürzlich (5 = am kürzesten her)", ylabel="Wie oft (5 = am öftesten)")
    axes.invert_yaxis()


def _cohorts(axes: Axes, figures: Figures) -> None:
    names = months(figures.as_of)
    counted = figures.survey.cohorts
    rows: list[list[float | None]] = []
    for place, began in enumerate(names):
        size = counted[began, 0]
        known = len(names) - place
        rows.append([
            100 * counted[began, later] / size if size and 0 < later < known else None
            for later in range(1, len(names))
        ])  # fmt: skip
    labels = [f"{_month(name)} ({counted[name, 0]})" for name in names]
    _heat(axes, rows[:-1], [str(later) for later in range(1, len(names))], labels[:-1], "{:.0f}")
    axes.set(xlabel="Monate nach dem ersten Kauf: so viele % kauften",
             ylabel="Erster Kauf (neue Kunden)")  # fmt: skip


def _moments(axes: Axes, figures: Figures) -> None:
    hours = sorted({hour for _, hour in figures.survey.moments if hour >= 0})
    span = list(range(hours[0], hours[-1] + 1)) if hours else [0]
    counts = [[figures.survey.moments[day, hour] for hour in span] for day in range(1, 8)]
    _heat(axes, counts, [str(hour) for hour in span], WEEKDAYS, "")
    axes.set(xlabel="Uhr", ylabel="Bestellungen: je dunkler, desto mehr")


def _cadence(axes: Axes, figures: Figures) -> None:
    edges = (0, 7, 14, 30, 60, 90, 180, 10**6)
    names = ("bis 7", "8-14", "15-30", "31-60", "61-90", "91-180", "über 180")
    bars = [
        sum(count for days, count in figures.survey.cadence.items() if low < days <= high)
        for low, high in pairwise(edges)
    ]
    axes.bar(range(len(bars)), bars, color=INK, width=0.7)
    axes.set_xticks(range(len(bars)), names)
    axes.set(xlabel="Tage zwischen zwei Käufen (Median)", ylabel="Stammkunden")


def _heat(
    axes: Axes, rows: Sequence[Sequence[float | None]], across: Sequence[str],
    down: Sequence[str], written: str = "{:,.0f}",
) -> None:  # fmt: skip
    """Squares with their numbers: darker is more."""
    import numpy as np

    values: Any = np.array(
        [[np.nan if one is None else one for one in row] for row in rows], dtype=float
    )
    axes.imshow(values, cmap=MAP, aspect="auto", vmin=0)
    most = float(np.nanmax(values)) if np.isfinite(values).any() else 0
    for y, row in enumerate(values):
        for x, one in enumerate(row):
            if written and np.isfinite(one):
                axes.text(x, y, written.format(one).replace(",", "."), ha="center", va="center",
                          color="white" if one > 0.6 * most else INK, fontsize=8)  # fmt: skip
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(down)), down)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)

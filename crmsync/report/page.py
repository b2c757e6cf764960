"""Writes the report as one HTML page that asks no network for anything, and as PDF on request."""

from __future__ import annotations

import logging
import warnings
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from crmsync.errors import ConfigError
from crmsync.report import words
from crmsync.report.figures import Figures
from crmsync.report.plots import plots
from crmsync.store import files
from crmsync.store.complaints import unwritable


class Class(NamedTuple):
    """A row of the ABC table; shares in whole per cent."""

    name: str
    customers: int
    customer_share: int
    net: int
    net_share: int
    currency: str


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates of this room; what records told is escaped, and what is missing is an error."""
    made = Environment(
        loader=PackageLoader("crmsync.report", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    for filter_ in (words.day, words.n, words.money, words.factor, words.said, words.cause):
        made.filters[filter_.__name__] = filter_
    return made


def html(figures: Figures) -> str:
    """The page; ConfigError where matplotlib (the extra `report`) is missing."""
    return environment().get_template("page.html.j2").render(
        f=figures, plots=plots(figures), tops=_tops(figures), classes=_classes(figures),
        groups=_groups(figures), reach=_reach(figures),
    )  # fmt: skip


def write(page: str, path: Path, *, pdf: bool = False) -> None:
    """Write the page, readable by its owner alone; FileError or ConfigError when that cannot be."""
    content = _printed(page) if pdf else page.encode()
    try:
        files.put(path, content, point="report")
    except OSError as error:
        raise unwritable("the report", path, error) from error


def _printed(page: str) -> bytes:
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it names every style it skips
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what the machine's Pango lacks
        return _pdf(page)


def _pdf(page: str) -> bytes:
    try:
        import weasyprint
    except ImportError as error:
        raise ConfigError(
            "weasyprint is missing.", hint="IT: pip install 'crmsync[report]'."
        ) from error
    except OSError as error:
        raise ConfigError(
            "weasyprint finds no Pango on this machine.",
            hint="IT: install it (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0), "
            "or print the page from a browser.",
        ) from error
    # what the page holds itself; it asks for nothing else, and would not get it
    within = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    printed: bytes = weasyprint.HTML(string=page, url_fetcher=within).write_pdf()
    return printed


def _tops(figures: Figures) -> list[tuple[str, str]]:
    quality, survey = figures.quality, figures.survey
    bought = len(figures.revenues)
    year = sum(
        one for (_, currency), one in survey.net.items() if currency == figures.currency
    )  # fmt: skip
    return [
        ("Kunden", words.n(quality.customers)),
        ("haben gekauft", words.n(bought)),
        ("Bestellungen in 13 Monaten", words.n(sum(survey.orders.values()))),
        ("Umsatz in 13 Monaten", words.money(year, figures.currency)),
        ("gefährdete Stammkunden", words.n(figures.risks_in_all)),
    ]


def _classes(figures: Figures) -> list[Class]:
    found = []
    for currency in sorted({one.currency for one in figures.revenues}):
        mine = [one for one in figures.revenues if one.currency == currency]
        total = sum(one.net for one in mine)
        for name in ("A", "B", "C"):
            told = [one.net for one in mine if one.abc == name]
            net = sum(told)
            share = round(100 * net / total) if total else 0
            found.append(
                Class(name, len(told), round(100 * len(told) / len(mine)), net, share, currency)
            )
    return found


def _groups(figures: Figures) -> list[tuple[str, int]]:
    counted = figures.survey.groups
    return [(name, counted[key]) for key, name in words.GROUPS.items() if counted[key]]


def _reach(figures: Figures) -> list[tuple[str, int, int]]:
    among = figures.quality.customers or 1
    return [
        (words.FIELDS[field], customers, round(100 * customers / among))
        for field, customers in figures.quality.reach
    ]

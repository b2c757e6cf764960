"""A pair of the review queue on the screen: side by side, why, and what would follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import click

from crmsync.cli import screen
from crmsync.identity.queue import Side, Waiting
from crmsync.identity.rules import FIELDS, Said
from crmsync.identity.weights import likely
from crmsync.model.ref import Ref


class Words(NamedTuple):
    """What stands on the screen beside the data."""

    since: str
    changed: str
    agree: str
    differ: str
    why: str
    same: str
    apart: str
    customer: str
    keys: str
    back: str


_GERMAN = Words(
    "erfasst", "geändert", "gleich", "anders", "Grund",
    "derselbe: {a} und {b} werden ein Kunde, unter der Kennung {stays}.",
    "verschieden: sie bleiben zwei, auch wenn ein dritter Datensatz zu beiden passt.",
    "{name} (Datensätze: {records}, Bestellungen: {orders})",
    "s derselbe · a verschieden · k überspringen · u zurück · o Verlauf · q Ende",
    "eine Taste: zurück",
)  # fmt: skip
_ENGLISH = Words(
    "here since", "changed", "equal", "different", "why",
    "same: {a} and {b} become one customer, under the id {stays}.",
    "apart: they stay two, also when a third record fits both.",
    "{name} (records: {records}, orders: {orders})",
    "s same · a apart · k skip · u undo · o history · q quit",
    "any key: back",
)  # fmt: skip


def words(language: str) -> Words:
    """The words of a language, "de" or "en"."""
    return _GERMAN if language == "de" else _ENGLISH


def show_pair(waiting: Waiting, sides: Mapping[Ref, Side], language: str) -> None:
    """Print a pair: the values of both (personal data), the reason, and what either answer does."""
    said, one = words(language), waiting.review
    shown = [sides.get(ref, Side(ref, {}, "", "")) for ref in (one.a, one.b)]
    rows = [(said.since, "", *(side.since for side in shown)),
            (said.changed, "", *(side.changed_on for side in shown))]  # fmt: skip
    rows += [
        (_in(language, name), _mark(field, waiting, said), *(_cell(side, field) for side in shown))
        for field, name in FIELDS.items()
        if any(field in side.values for side in shown)
    ]
    screen.table("", ("", "", str(one.a), str(one.b)), rows)
    click.echo(f"\n{said.why}: {_in(language, one.said)} ({one.rule})")
    click.echo(screen.by_weights(likely(one.weight), language), nl=False)
    click.echo(_what_follows(waiting, said))
    click.echo(f"{said.apart}\n\n{said.keys}")


def _what_follows(waiting: Waiting, said: Words) -> str:
    one = waiting.review
    sides = ((one.a_customer, waiting.a), (one.b_customer, waiting.b))
    told = [said.customer.format(name=name, **weight._asdict()) for name, weight in sides]
    stays = min(one.a_customer, one.b_customer)
    return said.same.format(a=told[0], b=told[1], stays=stays)


def _mark(field: str, waiting: Waiting, said: Words) -> str:
    if field in waiting.review.agree:
        return f"= {said.agree}"
    return f"≠ {said.differ}" if field in waiting.review.differ else ""


def _cell(side: Side, field: str) -> str:
    return "\n".join(side.values.get(field, ()))


def _in(language: str, said: Said) -> str:
    return said.de if language == "de" else said.en

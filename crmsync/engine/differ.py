"""What records yield now beside what they yielded before: only what differs is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from crmsync.engine.normalize import Normalized
from crmsync.engine.outcome import Fact, concerned
from crmsync.model.detail import read_details
from crmsync.model.order import Interaction, Product, Row

FACTS = ("orders", "deliveries", "interactions")
CLAIMS = ("claims",)
_NOTHING: frozenset[Fact] = frozenset()


@dataclass(slots=True)
class Difference:
    """What is to be written of records, and whom it concerns.

    `gone` are the source customers that are no more, `renewed` the records whose old facts go
    before the new ones come; `facts` and `consents` are the source customers whose facts or
    consents changed, `granted` those whom an interaction grants something that their profiles show
    or whom it granted it until now, `skus` the products that changed, came or went.
    """

    customers: list[tuple[int, int, str, str]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    rows: Mapping[str, list[Row]] = field(default_factory=dict)
    renewed: list[int] = field(default_factory=list)
    facts: dict[int, None] = field(default_factory=dict)
    consents: dict[int, None] = field(default_factory=dict)
    granted: dict[int, None] = field(default_factory=dict)
    skus: dict[str, None] = field(default_factory=dict)


def differ(normalized: Normalized, controller: str) -> Difference:
    """What of `normalized` is to be written; what is parked or waits keeps its last good version.

    The controller counts as well: a connection that goes to another company is resolved anew.
    """
    settled = {*normalized.yields.ids, *normalized.withdrawn, *normalized.ignored}
    found = Difference()
    _differ_customers(found, normalized, settled, controller)
    _differ_facts(found, normalized, settled)
    return found


def _differ_customers(
    found: Difference, normalized: Normalized, settled: Collection[int], controller: str
) -> None:
    now, before = normalized.yields.customers, normalized.before.customers
    streams: dict[int, int] = {}
    for some in normalized.raws:
        streams |= dict.fromkeys(some.ids, some.stream_id)
    for number, doc in now.items():
        if before.get(number) != (controller, doc):
            found.customers.append((number, streams[number], controller, doc))
    found.gone = [number for number in before if number in settled and number not in now]


def _differ_facts(found: Difference, normalized: Normalized, settled: Collection[int]) -> None:
    before, yields = normalized.before.facts, normalized.yields
    known = normalized.known
    now = yields.facts(known)
    same = {
        number
        for number in known.intersection(yields.ids)
        if now.get(number, _NOTHING) == before.get(number, _NOTHING)
    }
    found.rows = yields.without(same)
    found.renewed = [number for number in before if number in settled and number not in same]
    old = _tables(fact for number in found.renewed for fact in before[number])
    for tables, sources in ((FACTS, found.facts), (CLAIMS, found.consents)):
        sources |= concerned(found.rows, tables)
        sources |= dict.fromkeys(sorted(concerned(old, tables)))
    talks = [
        Interaction(*row) for told in (found.rows, old) for row in told.get("interactions", ())
    ]
    granting = {one.source_id for one in talks if one.source_id is not None and grants(one.details)}
    found.granted = dict.fromkeys(sorted(granting))
    products = (*found.rows.get("products", ()), *old.get("products", ()))
    found.skus = dict.fromkeys(sorted({Product(*row).sku for row in products}))


def grants(details: str) -> bool:
    """Whether the details of an interaction say something that its customer's profile shows."""
    told = read_details(details)
    return any((told.privileges, told.wishes, told.marks, told.ended))


def _tables(facts: Iterable[Fact]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for table, row in facts:
        found.setdefault(table, []).append(row)
    return found

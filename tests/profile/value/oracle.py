"""What customers bring and cost, counted slowly in plain Python; it shares nothing with the SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import trunc
from statistics import median
from typing import Any

from tests.profile.bought import Item, Person, Receipt, Ware
from tests.profile.oracle import ALWAYS

SERVICE = {"complaint", "enquiry", "call", "missed_call", "call_back"}


def one_side(person: Person, wares: Sequence[Ware], currency: str, as_of: date) -> dict[str, Any]:
    """What one person brought and cost in the year up to `as_of`, as exact fractions."""
    known: dict[tuple[str, str], Ware] = {}
    for ware in sorted(wares, key=lambda one: one.ref):
        known.setdefault((ware.connection, ware.sku), ware)
    told: dict[str, Any] = dict.fromkeys(
        ("net", "size", "costed_net", "costed_size", "cost", "cost_size", "discount", "returned"), 0
    )
    parcels = set()
    for receipt in person.receipts:
        if not receipt.counts or receipt.day > as_of:
            continue
        for item in receipt.items:
            ware = known.get((receipt.connection, item.sku), Ware("", "", ""))
            if item.gift_card or {item.category, ware.category} & set(ALWAYS):
                continue
            parcels.add(receipt.ref)
            if (as_of - receipt.day).days <= 364:
                _count(told, receipt, item, ware, currency)
    days = {receipt.ref: receipt.day for receipt in person.receipts}
    within = {ref for ref in parcels if (as_of - days[ref]).days <= 364}
    told["deliveries"] = sum(
        one.method == "ship" and one.receipt in within for one in person.parcels
    )
    told["contacts"] = sum(
        talk.kind in SERVICE and talk.direction == "in" and 0 <= (as_of - talk.day).days <= 364
        for talk in person.talks
    )
    return told


def _count(told: dict[str, Any], receipt: Receipt, item: Item, ware: Ware, currency: str) -> None:
    back = item.returned or receipt.kind == "return"
    told["returned"] += back and item.gross >= 0
    if receipt.currency != currency:
        return
    cost: Fraction | None = None
    if item.gross < 0:
        cost = Fraction(0)
    elif item.cost is not None:
        cost = Fraction(item.cost)
    elif ware.cost is not None and ware.currency == receipt.currency:
        cost = Fraction(ware.cost * item.quantity, 1000)
    sign = -1 if back else 1
    told["net"] += sign * item.net
    told["size"] += abs(item.net)
    if cost is not None:
        told["costed_net"] += sign * item.net
        told["costed_size"] += abs(item.net)
        told["cost"] += sign * cost
        told["cost_size"] += abs(cost)
    if not back and item.discount:
        told["discount"] += (
            item.discount
            if not item.gross
            else trunc(item.discount * Fraction(abs(item.net), abs(item.gross)) + Fraction(1, 2))
        )


def both_sides(
    sides: dict[str, dict[str, Any]], classes: dict[str, tuple[str, str]],
    privileges: dict[str, int], terms: Any,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Everybody's place in his class; `classes` gives each one's currency and class."""
    found = {}
    for name, side in sides.items():
        costed = trunc(Fraction(side["costed_size"] * 1000, side["size"])) if side["size"] else 1000
        handling = 0
        if classes[name][0] == terms.currency:
            handling = (
                side["returned"] * terms.return_cost + side["contacts"] * terms.contact_cost
                + side["deliveries"] * terms.delivery_cost
            )  # fmt: skip
        margin = _margin(side, costed, terms.margin)
        listed = side["net"] + side["discount"]
        costs = side["discount"] + handling
        found[name] = {
            "revenue_net": side["net"], "costed": costed, "margin": margin,
            "discount": side["discount"], "returned_lines": side["returned"],
            "contacts": side["contacts"], "deliveries": side["deliveries"], "handling": handling,
            "cost_to_serve": costs,
            "serve_rate": trunc(Fraction(costs * 1000, listed)) if listed > 0 else None,
            "contribution": None if margin is None else margin - handling,
        }  # fmt: skip
    for name, one in found.items():
        peers = [other for other in found if classes[other] == classes[name]]
        one |= _place(name, peers, found, privileges)
    return found


def _margin(side: dict[str, Any], costed: int, assumed: int | None) -> int | None:
    known = int(side["costed_net"] - trunc(side["cost"]))
    rest = side["net"] - side["costed_net"]
    if costed == 1000:
        return known
    if assumed is not None:
        return known + trunc(Fraction(rest * assumed, 100))
    if costed >= 900:
        left = side["costed_size"] - trunc(side["cost_size"])
        return known + trunc(Fraction(rest * left, side["costed_size"]))
    return None


def _place(
    name: str, peers: list[str], found: dict[str, dict[str, Any]], privileges: dict[str, int]
) -> dict[str, Any]:
    by = "contribution"
    if any(found[one]["contribution"] is None for one in peers):
        by = "revenue_net"

    def costly(one: str) -> float:
        rate, costs = found[one]["serve_rate"], found[one]["cost_to_serve"]
        if rate is not None:
            return float(rate)
        return float("inf") if costs > 0 else 0.0

    n = len(peers)
    told: dict[str, Any] = {"n": n, "brought": by}
    ways = {
        "brings_rank": lambda one: found[one][by],
        "serve_rank": costly,
        "privileges_rank": lambda one: privileges.get(one, 0),
    }
    for rank, way in ways.items():
        below = sum(way(one) < way(name) for one in peers)
        told[rank] = trunc(Fraction(below * 1000, n - 1)) if n >= 20 else None
    told["verdict"] = "unknown"
    if n >= 20:
        half = median(privileges.get(one, 0) for one in peers)
        brings = told["brings_rank"]
        if brings < 500 and max(told["serve_rank"], told["privileges_rank"]) >= 900:
            told["verdict"] = "more"
        elif brings >= 900 and privileges.get(name, 0) < half:
            told["verdict"] = "less"
        else:
            told["verdict"] = "even"
    return told

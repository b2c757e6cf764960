"""The oracle: habits worked out slowly in plain Python from their written definition.

Customer by customer, and nothing here comes from the query under test or what surrounds it: its
own records, its own calendar arithmetic, its own fractions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from tests.profile.bought import Item, Person, Receipt, Talk, Ware

ALWAYS = ("Drogerie > Diabetes",)
"""The categories of the generated people that everybody denies."""


@dataclass(frozen=True)
class Piece:
    """A line that may enter a habit, its gaps filled from the product."""

    item: Item
    back: bool
    receipt: Receipt

    @property
    def deduction(self) -> bool:
        return self.item.gross < 0


def habits(
    person: Person, wares: Iterable[Ware], as_of: date, deny: Collection[str] = ALWAYS
) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """The habits as a dictionary (None when there are none) and the due days by reason."""
    pieces = list(_pieces(person, list(wares), as_of, deny))
    orders = _in_order({one.receipt for one in pieces if not one.back and not one.deduction})
    purse = _purse({piece.receipt for piece in pieces}, orders)
    found: dict[str, Any] = {"as_of": None}
    found |= _money(pieces, orders, purse)
    found |= _rhythm(orders, as_of)
    found |= _likes(pieces, orders, purse)
    found["channel_preference"] = _preference(person, orders)
    found["replenish"] = _replenish(pieces, orders, as_of)
    found |= _rates(pieces, purse)
    late = _late_days(person)
    found |= _service(person, late, as_of)
    silent_from = found.pop("silent_from")
    found |= _risk(person, found, late, silent_from, as_of)
    turns = _turns(person, pieces, late, found, silent_from, as_of)
    past = [day for days in turns.values() for day in days if day <= as_of]
    due = {
        reason: min(day for day in days if day > as_of)
        for reason, days in turns.items()
        if any(day > as_of for day in days)
    }
    plain_due = {reason: day.isoformat() for reason, day in due.items()}
    if not past:
        return None, plain_due
    found["as_of"] = max(past)
    return {name: _plain(value) for name, value in found.items()}, plain_due


def grades(people: Sequence[tuple[str, int, int]]) -> list[str | None]:
    """The ABC class of each (customer key, orders, revenue), in the order given."""
    total = sum(revenue for _, _, revenue in people if revenue > 0)
    places = sorted(range(len(people)), key=lambda place: (-people[place][2], people[place][0]))
    found: list[str | None] = [None] * len(people)
    reached = Fraction(0)
    for place in places:
        _, orders, revenue = people[place]
        if orders and revenue <= 0:
            found[place] = "C"
        elif orders:
            share = reached / total
            found[place] = (
                "A" if share < Fraction(80, 100) else "B" if share < Fraction(95, 100) else "C"
            )
        reached += max(revenue, 0)
    return found


def rfm(people: Sequence[tuple[Any, ...]]) -> list[tuple[int, ...] | None]:
    """The fifths of each (last purchase day, orders, revenue), in the order given."""
    if len(people) < 20:
        return [None] * len(people)
    return [
        tuple(1 + 5 * sum(one[k] < me[k] for one in people) // len(people) for k in range(3))
        for me in people
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _preference(person: Person, orders: list[Receipt]) -> dict[str, Any] | None:
    """The channel on which he had heard from us in the 14 days before most of his orders."""
    heard: Counter[str] = Counter()
    for order in orders:
        heard.update({
            talk.channel
            for talk in person.talks
            if talk.direction == "out"
            and talk.channel
            and timedelta(0) <= order.day - talk.day <= timedelta(14)
        })  # fmt: skip
    return _often(_first(heard, lambda key: (-heard[key], key)))


def _replenish(pieces: list[Piece], orders: list[Receipt], as_of: date) -> tuple[Any, ...]:
    found = []
    for product in {piece.item.sku for piece in pieces if piece.item.sku}:
        ours = [piece for piece in pieces if piece.item.sku == product]
        counted = [piece for piece in ours if not piece.deduction]
        bought: Counter[date] = Counter()
        for piece in counted:
            bought[piece.receipt.day] += piece.item.quantity * (-1 if piece.back else 1)
        days = sorted(day for day, quantity in bought.items() if quantity > 0)
        if len(days) < 3 or sum(-1 if piece.back else 1 for piece in counted) < 3:
            continue
        gap = Fraction(median(Fraction((b - a).days) for a, b in pairwise(days)))
        usual = Fraction(median(Fraction(bought[day]) for day in days[:-1]))
        last = min(max(Fraction(bought[days[-1]]), usual / 4), usual * 4)
        every = math.ceil(gap * last / usual)
        if orders[-1].day > days[-1] + timedelta(2 * every):
            continue
        due = days[-1] + timedelta(every)
        name = min((piece.item.title for piece in ours if piece.item.title), default="")
        found.append({
            "product": product, "name": name, "n": len(days), "every_days": every,
            "last_on": days[-1], "due_on": None if due < as_of else due,
            "overdue_since": due if due < as_of else None,
        })  # fmt: skip
    found.sort(key=lambda one: one["product"])
    found.sort(key=lambda one: (one["n"], one["last_on"]), reverse=True)
    return tuple(found[:8])


def _pieces(
    person: Person, wares: list[Ware], as_of: date, deny: Collection[str]
) -> Iterable[Piece]:
    catalogue = {(ware.connection, ware.sku): ware for ware in sorted(wares, key=_by_ref)[::-1]}
    for receipt in person.receipts:
        if not receipt.counts or receipt.day > as_of:
            continue
        for item in receipt.items:
            ware = catalogue.get((receipt.connection, item.sku), Ware("", "", ""))
            if item.gift_card or {item.category, ware.category} & set(deny):
                continue
            full = Item(
                item.sku or item.title, item.title or ware.name,
                item.category or ware.category, item.brand or ware.brand,
                item.size or ware.size, item.quantity, item.gross, item.net, item.discount,
            )  # fmt: skip
            yield Piece(full, item.returned or receipt.kind == "return", receipt)


def _by_ref(ware: Ware) -> str:
    return ware.ref


def _in_order(receipts: Iterable[Receipt]) -> list[Receipt]:
    return sorted(receipts, key=lambda one: (one.day, one.placed_at, one.ref))


def _purse(receipts: set[Receipt], orders: list[Receipt]) -> str | None:
    counted = Counter({one.currency: 0 for one in receipts})
    counted.update(one.currency for one in orders)
    best = max(counted.values(), default=0)
    return min((code for code, count in counted.items() if count == best), default=None)


def _money(pieces: list[Piece], orders: list[Receipt], purse: str | None) -> dict[str, Any]:
    ours = [piece for piece in pieces if piece.receipt.currency == purse]
    kept = [piece.item for piece in ours if not piece.back]
    back = [piece.item for piece in ours if piece.back]
    baskets = {one.ref: 0 for one in orders if one.currency == purse}
    for piece in ours:
        if not piece.back and piece.receipt.ref in baskets:
            baskets[piece.receipt.ref] += piece.item.gross
    gross = sum(item.gross for item in kept)
    return {
        "orders": len(orders),
        "last_order": orders[-1].ref if orders else None,
        "last_channel": orders[-1].channel if orders else None,
        "currency": purse,
        "kept_lines": sum(not piece.back and not piece.deduction for piece in pieces),
        "returned_lines": sum(piece.back and not piece.deduction for piece in pieces),
        "revenue_gross": gross,
        "refund_gross": sum(item.gross for item in back),
        "revenue_net": sum(item.net for item in kept) - sum(item.net for item in back),
        "basket_avg": max(gross, 0) // len(baskets) if baskets else None,
        "basket_median": math.floor(median(baskets.values())) if baskets else None,
        "foreign_orders": sum(1 for one in orders if one.currency != purse),
    }


def _rhythm(orders: list[Receipt], as_of: date) -> dict[str, Any]:
    days = sorted({one.day for one in orders})
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    middle = float(median(gaps)) if gaps else None
    mean = sum(gaps) / len(gaps) if gaps else None
    expected = silent = None
    if len(days) >= 4 and middle is not None and mean is not None:
        expected = days[-1] + timedelta(math.ceil(middle))
        silent = days[-1] + timedelta(math.ceil(2 * max(middle, mean)) + 1)
    passed = expected is not None and expected < as_of
    return {
        "purchase_days": len(days),
        "repeat_days": len(days) - 1 if days else None,
        "span_days": (days[-1] - days[0]).days if days else None,
        "first_order_on": days[0] if days else None,
        "last_order_on": days[-1] if days else None,
        "cadence_days": middle,
        "cadence_mean_days": mean,
        "next_expected_on": None if passed else expected,
        "overdue_since": expected if passed else None,
        "silent_from": silent,
    }


def _likes(pieces: list[Piece], orders: list[Receipt], purse: str | None) -> dict[str, Any]:
    found = {}
    for name, attribute in (
        ("top_category", "category"), ("top_brand", "brand"), ("top_product", "sku"),
        ("usual_size", "size"),
    ):  # fmt: skip
        found[name] = _mostly(pieces, attribute, purse)
    if found["top_product"]:
        key = found["top_product"]["key"]
        titles = [piece.item.title for piece in pieces if piece.item.sku == key]
        found["top_product"]["name"] = min((title for title in titles if title), default="")
    found["usual_size"] = _often(found["usual_size"])
    stores = Counter(one.store for one in orders if one.store)
    found["usual_store"] = _often(_first(stores, lambda key: (-stores[key], key)))
    for name, values in (
        ("usual_weekday", Counter(one.day.isoweekday() for one in orders)),
        ("usual_hour", Counter(one.hour for one in orders if _hour_known(one))),
    ):
        usual = _often(_first(values, lambda value, values=values: (-values[value], value)))
        if usual:
            usual = {"value": usual["key"], "share": usual["share"], "n": usual["n"]}
        found[name] = usual
    return found


def _hour_known(order: Receipt) -> bool:
    midnight = order.hour == 0 and order.past in ("00:00", "15:00", "30:00", "45:00")
    return 0 <= order.hour <= 23 and not midnight


def _mostly(pieces: list[Piece], attribute: str, purse: str | None) -> dict[str, Any] | None:
    counts: Counter[str] = Counter()
    money: Counter[str] = Counter()
    for piece in pieces:
        key = getattr(piece.item, attribute)
        sign = -1 if piece.back else 1
        if key:
            counts[key] += 0 if piece.deduction else sign
            money[key] += sign * piece.item.gross if piece.receipt.currency == purse else 0
    kept = Counter({key: count for key, count in counts.items() if count > 0})
    return _first(kept, lambda key: (-kept[key], -money[key], key))


def _first(counts: Counter[Any], order: Any) -> dict[str, Any] | None:
    if not counts:
        return None
    key = min(counts, key=order)
    n = sum(counts.values())
    return {"key": key, "share": 1000 * counts[key] // n, "n": n, "name": ""}


def _often(found: dict[str, Any] | None) -> dict[str, Any] | None:
    return found if found and found["n"] >= 4 and found["share"] >= 500 else None


def _rates(pieces: list[Piece], purse: str | None) -> dict[str, Any]:
    ours = [piece for piece in pieces if piece.receipt.currency == purse]
    gross = sum(piece.item.gross for piece in ours if not piece.back)
    back = sum(piece.item.gross for piece in ours if piece.back)
    discount = sum(piece.item.discount for piece in ours if not piece.back)
    return {
        "return_rate": _per_thousand(
            sum(piece.back for piece in pieces if not piece.deduction),
            sum(not piece.deduction for piece in pieces),
        ),
        "return_rate_money": None if min(back, gross) < 0 else _per_thousand(back, gross + back),
        "discount_affinity": None
        if min(gross, discount) < 0
        else _per_thousand(discount, gross + discount),
    }


def _per_thousand(part: int, whole: int) -> int | None:
    return 1000 * part // whole if whole else None


def _late_days(person: Person) -> list[date]:
    sales = {one.ref: one for one in person.receipts if one.kind == "sale" and one.counts}
    days = []
    for parcel in person.parcels:
        sale = sales.get(parcel.receipt)
        if sale is None or parcel.promised is None or parcel.method == "pickup":
            continue
        came = parcel.delivered
        if came is None and parcel.evidence == "ship_date_only":
            came = parcel.shipped
        if came is not None and came > parcel.promised:
            days.append(came)
        elif came is None and sale.status == "open":
            days.append(parcel.promised + timedelta(1))
    return days


def _waiting(person: Person) -> list[Talk]:
    kinds = ("complaint", "call_back")
    return [talk for talk in person.talks if talk.kind in kinds and talk.status != "done"]


def _open(person: Person, kind: str, as_of: date) -> list[Talk]:
    return [
        talk
        for talk in _waiting(person)
        if talk.kind == kind
        and talk.day <= as_of
        and (talk.resolved is None or talk.resolved > as_of)
    ]


def _current(late: list[date], as_of: date) -> list[date]:
    return [day for day in late if day <= as_of < day + timedelta(90)]


def _service(person: Person, late: list[date], as_of: date) -> dict[str, Any]:
    calls = [talk.due for talk in _open(person, "call_back", as_of) if talk.due]
    due = min(calls, default=None)
    return {
        "late_deliveries_90d": len(_current(late, as_of)),
        "last_late_on": max((day for day in late if day <= as_of), default=None),
        "open_complaints": len(_open(person, "complaint", as_of)),
        "call_back_due_on": due,
        "call_back_due": due is not None and due <= as_of,
    }


def _risk(
    person: Person, found: dict[str, Any], late: list[date], silent: date | None, as_of: date
) -> dict[str, Any]:
    if found["purchase_days"] < 4:
        return {"at_risk_from": None, "at_risk": ()}
    unforgiven = [day for day in _current(late, as_of) if day >= found["last_order_on"]]
    complaints = [talk.day for talk in _open(person, "complaint", as_of)]
    again = [one for one, until in _again(person) if one <= as_of < until]
    reasons = []
    if unforgiven:
        reasons.append("late_delivery")
    if complaints:
        reasons.append("open_complaint")
    if again:
        reasons.append("repeated_complaints")
    if silent is not None and silent <= as_of:
        reasons.append("silent")
    begins = [*unforgiven, *complaints, *again, *([silent] if silent else [])]
    return {"at_risk_from": min(begins), "at_risk": tuple(reasons)}


def _again(person: Person) -> list[tuple[date, date]]:
    """Each complaint less than 180 days after another one: its day, and when it is forgotten."""
    told = sorted({talk.day for talk in person.talks if talk.kind == "complaint"})
    window = timedelta(180)
    return [(later, before + window) for before, later in pairwise(told) if later - before < window]


def _turns(
    person: Person, pieces: list[Piece], late: list[date], found: dict[str, Any],
    silent: date | None, as_of: date,
) -> dict[str, list[date]]:  # fmt: skip
    waiting = _waiting(person)
    ahead = [one.day for one in person.receipts if one.counts and one.day > as_of]
    expected = found["next_expected_on"] or found["overdue_since"]
    return {
        "fact_ahead": [
            *(piece.receipt.day for piece in pieces), *ahead, *(talk.day for talk in waiting)
        ],
        "complaint_resolved": [talk.resolved for talk in waiting if talk.resolved],
        "call_back_due_on": [talk.due for talk in waiting if talk.due],
        "complaints_window": [
            day for pair in _again(person) for day in pair if found["purchase_days"] >= 4
        ],
        "late_window": [day + timedelta(plus) for day in late for plus in (0, 90)],
        "next_expected_on": [expected + timedelta(1)] if expected else [],
        "at_risk_from": [silent] if silent else [],
        "replenish_due_on": [
            (one["due_on"] or one["overdue_since"]) + timedelta(1) for one in found["replenish"]
        ],
    }  # fmt: skip

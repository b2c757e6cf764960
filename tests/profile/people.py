"""Random people with random histories, odd ones on purpose; seeded, so that a failure repeats."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from crmsync.store.facts import SHAPES, Facts, table
from tests.profile.bought import Item, Parcel, Person, Receipt, Talk, Ware

TODAY = date(2026, 11, 21)
CATEGORIES = ("Wolle", "Nadeln", "Stoffe", "Drogerie > Diabetes", "Ärmelschoner", "")
BRANDS = ("Lana Grossa", "Addi", "", "Schachenmayr")
SIZES = ("M", "L", "42", "")


def wares(rng: random.Random) -> list[Ware]:
    """A catalogue in which some products are told twice, and not alike."""
    return [
        Ware(
            connection, f"S{number}", f"{connection}/products/{part}-{number}#",
            rng.choice(["", f"Artikel {number}"]), rng.choice(CATEGORIES), rng.choice(BRANDS),
            rng.choice(SIZES),
        )
        for connection in ("shop", "erp")
        for number in range(8)
        for part in rng.sample(range(9), rng.choice([0, 1, 1, 2]))
    ]  # fmt: skip


def person(rng: random.Random, key: str) -> Person:
    """One person; a third of them has few purchases, some a rhythm, some only trouble."""
    pace = rng.choice([1, 3, 7, 14, 30, 90])
    count = rng.choice([0, 1, 2, 3, 4, 5, 8, 20])
    day = TODAY - timedelta(rng.randint(-5, pace * (count + 3)))
    receipts = []
    staples = [f"S{number}" for number in range(rng.choice([0, 0, 1, 2, 12]))]
    for number in range(count):
        receipts.append(_receipt(rng, f"{key}-{number}", day, "sale", staples))
        if rng.random() < 0.2:
            back = day + timedelta(rng.randint(0, 20))
            receipts.append(_receipt(rng, f"{key}-{number}", back, "return"))
        day += timedelta(rng.choice([0, pace, pace, pace, rng.randint(1, 2 * pace)]))
    talks = [*_talks(rng), *_campaigns(rng, receipts)]
    return Person(key, receipts, _parcels(rng, receipts), talks)


def _receipt(
    rng: random.Random, external_id: str, day: date, kind: str, staples: Sequence[str] = ()
) -> Receipt:
    """A receipt of anything at all, and of most of what is bought every time."""
    items = [_item(rng) for _ in range(rng.choice([0, 1, 1, 2, 4]))]
    items += [
        Item(sku, quantity=rng.choice([500, 1000, 1000, 3000, 12_000]), gross=595, net=500)
        for sku in staples
        if rng.random() < 0.7
    ]
    connection = rng.choice(["shop", "shop", "erp"])
    return Receipt(
        f"{connection}/{kind}s/{external_id}", day, tuple(items), connection, kind,
        status=rng.choice(["completed", "delivered", "open"]),
        channel=rng.choice(["web", "pos", "phone"]),
        store=rng.choice(["", "Köln", "Köln", "Bonn"]),
        hour=rng.choice([-1, 0, 0, 10, 10, 18]),
        past=rng.choice(["00:00", "30:00", "07:00", "00:01"]),
        currency=rng.choice(["EUR", "EUR", "EUR", "CHF"]),
        counts=rng.random() < 0.93,
    )  # fmt: skip


def _item(rng: random.Random) -> Item:
    gross = rng.choice([0, 199, 1000, 1190, rng.randint(1, 99_999), -500])
    return Item(
        sku=rng.choice(["", *(f"S{number}" for number in range(9))]),
        title=rng.choice(["", "", "Sockenwolle", "Häkelnadel"]),
        category=rng.choice(["", "", *CATEGORIES]),
        brand=rng.choice(["", *BRANDS]),
        size=rng.choice(["", *SIZES]),
        quantity=rng.choice([1000, 1000, 1000, 2000, 500, 12_000, 0]),
        gross=gross,
        net=gross * 100 // 119,
        discount=rng.choice([0, 0, 100, 333, -400]) if gross >= 0 else -gross,
        returned=rng.random() < 0.08,
        gift_card=rng.random() < 0.06,
    )


def _parcels(rng: random.Random, receipts: Sequence[Receipt]) -> list[Parcel]:
    found = []
    for receipt in receipts:
        if rng.random() < 0.4:
            promised = receipt.day + timedelta(rng.randint(0, 10))
            came = promised + timedelta(rng.randint(-3, 5))
            found.append(Parcel(
                receipt.ref,
                rng.choice([None, promised, promised]),
                rng.choice([None, came - timedelta(1)]),
                rng.choice([None, came, came]),
                rng.choice(["exact", "exact", "ship_date_only", "none"]),
                rng.choice(["ship", "ship", "local", "pickup"]),
            ))  # fmt: skip
    return found


def _talks(rng: random.Random) -> list[Talk]:
    found = []
    for _ in range(rng.choice([0, 0, 0, 1, 2, 4])):
        day = TODAY - timedelta(rng.randint(-5, 60))
        found.append(Talk(
            rng.choice(["complaint", "call_back", "praise"]),
            rng.choice(["open", "waiting", "done"]),
            day,
            rng.choice([None, day + timedelta(rng.randint(0, 70))]),
            rng.choice([None, None, day + timedelta(rng.randint(0, 70))]),
            rng.choice(["email", "email", "phone", "letter"]),
            rng.choice(["in", "out", "out"]),
        ))  # fmt: skip
    return found


def _campaigns(rng: random.Random, receipts: Sequence[Receipt]) -> list[Talk]:
    """Contacts before some of the orders, some of them too long before."""
    rate = rng.choice([0, 0, 0.5, 1])
    return [
        Talk(
            "campaign", "done", receipt.day - timedelta(rng.choice([-1, 0, 3, 14, 15])),
            channel=rng.choice(["email", "email", "letter", ""]),
            direction=rng.choice(["out", "out", "out", "internal"]),
        )
        for receipt in receipts
        if rng.random() < rate
    ]  # fmt: skip


def columns(people: Sequence[Person], catalogue: Sequence[Ware]) -> Facts:
    """These people as the columns that the query reads, without a store."""
    receipts = [(one, receipt) for one in people for receipt in one.receipts]
    numbers = {receipt.ref: number for number, (_, receipt) in enumerate(receipts)}
    orders = [
        (one.key, numbers[r.ref], "", r.ref, r.connection, r.kind, r.status, r.channel, r.store,
         r.placed_at, r.day.isoformat(), r.hour, r.day.isoweekday(), r.currency, r.counts)
        for one, r in receipts
    ]  # fmt: skip
    lines = [
        (numbers[r.ref], "", i.sku, i.title, i.category, i.brand, i.size, i.quantity,
         i.gross, i.net, i.discount, i.returned, i.gift_card, i.cost)
        for _, r in receipts for i in r.items
    ]  # fmt: skip
    deliveries = [
        (one.key, numbers[p.receipt], p.method, _iso(p.promised), _iso(p.shipped),
         _iso(p.delivered), p.evidence)
        for one in people for p in one.parcels
    ]  # fmt: skip
    talks = [
        (one.key, t.kind, t.status, t.channel, t.direction, _iso(t.day), _iso(t.due),
         _iso(t.resolved))
        for one in people for t in one.talks
    ]  # fmt: skip
    products = [
        (w.connection, w.sku, w.ref, w.name, w.category, w.brand, w.size, w.cost, w.currency)
        for w in catalogue
    ]
    told = zip(SHAPES, (orders, lines, products, deliveries, talks), strict=True)
    return Facts(**{name: table(SHAPES[name], rows) for name, rows in told})


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

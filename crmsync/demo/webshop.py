"""The web shop's data of the sample: accounts and orders as its customers typed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from crmsync.demo.erp import euros
from crmsync.demo.person import Person
from crmsync.demo.purchases import Line, Purchase
from crmsync.demo.spelling import phone_of_shop, typed

Json = dict[str, Any]
ZONE = ZoneInfo("Europe/Berlin")
SALUTATIONS = {"Frau": "ms", "Herr": "mr"}


def accounts(people: Iterable[Person], *, seed: int, as_of: date) -> dict[str, Json]:
    """The shop's accounts by truth key, in the order they were last changed."""
    found = {
        person.key: _account(person, Random(f"{seed}/shop/{person.key}"), as_of)
        for person in people
        if "shop" in person.systems
    }
    ordered = sorted(found.items(), key=lambda item: (item[1]["updated_at"], item[0]))
    return {
        key: {"id": f"c{4001 + place}", **account} for place, (key, account) in enumerate(ordered)
    }


def _account(person: Person, random: Random, as_of: date) -> Json:
    changed = datetime.combine(as_of - timedelta(days=random.randint(1, 500)), datetime.min.time())
    return {
        **_who(person, random),
        "birthday": person.birth_date if person.suffix or random.random() < 0.3 else None,
        "member_card": person.card if person.card and random.random() < 0.3 else None,
        "email_verified": random.random() < 0.9,
        "newsletter": _newsletter(person, random, as_of),
        "updated_at": _utc(changed + timedelta(minutes=random.randint(0, 1439))),
    }


def _who(person: Person, random: Random) -> Json:
    """Name, address and contact as typed at the checkout; few people type their title."""
    home = person.home
    return {
        "salutation": SALUTATIONS.get(person.salutation, ""),
        "first_name": typed(person.given, random),
        "last_name": typed(person.surname, random),
        "company": person.company or None,
        "email": person.email if random.random() < 0.8 else person.email.capitalize(),
        "phone": phone_of_shop(person.phone, random) if random.random() < 0.6 else "",
        "street": typed(f"{home.street} {home.number}", random),
        "zip": home.postal_code,
        "city": home.city,
        "country": "DE",
    }


def _newsletter(person: Person, random: Random, as_of: date) -> Json | None:
    """A confirmed double opt-in, or nothing; a no in the CRM is sometimes a yes here."""
    if random.random() > (0.6 if person.consent("newsletter") == "ja" else 0.08):
        return None
    at = datetime.combine(as_of - timedelta(days=random.randint(20, 600)), datetime.min.time())
    return {
        "state": "confirmed" if random.random() < 0.9 else "pending",
        "at": _utc(at + timedelta(hours=12)),
        "proof": f"doi-mail-{random.randrange(10**8):08d}",
    }


def orders(
    web: Iterable[Purchase], accounts: Mapping[str, Json], *, seed: int, as_of: date
) -> Iterator[tuple[str, Json]]:
    """(truth key, order) of every web order, in the order they were last changed."""
    found = [
        (purchase.person.key, _order(purchase, accounts, Random(f"{seed}/web/{number}"), number))
        for number, purchase in enumerate(web, start=1)
    ]
    yield from sorted(found, key=lambda item: (item[1]["updated_at"], item[1]["id"]))


def _order(purchase: Purchase, accounts: Mapping[str, Json], random: Random, number: int) -> Json:
    account = accounts.get(purchase.person.key)
    signed_in = account and (purchase.person.case or random.random() < 0.92)
    refund = _refund(purchase, random)
    stamps = [_utc(purchase.at), _delivered(purchase), refund["at"] if refund else ""]
    return {
        "id": f"o{70_000 + number}",
        "number": f"WEB-{70_000 + number}",
        "customer_id": account["id"] if account and signed_in else None,
        "guest": None if signed_in else _who(purchase.person, random),
        "placed_at": _utc(purchase.at),
        "status": "completed" if _delivered(purchase) else "open",
        "items": [_item(line) for line in purchase.lines],
        "shipping": _shipping(purchase),
        "refund": refund,
        "updated_at": max(stamps),
    }


def _item(line: Line) -> Json:
    return {
        "sku": line.article.sku,
        "name": line.article.name,
        "category": line.article.category,
        "brand": line.article.brand,
        "quantity": line.pieces,
        "total": euros(line.amount),
        "discount": euros(line.discount),
        "tax_rate": line.article.tax,
    }


def _shipping(purchase: Purchase) -> Json:
    promised, shipped, delivered, carrier = purchase.delivery or (None, None, None, "")
    return {
        "cost": "4.90" if sum(line.amount for line in purchase.lines) < 5000 else "0.00",
        "promised_on": str(promised),
        "shipped_on": str(shipped),
        "delivered_on": delivered and str(delivered),
        "carrier": carrier,
    }


def _delivered(purchase: Purchase) -> str:
    day = purchase.delivery and purchase.delivery.delivered
    return _utc(datetime.combine(day, datetime.min.time()) + timedelta(hours=17)) if day else ""


def _refund(purchase: Purchase, random: Random) -> Json | None:
    back = [line for line in purchase.lines if line.returned]
    if not back:
        return None
    at = purchase.at + timedelta(days=random.randint(5, 9))
    return {"at": _utc(at), "reason": "Widerruf", "items": [_item(line) for line in back]}


def _utc(local: datetime) -> str:
    """A Berlin wall-clock time as UTC text."""
    return local.replace(tzinfo=ZONE).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

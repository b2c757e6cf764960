"""A project of four connections over generated rows, as a retailer would configure it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import orjson

from bench.people import Row

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.bench]
name = "Bench GmbH"

[connections.crm]
connector = "files"
controller = "bench"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "crm.jsonl"
key = "id"
[connections.crm.streams.map]
kind = { field = "art", values = { person = "person", firma = "firm" } }
salutation = "anrede"
titles = "titel"
given_name = "vorname"
family_name = "nachname"
company = "firma"
vat_id = "ustid"
birth_date = "geburtsdatum"
loyalty_card = "kundenkarte"
"contacts.email" = "email"
"contacts.phone" = "telefon"
"contacts.mobile" = "mobil"
"addresses.home.street" = "strasse"
"addresses.home.postal_code" = "plz"
"addresses.home.city" = "ort"

[connections.erp]
connector = "files"
controller = "bench"
[[connections.erp.streams]]
name = "customers"
kind = "customers"
path = "erp.jsonl"
key = "id"
[connections.erp.streams.map]
kind = { field = "ART", values = { F = "firm", P = "person" } }
name = "NAME1"
company = "NAME2"
vat_id = "USTID"
birth_date = "GEBDAT"
"contacts.email" = "EMAIL"
"contacts.phone" = "TELEFON"
"addresses.billing.street" = "STRASSE"
"addresses.billing.postal_code" = "PLZ"
"addresses.billing.city" = "ORT"

[connections.shop]
connector = "files"
controller = "bench"
[[connections.shop.streams]]
name = "customers"
kind = "customers"
path = "shop.jsonl"
key = "id"
[connections.shop.streams.map]
given_name = "first_name"
family_name = "last_name"
company = "company"
birth_date = "birthday"
loyalty_card = "loyalty"
"contacts.email" = "email"
"contacts.phone" = "phone"
"addresses.shipping.street" = "address1"
"addresses.shipping.postal_code" = "zip"
"addresses.shipping.city" = "city"
[[connections.shop.streams]]
name = "orders"
kind = "orders"
path = "guest.jsonl"
key = "id"
[connections.shop.streams.map]
placed_at = { const = "2026-05-02T10:00:00+02:00" }
"guest.given_name" = "first_name"
"guest.family_name" = "last_name"
"guest.company" = "company"
"guest.contacts.email" = "email"
"guest.contacts.phone" = "phone"
"guest.addresses.shipping.street" = "address1"
"guest.addresses.shipping.postal_code" = "zip"
"guest.addresses.shipping.city" = "city"

[connections.till]
connector = "files"
controller = "bench"
[[connections.till.streams]]
name = "customers"
kind = "customers"
path = "till.jsonl"
key = "id"
[connections.till.streams.map]
name = "name"
birth_date = "geburtstag"
loyalty_card = "karte"
"contacts.email" = "email"
"contacts.phone" = "telefon"
"addresses.home.street" = "strasse"
"addresses.home.postal_code" = "plz"
"addresses.home.city" = "ort"
"""
_SOURCES = ("crm", "erp", "shop", "guest", "till")


def write(folder: Path, rows: Iterable[Row]) -> int:
    """Lay out the project and its truth.jsonl in `folder`; how many rows there were."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    files = {name: (folder / f"{name}.jsonl").open("wb") for name in _SOURCES}
    truth = (folder / "truth.jsonl").open("wb")
    count: Counter[str] = Counter()
    for row in rows:
        files[row.source].write(told(row))
        truth.write(hidden(row))
        count[row.source] += 1
    for file in (*files.values(), truth):
        file.close()
    return count.total()


def told(row: Row) -> bytes:
    """The line in which its source tells a row."""
    return orjson.dumps({"id": row.key} | row.fields) + b"\n"


def hidden(row: Row) -> bytes:
    """The line of truth.jsonl for a row."""
    true = (row.source, row.key, row.truth, row.household, row.role, row.events)
    return orjson.dumps(true) + b"\n"

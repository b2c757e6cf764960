"""The records as crmsync has normalized them: what everybody in the benchmark starts from."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from bench.identity.found import Found


class Clean(NamedTuple):
    """A normalized record, names folded; what is missing is ''."""

    given: str = ""
    family: str = ""
    birth: str = ""
    email: str = ""
    phone: str = ""
    phone2: str = ""
    code: str = ""
    town: str = ""
    street: str = ""
    company: str = ""
    card: str = ""


def cleaned(folder: Path, found: Found) -> list[Clean]:
    """The normalized records of the project in `folder`, in the order of its truth."""
    records = [Clean()] * len(found.hidden)
    database = sqlite3.connect(folder / "store.db")
    for number, doc in database.execute("SELECT record_id, doc FROM source_customer"):
        records[found.places[number]] = _clean(orjson.loads(doc))
    database.close()
    return records


def _clean(doc: Mapping[str, Any]) -> Clean:
    from crmsync.normalize.fold import fold

    name, contacts = doc.get("name") or {}, doc.get("contacts", ())
    home: Mapping[str, str] = (doc.get("addresses") or ({},))[0]
    phones = _values(contacts, "mobile", "phone")
    return Clean(
        fold(name.get("given", "")),
        fold(f"{name.get('nobility', '')} {name.get('family', '')}"),
        doc.get("birth_date", ""),
        next(iter(_values(contacts, "email")), ""),
        phones[0] if phones else "",
        phones[1] if len(phones) > 1 else "",
        home.get("postal_code", ""),
        fold(home.get("city", "")),
        fold(f"{home.get('street', '')} {home.get('house_number', '')}"),
        fold(doc.get("company", "")),
        doc.get("loyalty_card", ""),
    )


def _values(contacts: Sequence[Mapping[str, str]], *channels: str) -> list[str]:
    return [
        one["value"] for channel in channels for one in contacts
        if one["channel"] == channel and one.get("value")
    ]  # fmt: skip

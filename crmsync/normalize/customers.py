"""From customers as told to source customers: every field clean, what is hidden named."""

from __future__ import annotations

import re
from functools import lru_cache

from crmsync.model.columns import Columns
from crmsync.model.customer import SourceCustomer
from crmsync.model.stream import Connection
from crmsync.normalize.address import clean_addresses
from crmsync.normalize.contacts import clean_contacts
from crmsync.normalize.hidden import hidden_fields
from crmsync.normalize.origins import telling
from crmsync.normalize.when import days, moments
from crmsync.normalize.who import FIELDS, who

_VAT_NOISE = re.compile(r"[^0-9A-Za-z+*]")
_LANGUAGE_NAMES = {"deutsch": "de", "german": "de", "englisch": "en", "english": "en"}
_FIRST_BIRTH_YEAR = "1900-01-02"
"""Earlier birth dates are the zero of some system (1899-12-30, 1900-01-01), not anybody's."""


@lru_cache(maxsize=256)
def clean_language(text: str) -> str:
    """A language tag as BCP 47 writes it ("de_at" gives "de-AT"), '' when it is none."""
    told = text.strip().replace("_", "-").partition(".")[0]
    told = _LANGUAGE_NAMES.get(told.lower(), told)
    language, _, rest = told.partition("-")
    if not (language.isascii() and language.isalpha() and len(language) in (2, 3)):
        return ""
    region = rest.upper() if len(rest) == 2 else rest
    return f"{language.lower()}-{region}" if region else language.lower()


def clean_customers(
    told: Columns, *, connection: Connection, guest: bool = False
) -> list[SourceCustomer]:
    """The customers with every field clean; `guest` marks those who bought without an account.

    Fields that were not told are named in `hidden` ("name.salutation" and "name.titles" are hidden
    parts of a visible name). A contact that is no number or address is kept with an empty value.
    RecordError names the field whose date cannot be read; of which customer it does not say, so a
    page with an error is best asked for in halves.
    """
    size, country, zone = told.size, connection.country, connection.zone
    people = list(
        map(who, *(told.column(name) for name in FIELDS), map(telling, told.column("language")))
    )
    born = days(told.column("birth_date"), zone, field="birth_date")
    changed = moments(told.column("changed_at"), zone, field="changed_at")
    return list(
        map(
            SourceCustomer,
            [one.kind for one in people],
            [one.name for one in people],
            [one.company for one in people],
            [_VAT_NOISE.sub("", text).upper() if text else "" for text in told.column("vat_id")],
            [day if day >= _FIRST_BIRTH_YEAR else "" for day in born],
            [clean_language(text) if text else "" for text in told.column("language")],
            told.texts("customer_number"),
            [text.replace(" ", "") if text else "" for text in told.column("loyalty_card")],
            clean_addresses(told.lists.get("addresses"), size, country=country),
            clean_contacts(told.lists.get("contacts"), size, country=country),
            told.texts("store"),
            days(told.column("since"), zone, field="since"),
            [form or "" for form in told.column("form")],
            told.texts("pronunciation"),
            told.column("privileges", ()),
            told.column("marks", ()),
            told.column("wishes", ()),
            told.column("do_not_greet", False),
            told.column("blocked", False),
            told.column("deceased", False),
            [guest] * size,
            [
                hidden_fields(shown, one.name, one.company)
                for shown, one in zip(told.shown(), people, strict=True)
            ],
            [moment.at if moment else "" for moment in changed],
        )
    )

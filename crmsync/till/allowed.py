"""Keeps off the card what must never be there: contact data, dates of birth, scores, free text.

The card is an allow-list of fields; this is the second lock, on the texts inside them. A text that
fails is left out whole: a shortened secret is still one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crmsync.model.customer import SourceCustomer
from crmsync.normalize.fold import fold
from crmsync.profile.deny import SENSITIVE

_SHAPES = re.compile(
    r"""
      @ | https?: | www\.                              # e-mail, web
    | \b[A-Z]{2}\s?\d{2}(?:\s?[A-Z0-9]{4}){3,}         # IBAN
    | (?:\d[\s/().-]?){6,}                             # phone, card, account, date of birth
    | \b\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?           # 29.02.1980, 29.02.
    | \b\d{4}-\d{2}-\d{2}\b
    | (?:str\.|stra(?:ß|ss)e|weg|allee|platz|gasse)\s*\d
    | \b(?:score|rfm|abc|bonit\w+|schufa|clv|mahn\w*|kredit\w*|inkasso|churn)\b
    | \b[ABC]-?kund\w*
    """,
    re.IGNORECASE | re.VERBOSE,
)

DENIED = ("alkohol", "tabak", "zigarett", "e-liquid", "spirituose", *SENSITIVE)
"""What may reveal health, belief or sex life (Art. 9 DSGVO), and alcohol and tobacco."""

WISHES = (
    "Rechnung auf Papier", "Rechnung per E-Mail", "Kein Kassenbon", "Ohne Tüte",
    "Geschenkverpackung", "Beratung gewünscht", "Ohne Beratung", "Ruhige Bedienung",
    "Lieferung nach Hause", "Abholung im Laden", "Rückruf erwünscht", "Stammplatz",
    "Barzahlung", "Barrierefreier Zugang", "Englische Bedienung",
)  # fmt: skip
"""Service wishes that may be shown; a retailer adds his own. Anything else told is free text."""


def forbidden(customer: SourceCustomer) -> frozenset[str]:
    """The customer's own values that no text of the card may hold, folded."""
    found = [customer.birth_date, customer.vat_id, customer.customer_number, customer.loyalty_card]
    found += [part for contact in customer.contacts for part in (contact.value, contact.raw)]
    for address in customer.addresses:
        found += [f"{address.street} {address.house_number}", *address.extra]
    folded = {fold(value) for value in found} | {customer.birth_date[:4]}
    return frozenset(value for value in folded if len(value) >= 4)


def streets(customer: SourceCustomer) -> frozenset[str]:
    """The customer's streets, folded: not to be on a card, but they may be in a surname."""
    found = {fold(address.street) for address in customer.addresses}
    return frozenset(value for value in found if len(value) >= 4)


def shown(text: str, limit: int, *, never: Iterable[str] = ()) -> str:
    """`text` if it may be shown, on one line and at most `limit` characters; else ''."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    folded = fold(line)
    if _SHAPES.search(line) or any(value in folded for value in never):
        return ""
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def denied(text: str, words: Iterable[str]) -> bool:
    """Whether `text`, the name of a category or product, is on the deny list `words`."""
    folded = fold(text)
    return any(fold(word) in folded for word in words)


def wishes(told: Iterable[str], known: Iterable[str]) -> list[str]:
    """The wishes among `told` that are `known`, in the known spelling and order."""
    wanted = {fold(wish) for wish in told}
    once = {fold(wish): wish for wish in reversed(list(known))}
    return [once[wish] for wish in reversed(once) if wish in wanted]

"""Who is told of: a person, a firm or a couple, with the person's name and the firm's."""

from __future__ import annotations

import re
from typing import NamedTuple

from crmsync.model.customer import CustomerKind
from crmsync.model.name import PersonName
from crmsync.normalize.firms import looks_like_firm, split_contact
from crmsync.normalize.names import is_couple, parse_name
from crmsync.normalize.remembered import remembered

_FIRM_WORD = re.compile(r"^(?:Firma|Fa\.)\s+", re.IGNORECASE)

FIELDS = (
    "kind", "salutation", "titles", "given_name", "nobility", "family_name", "name_suffix", "name",
    "family_name_first", "company",
)  # fmt: skip
"""The fields that tell it, in the order in which `who` takes them; a language may follow."""


class Who(NamedTuple):
    """The kind of a customer, the person's name, the firm's name."""

    kind: CustomerKind
    name: PersonName | None
    company: str


@remembered(16_384)
def who(
    kind: CustomerKind | None,
    salutation: str | None,
    titles: str | None,
    given: str | None,
    nobility: str | None,
    family: str | None,
    suffix: str | None,
    text: str | None,
    family_name_first: bool | None,
    company: str | None,
    language: str = "",
) -> Who:
    """Person, firm or couple; the person's name, and the firm's. Remembered: names come again.

    A person named beside a company stays a person. A firm's name in the person's fields becomes
    the company, even where the backend calls it a person; beside a company those fields name whom
    to talk to, and so does what stands after "z. Hd." in a firm's name. `language` is a hint for
    the order of a name told in one text.
    """
    name = parse_name(
        salutation=salutation,
        titles=titles,
        given=given,
        nobility=nobility,
        family=family,
        suffix=suffix,
        name=text,
        family_name_first=bool(family_name_first),
        language=language,
    )
    firm = company.strip() if company else ""
    if kind == "firm" or (name is not None and name.salutation == "firma"):
        contact = name if firm or family else None
        told = firm or _firm_in_name(given, family, text)
        return Who("firm", contact, told) if contact else _firm(told, language)
    if name is not None:
        return Who(kind or ("couple" if is_couple(name) else "person"), name, firm)
    if looks_like_firm(_name_text(given, family, text)) or (firm and kind is None):
        return _firm(firm or _firm_in_name(given, family, text), language)
    return Who(kind or "person", None, firm)


def _firm(text: str, language: str) -> Who:
    """The firm, and whom to talk to there where the text names somebody."""
    firm, contact = split_contact(text)
    name = parse_name(name=contact, language=language) if contact else None
    return Who("firm", name, _FIRM_WORD.sub("", firm) if name else text)


def _firm_in_name(given: str | None, family: str | None, text: str | None) -> str:
    return _FIRM_WORD.sub("", _name_text(given, family, text))


def _name_text(given: str | None, family: str | None, text: str | None) -> str:
    """The name fields as one text, where a firm may have been written into them."""
    fields = (given, family) if family else (text,)
    return " ".join(" ".join(part.split()) for part in fields if part)

"""A PersonName as the customs of a language write it."""

from __future__ import annotations

import re

from crmsync.model.name import PersonName
from crmsync.normalize.personal.data import Formality, Length, Order, Usage
from crmsync.normalize.personal.formatter import format_name

_GENERATION = re.compile(r"(?i:jr|jun|junior|sr|sen|senior|[IVX]+)\.?")


def write_name(
    name: PersonName,
    *,
    language: str,
    name_language: str = "",
    order: Order | None = None,
    length: Length = "medium",
    usage: Usage = "referring",
    formality: Formality = "formal",
) -> str:
    """The name as it is written in `language`: "Nagy Péter" in Hungarian, "Péter Nagy" in English.

    `name_language` is that of the name; a name that is told family name first stays so where
    `order` is None. "sorting" gives what lists are sorted by: "Heide, Anna von der". There is no
    Anrede in it.
    """
    fields = fields_of(name)
    return format_name(
        fields,
        language=language,
        name_language=name_language,
        order=order or ("surnameFirst" if name.family_first else None),
        length=length,
        usage=usage,
        formality=formality,
    )


def fields_of(name: PersonName) -> dict[str, str]:
    """The name in CLDR's fields; a family name that stands alone takes the place of the given."""
    words = name.suffix.split()
    generation = [word for word in words if _GENERATION.fullmatch(word)]
    return {
        "title": " ".join(name.titles),
        "given": name.given or name.surname,
        "given2": name.additional,
        "surname-prefix": name.nobility if name.given else "",
        "surname-core": name.family if name.given else "",
        "generation": " ".join(generation),
        "credentials": " ".join(word for word in words if word not in generation),
    }

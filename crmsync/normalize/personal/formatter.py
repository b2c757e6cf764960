"""Writes a name by the customs of a language, as UTS #35 Part 8 says; the data are CLDR's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from crmsync.normalize.personal.data import Customs, Formality, Length, Order, Usage, patterns
from crmsync.normalize.personal.graphemes import capital_first, first_grapheme, upper, words
from crmsync.normalize.personal.locales import (
    Locale,
    customs_of,
    languages_match,
    locale_of,
    maximal,
    order_of,
    root,
    script_of,
    scripts_match,
)
from crmsync.normalize.personal.patterns import best, fill

_BLANKS = re.compile(" +")
_PUNCTUATED = re.compile(r"([\-\u2010\u2011])")
_CASES = ("vocative", "genitive")


class Manner(NamedTuple):
    """Whose customs hold, and by which language capitals are made."""

    customs: Customs
    language: str


def format_name(
    fields: Mapping[str, str],
    *,
    language: str,
    name_language: str = "",
    order: Order | None = None,
    length: Length = "medium",
    usage: Usage = "referring",
    formality: Formality = "formal",
) -> str:
    """The name in `fields` as it is written in `language` ("de", "zh-Hant").

    Fields are title, given, given-informal, given2, surname, surname-prefix, surname-core,
    surname2, generation and credentials, those that are told. `name_language` is that of the name:
    it decides what stands first where `order` is None. A name in a script that `language` does not
    write is written as its own language does.
    """
    told = _whole_surname(fields)
    script = script_of(told.get("surname", "") + told.get("given", ""))
    name = _name_locale(name_language, script)
    place, customs = _written_in(locale_of(language), name, script)
    ordering = locale_of(name_language) if name_language else maximal(Locale("und", script))
    chosen = order or order_of(ordering, customs)
    manner = Manner(customs, place.language)
    pattern = best(
        patterns(customs, chosen, length, usage, formality),
        lambda field: _value(told, field, manner),
    )
    if not told.get("surname") and not _shows_given(pattern):
        told = _mononym(told)
    text = fill(pattern, lambda field: _value(told, field, manner))
    native = languages_match(place.language, name.language)
    return _BLANKS.sub(customs.native_space if native else customs.foreign_space, text)


def _whole_surname(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields with a surname made of its parts where it is not told whole."""
    told = {field: value for field, value in fields.items() if value}
    core, prefix = told.get("surname-core", ""), told.pop("surname-prefix", "")
    if core and prefix:
        told["surname-prefix"] = prefix
    told.setdefault("surname", f"{prefix} {core}".strip())
    return told


def _name_locale(tag: str, script: str) -> Locale:
    if not tag:
        return Locale(maximal(Locale("und", script)).language, script)
    return locale_of(tag)._replace(script=script)


def _written_in(formatter: Locale, name: Locale, script: str) -> tuple[Locale, Customs]:
    """The locale whose customs hold, and those: the name's own where the script is another."""
    full = maximal(formatter)
    if scripts_match(script, full.script) or script == "Zzzz":
        found = customs_of(formatter)
        return full, found[1] if found else root()
    own = customs_of(name)
    if own is None or not scripts_match(script, maximal(locale_of(own[0])).script):
        name = maximal(Locale("und", script, name.region))
        own = customs_of(name)
    return name, own[1] if own else root()


def _shows_given(pattern: tuple[str, ...]) -> bool:
    given = [field.split("-") for field in pattern[1::2] if field.split("-")[0] == "given"]
    return any("initial" not in field for field in given)


def _mononym(told: dict[str, str]) -> dict[str, str]:
    """The fields with the given name in the surname's place."""
    moved = {field: value for field, value in told.items() if not field.startswith("given-")}
    moved["surname"] = moved.pop("given", "")
    if informal := told.get("given-informal"):
        moved["surname-informal"] = informal
    return moved


def _value(told: Mapping[str, str], field: str, manner: Manner) -> str:
    name, *changes = field.split("-")
    text = told.get(name, "")
    for change in changes:
        if change in ("informal", "core", *_CASES):
            text = told.get(f"{name}-{change}", "") or text
        elif change == "prefix":
            text = told.get(f"{name}-prefix", "")
    if "initial" in changes:
        text = _initials(text, manner.customs, retain="retain" in changes)
    elif "monogram" in changes:
        text = first_grapheme(text)
    if "allCaps" in changes:
        return upper(text, manner.language)
    return capital_first(text, manner.language) if "initialCap" in changes else text


def _initials(text: str, customs: Customs, *, retain: bool) -> str:
    if retain and _PUNCTUATED.search(text):
        parts = [_initials(part, customs, retain=False) if place % 2 == 0 else part
                 for place, part in enumerate(_PUNCTUATED.split(text))]  # fmt: skip
        return "".join(parts)
    found = ""
    for word in words(text):
        initial = customs.initial.replace("{0}", first_grapheme(word))
        sequence = customs.initial_sequence.replace("{1}", initial)
        found = sequence.replace("{0}", found) if found else initial
    return found

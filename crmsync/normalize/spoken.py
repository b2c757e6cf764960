"""What of a name is said to its owner: one title, the surname in natural case, a rank for Herr.

Rules: the highest academic degree alone is spoken, Prof. before Dr. (DIN 5008, Duden); diplomas
and callings are not, but in Austria Mag., DI and Ing. are. Former titles of nobility are part of
the surname (Art. 109 of the Weimar constitution, still law) and stand in the place of Herr and
Frau where no degree comes between: "Sehr geehrter Graf von Ehrenfels", "Frau Dr. Gräfin Dornfeld"
(Duden; "Herr Graf" is how servants spoke). Ritter and Edler never were a form of address.
"""

from __future__ import annotations

import re

from crmsync.model.name import PersonName
from crmsync.normalize.letters import in_capitals
from crmsync.normalize.vocabulary import words

DUMMIES = words(
    """n.n. nn na n/a unbekannt unknown test kunde kundin barverkauf laufkunde laufkundschaft gast
    guest diverse anonym none xxx"""
)
"""What stands in name fields when nobody's name does."""

PARTICLES = words(
    "von vom van der den dem zu zum zur de del della di da la le und auf ten ter of dos y"
)
"""What stays small within a surname; only before another word, so that Văn stays a name."""

_ADDRESSED = words(
    """graf gräfin freiherr freifrau freiin baron baronin baronesse reichsgraf reichsgräfin fürst
    fürstin prinz prinzessin herzog herzogin landgraf landgräfin markgraf markgräfin erbprinz
    erbprinzessin erbgraf erbgräfin"""
)
_PROFESSOR = re.compile(r"(^|[\s.-])prof", re.IGNORECASE)
_DOCTOR = re.compile(r"(^|[\s.])(dr\b|doktor|dres\b|ddr\b|ph\.?\s?d)", re.IGNORECASE)
_AUSTRIAN = (
    (re.compile(r"(?:DI|Dipl\.?-?\s?Ing)\b", re.IGNORECASE), "DI"),
    (re.compile(r"M?Mag(?:\b|ister|istra)", re.IGNORECASE), "Mag."),
    (re.compile(r"Ing\b", re.IGNORECASE), "Ing."),
)
"""Spoken in Austria, the highest first."""

_NOT_A_NAME = re.compile(r"[\d@/\\<>{}\[\]|_=+*#?!:;,\"\n]")


def spoken_title(titles: tuple[str, ...], *, country: str = "DE") -> str:
    """The one title that is spoken: "Prof.", "Dr.", in Austria also "DI"; '' for none."""
    if not titles:
        return ""
    if any(map(_PROFESSOR.search, titles)):
        return "Prof."
    if any(map(_DOCTOR.search, titles)):
        return "Dr."
    found = _AUSTRIAN if country == "AT" else ()
    return next((said for form, said in found if any(map(form.match, titles))), "")


def in_place_of_anrede(name: PersonName) -> bool:
    """Whether the surname begins with a rank that stands for Herr or Frau: Freiherr von Aufseß."""
    return name.nobility.partition(" ")[0].lower() in _ADDRESSED


def is_speakable(name: PersonName) -> bool:
    """Whether the name is one at all: no dummy ("Barverkauf"), no number or sign in it."""
    text = f"{name.given} {name.surname}".strip()
    dummy = {name.given.strip().casefold(), name.family.strip().casefold()} & DUMMIES
    return bool(text) and not dummy and not _NOT_A_NAME.search(text)


def whole_name(name: PersonName) -> str:
    """First and last name in the order of their culture and in natural case."""
    first = natural(f"{name.given} {name.additional}".strip() if name.family_first else name.given)
    parts = (surname_of(name), first) if name.family_first else (first, surname_of(name))
    between = "" if name.family_first and name.family[-1:] >= "\u2e80" else " "
    return between.join(part for part in parts if part)


def surname_of(name: PersonName) -> str:
    """The surname in natural case with what belongs before it: "von der Weißenberg-Müller"."""
    nobility = " ".join(_noble(word) for word in name.nobility.split())
    return f"{nobility} {natural(name.family)}".strip()


def two_given(given: str) -> list[str]:
    """The first names of a couple told as "Petra und Klaus"; empty when they are not two."""
    parts = re.split(r"\s+(?:und|u\.|and)\s+|\s*&\s*", given.strip())
    return [natural(part) for part in parts] if len(parts) == 2 and all(parts) else []


def natural(text: str) -> str:
    """A name in natural case where it came all in capitals or all in small letters.

    "MUELLER-LÜDENSCHEIDT" gives "Mueller-Lüdenscheidt": the spelling stays, "ue" may be an ü or
    not. "VON DER HEIDE" gives "von der Heide".
    """
    if not (text.islower() or (in_capitals(text) and len(text) > 1)):
        return text
    *before, last = text.split() or [""]
    small = [word.lower() if word.lower() in PARTICLES else _capital(word) for word in before]
    return " ".join((*small, _capital(last)))


def _noble(word: str) -> str:
    if not word.isupper():
        return word
    return word.lower() if word.lower() in PARTICLES else _capital(word)


def _capital(word: str) -> str:
    """Each part of a word with one capital; the Turkish İ keeps its one dot."""
    return re.sub(r"[^\W\d_]+", lambda part: _first_large(part.group()), word)


def _first_large(part: str) -> str:
    return part[0].upper() + part[1:].replace("İ", "i").lower()

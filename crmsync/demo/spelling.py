"""How each system spells the same person: code pages, capitals, typing errors, phone formats."""

from __future__ import annotations

import unicodedata
from random import Random

_GERMAN = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
_STROKES = str.maketrans("łŁđĐıİøØ", "lLdDiIoO")


def ascii_name(name: str) -> str:
    """`name` as old software keeps it: Müller is Mueller, Wiśniewski Wisniewski."""
    plain = unicodedata.normalize("NFD", name.translate(_GERMAN).translate(_STROKES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def cp1252_name(name: str) -> str:
    """`name` in the letters of Windows-1252: umlauts stay, Şahin becomes Sahin."""
    return "".join(_cp1252_letter(letter) for letter in unicodedata.normalize("NFC", name))


def _cp1252_letter(letter: str) -> str:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return ascii_name(letter)
    return letter


def typed(name: str, random: Random) -> str:
    """`name` as its owner types it on a phone: mostly right, often without capitals or umlauts."""
    chance = random.random()
    if chance < 0.12:
        return name.lower()
    if chance < 0.3:
        return ascii_name(name)
    if chance < 0.32:
        return _swapped(name, random)
    return name


def _swapped(name: str, random: Random) -> str:
    """`name` with two neighbouring letters swapped, never the first one."""
    if len(name) < 5:
        return name
    place = random.randrange(1, len(name) - 2)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def phone_of_crm(phone: str) -> str:
    """ "0221 4710123" as a clerk writes it: "0221 / 4710-123"."""
    area, _, number = phone.partition(" ")
    return f"{area} / {number[:-3]}-{number[-3:]}" if number else ""


def phone_of_erp(phone: str) -> str:
    """ "0221 4710123" as digits only: "02214710123"."""
    return phone.replace(" ", "")


def phone_of_shop(phone: str, random: Random) -> str:
    """ "0221 4710123" in one of the ways people type their number."""
    area, _, number = phone.partition(" ")
    ways = ("+49 {} {}", "0049{}{}", "+49 ({}) {}", "0{}-{}", "0{} {}")
    return random.choice(ways).format(area[1:], number) if number else ""

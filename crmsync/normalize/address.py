"""Addresses: street and house number apart, countries as codes, and a key that compares."""

from __future__ import annotations

import re
from itertools import repeat
from typing import NamedTuple

from crmsync.model.columns import Items
from crmsync.model.customer import Address
from crmsync.normalize.countries import country_code
from crmsync.normalize.fold import fold, squash
from crmsync.normalize.remembered import remembered

_NUMBER = r"\d{1,5}(?:\s?[a-zA-Z](?![a-zA-Z]))?"
_NUMBERS = rf"{_NUMBER}(?:\s?[-–/+&]\s?(?:{_NUMBER}|[a-zA-Z](?![a-zA-Z])))*(?:\s1/2)?"
_LABEL = r"(?:(?:Haus-?)?Nr\.?|No\.|№)?"
_MORE = (
    r"\s*(?:[,;(]|//)\s*|\s+(?=(?:c/o|z\.\s?hd|hinterhaus|vorderhaus|seitenfl|hof|whg|wohnung|apt"
    r"|app|eg|og|dg|ug|etage|stock|stiege|top|aufgang|\d+\.\s?(?:og|stock|etage))\b)"
)
_PLAIN = re.compile(
    r"(?!(?i:post|p\.?\s?o|pack|paket|dhl|case))"
    r"([^\d,;/()№\s][^\d,;/()№]*(?<![Nn][RrOo])(?<![Nn][RrOo]\.)(?<!\s)) (\d{1,4}[a-z]?)"
)
"""A street and a number as nearly all are written; the rules below would say the same."""

_NUMBER_LAST = re.compile(
    rf"(?P<street>.*?[^\s\d,])[\s,]*?{_LABEL}\s*(?P<number>{_NUMBERS})\.?", re.IGNORECASE
)
_NUMBER_SPACED = re.compile(
    rf"(?P<street>.*\S)(?:\s*,\s*|\s+){_LABEL}\s*(?P<number>{_NUMBERS})\.?", re.IGNORECASE
)
_NUMBER_THEN_MORE = re.compile(
    rf"(?P<street>.*?[^\s\d,])[\s,]*?{_LABEL}\s*(?P<number>{_NUMBERS})(?:{_MORE})(?P<more>.+)",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(rf"(?P<number>{_NUMBERS}),?\s+(?P<street>\D.*)", re.IGNORECASE)
_BOX = re.compile(
    r"(?P<street>Postfach|P\.?\s?O\.?\s?Box|Case postale|Postbus)[\s.:]*(?:Nr\.?)?\s*"
    r"(?P<number>\d[\d\s]*)",
    re.IGNORECASE,
)
_LOCKER = re.compile(
    r"(?:DHL[\s-]*)?(?P<street>Packstation|Postfiliale|Paketbox|Paketshop)[\s.:]*(?:Nr\.?)?\s*"
    r"(?P<number>\d*)",
    re.IGNORECASE,
)
_CARE_OF = re.compile(r"(?:c\s?/\s?o|bei|z\.\s?Hd\.?)\b.*", re.IGNORECASE)
_TOWN = re.compile(
    r"(?:(?:D|A|CH|DE|AT|L|F|NL)\s?-\s?)?(?P<code>\d{4,5})\s+(?P<city>\D{2}.*)", re.IGNORECASE
)
_POST_PREFIX = re.compile(r"(?:D|A|CH|DE|AT|L|F|I|B|NL)[\s-]+(?=\d)", re.IGNORECASE)
_STREET_WORD = re.compile(r"stras+e\b")
_PLACE_WORD = re.compile(r"(?<=[a-z])pl\b")
_FIGURE = re.compile(r"\d")
_DASHES = str.maketrans("–−", "--", " ")


class Street(NamedTuple):
    """A street line in parts; `more` is what follows the house number (floor, c/o)."""

    street: str
    number: str = ""
    more: str = ""


def _parts(match: re.Match[str]) -> Street:
    found = match.groupdict()
    return Street(found["street"].rstrip(" ,"), found["number"].strip(), found.get("more") or "")


@remembered(16_384)
def split_street(line: str) -> Street:
    """A street line in street, house number and the rest.

    "Str. des 17. Juni 135" gives 135, "C4, 7" gives 7, "12 rue de la Paix" gives 12, "Postfach
    12 34" gives Postfach and 1234. Where no number is found the whole line is the street.
    """
    if plain := _PLAIN.fullmatch(line):
        return Street(plain[1], plain[2])
    return split_by_rules(line)


def split_by_rules(line: str) -> Street:
    """What `split_street` gives, by the rules alone."""
    if box := _BOX.fullmatch(line):
        return Street("Postfach", box["number"].replace(" ", ""))
    if locker := _LOCKER.fullmatch(line):
        return Street(locker["street"].title(), locker["number"])
    for pattern in (_NUMBER_LAST, _NUMBER_SPACED, _NUMBER_THEN_MORE, _NUMBER_FIRST):
        if match := pattern.fullmatch(line):
            return _parts(match)
    return Street(line)


@remembered(16_384)
def street_key(street: str) -> str:
    """A street as it compares: "Königstraße", "Koenig-Str." and "KÖNIGSTRASSE" are one.

    A parcel locker is no place where anybody lives, so its key is ''.
    """
    if _LOCKER.match(street):
        return ""
    short = _STREET_WORD.sub("str", squash(street))
    return _PLACE_WORD.sub("platz", short).replace("sankt", "st").replace(" ", "")


def address_key(postal_code: str, street: str, number: str) -> str:
    """Folded postal code, street and house number; '' when one is missing."""
    if not (postal_code and street and number) or not (key := street_key(street)):
        return ""
    code = postal_code.casefold().replace(" ", "")
    house = number if number.isalnum() else number.translate(_DASHES)
    return f"{code}|{key}|{house.casefold()}"


def clean_postal_code(text: str, country: str) -> str:
    """A postal code without the country's letter; a German one gets back its lost leading 0."""
    code = text if text.isdecimal() else _POST_PREFIX.sub("", text.strip())
    lost = country == "DE" and len(code) == 4 and code.isdecimal()
    return f"0{code}" if lost else code


class _Lines(NamedTuple):
    """What free address lines turned out to be."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    rest: tuple[str, ...] = ()


def _sorted_line(known: _Lines, line: str) -> _Lines:
    town = _TOWN.fullmatch(line)
    if town and not known.city:
        return known._replace(postal_code=town["code"], city=town["city"])
    if known.city and (country := country_code(line)):
        return known._replace(country=country)
    if not known.street and not _CARE_OF.match(line) and split_street(line).number:
        return known._replace(street=line)
    return known._replace(rest=(*known.rest, line))


def _sorted_lines(lines: tuple[str, ...], street: str) -> _Lines:
    known = _Lines(street=street)
    for line in lines:
        if bare := " ".join(line.split()):
            known = _sorted_line(known, bare)
    return known


def _street_parts(street: str, number: str) -> Street:
    """Street and number from both fields, or from the one that holds them together."""
    if _CARE_OF.match(street):
        care, _, rest = street.partition(",")
        return _street_parts(rest.strip(), number)._replace(more=care)
    if number and not _FIGURE.search(street):
        return Street(street, number)
    found = split_street(street)
    if not number:
        return found
    same = fold(found.number) == fold(number)
    return Street(found.street if same else street, number, found.more if same else "")


class _Place(NamedTuple):
    """Where an address is, in the parts that follow from one another."""

    street: str
    number: str
    extra: tuple[str, ...]
    postal_code: str
    city: str
    country: str
    key: str


@remembered(16_384)
def _place(
    street: str,
    number: str,
    lines: tuple[str, ...],
    postal_code: str,
    city: str,
    named: str,
    country: str,
) -> _Place:
    """Remembered: goods and bill go to the same place, and families live in one."""
    known = _sorted_lines(lines, street) if lines else _Lines(street=street)
    parts = _street_parts(known.street, number)
    code = (country_code(named) if named else known.country) or ("" if named else country)
    postal_code = clean_postal_code(postal_code or known.postal_code, code)
    extra = (*((parts.more,) if parts.more else ()), *known.rest)
    key = address_key(postal_code, parts.street, parts.number)
    town = (city or known.city).strip()
    return _Place(parts.street, parts.number, extra, postal_code, town, code, key)


def clean_addresses(told: Items | None, size: int, *, country: str) -> list[tuple[Address, ...]]:
    """The addresses of each of `size` customers, split, with codes for countries, and their keys.

    `country` is the connection's, for an address that names none; a country nobody knows is left
    empty. Nothing here is an error: an address that cannot be split keeps its text.
    """
    if told is None:
        return [()] * size
    columns = told.columns
    places = map(
        _place, columns.texts("street"), columns.texts("house_number"), columns.column("lines", ()),
        columns.texts("postal_code"), columns.texts("city"), columns.texts("country"),
        repeat(country),
    )  # fmt: skip
    made = map(
        _address, columns.column("type", "other"), columns.texts("recipient"),
        columns.texts("company"), columns.texts("region"), places,
    )  # fmt: skip
    return [tuple(some) for some in told.by_owner(list(made), size)]


def _address(type_: str, recipient: str, company: str, region: str, place: _Place) -> Address:
    street, number, extra, postal_code, city, country, key = place
    return Address(
        type_, recipient, company, street, number, extra, postal_code, city, region, country, key
    )

"""How two faces compare, field by field, as small numbers (levels): the ground of every verdict.

A level says what stands there, not what it is worth: that says the model (`weights`). The names of
the levels are those of the model file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crmsync.identity.candidates import CROWD, FEW, OWN, Pairs, any_bit, bit
from crmsync.identity.faces import PLACES, Columns, Ints
from crmsync.identity.names import family_fit, given_fit

Flags = NDArray[np.bool_]
Levels = dict[str, NDArray[np.int8]]

NAMES: dict[str, tuple[str, ...]] = {
    "given": ("unknown", "equal", "short", "nick", "initial", "slip", "doubt", "different"),
    "family": ("unknown", "equal", "compound", "sound", "different"),
    "birth": ("unknown", "equal", "year", "near", "different"),
    "email": ("unknown", "own", "few", "crowd", "local", "different"),
    "phone": ("unknown", "mobile", "own", "few", "crowd", "different"),
    "address": ("unknown", "equal", "code", "street", "different"),
    "number": ("unknown", "equal", "different"),
    "card": ("unknown", "equal", "different"),
    "vat": ("unknown", "equal", "different"),
    "salutation": ("unknown", "equal", "different"),
    "suffix": ("unknown", "equal", "one", "different"),
    "company": ("unknown", "equal", "different"),
    "legal": ("unknown", "equal", "different"),
    "kind": ("equal", "firm", "couple"),
}  # fmt: skip
"""The levels of each field, by their numbers."""


class Field(NamedTuple):
    """How a field is called to people, and which of its levels agree and differ."""

    name: str
    agree: frozenset[int]
    differ: frozenset[int]


def _field(field: str, name: str, differ: str = "different", agree: str = "equal") -> Field:
    numbers = [frozenset(level(field, one) for one in told.split()) for told in (agree, differ)]
    return Field(name, *numbers)


def level(field: str, name: str) -> int:
    """The number of a level."""
    return NAMES[field].index(name)


FIELDS = {
    "given": _field("given", "given_name", "doubt different", "equal short nick initial slip"),
    "family": _field("family", "family_name", "different", "equal compound sound"),
    "birth": _field("birth", "birth_date", "near different", "equal year"),
    "email": _field("email", "email", "local different", "own few crowd"),
    "phone": _field("phone", "phone", "different", "mobile own few crowd"),
    "address": _field("address", "address", "street different", "equal code"),
    "number": _field("number", "customer_number"),
    "card": _field("card", "loyalty_card"),
    "vat": _field("vat", "vat_id"),
    "salutation": _field("salutation", "salutation"),
    "suffix": _field("suffix", "suffix"),
    "company": _field("company", "company"),
}
"""What people are told of a comparison."""


def levels(faces: Columns, pairs: Pairs) -> Levels:
    """The levels of every field for each pair, and two more facts: `is_firm`, `mobiles_differ`."""
    a, b, of = pairs.a, pairs.b, faces.of
    found = {
        "given": _fits(faces, "given", given_fit, a, b),
        "family": _fits(faces, "family", family_fit, a, b),
        "birth": _births(of["birth"][a], of["birth"][b]),
        "email": _emails(of["mails"], pairs),
        "phone": _phones(of, pairs),
        "address": _addresses(faces, a, b),
        "number": _numbers(of, a, b),
        "kind": _kinds(of["kind"][a], of["kind"][b]),
        "suffix": _suffixes(of["suffix"][a], of["suffix"][b]),
    }
    for field in ("card", "vat", "salutation", "company", "legal"):
        found[field] = _equal(of[field][a], of[field][b])
    found["is_firm"] = ((of["kind"][a] == 1) & (of["kind"][b] == 1)).astype(np.int8)
    both = (of["mobiles"][a] & of["mobiles"][b]) != 0
    found["mobiles_differ"] = (both & ((pairs.shared & any_bit("o")) == 0)).astype(np.int8)
    return _right_way_round(faces, found, a, b)


def _fits(
    faces: Columns, field: str, fit: Callable[[Any, Any], str], a: Ints, b: Ints
) -> NDArray[np.int8]:
    """The fit of two names of a field."""
    return _cross(faces, field, fit, faces.of[field][a], faces.of[field][b])


def _cross(
    faces: Columns, field: str, fit: Callable[[Any, Any], str], one: Ints, other: Ints
) -> NDArray[np.int8]:
    """The fit of two names, asked once for each two that meet."""
    code = (np.minimum(one, other) << 32) | np.maximum(one, other)
    met, where = np.unique(code, return_inverse=True)
    words, number = faces.words, _number_of_fit(field)
    asked = (fit(words[pair >> 32], words[pair & 0xFFFFFFFF]) for pair in met.tolist())
    told = np.fromiter((number[one] for one in asked), dtype=np.int8, count=len(met))
    return told[where]


def _number_of_fit(field: str) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(NAMES[field])}


def _right_way_round(faces: Columns, found: Levels, a: Ints, b: Ints) -> Levels:
    """Given and family name entered the wrong way round are compared crosswise where that fits."""
    unlike = (found["given"] == level("given", "different")) | (found["given"] == 0)
    unlike &= found["family"] == level("family", "different")
    at = np.flatnonzero(unlike)
    given, family = faces.of["given"], faces.of["family"]
    a, b = a[at], b[at]
    crossed = _cross(faces, "given", given_fit, given[a], family[b])
    met = _cross(faces, "family", family_fit, family[a], given[b])
    fits = (crossed != 0) & (crossed != level("given", "different"))
    fits &= (met != 0) & (met != level("family", "different"))
    found["given"][at[fits]], found["family"][at[fits]] = crossed[fits], met[fits]
    crossed = _cross(faces, "given", given_fit, family[a], given[b])
    met = _cross(faces, "family", family_fit, given[a], family[b])
    again = ~fits & (crossed != 0) & (crossed != level("given", "different"))
    again &= (met != 0) & (met != level("family", "different"))
    found["given"][at[again]], found["family"][at[again]] = crossed[again], met[again]
    return found


def _equal(a: Ints, b: Ints) -> NDArray[np.int8]:
    """unknown, equal, different: for fields of these three levels."""
    known = (a != 0) & (b != 0)
    return np.where(known, np.where(a == b, 1, 2), 0).astype(np.int8)


def _kinds(a: Ints, b: Ints) -> NDArray[np.int8]:
    firm = (a == 1) | (b == 1)
    return np.where(a == b, 0, np.where(firm, 1, 2)).astype(np.int8)


def _suffixes(a: Ints, b: Ints) -> NDArray[np.int8]:
    both = (a != 0) & (b != 0)
    told = np.where(a == b, 1, 3)
    return np.where(both, told, np.where(a == b, 0, 2)).astype(np.int8)


def _numbers(of: Mapping[str, Ints], a: Ints, b: Ints) -> NDArray[np.int8]:
    """Two numbers differ only within one namespace; elsewhere they say nothing."""
    found = _equal(of["number"][a], of["number"][b])
    found[(found == 2) & (of["space"][a] != of["space"][b])] = 0
    return found


def _births(a: Ints, b: Ints) -> NDArray[np.int8]:
    """Near: day and month swapped, the year alone known, one digit of day, month or year's end."""
    known, equal = (a != 0) & (b != 0), a == b
    (ya, ma, da), (yb, mb, db) = _day(a), _day(b)
    first = ((ma == 1) & (da == 1)) | ((mb == 1) & (db == 1))
    near = (ya == yb) & ((ma == db) & (da == mb) | first | (ma == mb) & _one_digit(da, db))
    near |= (ya == yb) & (da == db) & _one_digit(ma, mb)
    near |= (ma == mb) & (da == db) & (ya // 10 == yb // 10)
    told = np.where(equal, np.where(first, 2, 1), np.where(near, 3, 4))
    return np.where(known, told, 0).astype(np.int8)


def _day(day: Ints) -> tuple[Ints, Ints, Ints]:
    return day // 10_000, day // 100 % 100, day % 100


def _one_digit(a: Ints, b: Ints) -> Flags:
    """Whether two numbers of two digits differ in one of them, or have them the other way round."""
    one = (a // 10 == b // 10) | (a % 10 == b % 10)
    turned: Flags = (a // 10 == b % 10) & (a % 10 == b // 10)
    found: Flags = one | turned
    return found


def _emails(mails: Ints, pairs: Pairs) -> NDArray[np.int8]:
    found = np.where((mails[pairs.a] & mails[pairs.b]) != 0, 5, 0)
    found[(pairs.shared & any_bit("m")) != 0] = 4
    return _shared(found, pairs, "e", {CROWD: 3, FEW: 2, OWN: 1})


def _phones(of: Mapping[str, Ints], pairs: Pairs) -> NDArray[np.int8]:
    """Of what two share, a mobile counts most; unequal numbers differ only where both are told."""
    found = np.where((of["phones"][pairs.a] & of["phones"][pairs.b]) != 0, 5, 0)
    found = _shared(found, pairs, "p", {CROWD: 4, FEW: 3, OWN: 2})
    return _shared(found, pairs, "o", {CROWD: 4, FEW: 3, OWN: 1})


def _shared(
    found: NDArray[Any], pairs: Pairs, kind: str, told: Mapping[int, int]
) -> NDArray[np.int8]:
    """The level of the best key of a letter that two share."""
    for crowd, number in told.items():
        found[(pairs.shared & bit(kind, crowd)) != 0] = number
    return found.astype(np.int8)


def _addresses(faces: Columns, a: Ints, b: Ints) -> NDArray[np.int8]:
    """In one postal code two known streets differ; where one is not known the code alone agrees."""
    known, same = _meet(faces.places, a, b)
    near_known, near = _meet(faces.codes, a, b)
    told = np.where(same, 1, np.where(near, np.where(known, 3, 2), 4))
    return np.where(known | near_known, told, 0).astype(np.int8)


def _meet(column: Ints, a: Ints, b: Ints) -> tuple[Flags, Flags]:
    """Whether both have any, and whether they have one in common."""
    known = (column[a, 0] != 0) & (column[b, 0] != 0)
    same = np.zeros(len(a), dtype=bool)
    for one in range(PLACES):
        for other in range(PLACES):
            same |= (column[a, one] == column[b, other]) & (column[a, one] != 0)
    return known, same

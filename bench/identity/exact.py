"""Plain exact rules with a frequency cut: what a careful colleague writes in an afternoon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from bench.identity.clean import Clean
from bench.identity.truth import joined

MOST = 12
"""An e-mail address or number with more different given names than this is no key."""

_Key = Callable[[Clean], Iterable[tuple[str, ...]]]


def clusters(records: Sequence[Clean]) -> list[int]:
    """Join whoever shares e-mail, phone, card, or name with birth date, address or the like.

    Name with birth date, name with address, family name and birth date with postal code.
    """
    return joined(len(records), (pair for key in _KEYS for pair in _chains(records, key)))


def _chains(records: Sequence[Clean], keys: _Key) -> Iterator[tuple[int, int]]:
    """Each record of a key with the first one of it."""
    sharing: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in keys(record):
            if all(key):
                sharing[key].append(place)
    for places in sharing.values():
        if len({records[place].given for place in places}) <= MOST:
            yield from ((place, places[0]) for place in places[1:])


_KEYS: tuple[_Key, ...] = (
    lambda one: [("e", one.email)],
    lambda one: [("p", one.phone), ("p", one.phone2)],
    lambda one: [("c", one.card)],
    lambda one: [("b", one.given, one.family, one.birth)],
    lambda one: [("a", one.given, one.family, one.code, one.street)],
    lambda one: [("f", one.family, one.birth, one.code)],
)

"""Which true pairs are missed and which false ones are made, by what happened to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from bench.identity.clean import Clean
from bench.identity.found import Found, Hidden
from bench.identity.truth import groups

_HUGE = 200
"""Of a cluster of more records than this only the first are looked at, pair by pair."""


class Causes(NamedTuple):
    """Counts of pairs.

    Of true ones by event: all, missed, and missed where it is the only event; of missed ones by
    what the two records share; of false ones by who the two are to each other and what they share.
    """

    true: Counter[str]
    missed: Counter[str]
    only: Counter[str]
    missed_sharing: Counter[str]
    true_sharing: Counter[str]
    false: Counter[str]
    false_sharing: Counter[str]


def causes(found: Found, clusters: Sequence[Hashable], records: Sequence[Clean]) -> Causes:
    """Why `clusters` are not the truth."""
    result = Causes(*(Counter() for _ in Causes._fields))
    for one, other in _pairs(found.truth):
        events = {*found.hidden[one].events, *found.hidden[other].events} or {"nothing happened"}
        shared = sharing(records[one], records[other])
        result.true.update(events)
        result.true_sharing[shared] += 1
        if clusters[one] != clusters[other]:
            result.missed.update(events)
            result.missed_sharing[shared] += 1
            if len(events) == 1:
                result.only.update(events)
    for one, other in _pairs(clusters):
        first, second = found.hidden[one], found.hidden[other]
        if first.truth != second.truth:
            who = relation(first, second, records[one], records[other])
            result.false[who] += 1
            result.false_sharing[f"{who}: {sharing(records[one], records[other])}"] += 1
    return result


def _pairs(names: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    for places in groups(names).values():
        yield from combinations(places[:_HUGE], 2)


def sharing(one: Clean, other: Clean) -> str:
    """What two normalized records have in common, as a text: "e-mail, name, birth date"."""
    told = {
        "card": bool(one.card) and one.card == other.card,
        "e-mail": bool(one.email) and one.email == other.email,
        "phone": bool({one.phone, one.phone2} & {other.phone, other.phone2} - {""}),
        "birth date": bool(one.birth) and one.birth == other.birth,
        "address": bool(one.code) and (one.code, one.street) == (other.code, other.street)
        and bool(one.street),
        "name": bool(one.family) and (one.given, one.family) == (other.given, other.family),
    }  # fmt: skip
    if not told["name"]:
        told["given name"] = bool(one.given) and one.given == other.given
        told["family name"] = bool(one.family) and one.family == other.family
    if not told["address"]:
        told["postal code"] = bool(one.code) and one.code == other.code
    against = ["other birth date"] if one.birth and other.birth and not told["birth date"] else []
    return ", ".join([*(name for name, holds in told.items() if holds), *against]) or "nothing"


def relation(one: Hidden, other: Hidden, left: Clean, right: Clean) -> str:
    """Who two records' people are to each other."""
    roles = sorted((one.role, other.role))
    if one.household == other.household:
        return " and ".join(roles)
    if (left.given, left.family) == (right.given, right.family) and left.family:
        return "namesakes"
    return "strangers of one family name" if left.family == right.family else "strangers"


def shown(result: Causes) -> Iterator[str]:
    """The lines of a report."""
    yield f"{'event':26}{'true pairs':>11}{'missed':>9}{'share':>8}{'alone':>8}"
    for event, count in result.missed.most_common():
        true = result.true[event]
        yield f"{event:26}{true:11,}{count:9,}{count / true:8.1%}{result.only[event]:8,}"
    yield from _most("missed pairs share", result.missed_sharing, result.true_sharing)
    yield from _most("false pairs are", result.false)
    yield from _most("false pairs share", result.false_sharing)


def _most(
    title: str, counts: Counter[str], whole: Mapping[str, int] | None = None, number: int = 30
) -> Iterator[str]:
    yield ""
    yield f"{title} ({counts.total():,})"
    for what, count in counts.most_common(number):
        yield f"{count:9,}  {what}" + (f"  (of {whole[what]:,})" if whole else "")

"""What others ask of this room: who is this, who waits for review, who lives together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import orjson

from crmsync.errors import ConfigError
from crmsync.identity.index import keys_of
from crmsync.identity.keys import LETTERS, MOST_PEOPLE
from crmsync.identity.rules import Said, said_of
from crmsync.model.ref import Ref
from crmsync.model.words import Band
from crmsync.store import Work, decisions
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.links import DecisionRow, PairRow

_SHARED = {"h": "address", "p": "phone", "o": "phone", "e": "email"}


class Review(NamedTuple):
    """A pair that waits for a human; `agree` and `differ` name fields, `weight` is the model's.

    `said` is what the rule says, in German and English.
    """

    a: Ref
    b: Ref
    rule: str
    agree: tuple[str, ...]
    differ: tuple[str, ...]
    a_customer: str
    b_customer: str
    weight: int
    said: Said


class Housemate(NamedTuple):
    """Another customer of one household and what the two share: address, email, phone."""

    customer_id: str
    shared: tuple[str, ...]


def customer_of(work: Work, name: str) -> str | None:
    """The present customer id behind a customer id, an alias or a Ref text; None if unknown.

    A customer that is gone keeps its id. A withdrawn source customer has none.
    """
    if name.count("/") >= 2:
        return _customer_of_ref(work, Ref.parse(name))
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        row = link_store.load_customers(work, [name]).get(name)
        if row is None or row.alias_of is None:
            return row.customer_id if row else None
        name = row.alias_of
    return None


def _customer_of_ref(work: Work, ref: Ref) -> str | None:
    ids = key_store.record_ids(work, [ref])
    links = link_store.links_of(work, ids.values())
    return next((link.customer_id for link in links.values()), None)


def reviews(work: Work) -> list[Review]:
    """The pairs that wait for a human, in the order of their Refs.

    A pair whose two records have become one customer by other evidence does not wait.
    """
    rows = link_store.pairs_in(work, "review")
    sources = sorted({number for row in rows for number in (row.a_id, row.b_id)})
    refs = key_store.refs_of(work, sources)
    links = link_store.links_of(work, sources)
    homes = {source: link.customer_id for source, link in links.items()}
    return sorted(_review(row, refs, homes) for row in rows if homes[row.a_id] != homes[row.b_id])


def _review(row: PairRow, refs: Mapping[int, Ref], homes: Mapping[int, str]) -> Review:
    (a, first), (b, second) = sorted((refs[number], number) for number in (row.a_id, row.b_id))
    evidence = orjson.loads(row.evidence)
    agree, differ = tuple(evidence["agree"]), tuple(evidence["differ"])
    said = said_of(row.rule, evidence)
    return Review(a, b, row.rule, agree, differ, homes[first], homes[second], row.weight, said)


def decide(
    work: Work, a_ref: Ref, b_ref: Ref, band: Band, *, by: str, at: str, note: str = ""
) -> None:
    """Record what a human decided on two source customers; the next resolve applies it.

    "same" forces them together, "apart" keeps them apart, also through third records; "review"
    takes an earlier decision back. `at` is a UTC stamp. ConfigError when one of the two is
    unknown, both are one, or they belong to different controllers.
    """
    ids = check_decision(work, a_ref, b_ref)
    first, second = sorted((str(a_ref), str(b_ref)))
    decisions.decide(work, DecisionRow(first, second, band, by, at, note))
    work.log_records("source", ids.values())


def check_decision(work: Work, a_ref: Ref, b_ref: Ref) -> dict[Ref, int]:
    """The record ids of two Refs that can be decided on; ConfigError where they cannot."""
    ids = key_store.record_ids(work, [a_ref, b_ref])
    if a_ref == b_ref:
        raise ConfigError(f"{a_ref} cannot be compared with itself.", hint="Name two records.")
    for ref in (a_ref, b_ref):
        if ref not in ids:
            raise ConfigError(f"there is no record {ref}.", hint="Check connection, stream and id.")
    if len({one.controller for one in key_store.load_sources(work, ids.values())}) > 1:
        raise ConfigError(
            f"{a_ref} and {b_ref} belong to different controllers.",
            hint="Their data are never linked; name one controller for both connections.",
        )
    return ids


def households(work: Work, customer_id: str) -> list[Housemate]:
    """The other customers that share an address, phone or e-mail with this one, by id.

    What more than eight different people hold (a block of flats, a switchboard) makes no
    household.
    """
    ours = [link.source_id for link in link_store.links_to(work, [customer_id])]
    shared: dict[str, set[str]] = defaultdict(set)
    for customer, letter in _sharing(work, ours):
        shared[customer].add(_SHARED[letter])
    shared.pop(customer_id, None)
    return [Housemate(name, tuple(sorted(found))) for name, found in sorted(shared.items())]


def _sharing(work: Work, sources: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Each customer beside one of these, with the letter of a key that they share."""
    faces = key_store.faces_of(work, sources).values()
    keys = {key for key in keys_of(faces).tolist() if LETTERS[key & 15] in _SHARED}
    rows = key_store.holders(work, keys)
    people: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        people[row.key].add(row.who)
    rows = [row for row in rows if len(people[row.key] - {0}) <= MOST_PEOPLE]
    links = link_store.links_of(work, sorted({row.source_id for row in rows}))
    return (
        (links[row.source_id].customer_id, LETTERS[row.key & 15])
        for row in rows
        if row.source_id in links
    )

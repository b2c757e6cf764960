"""Whose contact point is it: the one customer who has an e-mail address or a phone number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from crmsync.identity.keys import LETTERS, key_numbers
from crmsync.identity.traits import Traits
from crmsync.model.ref import Ref
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store

STRONG = "epo"
"""The letters of keys of an e-mail address or a phone number."""


def whose(work: Work, controller: str, contacts: Iterable[str]) -> dict[str, int]:
    """The source customer of each contact that exactly one customer of the controller has.

    Contacts are e-mail addresses in their compared form or E.164 numbers. Of several source
    customers of one customer it is that of the smallest Ref. A mailbox of a role or a family and a
    short number are nobody's own, so nobody is found by them; what two customers share neither.
    """
    asked = {number: one for one in set(contacts) for number in _numbers(controller, one)}
    rows = key_store.holders(work, asked)
    links = link_store.links_of(work, sorted({row.source_id for row in rows}))
    customers: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.source_id in links:
            customers[asked[row.key]].add(links[row.source_id].customer_id)
            sources[asked[row.key]].add(row.source_id)
    alone = {one: ids for one, ids in sources.items() if len(customers[one]) == 1}
    refs = key_store.refs_of(work, sorted({number for ids in alone.values() for number in ids}))
    return {one: min(ids, key=refs.__getitem__) for one, ids in alone.items()}


def _numbers(controller: str, contact: str) -> list[int]:
    """The match keys of a contact, as the index of people holds them."""
    own = frozenset((contact,))
    nobody = Traits(Ref("", "", ""), controller)
    emails, phones = (own, nobody.phones) if "@" in contact else (nobody.emails, own)
    side = Traits(Ref("", "", ""), controller, emails=emails, phones=phones)
    return [number for number in key_numbers(side) if LETTERS[number & 15] in STRONG]

"""Relations of a customer: who shares the household, who answers for the firm. Never a merge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from crmsync.identity.links import ALONE
from crmsync.identity.read import Housemate, households
from crmsync.identity.rules import FIELDS, Said
from crmsync.identity.rules import say as say_rule
from crmsync.identity.study import read_traits
from crmsync.identity.traits import Traits
from crmsync.model.ref import Ref
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store

Kind = Literal["household", "contact_person", "firm"]

KINDS: Mapping[Kind, Said] = {
    "household": Said("im selben Haushalt", "in the same household"),
    "contact_person": Said("Ansprechpartner der Firma", "contact person of the firm"),
    "firm": Said("Firma, deren Ansprechpartner er ist", "firm whose contact person this is"),
}

_BY = Said("über", "by")
_STAYS = Said("bleibt ein eigener Kunde", "stays a customer of their own")
_ALONE = Said("kein anderer Datensatz ist derselbe Kunde", "no other record is the same customer")


class Relation(NamedTuple):
    """Another customer that is not this one, and what ties the two.

    `kind` says what the other is to this one; `shared` names what both have: address, company,
    email, phone. `records` are the Refs of the other, sorted.
    """

    kind: Kind
    customer_id: str
    shared: tuple[str, ...]
    records: tuple[Ref, ...]


def relations(work: Work, customer_id: str) -> list[Relation]:
    """The household of a person, the contact persons of a firm, the firms of a contact person.

    Two firms that share an address are not related. Sorted by kind and Refs.
    """
    mates = {one.customer_id: one for one in households(work, customer_id)}
    people = _traits(work, [customer_id, *mates])
    ours = people.get(customer_id, [])
    found = [_relation(ours, people.get(name, []), mate) for name, mate in mates.items()]
    return sorted(
        (one for one in found if one is not None), key=lambda one: (one.kind, one.records)
    )


def _relation(ours: list[Traits], theirs: list[Traits], mate: Housemate) -> Relation | None:
    kinds = _is_firm(ours), _is_firm(theirs)
    if all(kinds):
        return None
    kind: Kind = "household"
    if any(kinds):
        kind = "contact_person" if kinds[0] else "firm"
    companies = ({one.company for one in side if one.company} for side in (ours, theirs))
    same = any(kinds) and bool(set.intersection(*companies))
    shared = sorted({*mate.shared, "company"}) if same else mate.shared
    return Relation(kind, mate.customer_id, tuple(shared), tuple(sorted(one.ref for one in theirs)))


def _is_firm(records: Iterable[Traits]) -> bool:
    return any(one.kind == "firm" for one in records)


def _traits(work: Work, customer_ids: Iterable[str]) -> dict[str, list[Traits]]:
    links = link_store.links_to(work, customer_ids)
    homes = {link.source_id: link.customer_id for link in links}
    found: dict[str, list[Traits]] = defaultdict(list)
    for source in key_store.load_sources(work, homes):
        found[homes[source.id]].append(read_traits(source, {}))
    return found


def bonds(work: Work, customer_id: str) -> dict[Ref, str]:
    """The records of a customer by Ref, each with the strongest rule that binds it to another."""
    links = {one.source_id: one.rule for one in link_store.links_to(work, [customer_id])}
    refs = key_store.refs_of(work, links)
    return {ref: links[number] for number, ref in sorted(refs.items(), key=lambda one: one[1])}


def say_bond(rule: str, language: str) -> str:
    """A rule of `bonds` in German ("de") or English."""
    return _in(language, _ALONE if rule == ALONE else say_rule(rule))


def say(one: Relation, language: str) -> str:
    """A relation in German ("de") or English: Refs and fields, never a value."""
    fields = ", ".join(_in(language, FIELDS[field]) for field in one.shared)
    records = ", ".join(map(str, one.records))
    kind, by, stays = (_in(language, said) for said in (KINDS[one.kind], _BY, _STAYS))
    return f"{kind}: {records} ({by} {fields}; {stays}: {one.customer_id})"


def _in(language: str, said: Said) -> str:
    return said.de if language == "de" else said.en

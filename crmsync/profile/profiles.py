"""Keeps the golden profiles: writes what changed, takes out who is gone, and answers why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from crmsync.errors import ConfigError, CrmsyncError
from crmsync.model.customer import Golden, Profile, SourceCustomer
from crmsync.model.document import read_document, write_document
from crmsync.profile.granted import granted
from crmsync.profile.survivorship import Source, golden
from crmsync.store import Change, Work
from crmsync.store import profiles as kept

TOPICS = ("customer",)
FIELDS = SourceCustomer.__struct_fields__


def profile(
    work: Work,
    changes: Sequence[Change],
    *,
    owners: Mapping[str, str],
    preference: Sequence[str],
) -> tuple[dict[str, int], list[Profile]]:
    """Bring the profiles of the customers in `changes` up to date.

    Returns the counts (taken = changed + unchanged + removed) and the profiles that were written.
    A customer without living source customers loses its profile. `owners` maps a field to its
    connection, `preference` lists the connections, the most trusted first.
    """
    concerned = sorted({change.customer_id for change in changes if change.customer_id})
    known = kept.profile_hashes(work, concerned)
    built = _build(work, concerned, owners, preference)
    written = [row for row in map(_row, built) if known.get(row[0]) != row[2]]
    removed = sorted(set(known) - {one.customer_id for one in built})
    kept.write_profiles(work, written)
    kept.remove_profiles(work, removed)
    changed = {row[0] for row in written}
    work.log_customers("profile", [name for name in concerned if name in changed.union(removed)])
    counts = {"taken": len(concerned), "changed": len(changed), "removed": len(removed)}
    counts["unchanged"] = counts["taken"] - counts["changed"] - counts["removed"]
    return counts, [one for one in built if one.customer_id in changed]


def load_profiles(work: Work, customer_ids: Iterable[str]) -> dict[str, Profile]:
    """The golden profiles of these customers; who has none is left out."""
    docs = kept.profile_docs(work, customer_ids)
    return {name: read_document(Profile, doc) for name, doc in docs.items()}


def load_profile(work: Work, customer_id: str) -> Profile | None:
    """The golden profile of a customer, also under an id that was merged away; None if gone."""
    name = kept.survivor(work, customer_id)
    return load_profiles(work, [name]).get(name)


def why(work: Work, customer_id: str, field: str) -> dict[str, Golden]:
    """Which source gave `field` ("": every field) and by which rule; unions as `contacts.0`, ….

    Empty when nobody told the field. ConfigError for a field that no profile has, CrmsyncError
    when there is no such customer.
    """
    if field and field not in FIELDS:
        raise ConfigError(
            f"a profile has no field '{field}'.", hint=f"Write one of: {', '.join(FIELDS)}."
        )
    found = load_profile(work, customer_id)
    if found is None:
        raise CrmsyncError(
            f"there is no customer {customer_id}.",
            hint="Was it merged or withdrawn? Name one of its records.",
        )
    return {
        name: entry
        for name, entry in found.provenance.items()
        if field in ("", name.partition(".")[0])
    }


def _build(
    work: Work, concerned: Sequence[str], owners: Mapping[str, str], preference: Sequence[str]
) -> list[Profile]:
    sources: dict[tuple[str, str], list[Source]] = defaultdict(list)
    for row in kept.linked_sources(work, concerned):
        told = Source(row.ref, read_document(SourceCustomer, row.doc))
        sources[row.customer_id, row.controller].append(told)
    notes = granted(kept.noted(work, concerned))
    return [
        golden(
            found, customer_id=name, controller=controller, owners=owners, preference=preference,
            granted=notes.get(name, ()),
        )
        for (name, controller), found in sorted(sources.items())
    ]  # fmt: skip


def _row(one: Profile) -> tuple[str, str, bytes, str]:
    """The stored row; its hash leaves out the customer id, which says nothing about the person."""
    content = (one.controller, one.customer, one.sources, one.provenance)
    digest = blake2b(write_document(content), digest_size=16).digest()
    return one.customer_id, one.controller, digest, write_document(one).decode()

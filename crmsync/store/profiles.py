"""Golden profiles in the store: the source customers behind a customer, and the profile itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.model.ref import Ref
from crmsync.store.tables import (
    customer,
    interaction,
    link,
    profile,
    record,
    source_customer,
    stream,
)
from crmsync.store.work import Work


class LinkedSource(NamedTuple):
    """A source customer of a living customer; `doc` is SourceCustomer as JSON."""

    customer_id: str
    controller: str
    ref: Ref
    doc: str


def linked_sources(work: Work, customer_ids: Iterable[str]) -> list[LinkedSource]:
    """The source customers linked to these customers, as far as the customers are alive."""
    c = customer.c
    statement = (
        sa.select(
            c.customer_id, c.controller, stream.c.connection, stream.c.name,
            record.c.external_id, source_customer.c.doc,
        )
        .join_from(customer, link, link.c.customer_id == c.customer_id)
        .join(source_customer, source_customer.c.record_id == link.c.source_id)
        .join(record, record.c.id == link.c.source_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(c.state == "alive")
    )  # fmt: skip
    rows = work.all_in(statement, c.customer_id, customer_ids)
    return [LinkedSource(row[0], row[1], Ref(row[2], row[3], row[4]), row[5]) for row in rows]


class Noted(NamedTuple):
    """What an interaction of a customer says in detail; `details` is model.detail as JSON."""

    customer_id: str
    ref: Ref
    at: str
    details: str


def noted(work: Work, customer_ids: Iterable[str]) -> list[Noted]:
    """The details of the interactions of these customers, in the order of their stamps and Refs."""
    i = interaction.c
    statement = (
        sa.select(
            link.c.customer_id, stream.c.connection, stream.c.name, record.c.external_id,
            i.at, i.details,
        )
        .join_from(link, interaction, i.source_id == link.c.source_id)
        .join(record, record.c.id == i.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(i.details != "")
    )  # fmt: skip
    rows = work.all_in(statement, link.c.customer_id, customer_ids)
    found = [Noted(row[0], Ref(row[1], row[2], row[3]), row[4], row[5]) for row in rows]
    return sorted(found, key=lambda one: (one.at, one.ref))


def profile_hashes(work: Work, customer_ids: Iterable[str]) -> dict[str, bytes]:
    """The output hash of the stored profile of each of these customers that has one."""
    statement = sa.select(profile.c.customer_id, profile.c.hash)
    rows = work.all_in(statement, profile.c.customer_id, customer_ids)
    return {row[0]: bytes(row[1]) for row in rows}


def write_profiles(work: Work, rows: Sequence[tuple[str, str, bytes, str]]) -> None:
    """Write profiles: customer id, controller, hash, document."""
    work.upsert(profile, rows)


def remove_profiles(work: Work, customer_ids: Sequence[str]) -> None:
    """Take out the profiles of these customers."""
    work.delete(profile.c.customer_id, customer_ids)


def profile_docs(work: Work, customer_ids: Iterable[str]) -> dict[str, str]:
    """The stored profiles of these customers as JSON."""
    statement = sa.select(profile.c.customer_id, profile.c.doc)
    rows = work.all_in(statement, profile.c.customer_id, customer_ids)
    return {row[0]: row[1] for row in rows}


def survivor(work: Work, customer_id: str) -> str:
    """The customer that `customer_id` is now: itself, or who survived its merges."""
    statement = sa.select(customer.c.alias_of).where(customer.c.customer_id == sa.bindparam("id"))
    seen = {customer_id}
    while (alias := work.scalar(statement, {"id": customer_id})) and alias not in seen:
        seen.add(alias)
        customer_id = alias
    return customer_id

"""Interactions as they are read back: each with its Ref, its customer and its details."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from crmsync.model.detail import read_details
from crmsync.model.ref import Ref
from crmsync.model.touch import Touch
from crmsync.store.tables import customer, interaction, link, record, stream
from crmsync.store.work import Work

_OWN = ("at", "day", "channel", "kind", "direction", "status", "subject", "reason", "due_on",
        "resolved_on", "store", "thread")  # fmt: skip


def touches_of(work: Work, customer_ids: Iterable[str]) -> list[Touch]:
    """Every interaction of these customers, in the order of their stamps and Refs."""
    return _touches(work.all_in(_told(), link.c.customer_id, customer_ids))


def touches_between(work: Work, controller: str, since: str, until: str) -> list[Touch]:
    """The interactions of a controller's customers from day `since` to day `until`, both too."""
    days = interaction.c.day.between(since, until)
    return _touches(work.all(_told().where(days, customer.c.controller == controller)))


def untied(work: Work, connection: str) -> list[Ref]:
    """The interactions of a connection whose contact no customer, or more than one, has; sorted."""
    statement = (
        sa.select(stream.c.connection, stream.c.name, record.c.external_id)
        .join_from(interaction, record, record.c.id == interaction.c.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(
            interaction.c.contact != "",
            interaction.c.source_id.is_(None),
            stream.c.connection == connection,
        )
    )
    return sorted(Ref(*row) for row in work.all(statement))


def _told() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            stream.c.connection, stream.c.name, record.c.external_id, link.c.customer_id,
            *(interaction.c[name] for name in _OWN), interaction.c.details,
        )
        .join_from(link, interaction, interaction.c.source_id == link.c.source_id)
        .join(customer, customer.c.customer_id == link.c.customer_id)
        .join(record, record.c.id == interaction.c.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(customer.c.state == "alive")
    )  # fmt: skip


def _touches(rows: Sequence[Any]) -> list[Touch]:
    found = [Touch._make((Ref(*row[:3]), *row[3:-1], read_details(row[-1]))) for row in rows]
    return sorted(found, key=lambda one: (one.at, one.ref))

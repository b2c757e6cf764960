"""What customers began and may wait for us, as habits count it: with the day it was settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from crmsync.model.detail import Details
from crmsync.model.thread import ASKING, CALLING, Settled, waiting
from crmsync.model.touch import Touch
from crmsync.store.tables import interaction, link
from crmsync.store.touches import touches_of
from crmsync.store.work import Work

_KINDS = (*ASKING, *CALLING, "satisfaction")
MAY_WAIT = sa.and_(
    interaction.c.direction == "in",
    interaction.c.kind.in_(_KINDS),
    sa.or_(interaction.c.status != "done", interaction.c.details != ""),
)
"""What may wait to be settled; `model.thread.waits` says whether it does."""


def waiting_rows(work: Work, customer_ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The interactions of these customers that may wait, as rows of facts.SHAPES["interactions"].

    A missed call is a call-back that is due on its day, a low score counts as a complaint.
    """
    asked = sa.select(link.c.customer_id).distinct()
    asked = asked.join_from(link, interaction, interaction.c.source_id == link.c.source_id)
    names = [row[0] for row in work.all_in(asked.where(MAY_WAIT), link.c.customer_id, customer_ids)]
    told = touches_of(work, names)
    waited = {id(one.touch): one.settled for one in waiting(told)}
    return [
        _waited(one, waited[id(one)]) if id(one) in waited else _row(one, one.status)
        for one in told
        if _may_wait(one)
    ]


def _may_wait(one: Touch) -> bool:
    """MAY_WAIT of an interaction that was read."""
    unsettled = one.status != "done" or one.details != Details()
    return one.direction == "in" and one.kind in _KINDS and unsettled


def _waited(one: Touch, settled: Settled | None) -> tuple[Any, ...]:
    one = one._replace(resolved_on=settled.day if settled else None)
    if one.kind == "missed_call":
        one = one._replace(kind="call_back", due_on=one.due_on or one.day)
    elif one.kind == "satisfaction":
        one = one._replace(kind="complaint")
    return _row(one, "open")


def _row(one: Touch, status: str) -> tuple[Any, ...]:
    return (
        one.customer_id, one.kind, status, one.channel, one.direction, one.day, one.due_on,
        one.resolved_on,
    )  # fmt: skip

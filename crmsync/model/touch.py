"""An interaction as it is read back: with its Ref, its customer and its details."""

from __future__ import annotations

from typing import NamedTuple

from crmsync.model.detail import Details
from crmsync.model.ref import Ref


class Touch(NamedTuple):
    """An interaction of a living customer; the fields are those of model.order.Interaction."""

    ref: Ref
    customer_id: str
    at: str
    day: str
    channel: str
    kind: str
    direction: str
    status: str
    subject: str
    reason: str
    due_on: str | None
    resolved_on: str | None
    store: str
    thread: str
    details: Details

"""Source customers as a rule of the house sees them."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec.structs import replace

from crmsync.model.customer import SourceCustomer
from crmsync.model.document import read_document, write_document
from crmsync.model.pair import PairSide
from crmsync.store.keys import Source

_UNSEEN: dict[str, Any] = {
    "changed_at": "", "since": "", "hidden": (), "form": "", "pronunciation": "", "wishes": (),
}  # fmt: skip
"""What a rule does not see: see `crmsync.model.pair`."""


class Seen(NamedTuple):
    """A source customer as a rule sees it: in one text, as a side, and its controller."""

    text: str
    side: PairSide
    controller: str


def see(source: Source) -> Seen:
    """A stored source customer as a rule sees it; equal ones have equal texts."""
    told = replace(read_document(SourceCustomer, source.doc), **_UNSEEN)
    connection, stream, _ = source.ref
    text = "\0".join((connection, stream, write_document(told).decode()))
    return Seen(text, PairSide(connection, stream, told), source.controller)

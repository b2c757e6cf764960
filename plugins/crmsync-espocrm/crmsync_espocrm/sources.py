"""Which entity of EspoCRM stands behind each stream."""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.model.stream import StreamKind
from crmsync_espocrm.settings import EspoCrmSettings

KINDS = {"customers": "Contact", "accounts": "Account", "leads": "Lead"}
"""The entities that are people or firms, by the stream they are in."""

STREAMS = {entity: stream for stream, entity in KINDS.items()}
MET = ("id", "name", "status", "dateStart", "direction", "parentType", "parentId", "accountId",
       "contactsIds", "leadsIds", "createdAt", "modifiedAt")  # fmt: skip
SENT = ("id", "name", "status", "dateSent", "parentType", "parentId", "accountId", "createdAt",
        "modifiedAt")  # fmt: skip
"""What is asked for of an e-mail: never its text."""


@dataclass(frozen=True, slots=True)
class Source:
    """The entity behind a stream; `select` are the fields to ask for, nothing for all."""

    stream: str
    of: StreamKind
    entity: str
    select: tuple[str, ...] = ()


def sources(own: EspoCrmSettings) -> list[Source]:
    """The streams of a connection, in the order in which they are read."""
    wanted = (
        (own.accounts, Source("accounts", "customers", "Account")),
        (True, Source("customers", "customers", "Contact")),
        (own.leads, Source("leads", "customers", "Lead")),
        (own.opportunities, Source("orders", "orders", "Opportunity")),
        (own.cases, Source("cases", "interactions", "Case")),
        (own.calls, Source("calls", "interactions", "Call", MET)),
        (own.emails, Source("emails", "interactions", "Email", SENT)),
    )
    return [source for one, source in wanted if one]

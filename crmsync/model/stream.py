"""What a connector offers and what it brings: streams, windows, pages, capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Json = Any
CursorKind = Literal["timestamp", "version", "log", "snapshot"]
DeleteKind = Literal["none", "tombstone", "missing", "reconcile"]
Change = Literal["save", "consent", "audience", "erase"]
"""What may be changed in a backend: the fields of a customer, what he allowed, whether he belongs
to an audience, or whether the backend keeps him at all."""
StreamKind = Literal[
    "customers", "orders", "returns", "deliveries", "interactions", "consents", "products", "stores"
]
Also = StreamKind | Literal["guests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One kind of record a connection offers.

    `key` is the field of a record that holds its external id (dots reach into objects).
    `cursor`: *timestamp* reads a window bounded by the backend's clock minus `lag` and starts
    `overlap` earlier the next time; *version* and *log* go on from the last position; *snapshot*
    reads everything and the engine compares hashes. As long as something is parked that could not
    be read, a window or a version begins again where the reading began that met it.
    `deletes`: *tombstone* pages name them; *missing* a record absent from a complete snapshot is
    gone; *reconcile* the engine compares with `Connector.ids`; all behind the brake.
    `also` is what else its records may tell beside their own kind: customers their consents, orders
    their returns, deliveries and guests.
    """

    name: str
    kind: StreamKind
    key: str = "id"
    cursor: CursorKind = "snapshot"
    deletes: DeleteKind = "none"
    lag: timedelta = timedelta(0)
    overlap: timedelta = timedelta(0)
    also: tuple[Also, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of changes, since <= stamp < until; None means unbounded."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that should have been a record and cannot be read: where, why, and its bytes."""

    place: str
    reason: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody should look at though reading goes well: a warning of the run's report.

    `hint` says who must do what. Neither holds personal data.
    """

    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one request brings.

    `records` are JSON objects as the backend told them. `deleted` are external ids. `merged` are
    (loser, winner) external ids. `next_position` is where to go on reading after this page, JSON.
    `source` names the file or route the page came from. What cannot be read is parked, and released
    when a later reading that begins no later no longer meets it: for streams with a window, a
    version or a snapshot the engine sees to that. A *log* says it with `whole`, True on the last
    page of a source that was read from its beginning to its end just now.
    `payloads`, where it is given, holds for each record the bytes of the JSON it was read from,
    None where there are none: the engine then keeps and hashes these instead of writing its own.
    `ids`, where it is given beside them, holds the external id of each record; the engine then no
    longer looks at `records`, and decodes nothing but what changed. `notices` become warnings.
    """

    records: Sequence[Mapping[str, Json]] = ()
    deleted: Sequence[str] = ()
    merged: Sequence[tuple[str, str]] = ()
    unreadable: Sequence[Unreadable] = ()
    next_position: Json = None
    source: str = ""
    whole: bool = False
    payloads: Sequence[bytes | None] = ()
    ids: Sequence[str] = ()
    notices: Sequence[Notice] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a connector can do beyond reading; what is not declared is not asked for.

    `writes` are the changes that it takes as intents, `batch` of them in one call at most, and
    `at_once` how many calls the backend bears at the same time. `webhooks`: it reads what the
    backend sends of its own accord.
    """

    writes: tuple[Change, ...] = ()
    batch: int = 1
    at_once: int = 1
    ids: bool = False
    server_time: bool = False
    webhooks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One configured backend, as its connector sees it.

    `production` is False for test systems; `country`, `zone`, `currency` and `language` are the
    defaults for what a record leaves open; `base` is the folder of crmsync.toml.
    """

    name: str
    controller: str
    production: bool = False
    country: str = "DE"
    zone: str = "Europe/Berlin"
    currency: str = "EUR"
    language: str = "de"
    base: str = "."
    owner_of: tuple[str, ...] = field(default=())


def reach(record: Mapping[str, Json], path: str) -> Json:
    """The value at `path`: the field of exactly that name, or dots reaching into objects and lists.

    None where there is nothing. `reach(record, stream.key)` is how an external id is found.
    """
    if path in record:
        return record[path]
    found: Json = record
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdigit():
            found = found[int(part)] if int(part) < len(found) else None
        else:
            return None
    return found

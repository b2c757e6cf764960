"""The connector: Pipedrive's persons, organizations, won deals, products and activities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import ConfigError
from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import pipedrive_events, verify_basic
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import (
    Capabilities,
    Connection,
    DeleteKind,
    Json,
    Page,
    Stream,
    StreamKind,
    Window,
)
from crmsync.model.told import Told
from crmsync_pipedrive.api import Api
from crmsync_pipedrive.deals import activity, deal, product
from crmsync_pipedrive.people import organization, person
from crmsync_pipedrive.reading import Reading
from crmsync_pipedrive.settings import PipedriveSettings
from crmsync_pipedrive.writing import Writing

LATE = timedelta(minutes=2)
"""Nobody says how late a change may show in a list: a window begins so much earlier."""

HOOKS = {"person": "customers", "organization": "organizations", "deal": "orders",
         "product": "products", "activity": "activities"}  # fmt: skip


class Pipedrive:
    """One company."""

    name: ClassVar[str] = "pipedrive"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = PipedriveSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), at_once=4, ids=True, server_time=True, webhooks=True
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: PipedriveSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings, self._reading)

    def check(self) -> None:
        """Return when the token is good and every custom field is there."""
        self._api.me()
        missing = self._own.fields.keys() - self._reading.fields.keys()
        if missing:
            raise ConfigError(
                f"Pipedrive has no person field for {', '.join(sorted(missing))}.",
                hint="`fields` wants the name or the key of a field (Settings > Data fields).",
            )

    def streams(self) -> Sequence[Stream]:
        """Products, persons, organizations, won deals, activities."""
        own, gone = self._own, self._own.compare
        found = [self._stream("products", "products", "none")] if own.products else []
        for name in ("customers", "organizations"):
            found.append(self._stream(name, "customers", "reconcile" if gone else "none"))
        found += [self._stream("orders", "orders", "tombstone")] if own.deals else []
        found += [self._stream("activities", "interactions", "none")] if own.activities else []
        return found

    def _stream(self, name: str, kind: StreamKind, deletes: DeleteKind) -> Stream:
        return Stream(
            name=name,
            kind=kind,
            cursor="timestamp",
            overlap=LATE,
            deletes=deletes,
            also=("consents",) if name == "customers" else (),
        )

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`."""
        return self._reading.rows(stream.name, window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is there now."""
        return self._reading.ids(stream.name)

    def server_time(self) -> datetime:
        """Pipedrive's clock."""
        return self._api.server_time()

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(include={"campaigns", "fields"})

    def fingerprint(self, stream: Stream) -> str:
        """The settings that decide how a record is read."""
        return self._own.model_dump_json(include={"fields", "channel", "campaigns"})

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One record in our words."""
        if stream.name == "orders":
            return deal(raw, channel=self._own.channel)
        kinds = {"customers": person, "organizations": organization, "products": product,
                 "activities": activity}  # fmt: skip
        return [kinds[stream.name](raw)]

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The event of one delivery, which must log in as its webhook was told to."""
        secrets = [self._own.hook_password.get_secret_value()]
        verify_basic(headers, user=self._own.hook_user, secrets=[one for one in secrets if one])
        return pipedrive_events(body, streams=HOOKS)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

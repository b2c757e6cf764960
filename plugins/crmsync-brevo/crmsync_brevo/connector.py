"""The connector: Brevo's contacts with consents, lists and campaigns as crmsync's customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import brevo_events, secrets_of, verify_header, verify_url
from crmsync.model.columns import Columns
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_brevo.api import Api
from crmsync_brevo.contacts import contact_mapper, flat, interactions
from crmsync_brevo.reading import Reading
from crmsync_brevo.settings import BrevoSettings
from crmsync_brevo.writing import BATCH, Writing

LAG, OVERLAP = timedelta(minutes=1), timedelta(minutes=5)
"""Brevo does not say when a change shows in lists: a margin of ours."""

MAPPED_BY = {"attributes", "consent_lists", "opt_in", "opt_in_at", "statistics"}


class Brevo:
    """One account."""

    name: ClassVar[str] = "brevo"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = BrevoSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "audience", "erase"),
        batch=BATCH,
        at_once=4,
        ids=True,
        server_time=True,
        webhooks=True,
    )
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: BrevoSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings)
        self._mapper = contact_mapper(settings, where=f"connections.{connection.name}")

    def check(self) -> None:
        """Return when Brevo answers, and contacts and their lists may be read."""
        self._api.account()
        self._api.contacts(0, 2, None)
        self._api.lists()

    def streams(self) -> Sequence[Stream]:
        """Contacts by their modification date; who is deleted is found by comparing ids."""
        return [Stream(name="customers", kind="customers", cursor="timestamp",
                       deletes="reconcile", lag=LAG, overlap=OVERLAP,
                       also=("consents", "interactions"))]  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The contacts that changed since `window` began."""
        return self._reading.contacts(window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every contact's id."""
        if stream.name != "customers":
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.ids()

    def server_time(self) -> datetime:
        """Brevo's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One contact in our words, and what campaigns did where the statistics were read."""
        return [*self._mapper(flat(raw, self._own)), *interactions(raw)]

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """Contacts by column, where they come without statistics."""
        if any(raw.get("statistics") for raw in raws):
            return None
        return self._mapper.page([flat(raw, self._own) for raw in raws])

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(include={"statistics"})

    def fingerprint(self, stream: Stream) -> str:
        """What of the settings decides how a contact is mapped."""
        own = self._own.model_dump_json(include=MAPPED_BY)
        return f"{self._mapper.fingerprint()}{own}"

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.all(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The event of a delivery, which shows our secret as its token, or in its url."""
        hint = "IT: name the token that the webhook shows as webhook_secret."
        secrets = secrets_of(self._own.webhook_secret, hint=hint)
        if any(name.lower() == "authorization" for name in headers):
            verify_header(headers, secrets=secrets)
        else:
            verify_url(url, secrets=secrets)
        return brevo_events(body)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

"""The connector: Klaviyo's profiles with their consents as customers, events as interactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import klaviyo_events, secrets_of, verify_klaviyo
from crmsync.model.columns import Columns
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_klaviyo.api import Api
from crmsync_klaviyo.events import event
from crmsync_klaviyo.profiles import flat, profile_mapper
from crmsync_klaviyo.reading import Reading
from crmsync_klaviyo.settings import KlaviyoSettings
from crmsync_klaviyo.writing import BATCH, Writing

LAG, OVERLAP = timedelta(minutes=1), timedelta(minutes=5)
"""Klaviyo does not say when a change shows in lists: a margin of ours."""

LATE = timedelta(hours=6)
"""Events are dated by when they happened, and may come in later."""

MAPPED_BY = {"consent_list", "properties"}


class Klaviyo:
    """One account."""

    name: ClassVar[str] = "klaviyo"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = KlaviyoSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "audience", "erase"),
        batch=BATCH,
        at_once=4,
        ids=True,
        server_time=True,
        webhooks=True,
    )
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: KlaviyoSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings)
        self._mapper = profile_mapper(settings, where=f"connections.{connection.name}")

    def check(self) -> None:
        """Return when Klaviyo answers, and profiles, lists and events may be read."""
        self._api.profile_page()
        self._api.list_page()
        if self._own.metrics:
            self._reading.check_events()

    def streams(self) -> Sequence[Stream]:
        """Profiles by their last change, who is gone found by comparing ids; events by time."""
        profiles = Stream(name="customers", kind="customers", cursor="timestamp",
                          deletes="reconcile", lag=LAG, overlap=OVERLAP,
                          also=("consents",))  # fmt: skip
        events = Stream(name="events", kind="interactions", cursor="timestamp", lag=LAG,
                        overlap=LATE, also=("consents",))  # fmt: skip
        return [profiles, events] if self._own.metrics else [profiles]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The profiles that changed, or the events that happened, in `window`."""
        if stream.name == "events":
            return self._reading.events(window, position)
        return self._reading.profiles(window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every profile's id."""
        if stream.name != "customers":
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.ids()

    def server_time(self) -> datetime:
        """Klaviyo's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One profile or one event in our words."""
        if stream.name == "events":
            return list(event(raw))
        return self._mapper(flat(raw, self._own))

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """Profiles by column."""
        if stream.name == "events":
            return None
        return self._mapper.page([flat(raw, self._own) for raw in raws])

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(include={"lists", "metrics"})

    def fingerprint(self, stream: Stream) -> str:
        """What of the settings decides how a profile is mapped."""
        own = self._own.model_dump_json(include=MAPPED_BY)
        return f"{self._mapper.fingerprint()}{own}"

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.all(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The profiles that a signed delivery of a system webhook is about."""
        hint = "IT: name the webhook's secret key as webhook_secret."
        secrets = secrets_of(self._own.webhook_secret, hint=hint)
        verify_klaviyo(headers, body, secrets=secrets, now=datetime.now(UTC))
        return klaviyo_events(body)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

"""The connector: the members of an audience with consents, tags and activity as customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import CredentialsError, PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import mailchimp_events, verify_mailchimp, verify_url
from crmsync.model.columns import Columns
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_mailchimp.api import Api
from crmsync_mailchimp.members import flat, interactions, member_mapper
from crmsync_mailchimp.reading import Reading
from crmsync_mailchimp.settings import MailchimpSettings
from crmsync_mailchimp.writing import BATCH, Writing

LAG, OVERLAP = timedelta(minutes=1), timedelta(minutes=5)
"""Stamps are whole seconds, and Mailchimp does not say when a change shows: a margin of ours."""

MAPPED_BY = {"merge_fields", "permission", "activity", "double_opt_in"}


class Mailchimp:
    """One audience."""

    name: ClassVar[str] = "mailchimp"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = MailchimpSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "audience", "erase"),
        batch=BATCH,
        at_once=4,
        ids=True,
        server_time=True,
        webhooks=True,
    )
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: MailchimpSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings)
        self._mapper = member_mapper(settings, where=f"connections.{connection.name}")

    def check(self) -> None:
        """Return when Mailchimp answers and the audience's members may be read."""
        self._api.members(count=1)
        self._api.merge_fields()

    def streams(self) -> Sequence[Stream]:
        """Members by their last change; who was deleted for good is found by comparing ids."""
        return [Stream(name="customers", kind="customers", key="contact_id", cursor="timestamp",
                       deletes="reconcile", lag=LAG, overlap=OVERLAP,
                       also=("consents", "interactions"))]  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The members that changed in `window`."""
        return self._reading.members(window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every member's contact id."""
        if stream.name != "customers":
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.ids()

    def server_time(self) -> datetime:
        """Mailchimp's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One member in our words, and what he did where the activity was read."""
        return [*self._mapper(flat(raw, self._own)), *interactions(raw)]

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """Members by column, where they come without activity."""
        if any(raw.get("activity") for raw in raws):
            return None
        return self._mapper.page([flat(raw, self._own) for raw in raws])

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(include={"activity"})

    def fingerprint(self, stream: Stream) -> str:
        """What of the settings decides how a member is mapped."""
        own = self._own.model_dump_json(include=MAPPED_BY)
        return f"{self._mapper.fingerprint()}{own}"

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.all(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The event of a delivery: signed, or with our secret in its url where it is not.

        It names an address and not the contact: what changed is read.
        """
        signing = self._own.signing_secret.get_secret_value()
        secret = self._own.webhook_secret.get_secret_value()
        if signing:
            verify_mailchimp(headers, body, secrets=[signing], now=datetime.now(UTC))
        elif secret:
            verify_url(url, secrets=[secret])
        else:
            hint = "IT: set signing_secret, or webhook_secret where the webhook is not signed."
            raise CredentialsError("a webhook cannot be checked without its secret.", hint=hint)
        return [replace(one, external_id=None) for one in mailchimp_events(body)]

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

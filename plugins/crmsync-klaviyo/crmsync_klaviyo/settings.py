"""What a connection to Klaviyo needs to know."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

METRICS = ("Opened Email", "Clicked Email", "Bounced Email", "Marked Email as Spam",
           "Unsubscribed from Email Marketing")  # fmt: skip


class KlaviyoSettings(BaseModel):
    """A private API key; `revision` is the day of the API that is spoken.

    `properties` says in which custom property a field of ours stands. `lists` are the ids of lists
    whose members are marked with their names. `metrics` are the names of those whose events are
    read, none for no events. A consent subscribes to `consent_list` where one is named; a consent
    that is still to be confirmed needs one that asks twice (double opt-in). `bulk` is from how many
    changes on one job takes them all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://a.klaviyo.com")
    api_key: SecretStr
    revision: str = Field("2026-07-15", pattern=r"^\d{4}-\d{2}-\d{2}$")
    page_size: int = Field(100, ge=1, le=100)
    event_page_size: int = Field(1000, ge=1, le=1000)
    properties: Mapping[str, str] = Field(default_factory=dict)
    lists: tuple[str, ...] = ()
    metrics: tuple[str, ...] = METRICS
    consent_list: str = Field("", pattern=r"^[A-Za-z0-9]*$")
    bulk: int = Field(10, ge=2)
    webhook_secret: SecretStr = SecretStr("")

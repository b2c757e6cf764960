"""What a connection to Klaviyo needs to know."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

METRICS = ("Opened Email", "Clicked Email", "Bounced Email", "Marked Email as Spam",
           "Unsubscribed from Email Marketing")  # fmt: skip


class KlaviyoSettings(BaseModel):
    """A private API key of one account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://a.klaviyo.com")
    """The API's host."""
    api_key: SecretStr
    """A private API key."""
    revision: str = Field("2026-07-15", pattern=r"^\d{4}-\d{2}-\d{2}$")
    """The day of the API that is spoken."""
    page_size: int = Field(100, ge=1, le=100)
    """How many profiles a page holds."""
    event_page_size: int = Field(1000, ge=1, le=1000)
    """How many events a page holds."""
    properties: Mapping[str, str] = Field(default_factory=dict)
    """Our field, and the custom property in which it stands."""
    lists: tuple[str, ...] = ()
    """Ids of lists whose members are marked with their names."""
    metrics: tuple[str, ...] = METRICS
    """Names of the metrics whose events are read; none for no events."""
    consent_list: str = Field("", pattern=r"^[A-Za-z0-9]*$")
    """The id of the list to which a consent subscribes; one still to be confirmed needs a list that
    asks twice (double opt-in)."""
    bulk: int = Field(10, ge=2)
    """From how many changes on one job takes them all."""
    webhook_secret: SecretStr = SecretStr("")
    """The key that signs webhooks."""

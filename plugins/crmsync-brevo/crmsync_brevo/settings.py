"""What a connection to Brevo needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr


class BrevoSettings(BaseModel):
    """An API key (v3) of one account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://api.brevo.com/v3")
    """The API's root."""
    api_key: SecretStr
    """An API key (v3)."""
    page_size: int = Field(500, ge=2, le=1000)
    """How many contacts a page holds."""
    per_second: int = Field(10, ge=1, le=100)
    """How many requests a second the plan allows."""
    attributes: Mapping[str, str] = Field(default_factory=dict)
    """Our field, and the name of the account's own attribute, where that is none of those that are
    known anyway."""
    opt_in: str = "DOUBLE_OPT-IN"
    """The attribute that says that somebody confirmed (double opt-in)."""
    opt_in_at: str = ""
    """The attribute that says when."""
    statistics: Literal["none", "blocked", "all"] = "none"
    """Asks for what campaigns did with contacts that are blocked, or with all: one request each."""
    consent_lists: tuple[int, ...] = ()
    """Ids of the lists into which whoever consents is put."""
    doi_template: int | None = None
    """The template of Brevo's own mail by which a consent is confirmed."""
    doi_redirect: str = ""
    """Where its link leads afterwards."""
    folder: int | None = None
    """The id of the folder in which new lists are made."""
    webhook_secret: SecretStr = SecretStr("")
    """The token that webhooks are sent with."""

"""What a connection to Brevo needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr


class BrevoSettings(BaseModel):
    """An API key (v3); `url` is the API's root.

    `attributes` says under which name of the account's own a field of ours stands, where that is
    none of those that are known anyway. `opt_in` is the attribute that says that somebody confirmed
    (double opt-in), `opt_in_at` the one that says when, "" where there is none. `statistics` asks
    for what campaigns did with contacts that are blocked, or with all, one request each. A consent
    is written by putting its giver into `consent_lists`; a consent that is still to be confirmed by
    Brevo's own mail (`doi_template`, `doi_redirect`). New lists are made in the folder `folder`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://api.brevo.com/v3")
    api_key: SecretStr
    page_size: int = Field(500, ge=2, le=1000)
    per_second: int = Field(10, ge=1, le=100)
    attributes: Mapping[str, str] = Field(default_factory=dict)
    opt_in: str = "DOUBLE_OPT-IN"
    opt_in_at: str = ""
    statistics: Literal["none", "blocked", "all"] = "none"
    consent_lists: tuple[int, ...] = ()
    doi_template: int | None = None
    doi_redirect: str = ""
    folder: int | None = None
    webhook_secret: SecretStr = SecretStr("")

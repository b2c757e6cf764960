"""What a connection to an audience of Mailchimp needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator


class MailchimpSettings(BaseModel):
    """One audience and an API key, or the token of an OAuth application."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    list_id: str = Field(pattern=r"^[A-Za-z0-9]+$")
    """The audience's id."""
    api_key: SecretStr = SecretStr("")
    """An API key; or give `token`."""
    token: SecretStr = SecretStr("")
    """The token of an OAuth application."""
    server: str = Field("", pattern=r"^[a-z0-9]*$")
    """The data centre (`us19`), which the end of a key names."""
    url: HttpUrl | None = None
    """The API's root, where it is another one."""
    account: str = ""
    """The name under which connections of one account share its ten requests at a time."""
    page_size: int = Field(500, ge=2, le=1000)
    """How many members a page holds."""
    requests_at_once: int = Field(8, ge=1, le=10)
    """How many requests at a time are ours."""
    batch_from: int = Field(0, ge=0)
    """From how many changes on they go as one batch operation, which takes minutes; 0 for never."""
    merge_fields: Mapping[str, str] = Field(default_factory=dict)
    """Our field, and the tag of the audience's own, where that is none of those that are known
    anyway."""
    double_opt_in: bool = False
    """The audience has always asked twice (double opt-in): else no sign-up proves a consent."""
    permission: str = ""
    """The id of the marketing permission (GDPR field) without which nobody counts as having
    consented."""
    activity: Literal["none", "suppressed", "all"] = "none"
    """Asks what members did with mails, for those who are suppressed or for all: one request each.

    """
    signing_secret: SecretStr = SecretStr("")
    """The secret that signs webhooks."""
    webhook_secret: SecretStr = SecretStr("")
    """What stands in the url of webhooks that nobody signs."""

    @property
    def base(self) -> str:
        """The API's root."""
        place = self.server or self.api_key.get_secret_value().rpartition("-")[2]
        return str(self.url or f"https://{place}.api.mailchimp.com/3.0").rstrip("/")

    @model_validator(mode="after")
    def _some_proof(self) -> Self:
        key, token = self.api_key.get_secret_value(), self.token.get_secret_value()
        if bool(key) == bool(token):
            raise ValueError("give either api_key or token")
        if not (self.url or self.server or "-" in key):
            raise ValueError("give server: the key does not end with its data centre")
        return self

"""What a connection to an audience of Mailchimp needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator


class MailchimpSettings(BaseModel):
    """One audience (`list_id`) and an API key, or the token of an OAuth application.

    `server` is the data centre ("us19"), which the end of a key names; `url` is the API's root,
    where it is another one. `merge_fields` says under which tag of the audience's own a field of
    ours stands, where that is none of those that are known anyway. `permission` is the id of the
    marketing permission (GDPR field) without which nobody counts as having consented. `activity`
    asks what members did with mails, for those who are suppressed or for all, one request each.
    From `batch_from` changes on they go as one batch operation (0: never), which takes minutes.
    Connections of one account share its ten requests at a time under the name `account`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    list_id: str = Field(pattern=r"^[A-Za-z0-9]+$")
    api_key: SecretStr = SecretStr("")
    token: SecretStr = SecretStr("")
    server: str = Field("", pattern=r"^[a-z0-9]*$")
    url: HttpUrl | None = None
    account: str = ""
    page_size: int = Field(500, ge=2, le=1000)
    requests_at_once: int = Field(8, ge=1, le=10)
    batch_from: int = Field(0, ge=0)
    merge_fields: Mapping[str, str] = Field(default_factory=dict)
    permission: str = ""
    activity: Literal["none", "suppressed", "all"] = "none"
    signing_secret: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")

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

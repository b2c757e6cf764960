"""What a connection to Pipedrive needs."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from crmsync.model.words import Channel

OwnField = Literal["salutation", "titles", "nobility", "name_suffix", "birth_date", "language",
                   "customer_number", "loyalty_card", "pronunciation", "store"]  # fmt: skip
"""Fields of a person for which accounts have custom fields."""


class PipedriveSettings(BaseModel):
    """What a connection to Pipedrive needs: a user's API token, or an OAuth app's three keys.

    `fields` says which custom field (by its name or its 40-character key) holds what. `campaigns`
    reads and writes the marketing status, which needs the Campaigns add-on. `compare` looks who of
    the persons and organizations is still there. `burst` are the requests in two seconds and
    `tokens` those of a day that the plan allows. `hook_user` and `hook_password` are those that the
    webhooks were made with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    oauth_url: HttpUrl = HttpUrl("https://oauth.pipedrive.com/oauth/token")
    fields: dict[OwnField, str] = {}
    campaigns: bool = False
    deals: bool = True
    activities: bool = True
    products: bool = True
    channel: Channel = "in_person"
    compare: bool = True
    page_size: int = Field(500, ge=2, le=500)
    burst: int = Field(20, ge=2)
    tokens: int = Field(30_000, ge=1000)
    hook_user: str = "crmsync"
    hook_password: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _has_a_proof(self) -> Self:
        if not self.token.get_secret_value() and not self.refresh_token.get_secret_value():
            raise ValueError("token, or client_id, client_secret and refresh_token, must be set")
        return self

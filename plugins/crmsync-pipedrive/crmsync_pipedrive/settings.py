"""What a connection to Pipedrive needs."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from crmsync.model.words import Channel

OwnField = Literal["salutation", "titles", "nobility", "name_suffix", "birth_date", "language",
                   "customer_number", "loyalty_card", "pronunciation", "store"]  # fmt: skip
"""Fields of a person for which accounts have custom fields."""


class PipedriveSettings(BaseModel):
    """What a connection to Pipedrive needs: a user's API token, or an OAuth app's three keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The company's address, https://NAME.pipedrive.com."""
    token: SecretStr = SecretStr("")
    """A user's API token; or give the three keys of an OAuth app."""
    client_id: str = ""
    """The OAuth app's id."""
    client_secret: SecretStr = SecretStr("")
    """The OAuth app's secret."""
    refresh_token: SecretStr = SecretStr("")
    """The first refresh token."""
    oauth_url: HttpUrl = HttpUrl("https://oauth.pipedrive.com/oauth/token")
    """Where tokens are given out."""
    fields: dict[OwnField, str] = {}
    """Custom fields of persons: our field, and the name or the 40-character key of theirs."""
    campaigns: bool = False
    """Reads and writes the marketing status, which needs the Campaigns add-on."""
    deals: bool = True
    """Reads won deals as orders."""
    activities: bool = True
    """Reads activities."""
    products: bool = True
    """Reads products."""
    channel: Channel = "in_person"
    """How orders come in."""
    compare: bool = True
    """Looks who of the persons and organizations is still there."""
    page_size: int = Field(500, ge=2, le=500)
    """How many rows a page holds."""
    burst: int = Field(20, ge=2)
    """Requests in two seconds that the plan allows."""
    tokens: int = Field(30_000, ge=1000)
    """Tokens a day that the plan allows."""
    hook_user: str = "crmsync"
    """The user that webhooks were made with."""
    hook_password: SecretStr = SecretStr("")
    """Their password."""

    @model_validator(mode="after")
    def _has_a_proof(self) -> Self:
        if not self.token.get_secret_value() and not self.refresh_token.get_secret_value():
            raise ValueError("token, or client_id, client_secret and refresh_token, must be set")
        return self

"""What a connection to Square needs to know."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator


class SquareSettings(BaseModel):
    """A personal access token, or what an OAuth application was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://connect.squareup.com")
    """The host; the sandbox has another."""
    token: SecretStr = SecretStr("")
    """A personal access token; or give the three keys of an OAuth application."""
    client_id: str = ""
    """The OAuth application's id."""
    client_secret: SecretStr = SecretStr("")
    """The OAuth application's secret."""
    refresh_token: SecretStr = SecretStr("")
    """The seller's refresh token."""
    square_version: str = Field("2025-08-20", pattern=r"^\d{4}-\d{2}-\d{2}$")
    """The version of the API."""
    events: bool = False
    """The Events API was enabled: deletes and merges are then read there, else by comparing ids."""
    page_size: int = Field(100, ge=1, le=100)
    """How many customers a page holds."""
    order_page_size: int = Field(500, ge=1, le=1000)
    """How many orders a page holds."""
    per_second: int = Field(10, ge=1, le=100)
    """How many requests a second the account bears; Square publishes no figure."""
    offline_hours: int = Field(72, ge=0, le=720)
    """How long a point of sale may keep an order to itself: so much is read again each time."""
    web_sources: tuple[str, ...] = ("Square Online",)
    """Names of order sources that are a web shop."""
    signature_key: SecretStr = SecretStr("")
    """The webhook subscription's key."""
    notification_url: str = ""
    """The address the subscription names, where a proxy changes it."""

    @model_validator(mode="after")
    def _some_proof(self) -> Self:
        whole = self.client_id and self.client_secret and self.refresh_token
        if not self.token.get_secret_value() and not whole:
            raise ValueError("give token, or client_id, client_secret and refresh_token")
        return self

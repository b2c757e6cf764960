"""What a connection to Square needs to know."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator


class SquareSettings(BaseModel):
    """A personal access token, or what an OAuth application was given; `url` is the host.

    `events` says that the Events API was enabled: deletes and merges are then read there, else by
    comparing ids. `offline_hours` is how long a point of sale may keep an order to itself: so much
    is read again each time. `web_sources` are the names of order sources that are a web shop.
    `notification_url` is the address a webhook's subscription names, where a proxy changes it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://connect.squareup.com")
    token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    square_version: str = Field("2025-08-20", pattern=r"^\d{4}-\d{2}-\d{2}$")
    events: bool = False
    page_size: int = Field(100, ge=1, le=100)
    order_page_size: int = Field(500, ge=1, le=1000)
    per_second: int = Field(10, ge=1, le=100)
    offline_hours: int = Field(72, ge=0, le=720)
    web_sources: tuple[str, ...] = ("Square Online",)
    signature_key: SecretStr = SecretStr("")
    notification_url: str = ""

    @model_validator(mode="after")
    def _some_proof(self) -> Self:
        whole = self.client_id and self.client_secret and self.refresh_token
        if not self.token.get_secret_value() and not whole:
            raise ValueError("give token, or client_id, client_secret and refresh_token")
        return self

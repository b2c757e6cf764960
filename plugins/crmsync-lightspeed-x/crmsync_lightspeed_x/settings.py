"""What a connection to Lightspeed X needs to know."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

CustomField = Literal["", "custom_field_1", "custom_field_2", "custom_field_3", "custom_field_4"]


SCOPES = ("customers:read", "customers:write", "sales:read", "products:read", "outlets:read")
"""Nothing is asked for without scopes since June 2026 (changelog 2025-11)."""


class LightspeedSettings(BaseModel):
    """The store's url, and either a personal token or what an OAuth application was given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The store's address, https://NAME.retail.lightspeed.app."""
    token: SecretStr = SecretStr("")
    """A personal token; or give the three keys of an OAuth application."""
    client_id: str = ""
    """The OAuth application's id."""
    client_secret: SecretStr = SecretStr("")
    """The OAuth application's secret; it also proves webhooks."""
    redirect_url: str = ""
    """The address registered with the application; with it `crmsync authorize` asks for consent."""
    scopes: tuple[str, ...] = SCOPES
    """What consent is asked for."""
    refresh_token: SecretStr = SecretStr("")
    """The first refresh token, where consent was given elsewhere."""
    api_version: str = Field("2026-07", pattern=r"^(\d{4}-\d{2}|\d\.\d)$")
    """The version of the API, such as 2026-07."""
    registers: int = Field(1, ge=1, le=10_000)
    """How many registers the retailer has: the rate limit grows with them."""
    page_size: int = Field(200, ge=1, le=1000)
    """How many rows a page holds."""
    money_digits: int = Field(2, ge=0, le=4)
    """Digits after the decimal point of the currency."""
    walk_in: str = ""
    """The id of the customer whom sales to nobody are booked on."""
    web_registers: tuple[str, ...] = ()
    """Ids of registers that are a web shop."""
    salutation_field: CustomField = ""
    """The custom field that holds the Anrede, for which Lightspeed has no place."""
    titles_field: CustomField = ""
    """The custom field that holds titles."""

    @model_validator(mode="after")
    def _some_proof(self) -> Self:
        begun = self.redirect_url or self.refresh_token
        if not self.token.get_secret_value() and not (
            self.client_id and self.client_secret and begun
        ):
            raise ValueError("give token, or client_id, client_secret and redirect_url")
        if self.salutation_field and self.salutation_field == self.titles_field:
            raise ValueError("salutation_field and titles_field must not be the same")
        return self

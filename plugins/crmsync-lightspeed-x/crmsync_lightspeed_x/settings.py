"""What a connection to Lightspeed X needs to know."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

CustomField = Literal["", "custom_field_1", "custom_field_2", "custom_field_3", "custom_field_4"]


class LightspeedSettings(BaseModel):
    """The store's url, and either a personal token or what an OAuth application was given.

    `registers` is how many registers the retailer has: the rate limit grows with them. `walk_in` is
    the id of the customer whom sales to nobody are booked on. `web_registers` are the ids of
    registers that are a web shop. `salutation_field` and `titles_field` name the custom fields in
    which the store keeps Anrede and titles, for which Lightspeed has no place.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    api_version: str = Field("2026-07", pattern=r"^(\d{4}-\d{2}|\d\.\d)$")
    registers: int = Field(1, ge=1, le=10_000)
    page_size: int = Field(200, ge=1, le=1000)
    money_digits: int = Field(2, ge=0, le=4)
    walk_in: str = ""
    web_registers: tuple[str, ...] = ()
    salutation_field: CustomField = ""
    titles_field: CustomField = ""

    @model_validator(mode="after")
    def _some_proof(self) -> Self:
        whole = self.client_id and self.client_secret and self.refresh_token
        if not self.token.get_secret_value() and not whole:
            raise ValueError("give token, or client_id, client_secret and refresh_token")
        if self.salutation_field and self.salutation_field == self.titles_field:
            raise ValueError("salutation_field and titles_field must not be the same")
        return self

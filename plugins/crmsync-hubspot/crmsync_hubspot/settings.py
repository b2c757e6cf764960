"""What a connection to HubSpot needs."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from crmsync.model.words import Channel

OwnField = Literal["titles", "nobility", "name_suffix", "birth_date", "customer_number",
                   "loyalty_card", "pronunciation", "vat_id", "store"]  # fmt: skip
"""Fields of a customer for which accounts use a property of their own."""

Activity = Literal["tickets", "calls", "meetings", "communications", "postal_mail", "notes",
                   "emails"]  # fmt: skip


class HubSpotSettings(BaseModel):
    """What a connection to HubSpot needs: the token of a private app, or an OAuth app's three keys.

    `sales` says what an order is: the object `orders`, deals that were won, or nothing.
    `properties` and `company_properties` name properties for what HubSpot has none. `subscriptions`
    are the ids of the subscription types that are advertising (none given: all of them), of which
    the first is written; `statuses` reads them. `compare` looks who of the contacts is still there,
    which alone shows erasures; without it only the archive is read. `unique_property` is a property
    with unique values that holds the key of whoever is made. `calls` in ten seconds and `daily` are
    the account's limits. `complaints` are ticket categories. `webhook_secret` is the app's client
    secret, where that is not given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://api.hubapi.com")
    token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    api_version: str = Field("2026-03", pattern=r"^20\d\d-\d\d(-beta)?$")
    sales: Literal["orders", "deals", "none"] = "orders"
    channel: Channel = "web"
    prices_include_tax: bool = True
    companies: bool = True
    products: bool = True
    activities: tuple[Activity, ...] = ("tickets", "calls", "meetings", "communications",
                                        "postal_mail", "notes")  # fmt: skip
    complaints: tuple[str, ...] = ("PRODUCT_ISSUE", "BILLING_ISSUE")
    statuses: bool = True
    subscriptions: tuple[int, ...] = ()
    properties: dict[OwnField, str] = {"birth_date": "date_of_birth"}
    company_properties: dict[OwnField, str] = {}
    unique_property: str = Field("", pattern=r"^[a-z0-9_]*$")
    compare: bool = True
    page_size: int = Field(100, ge=2, le=100)
    late_minutes: int = Field(10, ge=1)
    calls: int = Field(100, ge=10)
    daily: int = Field(250_000, ge=1000)

    @model_validator(mode="after")
    def _has_a_proof(self) -> Self:
        if not self.token.get_secret_value() and not self.refresh_token.get_secret_value():
            raise ValueError("token, or client_id, client_secret and refresh_token, must be set")
        return self

    @property
    def hook_secrets(self) -> list[str]:
        """The secrets that webhooks may be signed with."""
        both = (self.webhook_secret.get_secret_value(), self.client_secret.get_secret_value())
        return [one for one in both if one]

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

Journaled = Literal["contacts", "companies", "products", "orders", "deals", "tickets", "calls",
                    "meetings", "communications", "postal_mail", "notes", "emails"]  # fmt: skip


class HubSpotSettings(BaseModel):
    """The token of a private app, or the three keys of an OAuth app."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl = HttpUrl("https://api.hubapi.com")
    """The host of the API."""
    token: SecretStr = SecretStr("")
    """The token of a private app; or give the three keys of an OAuth app."""
    client_id: str = ""
    """The OAuth app's id."""
    client_secret: SecretStr = SecretStr("")
    """The OAuth app's secret; it also proves webhooks."""
    refresh_token: SecretStr = SecretStr("")
    """The first refresh token."""
    webhook_secret: SecretStr = SecretStr("")
    """The private app's client secret, which proves webhooks."""
    api_version: str = Field("2026-03", pattern=r"^20\d\d-\d\d(-beta)?$")
    """The version of the API."""
    sales: Literal["orders", "deals", "none"] = "orders"
    """What an order is: the object `orders`, deals that were won, or nothing."""
    channel: Channel = "web"
    """How orders come in."""
    prices_include_tax: bool = True
    """Whether prices hold the tax."""
    companies: bool = True
    """Reads companies."""
    products: bool = True
    """Reads products."""
    activities: tuple[Activity, ...] = ("tickets", "calls", "meetings", "communications",
                                        "postal_mail", "notes")  # fmt: skip
    """The activities that are read."""
    complaints: tuple[str, ...] = ("PRODUCT_ISSUE", "BILLING_ISSUE")
    """Categories of tickets that are complaints."""
    statuses: bool = True
    """Reads the subscriptions of each contact."""
    subscriptions: tuple[int, ...] = ()
    """Ids of the subscription types that are advertising, none for all; the first is written."""
    properties: dict[OwnField, str] = {"birth_date": "date_of_birth"}
    """Properties of contacts for what HubSpot has no own: our field, and the name of theirs."""
    company_properties: dict[OwnField, str] = {}
    """The same of companies."""
    unique_property: str = Field("", pattern=r"^[a-z0-9_]*$")
    """A property with unique values that holds the key of whoever is made."""
    compare: bool = True
    """Looks who of the contacts is still there, which alone shows erasures; without it only the
    archive is read, or the journal."""
    journal: bool = False
    """Reads what changed, was deleted, merged or erased from the webhooks journal of the app that
    `client_id` and `client_secret` name; without it by searches and comparison."""
    journal_of: tuple[Journaled, ...] = ()
    """The objects that are read from the journal, none for all; the others go on by searches."""
    account: int = Field(0, ge=0)
    """The account's number (Hub ID), for the journal; HubSpot is asked where it is not given."""
    page_size: int = Field(100, ge=2, le=100)
    """How many rows a page holds."""
    late_minutes: int = Field(10, ge=1)
    """How much later than its stamp a change may be found."""
    calls: int = Field(100, ge=10)
    """The account's limit: requests in ten seconds."""
    daily: int = Field(250_000, ge=1000)
    """The account's limit: requests a day."""

    @model_validator(mode="after")
    def _has_a_proof(self) -> Self:
        if not self.token.get_secret_value() and not self.refresh_token.get_secret_value():
            raise ValueError("token, or client_id, client_secret and refresh_token, must be set")
        if self.journal and not (self.client_id and self.client_secret.get_secret_value()):
            raise ValueError("journal needs client_id and client_secret of an app")
        return self

    def journals(self, name: str) -> bool:
        """Whether objects of this name are read from the journal."""
        return self.journal and (not self.journal_of or name in self.journal_of)

    @property
    def hook_secrets(self) -> list[str]:
        """The secrets that webhooks may be signed with."""
        both = (self.webhook_secret.get_secret_value(), self.client_secret.get_secret_value())
        return [one for one in both if one]

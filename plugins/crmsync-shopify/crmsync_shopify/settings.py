"""What a connection to Shopify needs to know."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

Path = Annotated[str, Field(pattern=r"^[A-Za-z0-9_$:-]{1,255}\.[A-Za-z0-9_-]{1,64}$")]
"""A metafield: its namespace, a dot, its key."""

Ours = Literal["salutation", "titles", "nobility", "name_suffix", "birth_date", "customer_number",
               "loyalty_card", "vat_id", "pronunciation"]  # fmt: skip
"""Our fields of a customer that Shopify has no field for."""


class ShopifySettings(BaseModel):
    """The shop and either an app's id and secret (renewed each day) or its token."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]*)?$")
    """What stands before .myshopify.com; or give `url`."""
    url: HttpUrl | None = None
    """Another address of the shop's API."""
    token: SecretStr = SecretStr("")
    """The token of a custom app; or give `client_id` and `client_secret`."""
    client_id: str = ""
    """The app's id."""
    client_secret: SecretStr = SecretStr("")
    """The app's secret, which also signs webhooks."""
    old_client_secret: SecretStr = SecretStr("")
    """The one before, which signs webhooks for up to an hour after an exchange."""
    api_version: str = Field("2026-10", pattern=r"^\d{4}-(01|04|07|10)$")
    """The version of the API; each lives for a year."""
    first_load: Literal["bulk", "pages"] = "bulk"
    """Reads everything as a bulk operation, or in pages."""
    page_size: int = Field(100, ge=1, le=250)
    """How many customers or products a page holds."""
    order_page_size: int = Field(20, ge=1, le=250)
    """How many orders a page holds; each costs more points."""
    all_orders: bool = False
    """The app was granted read_all_orders; else it sees the last 60 days alone, and an order that
    it no longer sees is not gone."""
    promises: bool = False
    """Reads fulfilment orders, which tell what is promised; needs rights of its own."""
    companies: bool = False
    """Reads the companies of business customers; needs rights of its own."""
    costs: bool = False
    """Asks for what goods cost, which needs read_inventory: without it Shopify shows no product."""
    phones: bool = True
    """Asks for phone numbers, which needs an approval of its own."""
    metafields: dict[Ours, Path] = Field(default_factory=dict)
    """Our field, and the metafield in which it is kept (`namespace.key`)."""
    opt_in_level: Literal["SINGLE_OPT_IN", "CONFIRMED_OPT_IN"] = "SINGLE_OPT_IN"
    """What a consent with evidence counts as at Shopify."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if bool(self.shop) == (self.url is not None):
            raise ValueError("give shop, or url, and not both")
        app = self.client_id and self.client_secret.get_secret_value()
        if not self.token.get_secret_value() and not app:
            raise ValueError("give client_id and client_secret, or token")
        return self

    @property
    def base(self) -> str:
        """The shop's address."""
        return str(self.url or f"https://{self.shop}.myshopify.com").rstrip("/")

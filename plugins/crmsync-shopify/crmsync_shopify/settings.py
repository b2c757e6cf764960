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
    """The shop and either an app's id and secret (renewed each day) or its token.

    `shop` is what stands before .myshopify.com; `url` another address. `metafields` says in which
    metafield ours are kept. `first_load` reads everything as a bulk operation, or in pages.
    `all_orders`: the app was granted read_all_orders, else it sees the last 60 days alone, and an
    order that it no longer sees is not gone. `promises` reads fulfilment orders, `companies` the
    companies of business customers: each needs rights of its own. Without `phones` no phone numbers
    are asked for, which needs an approval of its own. `opt_in_level` is what a consent with
    evidence counts as at Shopify. `old_client_secret` is the one before, which signs
    webhooks for up to an hour after an exchange.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]*)?$")
    url: HttpUrl | None = None
    token: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    old_client_secret: SecretStr = SecretStr("")
    api_version: str = Field("2026-10", pattern=r"^\d{4}-(01|04|07|10)$")
    first_load: Literal["bulk", "pages"] = "bulk"
    page_size: int = Field(100, ge=1, le=250)
    order_page_size: int = Field(20, ge=1, le=250)
    all_orders: bool = False
    promises: bool = False
    companies: bool = False
    phones: bool = True
    metafields: dict[Ours, Path] = Field(default_factory=dict)
    opt_in_level: Literal["SINGLE_OPT_IN", "CONFIRMED_OPT_IN"] = "SINGLE_OPT_IN"

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

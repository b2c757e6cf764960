"""What a connection to Shopware needs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

CustomField = Literal["nobility", "name_suffix", "loyalty_card", "pronunciation"]
"""Fields of a customer for which shops use custom fields."""


class ShopwareSettings(BaseModel):
    """What a connection to Shopware needs: the shop's url and the keys of an integration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The shop's address."""
    client_id: str
    """The integration's access key."""
    client_secret: SecretStr
    """The integration's secret."""
    page_size: int = Field(100, ge=2, le=500)
    """How many rows a page holds."""
    ship_times: bool = True
    """Asks for the history of deliveries, which tells when they left."""
    returns: bool = False
    """Reads the returns of the Commercial plans."""
    sales_channel: str = Field("", pattern=r"^([0-9a-f]{32})?$")
    """The id of the channel in which customers and newsletter recipients are made; without it
    nobody is made."""
    placeholder: str = ""
    """Is written where Shopware insists on a street or a town that nobody told; without it such a
    customer is refused."""
    custom_fields: dict[CustomField, str] = {}
    """Custom fields of customers: our field, and the name of theirs."""
    size_groups: tuple[str, ...] = ("Größe", "Size")
    """Property groups that are a size."""
    app_secret: SecretStr = SecretStr("")
    """The app's secret, which proves webhooks."""

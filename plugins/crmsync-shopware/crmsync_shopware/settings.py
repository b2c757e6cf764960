"""What a connection to Shopware needs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

CustomField = Literal["nobility", "name_suffix", "loyalty_card", "pronunciation"]
"""Fields of a customer for which shops use custom fields."""


class ShopwareSettings(BaseModel):
    """What a connection to Shopware needs: the shop's url and the keys of an integration.

    `sales_channel` is the id of the channel in which customers and newsletter recipients are made;
    without it nobody is made. `placeholder` is written where Shopware insists on a street or a town
    that nobody told; without it such a customer is refused. `ship_times` asks for the history of
    deliveries, `returns` reads the returns of the Commercial plans. `custom_fields` names custom
    fields of customers, `size_groups` the property groups that are a size.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    client_id: str
    client_secret: SecretStr
    page_size: int = Field(100, ge=2, le=500)
    ship_times: bool = True
    returns: bool = False
    sales_channel: str = Field("", pattern=r"^([0-9a-f]{32})?$")
    placeholder: str = ""
    custom_fields: dict[CustomField, str] = {}
    size_groups: tuple[str, ...] = ("Größe", "Size")
    app_secret: SecretStr = SecretStr("")

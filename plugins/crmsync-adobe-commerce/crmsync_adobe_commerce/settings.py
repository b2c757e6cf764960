"""What a connection to Adobe Commerce or Magento 2 needs."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

CustomAttribute = Literal["nobility", "customer_number", "loyalty_card", "pronunciation"]
"""Fields of a customer for which shops use custom attributes."""

NOTHING = SecretStr("")


class AdobeCommerceSettings(BaseModel):
    """What a connection to Adobe Commerce needs: the shop's url and one way to prove who asks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The shop's address; of Adobe Commerce as a Cloud Service the server's and the tenant."""
    store_code: str = Field("default", pattern=r"^[a-zA-Z0-9_]+$")
    """The store view in whose words products are read and for which newsletters are subscribed."""
    consumer_key: str = ""
    """The consumer key of an integration; every request is signed with it (OAuth 1.0a)."""
    consumer_secret: SecretStr = NOTHING
    """The integration's consumer secret."""
    access_token: SecretStr = NOTHING
    """The integration's access token; without a consumer key it is sent as it is, which a shop
    allows only by a setting of its own."""
    access_token_secret: SecretStr = NOTHING
    """The integration's access token secret."""
    username: str = ""
    """An administrator's name, for shops without an integration and without a second factor."""
    password: SecretStr = NOTHING
    """The administrator's password."""
    client_id: str = ""
    """The client id of a server-to-server credential, for Adobe Commerce as a Cloud Service."""
    client_secret: SecretStr = NOTHING
    """The client secret of that credential."""
    scopes: str = ("openid,AdobeID,email,profile,additional_info.roles,"
                   "additional_info.projectedProductContext,commerce.accs")  # fmt: skip
    """The scopes of that credential, as the Developer Console lists them."""
    token_url: HttpUrl = HttpUrl("https://ims-na1.adobelogin.com/ims/token/v3")
    """Where Adobe's identity service gives tokens."""
    page_size: int = Field(100, ge=2, le=300)
    """How many rows a page holds."""
    customers: Literal["whole", "changed"] = "whole"
    """Whether all customers are read each time, or those whose own stamp moved: new addresses and
    newsletter subscriptions move none."""
    unsubscribed: Literal["withdrawn", "unknown"] = "withdrawn"
    """What it says that somebody is not subscribed; the shop does not tell who never was from who
    objected."""
    custom_attributes: dict[CustomAttribute, str] = {}
    """Custom attributes of customers: our field, and the code of theirs."""
    promised: str = ""
    """Where an order holds the day that was promised, such as
    `extension_attributes.delivery_date`; the shop itself knows none."""
    gtin_attribute: str = ""
    """The code of the product attribute that holds the GTIN."""
    brand_attribute: str = "manufacturer"
    """The code of the product attribute that holds the brand."""
    size_attribute: str = "size"
    """The code of the product attribute that holds the size."""
    rmas: bool = False
    """Reads requests to return goods, which Adobe Commerce has and Magento Open Source has not."""
    website: int = Field(0, ge=0)
    """The id of the website in which customers are made; without it nobody is made."""
    placeholder: str = ""
    """Is written where the shop insists on a part of an address that nobody told; without it such
    an address is refused."""
    bulk: bool = False
    """Writes customers through the shop's message queue; its consumers must run."""
    bulk_wait: float = Field(60, ge=0, le=600)
    """How many seconds are waited for what the queue made of them."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        token, secret = self.access_token.get_secret_value(), self.password.get_secret_value()
        ways = [bool(token), bool(self.username and secret), bool(self.client_id)]
        if sum(ways) != 1:
            raise ValueError("needs access_token, or username and password, or client_id")
        keys = (self.consumer_key, self.consumer_secret.get_secret_value(),
                self.access_token_secret.get_secret_value())  # fmt: skip
        if any(keys) and not (all(keys) and token):
            raise ValueError("an integration has four keys: two of the consumer, two of the token")
        if self.client_id and not self.client_secret.get_secret_value():
            raise ValueError("client_id needs client_secret")
        return self

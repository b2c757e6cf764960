"""What a connection to WooCommerce needs, and what the shop's plugins call their fields."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from crmsync.model.words import Channel, Purpose

MetaField = Literal[
    "salutation", "titles", "nobility", "name_suffix", "birth_date", "language", "customer_number",
    "loyalty_card", "vat_id", "pronunciation",
]  # fmt: skip
"""Fields of a customer that WooCommerce itself does not have: plugins keep them as meta data."""

GERMANIZED = {"0": "", "1": "Herr", "2": "Frau", "3": "Divers"}
"""What Germanized writes as `billing_title`."""


class ConsentMeta(BaseModel):
    """Where a plugin keeps what a customer allows: `meta` is its key, `yes` and `no` its words.

    A `no` is always told. A `yes` is told only with its proof: what stands at the key `evidence`
    (a form, a text version, the message that was confirmed), and at `at` when that was.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    meta: str
    channel: Channel = "email"
    purpose: Purpose = "marketing"
    yes: tuple[str, ...] = ("1", "yes", "true", "ja", "subscribed")
    no: tuple[str, ...] = ("0", "no", "false", "nein", "unsubscribed")
    at: str = ""
    evidence: str = ""


class WooCommerceSettings(BaseModel):
    """What a connection to WooCommerce needs: the shop's url and a REST API key.

    `auth` "auto" is Basic over https and OAuth 1.0a over http. `role` is whose accounts are read.
    `order_deletes` says how deleted orders are noticed: "compare" reads every order's id, "trash"
    only the trash. `customer_meta` names the meta keys of plugins, `salutations` their words;
    `promised_meta` is an order's key that holds the promised day of delivery. Customers are made
    only with `create_customers`, for the shop may greet each with a mail.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    consumer_key: SecretStr
    consumer_secret: SecretStr
    auth: Literal["auto", "basic", "oauth1"] = "auto"
    role: str = "all"
    page_size: int = Field(100, ge=2, le=100)
    order_deletes: Literal["compare", "trash"] = "compare"
    customer_meta: dict[MetaField, str] = {"salutation": "billing_title"}
    salutations: dict[str, str] = GERMANIZED
    consents: tuple[ConsentMeta, ...] = ()
    promised_meta: str = ""
    size_attributes: tuple[str, ...] = ("Größe", "Size")
    brand_attributes: tuple[str, ...] = ("Marke", "Hersteller", "Brand")
    create_customers: bool = False
    webhook_secret: SecretStr = SecretStr("")

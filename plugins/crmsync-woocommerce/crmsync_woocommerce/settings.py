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
    """What a connection to WooCommerce needs: the shop's url and a REST API key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """Where /wp-json lies below."""
    consumer_key: SecretStr
    """The key of the REST API."""
    consumer_secret: SecretStr
    """Its secret."""
    auth: Literal["auto", "basic", "oauth1"] = "auto"
    """`auto` is Basic over https and OAuth 1.0a over http."""
    role: str = "all"
    """Whose accounts are read; `customer` leaves out staff and subscribers."""
    page_size: int = Field(100, ge=2, le=100)
    """How many rows a page holds."""
    order_deletes: Literal["compare", "trash"] = "compare"
    """How deleted orders are noticed: `compare` reads every order's id, `trash` only the trash."""
    customer_meta: dict[MetaField, str] = {"salutation": "billing_title"}
    """Meta keys of plugins that hold a field of ours."""
    salutations: dict[str, str] = GERMANIZED
    """Which of their words is which Anrede."""
    consents: tuple[ConsentMeta, ...] = ()
    """Where a plugin keeps what a customer allows: `meta`, `at`, `evidence` and the words for yes
    and no."""
    promised_meta: str = ""
    """An order's key that holds the promised day of delivery."""
    size_attributes: tuple[str, ...] = ("Größe", "Size")
    """Attributes that are a size."""
    brand_attributes: tuple[str, ...] = ("Marke", "Hersteller", "Brand")
    """Attributes that are a brand."""
    create_customers: bool = False
    """Makes customers; the shop may greet each with a mail."""
    webhook_secret: SecretStr = SecretStr("")
    """The webhooks' secret."""

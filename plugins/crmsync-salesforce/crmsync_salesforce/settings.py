"""What a connection to Salesforce needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from crmsync.model.words import Channel

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
"""The API name of a field; nothing else may get into a query."""

Ours = Literal["customer_number", "loyalty_card", "titles", "nobility", "language", "vat_id",
               "pronunciation", "form", "store", "since"]  # fmt: skip


class SalesforceSettings(BaseModel):
    """What a connection to Salesforce needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The org's My Domain, https://NAME.my.salesforce.com."""
    client_id: str
    """The consumer key of the connected app."""
    client_secret: SecretStr = SecretStr("")
    """Its consumer secret: the client then asks for itself; or give `private_key`."""
    private_key: SecretStr = SecretStr("")
    """The key of a certificate by which it signs for `user`."""
    user: str = ""
    """For whom `private_key` signs."""
    audience: str = "https://login.salesforce.com"
    """Whom the signature is for; https://test.salesforce.com for a sandbox."""
    version: str = Field("v64.0", pattern=r"^v\d{2,3}\.0$")
    """The version of the API."""
    accounts: bool = True
    """Reads accounts: firms and person accounts."""
    leads: bool = True
    """Reads leads."""
    cases: bool = True
    """Reads cases."""
    tasks: bool = False
    """Reads tasks."""
    returns: bool = False
    """Reads return orders."""
    consents: bool = False
    """Reads Individual and the consents of contact points."""
    companies: bool = False
    """Tells the firm of a contact by the name of its account."""
    sales: Literal["orders", "opportunities", "none"] = "orders"
    """What counts as an order."""
    prices_include_tax: bool = True
    """Whether prices hold the tax."""
    completed: tuple[str, ...] = ("Completed", "Abgeschlossen", "Delivered", "Geliefert")
    """States in which an order is completed."""
    channel: Channel = "in_person"
    """How orders come in."""
    placed: Name | None = None
    """The field of an order that says when it was placed."""
    promised: Name | None = None
    """The field of an order with the promised day."""
    store: Name | None = None
    """The field of an order with the store."""
    fields: Mapping[Ours, Name] = Field(default_factory=dict)
    """Custom fields of persons: our field, and the name of theirs."""
    complaints: tuple[str, ...] = ("Problem", "Complaint", "Beschwerde", "Reklamation")
    """Types of cases that are complaints."""
    marketing: tuple[str, ...] = ("Marketing", "Newsletter", "Werbung")
    """Data use purposes that allow adverts."""
    double_opt_in: bool = True
    """Takes a consent that was confirmed by double opt-in only."""
    external_id: Name | None = None
    """The external id field by which new records are made; without it nobody is made."""
    bulk: int = Field(10_000, ge=1)
    """From how many rows on a first load is a bulk job."""
    page_size: int = Field(2000, ge=1, le=2000)
    """How many rows a page holds."""
    compare: bool = False
    """Compares all ids at each run, which also finds what left the recycle bin."""
    daily_calls: int = Field(100_000, ge=1000)
    """The org's requests a day, until an answer tells."""

    @model_validator(mode="after")
    def _proves_itself(self) -> Self:
        if bool(self.client_secret.get_secret_value()) == bool(self.private_key.get_secret_value()):
            raise ValueError("give either client_secret, or private_key with user")
        if self.private_key.get_secret_value() and not self.user:
            raise ValueError("private_key needs the user for whom it signs")
        return self

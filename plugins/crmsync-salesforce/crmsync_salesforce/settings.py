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
    """What a connection to Salesforce needs.

    `url` is My Domain. With a `client_secret` the client asks for itself, with a `private_key` it
    signs for `user` (`audience`: https://test.salesforce.com for a sandbox). `sales` says what
    counts as an order; `placed`, `promised` and `store` are fields of it. `fields` are custom
    fields of persons under our names. `external_id` is the field by which new records are made.
    `consents` reads Individual and the consents of contact points; `marketing` are the names of
    data use purposes that allow adverts. `bulk` is from how many rows on a first load is a job.
    `compare` compares all ids at each run. `daily_calls` is the org's size until an answer tells.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    client_id: str
    client_secret: SecretStr = SecretStr("")
    private_key: SecretStr = SecretStr("")
    user: str = ""
    audience: str = "https://login.salesforce.com"
    version: str = Field("v64.0", pattern=r"^v\d{2,3}\.0$")
    accounts: bool = True
    leads: bool = True
    cases: bool = True
    tasks: bool = False
    returns: bool = False
    consents: bool = False
    companies: bool = False
    sales: Literal["orders", "opportunities", "none"] = "orders"
    prices_include_tax: bool = True
    completed: tuple[str, ...] = ("Completed", "Abgeschlossen", "Delivered", "Geliefert")
    channel: Channel = "in_person"
    placed: Name | None = None
    promised: Name | None = None
    store: Name | None = None
    fields: Mapping[Ours, Name] = Field(default_factory=dict)
    complaints: tuple[str, ...] = ("Problem", "Complaint", "Beschwerde", "Reklamation")
    marketing: tuple[str, ...] = ("Marketing", "Newsletter", "Werbung")
    double_opt_in: bool = True
    external_id: Name | None = None
    bulk: int = Field(10_000, ge=1)
    page_size: int = Field(2000, ge=1, le=2000)
    compare: bool = False
    daily_calls: int = Field(100_000, ge=1000)

    @model_validator(mode="after")
    def _proves_itself(self) -> Self:
        if bool(self.client_secret.get_secret_value()) == bool(self.private_key.get_secret_value()):
            raise ValueError("give either client_secret, or private_key with user")
        if self.private_key.get_secret_value() and not self.user:
            raise ValueError("private_key needs the user for whom it signs")
        return self

"""What a connection to EspoCRM needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from crmsync.model.words import Channel

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]*$")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,36}$")]

Ours = Literal["customer_number", "loyalty_card", "titles", "nobility", "language", "vat_id",
               "birth_date", "pronunciation", "form", "store"]  # fmt: skip


class EspoCrmSettings(BaseModel):
    """What a connection to EspoCRM needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The site's address."""
    api_key: SecretStr
    """The API user's key."""
    secret_key: SecretStr = SecretStr("")
    """The API user's secret: requests are then signed (HMAC, from 8.4.1)."""
    accounts: bool = True
    """Reads accounts."""
    leads: bool = True
    """Reads leads."""
    opportunities: bool = True
    """Reads opportunities as orders."""
    cases: bool = True
    """Reads cases."""
    calls: bool = True
    """Reads calls."""
    emails: bool = False
    """Reads e-mails, their texts left out."""
    won: tuple[str, ...] = ("Closed Won",)
    """Stages in which an opportunity is an order."""
    lost: tuple[str, ...] = ("Closed Lost",)
    """Stages in which it is a cancelled one."""
    complaints: tuple[str, ...] = ("Incident", "Problem")
    """Types of cases that are complaints."""
    channel: Channel = "in_person"
    """How orders come in."""
    prices_include_tax: bool = True
    """Whether amounts hold the tax."""
    target_lists: tuple[Id, ...] = ()
    """Ids of target lists whose opt-outs count."""
    fields: Mapping[Ours, Name] = Field(default_factory=dict)
    """Custom fields of persons: our field, and the name of theirs."""
    namesakes: bool = False
    """Makes a customer though others have his name, where their e-mail addresses are others."""
    page_size: int = Field(200, ge=1, le=200)
    """How many rows a page holds."""
    webhooks: Mapping[Id, SecretStr] = Field(default_factory=dict)
    """The secrets of webhooks by their ids; each url ends with `?event=Contact.update`, or whatever
    it tells."""

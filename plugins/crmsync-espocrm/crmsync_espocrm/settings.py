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
    """What a connection to EspoCRM needs.

    `url` is the site's. With a `secret_key` requests are signed (HMAC, version 8.4.1 and later),
    else the `api_key` proves who asks. `target_lists` are ids of lists whose opt-outs count.
    `fields` are custom fields of persons under our names. `namesakes` makes a customer though
    others have his name, where their e-mail addresses are others. `webhooks` are the secrets of
    webhooks by their ids; each url ends with ?event=Contact.update, or whatever it tells.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    api_key: SecretStr
    secret_key: SecretStr = SecretStr("")
    accounts: bool = True
    leads: bool = True
    opportunities: bool = True
    cases: bool = True
    calls: bool = True
    emails: bool = False
    won: tuple[str, ...] = ("Closed Won",)
    lost: tuple[str, ...] = ("Closed Lost",)
    complaints: tuple[str, ...] = ("Incident", "Problem")
    channel: Channel = "in_person"
    prices_include_tax: bool = True
    target_lists: tuple[Id, ...] = ()
    fields: Mapping[Ours, Name] = Field(default_factory=dict)
    namesakes: bool = False
    page_size: int = Field(200, ge=1, le=200)
    webhooks: Mapping[Id, SecretStr] = Field(default_factory=dict)

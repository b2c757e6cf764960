"""What a connection to Medusa needs to know."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

Ours = Literal["salutation", "titles", "nobility", "name_suffix", "birth_date", "customer_number",
               "loyalty_card", "vat_id", "language", "pronunciation"]  # fmt: skip
"""Our fields of a customer that Medusa has no field for."""

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class MedusaSettings(BaseModel):
    """The shop's address and a secret API key.

    Orders that were placed within `watch_days` are read again each time, for what happens to them
    does not always move their stamp. `metadata` says under which key of a customer's metadata ours
    are kept, `pos_channels` which sales channels are a till.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    api_key: SecretStr = Field(min_length=1)
    page_size: int = Field(200, ge=2, le=1000)
    watch_days: int = Field(60, ge=0, le=3650)
    metadata: dict[Ours, Key] = Field(default_factory=dict)
    pos_channels: tuple[str, ...] = ()

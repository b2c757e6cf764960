"""What a connection to Medusa needs to know."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

Ours = Literal["salutation", "titles", "nobility", "name_suffix", "birth_date", "customer_number",
               "loyalty_card", "vat_id", "language", "pronunciation"]  # fmt: skip
"""Our fields of a customer that Medusa has no field for."""

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class MedusaSettings(BaseModel):
    """The shop's address and a secret API key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The shop's address."""
    api_key: SecretStr = Field(min_length=1)
    """A secret API key."""
    page_size: int = Field(200, ge=2, le=1000)
    """How many rows a page holds."""
    watch_days: int = Field(60, ge=0, le=3650)
    """Orders placed within so many days are read again each time, for what happens to them does not
    always move their stamp."""
    metadata: dict[Ours, Key] = Field(default_factory=dict)
    """Our field, and the key of a customer's metadata in which it is kept."""
    pos_channels: tuple[str, ...] = ()
    """Sales channels that are a till."""

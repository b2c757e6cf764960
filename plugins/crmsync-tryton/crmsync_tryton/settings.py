"""What a connection to Tryton needs."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from crmsync.model.words import Channel


class TrytonSettings(BaseModel):
    """What a connection to Tryton needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The server's address."""
    database: str
    """The database."""
    user: str
    """The login of a user who may read parties and sales."""
    password: SecretStr
    """Their password."""
    customers: list[Any] = Field(default_factory=list)
    """A search (domain) that says which parties are customers, for instance `[["categories.name",
    "=", "Kunde"]]`."""
    channel: Channel = "in_person"
    """How sales come in that no web shop brought."""
    newsletter: bool = True
    """Reads the mailing lists of the module marketing_email, where it is installed."""
    page_size: int = Field(200, ge=1, le=1000)
    """How many rows a page holds."""

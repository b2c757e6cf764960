"""What a connection to Vendure needs."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator


class VendureSettings(BaseModel):
    """What a connection to Vendure needs: a url and either an API key or user and password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The shop's address."""
    user: str = ""
    """An administrator who may read; or give `api_key`."""
    password: SecretStr = SecretStr("")
    """Their password."""
    api_key: SecretStr = SecretStr("")
    """An API key, where the shop has them."""
    channel_token: str = ""
    """The token of the channel; without it the shop's default channel."""
    reading: Literal["complete", "recent"] = "complete"
    """`complete` reads everything each time and can miss nothing; `recent` what may have changed.

    """
    watch_days: int = Field(90, ge=1)
    """With `recent`: orders placed within so many days, and unfinished ones, are read again."""
    make_customers: bool = False
    """Makes customers who are not there. Each gets an account, for which the shop's EmailPlugin may
    send its mail of verification."""
    page_size: int = Field(100, ge=2, le=1000)
    """How many rows a page holds."""
    money_digits: int = Field(2, ge=0, le=6)
    """The precision of the shop's money strategy."""
    category_facet: str = "category"
    """The facet that holds the category."""
    brand_facet: str = "brand"
    """The facet that holds the brand."""

    @model_validator(mode="after")
    def _some_key(self) -> Self:
        if not self.api_key.get_secret_value() and not self.user:
            raise ValueError("give api_key, or user and password")
        return self

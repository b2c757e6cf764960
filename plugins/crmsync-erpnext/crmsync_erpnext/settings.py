"""What a connection to ERPNext needs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from crmsync.model.words import Channel


class ErpNextSettings(BaseModel):
    """What a connection to ERPNext needs: the site's url and a user's API keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The site's address."""
    api_key: str
    """The API key of the user."""
    api_secret: SecretStr
    """The API secret of the user."""
    zone: str = ""
    """The time zone of the site (System Settings); without it the connection's."""
    channel: Channel = "in_person"
    """Where sales orders and invoices come from; receipts are the till's."""
    page_size: int = Field(100, ge=2, le=1000)
    """How many rows a page holds."""
    history: bool = True
    """Reads what was deleted, renamed and merged, for which the user must be a System Manager;
    without it all customers are read each time."""
    customer_group: str = ""
    """The group of new customers; without it the site's own choice."""
    territory: str = ""
    """The territory of new customers; without it the site's own choice."""
    webhook_secret: SecretStr = SecretStr("")
    """The secret that webhooks are signed with."""

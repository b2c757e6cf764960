"""The settings of the mailbox connector."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class MailboxSettings(BaseModel):
    """The settings of a connection with `connector = "mailbox"`.

    `folders` are read for what came in, `sent` for what we wrote; `addresses` are our own, and what
    comes from one of them is ours in any folder. Without `bodies` only headers are fetched. `since`
    is the day (ISO) before which nothing is read. `security` "none" is for tests alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = Field(993, ge=1, le=65_535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str
    password: SecretStr
    folders: tuple[str, ...] = ("INBOX",)
    sent: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    bodies: bool = False
    since: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    page_size: int = Field(200, ge=1, le=1000)
    timeout: float = Field(30.0, gt=0)

"""The settings of the mailbox connector."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator


class MailboxSettings(BaseModel):
    """The settings of a connection with `connector = "mailbox"`.

    `folders` are read for what came in, `sent` for what we wrote; `addresses` are our own, and what
    comes from one of them is ours in any folder. Without `bodies` only headers are fetched. `since`
    is the day (ISO) before which nothing is read. `security` "none" is for tests alone.

    The user proves himself by `password`, or by a token (XOAUTH2) that `token_url` gives: to the
    application itself (`client_id`, `client_secret`, `scope`), or with a `refresh_token` on behalf
    of who authorized it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = Field(993, ge=1, le=65_535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str
    password: SecretStr = SecretStr("")
    token_url: HttpUrl | None = None
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scope: str = ""
    refresh_token: SecretStr = SecretStr("")
    folders: tuple[str, ...] = ("INBOX",)
    sent: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    bodies: bool = False
    since: str = Field("", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    page_size: int = Field(200, ge=1, le=1000)
    timeout: float = Field(30.0, gt=0)

    @model_validator(mode="after")
    def _has_one_proof(self) -> Self:
        if (self.token_url is None) == (not self.password.get_secret_value()):
            raise ValueError("give either password, or token_url with client_id")
        grants = self.client_secret.get_secret_value() or self.refresh_token.get_secret_value()
        if self.token_url is not None and not (self.client_id and grants):
            raise ValueError("token_url needs client_id, and client_secret or refresh_token")
        return self

"""Secrets as settings hand them over, in plain text only where they are sent."""

from __future__ import annotations

from typing import Protocol

from crmsync.errors import CredentialsError


class Hidden(Protocol):
    """A secret that does not show itself in print, as pydantic's SecretStr."""

    def get_secret_value(self) -> str:
        """The secret."""


Secret = str | Hidden


def plain(secret: Secret) -> str:
    """The secret itself, without blanks around it."""
    return (secret if isinstance(secret, str) else secret.get_secret_value()).strip()


def for_header(secret: Secret) -> str:
    """The secret as a header may carry it; CredentialsError where it holds what none may."""
    found = plain(secret)
    if found.isascii() and found.isprintable():
        return found
    raise CredentialsError(
        "a secret holds signs that no HTTP header may carry.",
        hint="IT: a line end or an umlaut has slipped in; set the secret again.",
    )

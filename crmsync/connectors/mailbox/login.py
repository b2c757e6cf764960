"""Lets a user in at an IMAP server: by a password, or by a token (SASL XOAUTH2).

XOAUTH2 is what Microsoft 365 and Gmail take: "user=NAME^Aauth=Bearer TOKEN^A^A", and an empty
answer to the reasons of a refusal (developers.google.com/workspace/gmail/imap/xoauth2-protocol;
learn.microsoft.com, "Authenticate an IMAP, POP or SMTP connection using OAuth").
"""

from __future__ import annotations

import imaplib
from collections.abc import Callable
from functools import partial
from typing import Any

from crmsync.connectors.mailbox.settings import MailboxSettings
from crmsync.errors import CredentialsError
from crmsync.http import ClientCredentials, RefreshToken, TokenFile, access_token
from crmsync.model.stream import Connection


class Login:
    """Called with a connection to the server, it lets the user in; CredentialsError if it cannot.

    A token that is refused is asked for anew, once.
    """

    def __init__(self, settings: MailboxSettings, connection: Connection) -> None:
        self._own = settings
        self._proof = _proof(settings, connection)

    def __call__(self, live: imaplib.IMAP4) -> None:
        """Log in."""
        if self._proof is None:
            hint = "check user and password; many providers want an app password."
            let_in = self._by_password(live)
        else:
            hint = "check user, client and scope, and whether it may read this mailbox by IMAP."
            let_in = self._by_token(live, self._proof)
        if not let_in:
            raise CredentialsError(
                f"{self._own.host} does not let this user in.", hint=f"IT: {hint}"
            )

    def _by_password(self, live: imaplib.IMAP4) -> bool:
        own = self._own
        return _succeeds(partial(live.login, own.user, own.password.get_secret_value()))

    def _by_token(self, live: imaplib.IMAP4, proof: ClientCredentials | RefreshToken) -> bool:
        for anew in (False, True):
            token = access_token(proof, anew=anew, timeout=self._own.timeout)
            said = f"user={self._own.user}\1auth=Bearer {token}\1\1".encode()
            if _succeeds(partial(live.authenticate, "XOAUTH2", _told(said))):
                return True
        return False


def _proof(own: MailboxSettings, connection: Connection) -> ClientCredentials | RefreshToken | None:
    if own.token_url is None:
        return None
    url, store = str(own.token_url), TokenFile.beside(connection)
    client: dict[str, Any] = {
        "client_id": own.client_id, "client_secret": own.client_secret, "scope": own.scope,
    }  # fmt: skip
    if own.refresh_token.get_secret_value():
        return RefreshToken(url, refresh_token=own.refresh_token, store=store, **client)
    return ClientCredentials(url, store=store, **client)


def _told(said: bytes) -> Callable[[bytes], bytes]:
    """What answers a challenge of the server: the proof, or nothing to the reasons of a refusal."""
    return lambda challenge: b"" if challenge else said


def _succeeds(login: Callable[[], object]) -> bool:
    try:
        login()
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return False
    return True

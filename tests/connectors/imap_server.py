"""Runs pymap; with CRMSYNC_AUTHORITY it also takes the tokens that this url serves (XOAUTH2)."""

from __future__ import annotations

import os
import sys
from typing import Any

import httpx
from pymap.backend.dict import Identity, Login
from pymap.config import IMAPConfig
from pymap.exceptions import InvalidAuth
from pymap.main import main
from pysasl import SASLAuth
from pysasl.creds.external import ExternalCredentials, ExternalVerificationRequired


def take_tokens(authority: str) -> None:
    """Have the server offer XOAUTH2 and ask `authority` whether a token holds."""
    by_password = Login.authenticate

    async def authenticate(self: Login, credentials: Any) -> Identity:
        if not isinstance(credentials, ExternalCredentials):
            return await by_password(self, credentials)
        try:
            credentials.verify(None)
        except ExternalVerificationRequired as asked:
            bearer = {"Authorization": f"Bearer {asked.token}"}
        if not httpx.get(f"{authority}/", headers=bearer).is_success:
            raise InvalidAuth
        return Identity(credentials.authzid, self, None, frozenset())

    Login.authenticate = authenticate
    IMAPConfig.tls_auth = property(lambda self: SASLAuth.named([b"PLAIN", b"LOGIN", b"XOAUTH2"]))


if __name__ == "__main__":
    if "CRMSYNC_AUTHORITY" in os.environ:
        take_tokens(os.environ["CRMSYNC_AUTHORITY"])
    sys.exit(main())

"""How requests leave this machine: which certificates are trusted, and through which proxy."""

from __future__ import annotations

import logging
import os
import ssl
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from crmsync.errors import ConfigError


def trust(ca_file: Path | str | None) -> ssl.SSLContext:
    """What certificates are checked against: one CA file, or what is trusted everywhere.

    That is httpx's own list, or what SSL_CERT_FILE or SSL_CERT_DIR names. ConfigError when the
    file cannot be used. There is no way to switch the check off. All clients of a process share
    it: to read the list takes some 10 ms.
    """
    if ca_file is not None:
        return _context(str(ca_file))
    return _everywhere(*(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")))


@cache
def _everywhere(*_named: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()


@cache
def _context(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        hint = "Name a file with the certificate of the CA in PEM format."
        raise ConfigError(f"the CA file {ca_file} cannot be used.", hint=hint) from None


def open_http(
    base_url: str, *, proxy: str | None, ca_file: Path | str | None, **more: Any
) -> httpx.Client:
    """An httpx client; ConfigError where the url or the proxy's is none."""
    mute_wire_logs()
    try:
        return httpx.Client(base_url=base_url, proxy=proxy, verify=trust(ca_file), **more)
    except (ValueError, httpx.InvalidURL):
        hint = "Check url and proxy; a proxy's begins with http:// or https://."
        raise ConfigError("a url of the connection cannot be used.", hint=hint) from None


def mute_wire_logs() -> None:
    """Keep httpx and httpcore quiet: they log urls and headers, which hold data and tokens."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)

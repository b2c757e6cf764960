"""How requests leave this machine: which certificates are trusted, and through which proxy."""

from __future__ import annotations

import logging
import os
import ssl
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import getproxies

import httpx

from crmsync.errors import ConfigError


def trust(ca_file: Path | str | None) -> ssl.SSLContext:
    """What certificates are checked against: one CA file, or what is trusted everywhere.

    That is httpx's own list, or what SSL_CERT_FILE or SSL_CERT_DIR names. ConfigError when the
    file cannot be used. There is no way to switch the check off. All clients of a process share
    it: to read the list takes some 20 ms.
    """
    if ca_file is not None:
        return _context(str(ca_file))
    return _everywhere(*(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")))


def _trust_for(base_url: str, proxy: str | None, ca_file: Path | str | None) -> ssl.SSLContext:
    """What a client needs; one that speaks plain HTTP alone trusts nobody, and reads no list."""
    if ca_file is None and proxy is None and base_url.startswith("http://") and not getproxies():
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return trust(ca_file)


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
    verify = _trust_for(base_url, proxy, ca_file)
    try:
        return httpx.Client(base_url=base_url, proxy=proxy, verify=verify, **more)
    except (ValueError, httpx.InvalidURL):
        hint = "Check url and proxy; a proxy's begins with http:// or https://."
        raise ConfigError("a url of the connection cannot be used.", hint=hint) from None


def mute_wire_logs() -> None:
    """Keep httpx and httpcore quiet: they log urls and headers, which hold data and tokens."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)

"""Checks that a webhook comes from whom it says, as each vendor signs it, and that it is new.

Everything here is pure: secrets and the time are arguments. Each `verify_…` returns None or raises
CredentialsError; comparing takes the same time wherever texts differ. Of several secrets any one
may fit, so that a secret can be exchanged without a gap.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import parse_qs, urlsplit

import orjson

from crmsync.errors import ConfigError, CredentialsError
from crmsync.http._faults import http_date
from crmsync.http._secrets import Secret, plain
from crmsync.http.reading.stamps import moment_in
from crmsync.model.intent import Event

Headers = Mapping[str, str]
Encoding = Literal["hex", "base64"]

TOLERANCE = timedelta(minutes=5)
"""How old a signed time may be, and how far ahead: what HubSpot, Mailchimp, Klaviyo ask for."""

_WHO = "Somebody else sends it, or IT: the secret in crmsync.toml is not the vendor's."


def verify_hmac(
    headers: Headers,
    body: bytes,
    *,
    secrets: Sequence[str],
    header: str,
    encoding: Encoding = "hex",
    prefix: str = "",
    algorithm: str = "sha256",
) -> None:
    """Return when `header` is `prefix` and the HMAC of the body (RFC 2104) under one secret."""
    given = header_of(headers, header)
    _require([prefix + _sign(key, body, encoding, algorithm) for key in _keys(secrets)], [given])


def verify_shopify(headers: Headers, body: bytes, *, secrets: Sequence[str]) -> None:
    """Return when X-Shopify-Hmac-SHA256 fits the body under an app's client secret.

    After a client secret was exchanged Shopify signs with the old one for up to an hour.
    """
    verify_hmac(headers, body, secrets=secrets, header="x-shopify-hmac-sha256", encoding="base64")


def verify_woocommerce(headers: Headers, body: bytes, *, secrets: Sequence[str]) -> None:
    """Return when X-WC-Webhook-Signature fits the body, and for the unsigned first ping.

    The ping is a form that holds nothing but the webhook's number, and must be answered with
    success for the webhook to be kept; no event comes of it.
    """
    if is_woocommerce_ping(body) and not given(headers, "x-wc-webhook-signature"):
        return
    verify_hmac(headers, body, secrets=secrets, header="x-wc-webhook-signature", encoding="base64")


def is_woocommerce_ping(body: bytes) -> bool:
    """Whether a delivery of WooCommerce is only the ping of a new webhook."""
    return re.fullmatch(rb"webhook_id=\d{1,20}", body) is not None


def verify_frappe(headers: Headers, body: bytes, *, secrets: Sequence[str]) -> None:
    """Return when X-Frappe-Webhook-Signature fits the body under the webhook's secret."""
    verify_hmac(
        headers, body, secrets=secrets, header="x-frappe-webhook-signature", encoding="base64"
    )


def verify_shopware(headers: Headers, body: bytes, *, secrets: Sequence[str]) -> None:
    """Return when Shopware-Shop-Signature fits the body under the app's secret for the shop."""
    verify_hmac(headers, body, secrets=secrets, header="shopware-shop-signature")


def verify_square(headers: Headers, body: bytes, *, url: str, secrets: Sequence[str]) -> None:
    """Return when X-Square-HmacSha256-Signature fits the notification url and the body.

    `url` is the one that the subscription names, sign by sign.
    """
    verify_hmac(
        headers, url.encode() + body, secrets=secrets, header="x-square-hmacsha256-signature",
        encoding="base64",
    )  # fmt: skip


def verify_hubspot(
    headers: Headers,
    body: bytes,
    *,
    url: str,
    secrets: Sequence[str],
    now: datetime,
    method: str = "POST",
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Return when X-HubSpot-Signature-v3 fits method, url, body and a time that is near `now`."""
    at = header_of(headers, "x-hubspot-request-timestamp")
    require_recent(moment_in(at), now, tolerance)
    signed = method.upper().encode() + _hubspot_url(url).encode() + body + at.encode()
    verify_hmac(
        headers, signed, secrets=secrets, header="x-hubspot-signature-v3", encoding="base64"
    )


def verify_klaviyo(
    headers: Headers,
    body: bytes,
    *,
    secrets: Sequence[str],
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Return when Klaviyo-Signature fits the body and Klaviyo-Timestamp, a time near `now`."""
    at = header_of(headers, "klaviyo-timestamp")
    require_recent(http_date(at) or moment_in(at), now, tolerance)
    verify_hmac(headers, body + at.encode(), secrets=secrets, header="klaviyo-signature")


def verify_mailchimp(
    headers: Headers,
    body: bytes,
    *,
    secrets: Sequence[str],
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Return when X-Mailchimp-Signature ("t=…,v1=…") fits a time near `now` and the body.

    Webhooks made without a signing secret carry none: for those put a secret into the webhook's
    url and call `verify_url`.
    """
    parts = _pairs(header_of(headers, "x-mailchimp-signature"))
    at = next((value for name, value in parts if name == "t"), "")
    require_recent(moment_in(at), now, tolerance)
    signed = at.encode() + b"." + body
    given = [value for name, value in parts if name == "v1"]
    _require([_sign(key, signed, "hex") for key in _keys(secrets)], given)


def verify_lightspeed(headers: Headers, body: bytes, *, secrets: Sequence[str]) -> None:
    """Return when X-Signature ("signature=…,algorithm=HMAC-SHA256") fits the body.

    Only webhooks of an OAuth application are signed, with its client secret.
    """
    parts = dict(_pairs(header_of(headers, "x-signature")))
    if parts.get("algorithm", "").upper() != "HMAC-SHA256":
        raise _refused("is signed in a way that is not known")
    keys = _keys(secrets)
    encodings: tuple[Encoding, Encoding] = ("hex", "base64")
    expected = [_sign(key, body, encoding) for key in keys for encoding in encodings]
    _require(expected, [parts.get("signature", "")])


def verify_standard(
    headers: Headers,
    body: bytes,
    *,
    secrets: Sequence[str],
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> None:
    """Return when Webhook-Signature fits id, time and body (Standard Webhooks 1.0: BigCommerce).

    Secrets are base64, with or without "whsec_" before them. ConfigError for one that is none.
    """
    name, at = header_of(headers, "webhook-id"), header_of(headers, "webhook-timestamp")
    require_recent(moment_in(at), now, tolerance)
    signed = f"{name}.{at}.".encode() + body
    given = [one.removeprefix("v1,") for one in header_of(headers, "webhook-signature").split()]
    keys = [_decoded(key.removeprefix(b"whsec_")) for key in _keys(secrets)]
    _require([_sign(key, signed, "base64") for key in keys], given)


def verify_basic(headers: Headers, *, user: str, secrets: Sequence[str]) -> None:
    """Return when the request logs in as `user` with one of the passwords (RFC 7617: Pipedrive)."""
    kind, _, given = header_of(headers, "authorization").partition(" ")
    if kind.lower() != "basic":
        raise _refused("has no login")
    logins = [user.encode() + b":" + key for key in _keys(secrets)]
    _require([base64.b64encode(login).decode() for login in logins], [given.strip()])


def verify_header(
    headers: Headers, *, secrets: Sequence[str], header: str = "authorization"
) -> None:
    """Return when `header` is a secret, with or without "Bearer " (Brevo, BigCommerce)."""
    kind, _, given = header_of(headers, header).rpartition(" ")
    if kind.strip().lower() not in ("", "bearer"):
        raise _refused("has another login")
    _require([key.decode() for key in _keys(secrets)], [given])


def verify_url(url: str, *, secrets: Sequence[str], parameter: str = "secret") -> None:
    """Return when the query of the url has one of the secrets (Odoo, Mailchimp without signing)."""
    given = parse_qs(urlsplit(url).query).get(parameter, [])
    _require([key.decode() for key in _keys(secrets)], given[:1])


def verify_business_central(body: bytes, *, secrets: Sequence[str]) -> None:
    """Return when every notice of the delivery carries one of the secrets as its clientState."""
    try:
        states = [str(one["clientState"]) for one in orjson.loads(body)["value"]]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        states = []
    if not states:
        raise _refused("has no clientState")
    keys = [key.decode() for key in _keys(secrets)]
    for state in states:
        _require(keys, [state])


def validation_token(url: str) -> str | None:
    """What must be answered as plain text, with success, to a handshake of Business Central.

    It comes when a subscription is made or renewed, in the query of the url; None: no handshake.
    """
    return next(iter(parse_qs(urlsplit(url).query).get("validationToken", [])), None)


def header_of(headers: Headers, name: str) -> str:
    """The header of that name, in whatever case; CredentialsError where it is not there."""
    found = given(headers, name)
    if not found:
        raise _refused(f"has no {name} header")
    return found


def require_recent(at: datetime | None, now: datetime, tolerance: timedelta = TOLERANCE) -> None:
    """Return when the time is near `now`; CredentialsError for an older, a later one, and none."""
    if at is None or abs(now - at) > tolerance:
        raise _refused("has a time that is none, too old, or yet to come")


class RememberedIds(Protocol):
    """Ids of deliveries that were seen; whoever keeps them bounds how many."""

    def is_new(self, name: str) -> bool:
        """Whether the id was not seen before; from then on it was."""


def not_replayed(events: Iterable[Event], remembered: RememberedIds) -> list[Event]:
    """The events whose ids were not seen before: vendors send some twice, others replay them."""
    return [event for event in events if remembered.is_new(event.id)]


def given(headers: Headers, name: str) -> str:
    """The header of that name, in whatever case; "" where it is not there, or says two things."""
    found = {value for key, value in headers.items() if key.lower() == name.lower()}
    return found.pop().strip() if len(found) == 1 else ""


def secrets_of(*secrets: Secret, hint: str) -> list[str]:
    """The secrets that are set; CredentialsError with the hint where none is."""
    found = [told for one in secrets if (told := plain(one))]
    if not found:
        raise CredentialsError("a webhook cannot be checked without its secret.", hint=hint)
    return found


def _keys(secrets: Sequence[str]) -> list[bytes]:
    keys = [secret.encode() for secret in secrets if secret]
    if not keys or isinstance(secrets, str):
        raise ConfigError("a webhook's secret is missing.", hint="Put it into crmsync.toml.")
    return keys


def _sign(key: bytes, signed: bytes, encoding: Encoding, algorithm: str = "sha256") -> str:
    digest = hmac.new(key, signed, getattr(hashlib, algorithm)).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def _require(expected: Sequence[str], given: Sequence[str]) -> None:
    """Return when one of the given texts is one of those expected; all of them are compared."""
    fits = [
        hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogateescape"))
        for one in expected
        for other in given
    ]
    if not any(fits):
        raise _refused("has a signature or a secret that does not fit")


def _refused(what: str) -> CredentialsError:
    return CredentialsError(f"a webhook {what}.", hint=_WHO)


def _pairs(text: str) -> list[tuple[str, str]]:
    """The parts of "t=1,v1=ab"."""
    parts = [part.partition("=") for part in text.split(",")]
    return [(name.strip(), value.strip()) for name, _, value in parts]


def _decoded(key: bytes) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error:
        raise ConfigError("a webhook's secret is no base64.", hint="Copy it once more.") from None


_PLAIN = dict(zip(("3A", "2F", "3F", "40", "21", "24", "27", "28", "29", "2A", "2C", "3B"),
                  ":/?@!$'()*,;", strict=True))  # fmt: skip
"""The signs that HubSpot signs as themselves where they stand encoded in a url."""


def _hubspot_url(url: str) -> str:
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: _PLAIN.get(found[1].upper(), found[0]), url)

"""A webhook is believed only when every byte of it fits, from whom it says, and now."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr

from crmsync.errors import ConfigError, CredentialsError
from crmsync.http.webhooks import (
    not_replayed,
    secrets_of,
    validation_token,
    verify_basic,
    verify_business_central,
    verify_frappe,
    verify_header,
    verify_hmac,
    verify_hubspot,
    verify_klaviyo,
    verify_lightspeed,
    verify_mailchimp,
    verify_shopify,
    verify_shopware,
    verify_square,
    verify_standard,
    verify_url,
    verify_woocommerce,
)
from crmsync.model.intent import Event

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SECRET, NEXT = "geheim-1", "geheim-2"
BODY = json.dumps({"id": 7, "name": "Ursula von der Weißenberg-Müller"}).encode()
URL = "https://hooks.laden.example/crmsync/shop-berlin"


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 written out after RFC 2104, without the library that the code uses."""
    key = key.ljust(64, b"\0") if len(key) <= 64 else hashlib.sha256(key).digest().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key) + message).digest()
    return hashlib.sha256(bytes(one ^ 0x5C for one in key) + inner).digest()


def b64(message: bytes, key: str = SECRET) -> str:
    return base64.b64encode(mac(key.encode(), message)).decode()


def hexed(message: bytes, key: str = SECRET) -> str:
    return mac(key.encode(), message).hex()


def millis(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))


class Scheme(NamedTuple):
    """How one vendor signs: the headers for a body, and what checks them."""

    sign: Callable[[bytes, str, datetime], dict[str, str]]
    verify: Callable[..., None]
    timed: bool = False
    url: bool = False


def _hubspot(body: bytes, key: str, at: datetime) -> dict[str, str]:
    signed = b"POST" + URL.encode() + body + millis(at).encode()
    return {"X-HubSpot-Signature-v3": b64(signed, key), "X-HubSpot-Request-Timestamp": millis(at)}


def _klaviyo(body: bytes, key: str, at: datetime) -> dict[str, str]:
    told = format_datetime(at, usegmt=True)
    return {"Klaviyo-Signature": hexed(body + told.encode(), key), "Klaviyo-Timestamp": told}


def _mailchimp(body: bytes, key: str, at: datetime) -> dict[str, str]:
    told = str(int(at.timestamp()))
    signature = hexed(told.encode() + b"." + body, key)
    return {"X-Mailchimp-Signature": f"t={told},v1={signature}"}


def _standard(body: bytes, key: str, at: datetime) -> dict[str, str]:
    told = str(int(at.timestamp()))
    raw = base64.b64decode(key.removeprefix("whsec_"))
    signature = base64.b64encode(mac(raw, f"msg_1.{told}.".encode() + body)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": told,
            "webhook-signature": f"v1a,other v1,{signature}"}  # fmt: skip


SCHEMES = {
    "shopify": Scheme(
        lambda body, key, at: {"X-Shopify-Hmac-SHA256": b64(body, key)}, verify_shopify
    ),
    "woocommerce": Scheme(
        lambda body, key, at: {"X-WC-Webhook-Signature": b64(body, key)}, verify_woocommerce
    ),
    "frappe": Scheme(
        lambda body, key, at: {"X-Frappe-Webhook-Signature": b64(body, key)}, verify_frappe
    ),
    "shopware": Scheme(
        lambda body, key, at: {"shopware-shop-signature": hexed(body, key)}, verify_shopware
    ),
    "square": Scheme(
        lambda body, key, at: {"x-square-hmacsha256-signature": b64(URL.encode() + body, key)},
        verify_square,
        url=True,
    ),
    "lightspeed": Scheme(
        lambda body, key, at: {
            "X-Signature": f"signature={hexed(body, key)}, algorithm=HMAC-SHA256"
        },
        verify_lightspeed,
    ),
    "hubspot": Scheme(_hubspot, verify_hubspot, timed=True, url=True),
    "klaviyo": Scheme(_klaviyo, verify_klaviyo, timed=True),
    "mailchimp": Scheme(_mailchimp, verify_mailchimp, timed=True),
    "standard": Scheme(_standard, verify_standard, timed=True),
}
KEYS = {"standard": ("whsec_" + base64.b64encode(b"geheim-1").decode(), "Z2VoZWltLTI=")}
TIMED = [name for name, scheme in SCHEMES.items() if scheme.timed]


def keys(vendor: str) -> tuple[str, str]:
    return KEYS.get(vendor, (SECRET, NEXT))


def check(
    vendor: str, headers: dict[str, str], body: bytes = BODY, url: str = URL,
    secrets: tuple[str, ...] | None = None, now: datetime = NOW,
) -> None:  # fmt: skip
    scheme = SCHEMES[vendor]
    more: dict[str, Any] = {"url": url} if scheme.url else {}
    if scheme.timed:
        more["now"] = now
    scheme.verify(headers, body, secrets=secrets or keys(vendor)[:1], **more)


def signed(vendor: str, key: str | None = None, at: datetime = NOW) -> dict[str, str]:
    return SCHEMES[vendor].sign(BODY, key or keys(vendor)[0], at)


@pytest.mark.parametrize("vendor", SCHEMES)
def test_what_is_signed_right_is_believed_whatever_the_case_of_its_headers(vendor: str) -> None:
    headers = signed(vendor)
    check(vendor, headers)
    check(vendor, {name.lower(): value for name, value in headers.items()})
    check(vendor, {name.upper(): value for name, value in headers.items()})


@pytest.mark.parametrize("vendor", SCHEMES)
def test_one_flipped_byte_anywhere_in_the_body_is_refused(vendor: str) -> None:
    headers = signed(vendor)
    bodies = [
        BODY[:place] + bytes([BODY[place] ^ (1 << place % 8)]) + BODY[place + 1 :]
        for place in range(len(BODY))
    ]
    for body in [*bodies, b"", BODY + b" ", BODY[:-1]]:
        with pytest.raises(CredentialsError):
            check(vendor, headers, body)


@pytest.mark.parametrize("vendor", SCHEMES)
def test_one_flipped_byte_anywhere_in_what_is_signed_with_it_is_refused(vendor: str) -> None:
    headers = signed(vendor)
    for name, value in headers.items():
        for place in range(len(value)):
            other = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
            if vendor == "standard" and place < value.find("v1,"):
                continue  # another signature beside ours
            with pytest.raises(CredentialsError):
                check(vendor, {**headers, name: other})


@pytest.mark.parametrize("vendor", SCHEMES)
def test_a_missing_empty_or_doubled_header_is_refused(vendor: str) -> None:
    headers = signed(vendor)
    for name, value in headers.items():
        rest = {key: told for key, told in headers.items() if key != name}
        for wrong in (rest, {**rest, name: ""}, {**headers, name.swapcase(): value + "x"}):
            with pytest.raises(CredentialsError):
                check(vendor, wrong)


@pytest.mark.parametrize("vendor", SCHEMES)
def test_another_secret_is_refused_and_of_two_any_one_fits(vendor: str) -> None:
    old, new = keys(vendor)
    for key in (old, new):
        check(vendor, signed(vendor, key), secrets=(old, new))
    with pytest.raises(CredentialsError):
        check(vendor, signed(vendor, old), secrets=(new,))


@pytest.mark.parametrize("vendor", SCHEMES)
@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
def test_without_a_secret_nothing_is_believed(vendor: str, secrets: tuple[str, ...]) -> None:
    scheme = SCHEMES[vendor]
    more: dict[str, Any] = {"url": URL} if scheme.url else {}
    more |= {"now": NOW} if scheme.timed else {}
    headers = {} if vendor == "standard" else SCHEMES[vendor].sign(BODY, "", NOW)
    headers = headers or signed(vendor)
    with pytest.raises(ConfigError):
        scheme.verify(headers, BODY, secrets=secrets, **more)


@pytest.mark.parametrize("vendor", TIMED)
@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24 * 365])
def test_an_old_and_a_future_time_are_refused(vendor: str, minutes: int) -> None:
    with pytest.raises(CredentialsError):
        check(vendor, signed(vendor, at=NOW + timedelta(minutes=minutes)))
    check(vendor, signed(vendor, at=NOW + timedelta(minutes=minutes / abs(minutes) * 4)))


@pytest.mark.parametrize("vendor", [name for name, one in SCHEMES.items() if one.url])
def test_another_url_is_refused(vendor: str) -> None:
    for url in (URL + "/", URL.replace("https", "http"), URL + "?x=1"):
        with pytest.raises(CredentialsError):
            check(vendor, signed(vendor), url=url)


def test_hubspots_published_vectors() -> None:
    """From the tests of HubSpot's own client libraries for Python and Ruby."""
    vectors = {
        "1693657560000": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        "1700000300000": "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
    }
    for told, signature in vectors.items():
        verify_hubspot(
            {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": told},
            b"{'example_field':'example_value'}",
            url="https://www.example.com/webhook_uri",
            secrets=["yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"],
            now=datetime.fromtimestamp(int(told) / 1000, UTC),
        )


def test_hubspot_signs_some_encoded_signs_of_a_url_as_themselves() -> None:
    plain = "https://hooks.example/a:b?mail=x@y&who=Z%C3%BC%20rich"
    told = millis(NOW)
    headers = {
        "X-HubSpot-Signature-v3": b64(f"POST{plain}".encode() + BODY + told.encode()),
        "X-HubSpot-Request-Timestamp": told,
    }
    encoded = "https://hooks.example/a%3Ab?mail=x%40y&who=Z%C3%BC%20rich"
    verify_hubspot(headers, BODY, url=encoded, secrets=[SECRET], now=NOW)


def test_squares_published_vector() -> None:
    """From Square's guide to webhooks."""
    verify_square(
        {"X-Square-HmacSha256-Signature": "2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og="},
        b'{"hello":"world"}',
        url="https://example.com/webhook",
        secrets=["asdf1234"],
    )


def test_klaviyo_also_tells_its_time_in_iso_8601() -> None:
    told = "2026-11-21T09:29:36+00:00"
    headers = {"Klaviyo-Signature": hexed(BODY + told.encode()), "Klaviyo-Timestamp": told}
    verify_klaviyo(headers, BODY, secrets=[SECRET], now=NOW)


def test_mailchimp_sends_two_signatures_while_its_secret_is_exchanged() -> None:
    first = _mailchimp(BODY, SECRET, NOW)["X-Mailchimp-Signature"]
    second = _mailchimp(BODY, NEXT, NOW)["X-Mailchimp-Signature"].partition(",")[2]
    headers = {"X-Mailchimp-Signature": f"{first},{second}"}
    for secret in (SECRET, NEXT):
        verify_mailchimp(headers, BODY, secrets=[secret], now=NOW)


@pytest.mark.parametrize("algorithm", ["HMAC-SHA1", "none", ""])
def test_lightspeed_in_another_algorithm_is_refused(algorithm: str) -> None:
    headers = {"X-Signature": f"signature={hexed(BODY)},algorithm={algorithm}"}
    with pytest.raises(CredentialsError, match="not known"):
        verify_lightspeed(headers, BODY, secrets=[SECRET])


def test_woocommerces_ping_needs_no_signature_and_nothing_else_does_without() -> None:
    verify_woocommerce({}, b"webhook_id=12", secrets=[SECRET])
    for body in (b"webhook_id=12&x=1", b"webhook_id=", b'{"id": 1}', b"webhook_id=12\n", b""):
        with pytest.raises(CredentialsError):
            verify_woocommerce({}, body, secrets=[SECRET])
    with pytest.raises(CredentialsError):
        verify_woocommerce({"X-WC-Webhook-Signature": "x"}, b"webhook_id=12", secrets=[SECRET])


@pytest.mark.parametrize(("algorithm", "prefix"), [("sha256", "sha256="), ("sha512", "")])
def test_any_other_hmac_is_checked_as_its_vendor_writes_it(algorithm: str, prefix: str) -> None:
    import hmac

    told = prefix + hmac.new(SECRET.encode(), BODY, algorithm).hexdigest()
    more: dict[str, Any] = {"header": "X-Hub", "prefix": prefix, "algorithm": algorithm}
    verify_hmac({"x-hub": told}, BODY, secrets=[SECRET], **more)
    with pytest.raises(CredentialsError):
        verify_hmac({"x-hub": told.upper()}, BODY, secrets=[SECRET], **more)


def login(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_pipedrive_logs_in_as_the_user_that_was_chosen() -> None:
    for password in (SECRET, NEXT):
        verify_basic(login("crmsync", password), user="crmsync", secrets=[SECRET, NEXT])
    wrong = [login("crmsync", "x"), login("other", SECRET), {"Authorization": "Bearer x"}, {},
             {"Authorization": "Basic"}, {"Authorization": "Basic ä"}]  # fmt: skip
    for headers in wrong:
        with pytest.raises(CredentialsError):
            verify_basic(headers, user="crmsync", secrets=[SECRET])


@pytest.mark.parametrize("told", [SECRET, f"Bearer {SECRET}", f"bearer {NEXT}"])
def test_a_secret_in_a_header_is_believed(told: str) -> None:
    verify_header({"authorization": told}, secrets=[SECRET, NEXT])
    verify_header({"X-Token": told}, secrets=[SECRET, NEXT], header="x-token")


@pytest.mark.parametrize("told", ["", "x", "Bearer", f"Basic {SECRET}", SECRET + "x", SECRET[:-1]])
def test_any_other_header_is_refused(told: str) -> None:
    with pytest.raises(CredentialsError):
        verify_header({"authorization": told}, secrets=[SECRET])


def test_a_secret_in_the_url_is_believed_and_another_is_not() -> None:
    verify_url(f"{URL}?secret={SECRET}", secrets=[NEXT, SECRET])
    wrong = ["", "?secret=", f"?secret={SECRET}x", f"?other={SECRET}", f"?secret=x&secret={SECRET}"]
    for query in wrong:
        with pytest.raises(CredentialsError):
            verify_url(URL + query, secrets=[SECRET])


def notices(*states: Any) -> bytes:
    return json.dumps({"value": [{"clientState": state} for state in states]}).encode()


def test_business_central_gives_the_client_state_back_with_every_notice() -> None:
    verify_business_central(notices(SECRET, NEXT), secrets=[SECRET, NEXT])
    wrong = [notices(SECRET, "x"), notices(), notices(None), b"", b"[]", b'{"value": [{}]}',
             b'{"value": 1}']  # fmt: skip
    for body in wrong:
        with pytest.raises(CredentialsError):
            verify_business_central(body, secrets=[SECRET])


def test_business_centrals_handshake_is_echoed() -> None:
    assert validation_token(f"{URL}?validationToken=a%20b%2Bc") == "a b+c"
    assert validation_token(URL) is None


class Some:
    """Ids that were seen, as many as are worth keeping."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def is_new(self, name: str) -> bool:
        new = name not in self.seen
        self.seen = [*self.seen, name][-100:]
        return new


def test_what_is_sent_again_is_dropped() -> None:
    one, two = (Event(id=name, stream="customers", external_id="7") for name in "ab")
    seen = Some()
    assert not_replayed([one, two, one], seen) == [one, two]
    assert not_replayed([two], seen) == []


def test_no_error_says_what_was_sent() -> None:
    with pytest.raises(CredentialsError) as caught:
        verify_shopify({"X-Shopify-Hmac-SHA256": "Weißenberg"}, BODY, secrets=[SECRET])
    assert not any(word in str(caught.value) for word in ("Weißenberg", SECRET, "Ursula"))


def test_secrets_that_are_not_set_are_not_tried() -> None:
    assert secrets_of("", SecretStr(""), SecretStr(SECRET), hint="") == [SECRET]
    with pytest.raises(CredentialsError) as none:
        secrets_of("", SecretStr(""), hint="Set webhook_secret.")
    assert none.value.hint == "Set webhook_secret."

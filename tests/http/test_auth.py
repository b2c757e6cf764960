"""Keys and signatures are where the backend looks for them, and logins happen once for all."""

from __future__ import annotations

import hmac
import json
import threading
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import SecretStr

from crmsync.errors import CredentialsError
from crmsync.http import ApiKey, Basic, Bearer, Client, OAuth1, Request, Session, Signed, signed_jwt
from tests.http.server import Seen, Told, serving, told


def sent(auth: httpx.Auth, request: httpx.Request | None = None) -> httpx.Request:
    """The request as `auth` lets it go."""
    return next(auth.sync_auth_flow(request or httpx.Request("GET", "https://shop.example/a?b=1")))


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (Bearer(SecretStr("t-1 ")), "authorization", "Bearer t-1"),
        (ApiKey(SecretStr("k-1")), "x-api-key", "k-1"),
        (
            ApiKey("pk_1", header="Authorization", scheme="Klaviyo-API-Key"),
            "authorization",
            "Klaviyo-API-Key pk_1",
        ),
        (Basic("kasse", SecretStr("pä:ss")), "authorization", "Basic a2Fzc2U6cMOkOnNz"),
    ],
)
def test_a_key_is_in_its_header(auth: httpx.Auth, header: str, value: str) -> None:
    assert sent(auth).headers[header] == value


def test_a_key_may_be_a_parameter() -> None:
    assert sent(ApiKey("k&1", parameter="key")).url == "https://shop.example/a?b=1&key=k%261"


@pytest.mark.parametrize("secret", ["zwei\nzeilen", "schlüssel", "null\0"])
def test_a_key_that_no_header_bears_is_refused_without_being_told(secret: str) -> None:
    for auth in (Bearer(secret), ApiKey(secret)):
        with pytest.raises(CredentialsError) as caught:
            sent(auth)
        assert secret not in str(caught.value)


def test_a_signature_covers_the_body() -> None:
    def sign(request: Request) -> Mapping[str, str]:
        return {"X-Hmac": hmac.new(b"key", request.content, "sha256").hexdigest()}

    request = httpx.Request("POST", "https://shop.example", json={"a": 1})
    expected = hmac.new(b"key", b'{"a":1}', "sha256").hexdigest()
    assert sent(Signed(sign), request).headers["x-hmac"] == expected


def _header(request: httpx.Request) -> dict[str, str]:
    pairs = request.headers["authorization"].removeprefix("OAuth ").split(", ")
    return {key: value.strip('"') for key, _, value in (pair.partition("=") for pair in pairs)}


def test_oauth1_signs_as_the_examples_of_its_authors_do() -> None:
    """The example of OAuth Core 1.0a, appendix A.5."""
    request = httpx.Request(
        "GET", "http://photos.example.net/photos?file=vacation.jpg&size=original"
    )
    auth = OAuth1(
        "dpf43f3p2l4k3l03",
        "kd94hf93k423kf44",
        token="nnch734d00sl2jdk",
        token_secret="pfkkdhi9sl3r4s00",
        method="HMAC-SHA1",
        clock=lambda: 1191242096,
        nonce=lambda: "kllo9940pd9333jh",
    )
    assert _header(sent(auth, request))["oauth_signature"] == "tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D"


def test_oauth1_goes_into_the_query_where_headers_do_not_arrive() -> None:
    auth = OAuth1("ck_1", SecretStr("cs_1"), in_query=True, clock=lambda: 1, nonce=lambda: "n")
    request = httpx.Request(
        "GET", "http://shop.example:8080/wc/v3/orders?after=2026-01-01T00:00:00&x=ä"
    )
    url = sent(auth, request).url
    query = dict(parse_qsl(url.query.decode()))
    signature = query.pop("oauth_signature")
    parts = "&".join(f"{_quoted(key)}={_quoted(query[key])}" for key in sorted(query))
    base = f"GET&{_quoted('http://shop.example:8080/wc/v3/orders')}&{_quoted(parts)}"
    assert b64decode(signature) == hmac.digest(b"cs_1&", base.encode(), "sha256")
    assert query["oauth_signature_method"] == "HMAC-SHA256"


def _quoted(text: str) -> str:
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    return "".join(chr(one) if one in plain else f"%{one:02X}" for one in text.encode())


def test_oauth1_signs_the_fields_of_a_form_and_no_json() -> None:
    def signature(**body: Any) -> str:
        auth = OAuth1("k", "s", clock=lambda: 1, nonce=lambda: "n")
        request = httpx.Request("POST", "http://shop.example/a", **body)
        return _header(sent(auth, request))["oauth_signature"]

    assert signature(data={"a": "1"}) != signature(data={"a": "2"})
    assert signature(json={"a": "1"}) == signature(json={"a": "2"})


def _parts(token: str) -> tuple[Any, Any, bytes]:
    head, claims, signature = (urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(head), json.loads(claims), signature


def test_a_jwt_by_a_shared_key() -> None:
    token = signed_jwt({"iss": "crmsync"}, key=SecretStr("geheim"), algorithm="HS256")
    head, claims, signature = _parts(token)
    assert (head, claims) == ({"alg": "HS256", "typ": "JWT"}, {"iss": "crmsync"})
    signed = token.rpartition(".")[0].encode()
    assert signature == hmac.digest(b"geheim", signed, "sha256")


def test_a_jwt_by_a_private_key_is_verified_with_the_public_one() -> None:
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, kind, plain).decode()
    token = signed_jwt({"sub": "ä"}, key=pem, header={"kid": "7"})
    head, claims, signature = _parts(token)
    assert (head["alg"], head["kid"], claims) == ("RS256", "7", {"sub": "ä"})
    signed = token.rpartition(".")[0].encode()
    key.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def test_a_private_key_that_is_none_is_refused_without_being_told() -> None:
    pytest.importorskip("cryptography")
    with pytest.raises(CredentialsError) as caught:
        signed_jwt({}, key="-----BEGIN geheim")
    assert "geheim" not in str(caught.value)


class Door:
    """A backend with sessions: each login ends the one before."""

    def __init__(self) -> None:
        self.logins, self.good = 0, ""
        self.closed = False
        self.seen = 0
        self._lock = threading.Lock()

    def __call__(self, seen: Seen) -> Told:
        with self._lock:
            self.seen += 1
            if seen.path == "/login":
                self.logins += 1
                self.good = f"s{self.logins}"
                return told({"session": self.good})
            if seen.headers["x-session"] != self.good or self.closed:
                return told({}, 401)
        return told("in")


def _session(url: str) -> Session:
    return Session(
        login=lambda: httpx.Request("POST", f"{url}/login"),
        enter=lambda answer: {"X-Session": answer.json()["session"]},
        ended=lambda answer: answer.status_code == 401,
    )


def test_many_threads_log_in_once_and_once_more_when_the_session_has_ended() -> None:
    door = Door()
    with serving(door) as url:
        web = Client(url, auth=_session(url))
        start = threading.Barrier(8)
        found: list[object] = []

        def work() -> None:
            start.wait()
            for _ in range(3):
                found.append(web.get("/").data)

        for logins in (1, 2):
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert (found, door.logins) == (["in"] * 24 * logins, logins)
            door.good = "ended"
        web.close()


def test_what_is_refused_for_ever_logs_in_twice_and_not_once_a_request() -> None:
    door = Door()
    door.closed = True
    with serving(door) as url:
        web = Client(url, auth=_session(url))
        for _ in range(5):
            with pytest.raises(CredentialsError):
                web.get("/")
        web.close()
    assert door.logins == 2


def test_a_stream_is_not_read_by_the_session_that_opens_it() -> None:
    door = Door()
    with serving(door) as url:
        web = Client(url, auth=_session(url))
        door.good = "ended"
        with web.stream("GET", "/") as answer:
            assert list(answer.chunks()) == [b'"in"']
        web.close()

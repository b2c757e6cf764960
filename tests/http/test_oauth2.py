"""Tokens are asked for once for all threads and processes, and no refresh token is lost."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx
import pytest

from crmsync.errors import (
    BackendError,
    CredentialsError,
    FileError,
    NotReadable,
    RateLimited,
    Unreachable,
)
from crmsync.http import (
    AuthorizationCode,
    Client,
    JwtBearer,
    TokenFile,
)
from crmsync.http._locks import FileLock
from crmsync.model.stream import Connection
from tests.http.authority import Authority, ask, client, refresh
from tests.http.server import page, told


def test_a_token_is_asked_for_once_and_used_until_shortly_before_its_end(
    authority: Authority, url: str
) -> None:
    now = [1000.0]
    auth = client(url, scope="read", extra={"audience": "x"}, clock=lambda: now[0])
    assert ask(url, auth, times=3) == ["a-1"] * 3
    now[0] += 3539
    assert ask(url, auth) == ["a-1"]
    now[0] += 1
    assert ask(url, auth) == ["a-2"]
    assert authority.grants[0].form == {
        "grant_type": "client_credentials",
        "client_id": "c-1",
        "client_secret": "s&1",
        "scope": "read",
        "audience": "x",
    }


def test_a_client_may_be_known_by_basic_authentication(authority: Authority, url: str) -> None:
    ask(url, client(url, basic=True))
    (seen,) = authority.grants
    assert b64decode(seen.headers["authorization"].split()[1]) == b"c-1:s%261"
    assert seen.form == {"grant_type": "client_credentials"}


def test_a_token_goes_where_the_backend_wants_it(url: str) -> None:
    auth = client(url, header="X-Shopify-Access-Token", scheme="")
    with pytest.raises(CredentialsError):  # this backend wants it elsewhere
        ask(url, auth)
    request = httpx.Request("GET", url)
    auth.prove(request, auth._proof)  # type: ignore[arg-type]
    assert request.headers["x-shopify-access-token"] == "a-2"


def test_many_threads_share_one_login_and_one_renewal(authority: Authority, url: str) -> None:
    auth, start = client(url), threading.Barrier(8)
    web = Client(url, auth=auth)

    def work() -> None:
        start.wait()
        for _ in range(3):
            web.get("/")

    for grants in (1, 2):
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(authority.grants) == grants
        authority.access = set()
    web.close()


def test_a_short_life_is_used_for_nine_tenths(authority: Authority, url: str) -> None:
    authority.lasts = 10
    now = [0.0]
    auth = client(url, clock=lambda: now[0])
    for moment, token in ((0.0, "a-1"), (8.9, "a-1"), (9.0, "a-2")):
        now[0] = moment
        assert ask(url, auth) == [token]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (told({"error": "invalid_client"}, 401), CredentialsError, "invalid_client"),
        (told({"error": "Käthe is not known"}, 400), CredentialsError, "(400)"),
        (told({"error": "invalid_scope"}), CredentialsError, "invalid_scope"),
        (told({}, 404), BackendError, "404"),
        (told({"error": {"message": "Käthe"}}, 401), CredentialsError, "(401)"),
        (page(200), NotReadable, "holds no token"),
        (told({}), NotReadable, "holds no token"),
    ],
)
def test_a_token_that_is_refused_is_a_matter_of_credentials(
    authority: Authority, url: str, answer: Any, error: type[Exception], words: str
) -> None:
    authority.fails = [answer]
    with pytest.raises(error) as caught:
        ask(url, client(url))
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert "Käthe" not in str(caught.value)


def test_a_token_is_not_waited_for_for_ever(url: str) -> None:
    patience = {"connect": 1.0, "read": 2.0}
    request = httpx.Request("GET", url, extensions={"timeout": patience})
    asked = next(client(url).sync_auth_flow(request))
    assert asked.url != request.url
    assert asked.extensions["timeout"] == patience


def test_a_token_endpoint_that_is_busy_is_waited_for(authority: Authority, url: str) -> None:
    authority.fails = [told({}, 503), told({}, 429, Retry_After="1"), page(502)]
    assert ask(url, client(url)) == ["a-4"]


def test_a_change_was_not_sent_when_only_the_login_failed(authority: Authority, url: str) -> None:
    authority.fails = [told({}, 500)] * 4
    web = Client(url, auth=client(url), sleep=lambda seconds: None)
    with pytest.raises(Unreachable) as caught:
        web.post("/", json={}, repeatable=False)
    assert (caught.value.maybe_done, authority.served) == (False, 0)
    web.close()


def test_a_login_that_asks_for_a_long_pause_is_left_to_the_caller(
    authority: Authority, url: str
) -> None:
    authority.fails = [told({}, 429, Retry_After="9999")]
    with pytest.raises(RateLimited):
        ask(url, client(url))


def test_a_rotating_token_is_kept_for_the_next_process(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    assert ask(url, refresh(url, tmp_path)) == ["a-1"]
    assert ask(url, refresh(url, tmp_path)) == ["a-1"]
    authority.access = set()
    assert ask(url, refresh(url, tmp_path)) == ["a-2"]
    assert [one.form["refresh_token"] for one in authority.grants] == ["r-0", "r-1"]
    (kept,) = tmp_path.glob("*.json")
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_backend_that_keeps_its_refresh_token_need_not_repeat_it(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    authority.fails = [told({"access_token": "a-x"})]
    ask_once = refresh(url, tmp_path)
    with pytest.raises(CredentialsError):
        authority.fails.append(told({"access_token": "a-y"}))
        ask(url, ask_once)
    assert json.loads(next(tmp_path.glob("*.json")).read_bytes())["refresh"] == "r-0"


def test_a_newer_token_in_the_settings_counts_more_than_the_file(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    assert ask(url, refresh(url, tmp_path)) == ["a-1"]
    authority.refreshes, authority.access = {"n-0"}, set()
    assert ask(url, refresh(url, tmp_path, "n-0")) == ["a-2"]
    old = refresh(url, tmp_path)  # a process that was started before the settings changed
    assert ask(url, old) == ["a-2"]
    authority.access = set()
    assert ask(url, old) == ["a-3"]


def test_a_spent_token_says_what_to_do(authority: Authority, url: str, tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="authorize crmsync anew"):
        ask(url, refresh(url, tmp_path, "spent"))


def test_a_damaged_file_counts_as_none(authority: Authority, url: str, tmp_path: Path) -> None:
    auth = refresh(url, tmp_path)
    TokenFile(tmp_path, "kasse/köln").path.write_text('{"access": 1')
    assert ask(url, auth) == ["a-1"]


def test_a_folder_that_takes_nothing_is_said_before_the_token_is_spent(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError):
        ask(url, refresh(url, tmp_path / "file"))
    assert authority.grants == []


def test_a_new_token_that_cannot_be_kept_is_used_and_kept_later(
    authority: Authority, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = TokenFile.write

    def full(self: TokenFile, token: Any) -> None:
        if token.refresh:
            raise FileError("the disk is full.")
        writes(self, token)

    auth = refresh(url, tmp_path)
    monkeypatch.setattr(TokenFile, "write", full)
    assert ask(url, auth) == ["a-1"]
    monkeypatch.setattr(TokenFile, "write", writes)
    assert ask(url, auth) == ["a-1"]
    assert ask(url, refresh(url, tmp_path)) == ["a-1"]


def test_another_process_that_hangs_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    pauses: list[float] = []
    file = TokenFile(tmp_path, "a", patience=1.0, sleep=pauses.append)
    other = FileLock(file.path.with_suffix(".lock"))
    assert other.try_take()
    with pytest.raises(Unreachable, match="another process"), file.locked():
        pytest.fail("it is not ours")
    assert 1.0 <= sum(pauses) < 1.1
    other.close()
    with file.locked():
        pass


def test_a_code_is_spent_once_and_renewed_from_then_on(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    def auth(code: str = "") -> AuthorizationCode:
        return AuthorizationCode(
            f"{url}/token",
            authorize_url="https://secure.example/connect?x=1",
            redirect_uri="https://laden.example/back",
            store=TokenFile(tmp_path, "kasse"),
            code=code,
            client_id="c",
            scope="customers:read",
        )

    link = httpx.URL(auth().link(state="st"))
    asked = dict(link.params)
    assert asked["scope"] == "customers:read"
    assert (asked["x"], asked["state"], asked["code_challenge_method"]) == ("1", "st", "S256")
    assert ask(url, auth("k-1"), times=2) == ["a-1", "a-1"]
    authority.access = set()
    assert ask(url, auth("k-1")) == ["a-2"]
    first, second = (one.form for one in authority.grants)
    assert (first["grant_type"], first["code"]) == ("authorization_code", "k-1")
    assert first["redirect_uri"] == "https://laden.example/back"
    assert second["refresh_token"] == "r-1"
    assert _challenge(first["code_verifier"]) == asked["code_challenge"]


def _challenge(verifier: str) -> str:
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def test_an_assertion_brings_a_token(authority: Authority, url: str) -> None:
    claims = {"iss": "c-1", "aud": "https://login.example"}
    auth = JwtBearer(
        f"{url}/token", claims=claims, key="geheim", algorithm="HS256", clock=lambda: 1000.5
    )
    assert ask(url, auth) == ["a-1"]
    form = authority.grants[0].form
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    told_claims = json.loads(b64decode(form["assertion"].split(".")[1] + "=="))
    assert told_claims == {"iat": 1000, "exp": 1180, **claims}


def test_the_connections_file_lies_beside_its_configuration_and_out_of_version_control(
    url: str, tmp_path: Path
) -> None:
    store = TokenFile.beside(Connection(name="kasse", controller="laden", base=str(tmp_path)))
    ask(url, client(url, store=store))
    assert store.path == tmp_path / ".crmsync" / "tokens" / "kasse.json"
    assert (tmp_path / ".crmsync" / ".gitignore").read_text() == "*\n"
    assert "a-1" not in repr(store.read())

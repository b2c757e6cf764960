"""Tokens are asked for once for all threads and processes, and no refresh token is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

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
    ClientCredentials,
    JwtBearer,
    RefreshToken,
    TokenFile,
)
from crmsync.http._locks import FileLock
from crmsync.model.stream import Connection
from tests.http.authority import Authority
from tests.http.server import page, serving, told


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    with serving(authority) as found:
        yield found


def ask(url: str, auth: httpx.Auth, times: int = 1) -> list[Any]:
    web = Client(url, auth=auth, sleep=lambda seconds: None)
    try:
        return [web.get("/").data for _ in range(times)]
    finally:
        web.close()


def client(url: str, **more: Any) -> ClientCredentials:
    return ClientCredentials(
        f"{url}/token", client_id="c-1", client_secret=SecretStr("s&1"), **more
    )


def refresh(url: str, folder: Path, first: str = "r-0", **more: Any) -> RefreshToken:
    store = TokenFile(folder, "kasse/köln")
    token_url = f"{url}/token"
    return RefreshToken(
        token_url, refresh_token=first, store=store, client_id="c", client_secret="s", **more
    )


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
    asked = next(client(url).sync_auth_flow(httpx.Request("GET", url)))
    assert None not in asked.extensions["timeout"].values()


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


WORK = """
import os, signal, sys
from pathlib import Path
from crmsync.http import Client, RefreshToken, TokenFile
url, folder, die = sys.argv[1:4]
store = TokenFile(Path(folder), "kasse")
writes = TokenFile.write
def dying(self, token):
    if token.refresh and token.refresh != "r-0":
        os.kill(os.getpid(), signal.SIGKILL)
    writes(self, token)
if die == "die":
    TokenFile.write = dying
replaces, count = Path.replace, []
def dying_there(self, target):
    count.append(target)
    if len(count) == 2:  # the first one only tries whether the disk takes it
        if die == "die after":
            replaces(self, target)
        os.kill(os.getpid(), signal.SIGKILL)
    return replaces(self, target)
if die.startswith("die "):
    Path.replace = dying_there
auth = RefreshToken(url + "/token", refresh_token="r-0", store=store, client_id="c")
web = Client(url, auth=auth)
print("ready", flush=True)
for line in sys.stdin:
    print(web.get("/").data, flush=True)
"""


class Workers:
    """Real processes that share a token file."""

    def __init__(self, url: str, folder: Path, *kinds: str) -> None:
        root = str(Path(__file__).parents[2])
        environment = {**os.environ, "PYTHONPATH": root}
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-c", WORK, url, str(folder), kind],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
            )
            for kind in kinds
        ]
        assert [self._line(one) for one in self.processes] == ["ready"] * len(kinds)

    def ask(self) -> Sequence[str]:
        """What each of them is answered; all ask at once."""
        for one in self.processes:
            assert one.stdin
            one.stdin.write("\n")
            one.stdin.flush()
        return [self._line(one) for one in self.processes]

    def close(self) -> list[int]:
        """How each of them ended."""
        for one in self.processes:
            one.communicate(timeout=60)
        return [one.returncode for one in self.processes]

    def _line(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout
        return process.stdout.readline().strip()


def test_two_processes_renew_once_and_neither_is_left_with_a_dead_token(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    workers = Workers(url, tmp_path, "live", "live")
    for number in range(1, 6):
        assert workers.ask() == [f"a-{number}"] * 2
        assert len(authority.grants) == number
        authority.access = set()
    assert workers.close() == [0, 0]
    spent = [one.form["refresh_token"] for one in authority.grants]
    assert spent == [f"r-{number}" for number in range(5)]


def test_a_process_killed_between_answer_and_file_leaves_a_way_on(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    authority.grace = True
    workers = Workers(url, tmp_path, "die")
    assert workers.ask() == [""]
    assert workers.close() == [-signal.SIGKILL]
    assert len(authority.grants) == 1
    assert list(tmp_path.glob(".*.new")) == []
    workers = Workers(url, tmp_path, "live")
    assert workers.ask() == ["a-2"]
    assert workers.close() == [0]


@pytest.mark.parametrize("kind", ["die before", "die after"])
def test_a_process_killed_while_it_keeps_the_token_loses_nothing(
    authority: Authority, url: str, tmp_path: Path, kind: str
) -> None:
    workers = Workers(url, tmp_path, kind)
    assert workers.ask() == [""]
    assert workers.close() == [-signal.SIGKILL]
    workers = Workers(url, tmp_path, "live")
    assert workers.ask() == ["a-1"]
    authority.access = set()
    assert workers.ask() == ["a-2"]
    assert workers.close() == [0]
    assert [one.form["refresh_token"] for one in authority.grants] == ["r-0", "r-1"]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".lock"]


def test_what_a_killed_process_wrote_half_is_removed(url: str, tmp_path: Path) -> None:
    left = tmp_path / ".kasse.json.4711.new"
    left.write_text('{"access": "a-')
    store = TokenFile(tmp_path, "kasse")
    assert ask(url, client(url, store=store)) == ["a-1"]
    assert not left.exists()


def test_a_token_kept_late_does_not_replace_a_newer_one(
    authority: Authority, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.grace = True
    writes = TokenFile.write

    def full(self: TokenFile, token: Any) -> None:
        if token.refresh:
            raise FileError("the disk is full.")
        writes(self, token)

    one, other = refresh(url, tmp_path), refresh(url, tmp_path)
    monkeypatch.setattr(TokenFile, "write", full)
    assert ask(url, one) == ["a-1"]
    monkeypatch.setattr(TokenFile, "write", writes)
    assert ask(url, other) == ["a-2"]
    assert ask(url, one) == ["a-2"]
    assert ask(url, other) == ["a-2"]


def test_where_the_backend_has_no_grace_the_loss_is_said_with_what_to_do(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    workers = Workers(url, tmp_path, "die")
    workers.ask()
    workers.close()
    with pytest.raises(CredentialsError, match="authorize crmsync anew"):
        store = TokenFile(tmp_path, "kasse")
        ask(url, RefreshToken(f"{url}/token", refresh_token="r-0", store=store, client_id="c"))


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

"""Somebody consents in a browser: the code is spent once, and every later run has its tokens."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from crmsync.cli.main import run
from tests.http.authority import Authority
from tests.http.server import serving

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.kasse]
connector = "kasse"
controller = "muster"
url = "{url}"
[connections.liste]
connector = "files"
controller = "muster"
[[connections.liste.streams]]
name = "kunden"
kind = "customers"
key = "Nr"
path = "kunden.csv"
map = {{ family_name = "Name" }}
"""
PLUGIN = '''
"""A till whose tokens somebody must grant."""

from typing import ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.http import AuthorizationCode, Client, TokenFile
from crmsync.model.stream import Capabilities


class Settings(BaseModel):
    url: str


class Kasse:
    name: ClassVar[str] = "kasse"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = Settings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings, connection):
        self.auth = AuthorizationCode(
            f"{settings.url}/token",
            authorize_url="https://secure.example/connect",
            redirect_uri="https://laden.example/zurueck",
            store=TokenFile.beside(connection),
            client_id="c",
        )
        self.client = Client(settings.url, auth=self.auth)

    def authorize_link(self, state):
        return self.auth.link(state=state)

    def authorize(self, code):
        self.auth.take(code)
        self.check()

    def check(self):
        self.client.get("/ping")

    def streams(self):
        return []

    def read(self, stream, window, position):
        yield from ()

    def map(self, stream, raw):
        return ()

    def close(self):
        self.client.close()


@hookimpl
def crmsync_register_connectors(register):
    register(Kasse)
'''
Call = Callable[..., int]


class Browser(io.StringIO):
    """What the user pastes: made of the address that was printed before he is asked."""

    def __init__(self, capsys: pytest.CaptureFixture[str], answer: str) -> None:
        super().__init__()
        self._capsys, self._answer, self.shown = capsys, answer, ""

    def readline(self, *_: object) -> str:
        self.shown += self._capsys.readouterr().out
        link = next(line for line in self.shown.splitlines() if line.startswith("https://secure"))
        (state,) = parse_qs(urlsplit(link).query)["state"]
        return self._answer.format(state=state) + "\n"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority()


@pytest.fixture
def call(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> object:
    (tmp_path / "crmsync_plugins.py").write_text(PLUGIN, encoding="utf-8")
    with serving(authority) as url:
        (tmp_path / "crmsync.toml").write_text(CONFIG.format(url=url), encoding="utf-8")

        def call(*words: str, pasted: io.StringIO | None = None) -> int:
            monkeypatch.setattr("sys.stdin", pasted or io.StringIO())
            return run(["--project", str(tmp_path), *words])

        yield call


def test_a_consent_brings_tokens_for_every_later_run(
    call: Call, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    back = "https://laden.example/zurueck?code=k-1&state={state}"
    assert call("check", "kasse") == 4
    assert "crmsync authorize" in capsys.readouterr().out
    assert call("authorize", "kasse", pasted=Browser(capsys, back)) == 0
    assert call("check", "kasse") == 0
    authority.access = set()
    assert call("check", "kasse") == 0
    kinds = [one.form["grant_type"] for one in authority.grants]
    assert kinds == ["authorization_code", "refresh_token"]
    assert authority.grants[0].form["code"] == "k-1"
    assert authority.grants[0].form["code_verifier"]
    assert call("authorize", "kasse", pasted=Browser(capsys, back.replace("k-1", "k-2"))) == 0
    assert authority.grants[-1].form["code"] == "k-2"


@pytest.mark.parametrize(
    "pasted,said",
    [
        ("https://laden.example/zurueck?code=k-1&state=fremd", "another attempt"),
        ("https://laden.example/zurueck?error=access_denied&state={state}", "was not given"),
        ("https://laden.example/zurueck", "holds no code"),
    ],
)
def test_what_is_no_consent_spends_nothing(
    call: Call, authority: Authority, capsys: pytest.CaptureFixture[str], pasted: str, said: str
) -> None:
    assert call("authorize", "kasse", pasted=Browser(capsys, pasted)) == 4
    assert said in capsys.readouterr().err
    assert authority.grants == []


def test_a_connector_that_asks_nobody_says_so(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("authorize", "liste") == 2
    assert "asks nobody in a browser" in capsys.readouterr().err

"""A mailbox that takes tokens (XOAUTH2): a real IMAP server, and one that gives the tokens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from crmsync.connectors.mailbox import MailboxConnector, MailboxSettings
from crmsync.connectors.mailbox.connector import STREAM
from crmsync.errors import CredentialsError, Unreachable
from crmsync.http import access_token
from crmsync.model.stream import Connection, Window
from tests.connectors.imap import USER, Mailbox, server
from tests.http.authority import Authority, client
from tests.http.server import Told, page, serving, told

ASKED = ("From: Anna Keller <anna@example.org>", "To: laden@example.com", "Subject: Frage",
         "Message-ID: <a1@example.org>")  # fmt: skip
AT = "20-Nov-2026 10:00:00 +0100"


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    with serving(authority) as found:
        yield found


@pytest.fixture
def mailbox(url: str) -> Iterator[Mailbox]:
    with server(url) as port:
        found = Mailbox(port)
        found.put(found.inbox, AT, *ASKED)
        yield found


def connector(mailbox: Mailbox, url: str, folder: Path, **more: Any) -> MailboxConnector:
    keys = {"token_url": f"{url}/token", "client_id": "c-1", "client_secret": "s-1",
            "scope": "https://outlook.example/.default"}  # fmt: skip
    told = {**mailbox.settings(), "password": "", **keys, **more}
    connection = Connection(name="mail", controller="muster", base=str(folder))
    return MailboxConnector(MailboxSettings.model_validate(told), connection)


def subjects(one: MailboxConnector) -> list[str]:
    """What the mailbox's messages are about; the connection is closed behind it."""
    try:
        return [row["subject"] for found in one.read(STREAM, Window(), None)
                for row in found.records]  # fmt: skip
    finally:
        one.close()


def test_an_application_reads_by_its_own_token(
    mailbox: Mailbox, url: str, authority: Authority, tmp_path: Path
) -> None:
    one = connector(mailbox, url, tmp_path)
    one.check()
    assert subjects(one) == ["Frage"]
    assert subjects(connector(mailbox, url, tmp_path)) == ["Frage"], "the next process"
    [seen] = authority.grants
    assert seen.form == {
        "grant_type": "client_credentials", "client_id": "c-1", "client_secret": "s-1",
        "scope": "https://outlook.example/.default",
    }  # fmt: skip


def test_a_token_that_is_refused_is_asked_for_anew_once(
    mailbox: Mailbox, url: str, authority: Authority, tmp_path: Path
) -> None:
    assert subjects(connector(mailbox, url, tmp_path)) == ["Frage"]
    authority.access.clear()
    assert subjects(connector(mailbox, url, tmp_path)) == ["Frage"]
    assert len(authority.grants) == 2


def test_who_may_not_read_is_told_who_must_act(
    mailbox: Mailbox, url: str, authority: Authority, tmp_path: Path
) -> None:
    one = connector(mailbox, url, tmp_path)
    authority.fails = [told({"access_token": "no-one"}), told({"access_token": "no-one-2"})]
    with pytest.raises(CredentialsError, match="does not let this user in") as found:
        one.check()
    assert "may read this mailbox" in str(found.value.hint)
    assert len(authority.grants) == 2, "no storm of logins"
    assert "no-one" not in str(found.value)


def test_a_refresh_token_reads_on_behalf_of_who_authorized(
    mailbox: Mailbox, url: str, authority: Authority, tmp_path: Path
) -> None:
    for _ in range(2):
        one = connector(mailbox, url, tmp_path, client_secret="", refresh_token="r-0")
        assert subjects(one) == ["Frage"]
        authority.access.clear()
    assert [seen.form["refresh_token"] for seen in authority.grants] == ["r-0", "r-1"]


def test_who_gives_no_token_and_who_does_not_answer(
    mailbox: Mailbox, url: str, authority: Authority, tmp_path: Path
) -> None:
    authority.fails = [told({"error": "invalid_client"}, 401)]
    with pytest.raises(CredentialsError, match="gives no token"):
        connector(mailbox, url, tmp_path).check()
    authority.fails = [Told(cut=0), page(503)]
    slept: list[float] = []
    assert access_token(client(url), sleep=slept.append).startswith("a-")
    assert len(slept) == 2
    with pytest.raises(Unreachable):
        access_token(client("http://127.0.0.1:9"), sleep=slept.append)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"password": "geheim", "token_url": "https://login.example/token", "client_id": "c",
         "client_secret": "s"},
        {"token_url": "https://login.example/token", "client_secret": "s"},
        {"token_url": "https://login.example/token", "client_id": "c"},
    ],
    ids=["nothing", "both", "no client", "no grant"],
)  # fmt: skip
def test_one_proof_and_a_whole_one(told: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"give either|token_url needs"):
        MailboxSettings.model_validate({"host": "mail.example", "user": USER, **told})

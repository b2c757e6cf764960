"""The connector "mailbox" against a real IMAP server, and the messages it must understand."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from crmsync.connectors.mailbox import MailboxConnector, MailboxSettings
from crmsync.connectors.mailbox import message as reading
from crmsync.connectors.mailbox.connector import STREAM
from crmsync.errors import ConfigError, CredentialsError, CursorError, Unreachable
from crmsync.model.stream import Connection, Page, Window
from crmsync.model.told import ToldInteraction
from tests.cli.two_systems import DAY, Retailer
from tests.connectors.imap import Mailbox, server

AT = "20-Nov-2026 10:00:00 +0100"
LATER = "20-Nov-2026 12:00:00 +0100"
ASKED = ("From: Anna Keller <Anna@example.org>", "To: laden@example.com",
         "Subject: =?utf-8?q?Frage_zur_Gr=C3=B6=C3=9Fe?=",
         "Message-ID: <a1@example.org>")  # fmt: skip
ANSWER = ("From: laden@example.com", "To: anna@example.org", "Subject: Re: Frage",
          "Message-ID: <b1@example.com>", "In-Reply-To: <a1@example.org>",
          "References: <a1@example.org>")  # fmt: skip
BOUNCE = ("From: MAILER-DAEMON@example.com", "To: laden@example.com", "Subject: Undelivered",
          "Message-ID: <c1@example.com>", "Auto-Submitted: auto-replied", "MIME-Version: 1.0",
          'Content-Type: multipart/report; report-type=delivery-status; boundary="x"')  # fmt: skip
REPORT = """--x
Content-Type: text/plain

Sorry.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; Anna@example.org
Action: failed
Status: 5.1.1

--x
Content-Type: message/rfc822-headers

Message-ID: <b1@example.com>
References: <a1@example.org>

--x--""".replace("\n", "\r\n")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with server() as found:
        yield found


@pytest.fixture
def mailbox(port: int) -> Mailbox:
    return Mailbox(port)


def connector(mailbox: Mailbox, **more: Any) -> MailboxConnector:
    settings = MailboxSettings.model_validate(mailbox.settings(**more))
    return MailboxConnector(settings, Connection(name="mail", controller="muster"))


def pages(mailbox: Mailbox, position: Any = None, **more: Any) -> list[Page]:
    """The pages of the mailbox from a position on, which has been kept as JSON."""
    one = connector(mailbox, **more)
    try:
        return list(one.read(STREAM, Window(), json.loads(json.dumps(position))))
    finally:
        one.close()


def told(mailbox: Mailbox, **more: Any) -> list[ToldInteraction]:
    """What every message of the mailbox tells."""
    one = connector(mailbox, **more)
    found = [
        told for page in pages(mailbox, **more) for raw in page.records
        for told in one.map(STREAM, json.loads(json.dumps(dict(raw))))
    ]  # fmt: skip
    assert all(isinstance(interaction, ToldInteraction) for interaction in found)
    return found  # type: ignore[return-value]


def test_an_enquiry_and_its_answer_are_one_thread(mailbox: Mailbox) -> None:
    mailbox.put(mailbox.inbox, AT, *ASKED)
    mailbox.put(mailbox.sent, LATER, *ANSWER)
    asked, answer = told(mailbox)
    assert (asked.at, asked.subject) == ("2026-11-20T10:00:00+01:00", "Frage zur Größe")
    assert (asked.direction, asked.status, asked.contact) == ("in", "open", "anna@example.org")
    assert (answer.direction, answer.status, answer.contact) == ("out", "done", "anna@example.org")
    assert asked.thread == answer.thread == "a1@example.org"


def test_only_headers_are_fetched_unless_bodies_are_configured(mailbox: Mailbox) -> None:
    mailbox.put(mailbox.inbox, AT, *ASKED, body="Streng geheim")
    [page] = pages(mailbox)
    assert "geheim" not in json.dumps(list(map(dict, page.records)))
    [page] = pages(mailbox, bodies=True)
    assert page.records[0]["body"] == "Streng geheim"
    assert mailbox.unseen(mailbox.inbox) == 1, "reading marks nothing as read"


def test_it_goes_on_where_it_stopped_folder_by_folder(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.put(mailbox.inbox, AT, "From: a@example.org", f"Message-ID: <n{number}@x.org>")
    found = pages(mailbox, page_size=2)
    assert [len(page.records) for page in found] == [2, 2, 1]
    rest = pages(mailbox, found[0].next_position, page_size=2)
    assert [one["id"] for page in rest for one in page.records] == [
        "n2@x.org",
        "n3@x.org",
        "n4@x.org",
    ]
    end = found[-1].next_position
    assert pages(mailbox, end) == []
    mailbox.put(mailbox.sent, LATER, *ANSWER)
    [page] = pages(mailbox, end)
    assert ([one["id"] for one in page.records], page.source) == (["b1@example.com"], mailbox.sent)


def test_a_folder_that_was_made_anew_is_read_from_its_beginning(mailbox: Mailbox) -> None:
    mailbox.put(mailbox.inbox, AT, *ASKED)
    [page] = pages(mailbox)
    mailbox.make_anew(mailbox.inbox)
    mailbox.put(mailbox.inbox, AT, *ASKED)
    [again] = pages(mailbox, page.next_position)
    assert again.records[0]["id"] == page.records[0]["id"] == "a1@example.org"


def test_what_came_before_the_day_is_left(mailbox: Mailbox) -> None:
    mailbox.put(mailbox.inbox, "01-Oct-2026 10:00:00 +0100", *ASKED)
    mailbox.put(mailbox.inbox, AT, "From: b@example.org", "Message-ID: <late@example.org>")
    [page] = pages(mailbox, since="2026-11-01")
    assert [one["id"] for one in page.records] == ["late@example.org"]


def test_what_bounced_names_whom_it_did_not_reach_and_its_thread(mailbox: Mailbox) -> None:
    mailbox.put(mailbox.inbox, LATER, *BOUNCE, body=REPORT)
    [found] = told(mailbox)
    assert (found.kind, found.contact) == ("bounce", "anna@example.org")
    assert found.thread == "a1@example.org"


def test_an_automatic_reply_of_ours_acknowledges_and_one_of_theirs_wants_nothing(
    mailbox: Mailbox,
) -> None:
    mailbox.put(mailbox.sent, AT, *ANSWER, "Auto-Submitted: auto-replied")
    mailbox.put(mailbox.inbox, AT, *ASKED, "Auto-Submitted: auto-replied (vacation)")
    theirs, ours = told(mailbox)
    assert (theirs.kind, theirs.status) == ("note", "done")
    assert (ours.kind, ours.status) == ("enquiry", "waiting")


@pytest.mark.parametrize(
    "headers",
    [
        (*ASKED, "List-Unsubscribe: <https://example.org/x>"), (*ASKED, "Precedence: bulk"),
        ("From: laden@example.com", "To: LADEN@example.com", "Message-ID: <self@example.com>"),
        ("From: laden@example.com", "Message-ID: <many@example.com>",
         "To: " + ", ".join(f"k{number}@example.org" for number in range(11))),
    ],
)  # fmt: skip
def test_newsletters_circulars_and_notes_to_ourselves_are_no_talk(
    mailbox: Mailbox, headers: tuple[str, ...]
) -> None:
    mailbox.put(mailbox.inbox, AT, *headers)
    assert told(mailbox) == []


def test_what_we_write_to_two_is_a_word_with_each(mailbox: Mailbox) -> None:
    mailbox.put(mailbox.sent, AT, "From: laden@example.com", "To: a@example.org",
                "Cc: b@example.org, laden@example.com",
                "Message-ID: <two@example.com>")  # fmt: skip
    found = [(one.contact, one.part) for one in told(mailbox)]
    assert found == [("a@example.org", "interaction"), ("b@example.org", "to-1")]


def check(mailbox: Mailbox, **more: Any) -> None:
    """Check the connection, and close it."""
    with closing(connector(mailbox, **more)) as one:
        one.check()


def test_what_is_wrong_says_who_must_act(mailbox: Mailbox) -> None:
    check(mailbox)
    with pytest.raises(CredentialsError):
        check(mailbox, password="falsch")
    with pytest.raises(ConfigError, match="no folder 'Fehlt'"):
        check(mailbox, folders=["Fehlt"])
    with pytest.raises(Unreachable):
        check(mailbox, port=1)
    with pytest.raises(ConfigError, match="TLS"):
        check(mailbox, security="tls")
    with pytest.raises(CursorError):
        pages(mailbox, [1])


@pytest.mark.parametrize(
    "subject,shown",
    [
        ("=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"), ("=?x-unknown?q?=C3?=", "=?x-unknown?q?=C3?="),
        ("", ""), ("a\r\n  b", "a b"),
    ],
)  # fmt: skip
def test_a_subject_is_decoded_or_left_as_it_was_sent(subject: str, shown: str) -> None:
    content = f"From: a@example.org\r\nSubject: {subject}\r\n\r\n".encode()
    assert reading.record(content, fallback="f")["subject"] == shown


@pytest.mark.parametrize(
    "content", [b"", b"\0\xff\r\n\r\n", b"From: \xff\xfe\r\nTo: <<<>>>\r\n\r\n"]
)
def test_rubbish_is_a_record_that_tells_nothing(mailbox: Mailbox, content: bytes) -> None:
    raw = reading.record(content, fallback="in:1:7")
    assert raw["id"] == "in:1:7"
    full = raw | {"sent": False, "received": "2026-11-20T10:00:00+01:00"}
    assert list(connector(mailbox).map(STREAM, full)) == []


def test_an_id_that_no_store_could_keep_is_kept_as_a_hash() -> None:
    content = b"Message-ID: <" + b"x" * 900 + b"@example.org>\r\n\r\n"
    assert len(reading.record(content, fallback="f")["id"]) == 32


def test_a_mailbox_acknowledges_answers_and_bounces_through_the_whole_way(
    mailbox: Mailbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Retailer(tmp_path, capsys)
    lines = [f"{name} = {json.dumps(value)}" for name, value in mailbox.settings().items()]
    with (tmp_path / "crmsync.toml").open("a", encoding="utf-8") as config:
        config.write('\n[connections.mail]\nconnector = "mailbox"\ncontroller = "muster"\n')
        config.write("\n".join(lines).replace('"geheim"', '"env:MAIL_PASSWORD"') + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAIL_PASSWORD", "geheim")
        mailbox.put(mailbox.inbox, AT, *ASKED)
        shop.sync()
        [case] = shop.json("service", "--as-of", DAY)["muster"]["cases"]
        assert (case["subject"], case["acknowledged_on"]) == ("Frage zur Größe", None)
        assert case["ref"] == "mail/messages/a1@example.org"
        assert case["customer_id"] == shop.customer("crm/3")
        mailbox.put(mailbox.sent, LATER, *ANSWER)
        shop.sync()
        assert shop.json("service", "--as-of", DAY)["muster"]["cases"] == []
        mailbox.put(mailbox.inbox, "20-Nov-2026 12:05:00 +0100", *BOUNCE, body=REPORT)
        shop.sync()
        [case] = shop.json("service", "--as-of", DAY)["muster"]["cases"]
        assert len(case["events"]) == 3


def test_the_page_has_every_setting_with_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/connect-a-mailbox.md").read_text("utf-8")
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (.*?) \|", page, re.M)
    told = {name: default for cell, default in rows for name in re.findall(r"`(\w+)`", cell)}
    fields = MailboxSettings.model_fields
    assert told.keys() == fields.keys()
    for name, default in told.items():
        assert (default == "required") == fields[name].is_required(), name
        if default.startswith("`"):
            found = fields[name].default
            written = tomllib.loads(f"x = {default.strip('`')}")["x"]
            found = found.get_secret_value() if isinstance(found, SecretStr) else found
            assert written == (list(found) if isinstance(found, tuple) else found), name
    for text in re.findall(r"```toml\n(.*?)```", page, re.S):
        example = tomllib.loads(text)["connections"]["mail"]
        own = {name: value for name, value in example.items() if name in fields}
        assert MailboxSettings.model_validate(own).user == "laden@example.org"

"""The connector asks for nothing, and reads nothing, that the contract does not know."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crmsync_mailchimp import Mailchimp, api, members
from crmsync_mailchimp.settings import MailchimpSettings
from fake_mailchimp import LIST, FakeMailchimpWithActivity

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import START, Asked

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
VENDORS = Path("mailchimp") / "mailchimp-members.json"
GRANT = {"channel": "email", "state": "granted", "at": "2026-11-20T10:00:00Z", "evidence": "F 7"}


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[list[Asked]]:
    """Every request of a reading, and of one change of each kind."""
    with FakeMailchimpWithActivity() as fake:
        fake.fill()
        fake.secrets["key"] = "geheim"
        for number in range(20, 24):
            fake.add("customers", number, at=fake.now)
        own = MailchimpSettings.model_validate(
            {"url": f"{fake.url}/3.0", "api_key": "geheim", "list_id": LIST, "page_size": 2,
             "activity": "all"}
        )  # fmt: skip
        post = Mailchimp(own, Connection(name="post", controller="haus", base=str(tmp_path)))
        post.check()
        post.server_time()
        for stream in post.streams():
            list(post.read(stream, Window(START, fake.now), None))
        fields = {"family_name": "Moor", "contacts.email": "moor@example.org", "language": "de"}
        changes: list[dict[str, Any]] = [
            {"fields": fields}, {"external_id": "c-1", "fields": {**fields, "language": None}},
            {"change": "consent", "fields": {**GRANT, "contact": "neu@example.org"}},
            {"change": "consent", "external_id": "c-2", "fields": {**GRANT, "state": "objected"}},
            {"change": "audience", "external_id": "c-1", "fields": {"name": "x", "member": True}},
            {"change": "erase", "external_id": "c-4"},
        ]  # fmt: skip
        post.write([Intent(id=str(n), key=f"k-{n}", **more) for n, more in enumerate(changes)])
        post.close()
        own = own.model_copy(update={"batch_from": 1})
        post = Mailchimp(own, Connection(name="post", controller="haus", base=str(tmp_path)))
        post.write([Intent(id="b", key="k-b", external_id="c-1", fields={"family_name": "Neu"})])
        post.close()
        yield [one for one in fake.heard if one.parts[0] == "3.0"]


def named(asked: Asked) -> str:
    path = asked.path.removeprefix("/3.0").replace(LIST, "{list_id}")
    path = re.sub(r"/batches/[^/]+", "/batches/{batch_id}", path)
    return f"{asked.method} {re.sub(r'/members/[^/]+', '/members/{subscriber_hash}', path)}"


def test_requests_are_those_of_the_contract(heard: list[Asked]) -> None:
    known = {**OWN["requests"], **OWN["beside"]}
    assert {named(one) for one in heard} == set(known)
    for one in heard:
        assert {*one.query, *one.json} <= set(known[named(one)]), named(one)


def test_what_is_read_is_in_the_contract() -> None:
    own = MailchimpSettings.model_validate({"api_key": "x-us1", "list_id": "a"})
    flat = members.flat(OWN["answer"], own)
    made = {"our", "address", "marks", "email_state", "email_at", "email_evidence", "sms_state",
            "sms_at"}  # fmt: skip
    assert set(flat) - made <= set(OWN["answer"])


@pytest.fixture
def vendors() -> dict[str, Any]:
    folder = os.environ.get("CRMSYNC_CONTRACTS")
    if not folder:
        pytest.skip(f"CRMSYNC_CONTRACTS names no folder with {VENDORS}")
    found: dict[str, Any] = json.loads((Path(folder) / VENDORS).read_text("utf-8"))
    return found


def test_our_requests_are_the_vendors(vendors: dict[str, Any]) -> None:
    for name, parameters in OWN["requests"].items():
        method, path = name.split(" ")
        known = vendors["paths"][path][method.lower()]["parameters"]
        bodies = [one["schema"] for one in known if one["name"] == "body"]
        names = {one["name"] for one in known}
        names |= {field for body in bodies for field in body["properties"]}
        assert set(parameters) <= names, name


def test_our_fields_and_words_are_the_vendors(vendors: dict[str, Any]) -> None:
    listed = vendors["paths"]["/lists/{list_id}/members"]["get"]["responses"]["200"]["schema"]
    member = listed["properties"]["members"]["items"]["properties"]
    assert set(OWN["answer"]) <= set(member)
    for field, words in OWN["words"].items():
        assert set(words) <= set(member[field]["enum"])
    for left_out in api.UNREAD.split(","):
        parent, _, leaf = left_out.rpartition(".")
        assert leaf in (member if parent else listed["properties"])
    change = "/lists/{list_id}/members/{subscriber_hash}"
    body = next(one for one in vendors["paths"][change]["patch"]["parameters"]
                if one["name"] == "body")  # fmt: skip
    words = body["schema"]["properties"]["status"]["enum"]
    assert {"subscribed", "unsubscribed", "cleaned", "pending"} <= set(words)

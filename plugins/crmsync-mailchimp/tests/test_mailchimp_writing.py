"""What may be written is, suppressions stay, seconds are read whole, webhooks are checked."""

from __future__ import annotations

import hmac
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from crmsync_mailchimp import Mailchimp
from crmsync_mailchimp.api import Refusal, fault
from crmsync_mailchimp.settings import MailchimpSettings
from fake_mailchimp import LIST, FakeMailchimp, problem

from crmsync.errors import CredentialsError, RateLimited
from crmsync.http import Request, Response
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Stream, Window
from crmsync.testing import Answer, Row

GRANT = {"channel": "email", "purpose": "marketing", "state": "granted",
         "at": "2026-11-20T10:00:00+01:00", "evidence": "Formular 7"}  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FakeMailchimp]:
    with FakeMailchimp() as backend:
        backend.fill(customers=4)
        backend.secrets["key"] = "geheim"
        yield backend


def opened(fake: FakeMailchimp, folder: Path, **more: Any) -> Mailchimp:
    own = MailchimpSettings.model_validate(
        {"url": f"{fake.url}/3.0", "api_key": "geheim", "list_id": LIST, **more}
    )
    return Mailchimp(own, Connection(name="post", controller="haus", base=str(folder)))


@pytest.fixture
def post(fake: FakeMailchimp, tmp_path: Path) -> Iterator[Mailchimp]:
    found = opened(fake, tmp_path, webhook_secret="wort")
    yield found
    found.close()


def wrote(post: Mailchimp, change: str = "save", **more: Any) -> Result:
    (found,) = post.write([Intent(id="1", key="k-1", change=change, **more)])  # type: ignore[arg-type]
    return found


def consent(post: Mailchimp, row: Row, **more: Any) -> Result:
    fields = {**GRANT, "contact": row.data["email_address"], **more}
    return wrote(post, "consent", external_id=row.id, fields=fields)


def of_status(fake: FakeMailchimp, status: str) -> Row:
    row = fake.living("customers")[0]
    return fake.change("customers", row.id, {"status": status})


def test_a_consent_with_its_proof_subscribes(fake: FakeMailchimp, post: Mailchimp) -> None:
    row = of_status(fake, "transactional")
    assert consent(post, row).outcome == "done"
    assert (row.data["status"], row.data["timestamp_opt"]) == ("subscribed", GRANT["at"])


@pytest.mark.parametrize("missing", ["evidence", "at"])
def test_a_consent_without_proof_is_refused(
    fake: FakeMailchimp, post: Mailchimp, missing: str
) -> None:
    row = of_status(fake, "transactional")
    found = consent(post, row, **{missing: None})
    assert (found.outcome, found.field) == ("refused", missing)
    assert row.data["status"] == "transactional"


@pytest.mark.parametrize("state", ["granted", "pending"])
@pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "archived"])
def test_who_is_suppressed_stays_so(
    fake: FakeMailchimp, post: Mailchimp, status: str, state: str
) -> None:
    row = of_status(fake, status)
    found = consent(post, row, state=state)
    assert found.outcome == "refused"
    assert found.reason
    assert row.data["status"] == status
    assert not [one for one in fake.heard if one.method != "GET"]


def test_who_has_still_to_confirm_is_left_to_it(fake: FakeMailchimp, post: Mailchimp) -> None:
    row = of_status(fake, "pending")
    assert "his own confirmation" in consent(post, row).reason
    assert row.data["status"] == "pending"
    assert consent(post, row, state="pending").outcome == "done"


def test_changes_of_fields_hold_no_status(fake: FakeMailchimp, post: Mailchimp) -> None:
    row = of_status(fake, "unsubscribed")
    same = {"family_name": "Neu", "contacts.email": row.data["email_address"]}
    assert wrote(post, external_id=row.id, fields={"family_name": "Neuer"}).outcome == "done"
    found = wrote(post, fields=same)
    assert (found.outcome, found.external_id) == ("done", row.id)
    assert (row.data["status"], row.data["merge_fields"]["LNAME"]) == ("unsubscribed", "Neu")
    assert not [one for one in fake.heard if one.method == "PATCH" and "status" in one.json]


def test_nobody_escapes_his_suppression_by_a_new_address(
    fake: FakeMailchimp, post: Mailchimp
) -> None:
    for status in ("unsubscribed", "cleaned", "archived", "pending"):
        row = of_status(fake, status)
        found = wrote(post, external_id=row.id, fields={"contacts.email": "neu@example.org"})
        assert (found.outcome, found.field) == ("refused", "contacts.email")
        own = {"contacts.email": row.data["email_address"].upper(), "family_name": "Neu"}
        assert wrote(post, external_id=row.id, fields=own).outcome == "done"
        assert row.data["status"] == status


def test_whoever_is_made_gets_no_adverts(fake: FakeMailchimp, post: Mailchimp) -> None:
    fields = {"family_name": "Neu", "contacts.email": "neu@example.org"}
    found = wrote(post, fields=fields, whole={**fields, "vat_id": "DE1"})
    assert fake.kept["customers"][str(found.external_id)].data["status"] == "transactional"


def test_a_consent_makes_its_giver(fake: FakeMailchimp, post: Mailchimp) -> None:
    for state, status in (("granted", "subscribed"), ("pending", "pending")):
        fields = {**GRANT, "state": state, "contact": f"{state}@example.org"}
        found = wrote(post, "consent", fields=fields)
        assert fake.kept["customers"][str(found.external_id)].data["status"] == status


def test_objections_and_bounces(fake: FakeMailchimp, post: Mailchimp) -> None:
    for state, status in (("objected", "unsubscribed"), ("bounced", "cleaned")):
        row = of_status(fake, "subscribed")
        assert consent(post, row, state=state).outcome == "done"
        assert row.data["status"] == status
    assert consent(post, row, state="objected", contact="fort@example.org").outcome == "done"
    assert consent(post, row, channel="sms", state="objected").outcome == "refused"


def test_an_address_goes_whole(fake: FakeMailchimp, post: Mailchimp) -> None:
    whole = {"addresses.home.street": "Ring", "addresses.home.house_number": "7",
             "addresses.home.postal_code": "53111", "addresses.home.country": "DE"}  # fmt: skip
    found = wrote(post, external_id="c-1", fields={"addresses.home.city": "Bonn"}, whole=whole)
    assert found.outcome == "done"
    assert fake.kept["customers"]["c-1"].data["merge_fields"]["ADDRESS"] == {
        "addr1": "Ring 7", "addr2": "", "city": "Bonn", "state": "", "zip": "53111",
        "country": "DE",
    }  # fmt: skip


def test_a_field_without_a_place_is_refused_by_name(fake: FakeMailchimp, post: Mailchimp) -> None:
    found = wrote(post, external_id="c-1", fields={"company": "Moor GmbH"})
    assert (found.outcome, found.field) == ("refused", "company")


def test_who_was_deleted_for_good_does_not_come_back(post: Mailchimp) -> None:
    request = Request("POST", "https://x.example")
    told = problem("Forgotten Email Not Subscribed")
    error = fault(Response(told.status, json=told.data, request=request))
    assert isinstance(error, Refusal)
    assert wrote(post, external_id="c-9", fields={"family_name": "Neu"}).reason == "is not there"
    assert wrote(post, "erase", external_id="c-9").outcome == "done"


def test_a_bare_403_asks_for_patience() -> None:
    request = Request("GET", "https://x.example")
    assert isinstance(fault(Response(403, content=b"Forbidden", request=request)), RateLimited)
    assert isinstance(fault(Response(429, content=b"", request=request)), RateLimited)
    told = {"title": "Forbidden", "status": 403}
    assert fault(Response(403, json=told, request=request)) is None


def test_many_changes_go_as_one_batch(fake: FakeMailchimp, tmp_path: Path) -> None:
    post = opened(fake, tmp_path, batch_from=3)
    fake.forbidden = "kein-name"
    told: list[tuple[str, dict[str, Any]]] = [
        ("c-1", {"family_name": "Eins"}), ("c-2", {"family_name": "kein-name"}),
        ("c-9", {"family_name": "Niemand"}), ("c-3", {"company": "Moor GmbH"}),
        ("c-1", {"family_name": "Zwei"}),
    ]  # fmt: skip
    intents = [Intent(id=str(n), key=f"k-{n}", external_id=identity, fields=fields)
               for n, (identity, fields) in enumerate(told)]  # fmt: skip
    results = post.write(intents)
    assert [one.outcome for one in results] == ["done", "refused", "refused", "refused", "done"]
    assert [one.reason for one in results[1:3]] == ["Mailchimp refuses a field", "is not there"]
    assert fake.kept["customers"]["c-1"].data["merge_fields"]["LNAME"] == "Zwei"
    (batch,) = [one.json["operations"] for one in fake.heard if one.parts[-1] == "batches"]
    assert [(one["operation_id"], "status" in json.loads(one["body"])) for one in batch] == [
        ("0", False), ("1", False), ("2", False)
    ]  # fmt: skip
    post.close()


def test_an_archive_that_cannot_be_read(fake: FakeMailchimp, tmp_path: Path) -> None:
    post = opened(fake, tmp_path, batch_from=1)
    fake.archives = defaultdict(lambda: b"<html>")
    fake.batches = lambda *_: Answer(  # type: ignore[method-assign]
        data={"id": "b", "status": "finished", "response_body_url": f"{fake.url}/archive/b"}
    )
    assert wrote(post, external_id="c-1", fields={"family_name": "Neu"}).outcome == "unknown"
    post.close()


def test_more_members_of_one_second_than_a_page_holds(fake: FakeMailchimp, tmp_path: Path) -> None:
    for number in range(20, 29):
        fake.add("customers", number, at=fake.now)
    post = opened(fake, tmp_path, page_size=2)
    stream = Stream(name="customers", kind="customers", key="contact_id")
    pages = list(post.read(stream, Window(None, None), None))
    met = [row["contact_id"] for page in pages for row in page.records]
    assert sorted(met) == sorted(row.id for row in fake.living("customers"))
    post.close()


def test_webhooks_without_a_signature(post: Mailchimp) -> None:
    form = {"type": "unsubscribe", "fired_at": "2026-11-20 10:00:00", "data[id]": "u-1",
            "data[email]": "ute@example.org"}  # fmt: skip
    body = urlencode(form).encode()
    (event,) = post.hear({}, body, "https://crm.example/h?secret=wort")
    assert (event.stream, event.external_id, event.kind) == ("customers", None, "changed")
    with pytest.raises(CredentialsError):
        post.hear({}, body, "https://crm.example/h?secret=falsch")


def test_webhooks_with_a_signature(fake: FakeMailchimp, tmp_path: Path) -> None:
    post = opened(fake, tmp_path, signing_secret="schlüssel", webhook_secret="wort")
    body, at = b"type=cleaned&data%5Bemail%5D=ute%40example.org", str(int(time.time()))
    signed = hmac.new("schlüssel".encode(), f"{at}.".encode() + body, sha256).hexdigest()
    headers = {"X-Mailchimp-Signature": f"t={at},v1={signed}"}
    assert len(post.hear(headers, body, "https://crm.example/h")) == 1
    for wrong in ({}, {"X-Mailchimp-Signature": f"t={at},v1=00"}):
        with pytest.raises(CredentialsError):
            post.hear(wrong, body, "https://crm.example/h?secret=wort")
    post.close()

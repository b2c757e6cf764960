"""What may be written is, suppressions stay, pauses are kept, webhooks show their secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crmsync_brevo import Brevo
from crmsync_brevo.api import fault, standing
from crmsync_brevo.settings import BrevoSettings
from fake_brevo import FakeBrevo

from crmsync.errors import CredentialsError, QuotaSpent, RateLimited
from crmsync.http import Request, Response
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Window
from crmsync.testing import Row

REQUESTS = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))["requests"]
GRANT = {"channel": "email", "purpose": "marketing", "state": "granted",
         "at": "2026-11-20T10:00:00+01:00", "evidence": "Formular 7"}  # fmt: skip


@pytest.fixture
def fake() -> Iterator[FakeBrevo]:
    with FakeBrevo() as backend:
        backend.fill(customers=4)
        backend.secrets["key"] = "geheim"
        yield backend


@pytest.fixture
def post(fake: FakeBrevo, tmp_path: Path) -> Iterator[Brevo]:
    own = BrevoSettings.model_validate(
        {"url": f"{fake.url}/v3", "api_key": "geheim", "consent_lists": [2], "doi_template": 9,
         "doi_redirect": "https://laden.example/danke", "webhook_secret": "wort"}
    )  # fmt: skip
    opened = Brevo(own, Connection(name="post", controller="haus", base=str(tmp_path)))
    yield opened
    opened.close()


def wrote(post: Brevo, change: str = "save", **more: Any) -> Result:
    (found,) = post.write([Intent(id="1", key="k-1", change=change, **more)])  # type: ignore[arg-type]
    return found


def consent(post: Brevo, row: Row, **more: Any) -> Result:
    fields = {**GRANT, "contact": row.data["email"], **more}
    return wrote(post, "consent", external_id=row.id, fields=fields)


def test_a_consent_with_its_proof_joins_the_lists(fake: FakeBrevo, post: Brevo) -> None:
    row = fake.living("customers")[0]
    assert consent(post, row).outcome == "done"
    assert 2 in row.data["listIds"]


@pytest.mark.parametrize("missing", ["evidence", "at"])
def test_a_consent_without_proof_is_refused(fake: FakeBrevo, post: Brevo, missing: str) -> None:
    row = fake.living("customers")[0]
    found = consent(post, row, **{missing: None})
    assert (found.outcome, found.field) == ("refused", missing)
    assert row.data["listIds"] == [1]


@pytest.mark.parametrize("state", ["granted", "pending"])
def test_who_is_blocklisted_stays_so(fake: FakeBrevo, post: Brevo, state: str) -> None:
    row = fake.living("customers")[0]
    fake.suppress(row)
    found = consent(post, row, state=state)
    assert found.outcome == "refused"
    assert "blocklisted" in found.reason
    assert row.data["emailBlacklisted"]
    assert not fake.confirmed
    assert all("emailBlacklisted" not in one.json for one in fake.heard)


def test_an_audience_is_no_way_into_the_newsletter(fake: FakeBrevo, post: Brevo) -> None:
    fake.names[2] = "Kundenpost"
    row = fake.living("customers")[0]
    member = {"name": "Kundenpost", "member": True}
    found = wrote(post, "audience", external_id=row.id, fields=member)
    assert (found.outcome, found.field) == ("refused", "name")
    assert row.data["listIds"] == [1]
    leaves = wrote(post, "audience", external_id=row.id, fields={**member, "member": False})
    assert leaves.outcome == "done"


@pytest.mark.parametrize("state", ["granted", "pending"])
def test_who_left_a_list_is_not_put_back(fake: FakeBrevo, post: Brevo, state: str) -> None:
    row = fake.living("customers")[0]
    fake.change("customers", row.id, {"listUnsubscribed": [1, 2], "listIds": []})
    assert "left that list" in consent(post, row, state=state).reason
    member = {"name": "Newsletter", "member": True}
    found = wrote(post, "audience", external_id=row.id, fields=member)
    assert found.outcome == "refused"
    assert row.data["listIds"] == []
    assert not fake.confirmed


def test_whoever_is_still_to_confirm_is_asked_by_brevo(fake: FakeBrevo, post: Brevo) -> None:
    row = fake.living("customers")[0]
    assert consent(post, row, state="pending", evidence=None).outcome == "done"
    assert fake.confirmed == [{"email": row.data["email"], "includeListIds": [2], "templateId": 9,
                               "redirectionUrl": "https://laden.example/danke"}]  # fmt: skip


def test_objections_by_either_channel(fake: FakeBrevo, post: Brevo) -> None:
    row = fake.living("customers")[0]
    assert consent(post, row, channel="sms", state="withdrawn").outcome == "done"
    assert row.data["smsBlacklisted"]
    assert not row.data["emailBlacklisted"]
    assert consent(post, row, state="bounced").outcome == "done"
    assert row.data["emailBlacklisted"]
    assert consent(post, row, channel="sms").outcome == "refused"
    assert consent(post, row, channel="phone", state="objected").outcome == "refused"


def test_an_attribute_that_is_not_there_is_refused_by_name(fake: FakeBrevo, post: Brevo) -> None:
    found = wrote(post, external_id="1", fields={"company": "Moor GmbH", "given_name": "Ute"})
    assert (found.outcome, found.field) == ("refused", "company")
    assert not [one for one in fake.heard if one.method == "PUT"]


def test_a_field_is_emptied_and_an_address_changed(fake: FakeBrevo, post: Brevo) -> None:
    fields = {"salutation": None, "contacts.email": "neu@example.org"}
    assert wrote(post, external_id="1", fields=fields).outcome == "done"
    assert fake.kept["customers"]["1"].data["attributes"]["ANREDE"] == ""
    assert fake.kept["customers"]["1"].data["email"] == "neu@example.org"


def test_nobody_escapes_his_suppression_by_a_new_address(fake: FakeBrevo, post: Brevo) -> None:
    row = fake.living("customers")[0]
    own = {"contacts.email": row.data["email"].upper(), "given_name": "Ute"}
    fake.change("customers", row.id, {"emailBlacklisted": True, "smsBlacklisted": True})
    for field, value in (("contacts.email", "neu@example.org"), ("contacts.mobile", "4922147")):
        found = wrote(post, external_id=row.id, fields={field: value})
        assert (found.outcome, found.field) == ("refused", field)
    assert wrote(post, external_id=row.id, fields=own).outcome == "done"
    assert row.data["emailBlacklisted"]


def test_who_is_not_there_is_said_so(post: Brevo) -> None:
    assert wrote(post, external_id="999", fields={"given_name": "Ute"}).reason == "is not there"
    member = {"name": "Newsletter", "member": True}
    assert wrote(post, "audience", external_id="999", fields=member).outcome == "refused"
    assert wrote(post, "erase", external_id="999").outcome == "done"


def test_every_request_is_one_of_the_reference(fake: FakeBrevo, post: Brevo) -> None:
    post.check()
    for stream in post.streams():
        list(post.read(stream, Window(fake.now, None), None))
    row, other = fake.living("customers")[:2]
    wrote(post, fields={"family_name": "Neu", "contacts.email": "neu@example.org"})
    consent(post, row)
    consent(post, other, state="pending")
    consent(post, other, state="objected")
    consent(post, other, state="objected", channel="sms")
    for member in (True, False):
        wrote(post, "audience", external_id=row.id, fields={"name": "Stamm", "member": member})
    wrote(post, "erase", external_id="4")
    own = "(attributes|lists|folders|doubleOptinConfirmation)$"
    asked: dict[str, set[str]] = {}
    for one in fake.heard:
        path = re.sub(rf"/contacts/(?!{own}).+", "/contacts/{identifier}", one.path)
        asked.setdefault(f"{one.method} {path}", set()).update({*one.query, *one.json})
    assert set(asked) == set(REQUESTS)
    for name, used in asked.items():
        assert used <= set(REQUESTS[name]), name


def answered(status: int, headers: dict[str, str], body: Any = None) -> Response:
    return Response(status, headers=headers, json=body, request=Request("GET", "https://x.example"))


def test_pauses_are_those_of_the_headers() -> None:
    left = {"x-sib-ratelimit-remaining": "0", "x-sib-ratelimit-reset": "17"}
    told = standing(answered(200, left))
    assert told is not None
    assert told.pause == 17
    assert standing(answered(200, {"x-sib-ratelimit-remaining": "3"})) is None
    error = fault(answered(429, left))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 17
    assert isinstance(fault(answered(402, {}, {"code": "not_enough_credits"})), QuotaSpent)


def test_webhooks_show_their_secret(post: Brevo) -> None:
    body = json.dumps({"event": "unsubscribe", "email": "ute@example.org"}).encode()
    events = post.hear({"Authorization": "Bearer wort"}, body, "https://crm.example/h")
    assert [(one.stream, one.external_id) for one in events] == [("customers", None)]
    assert post.hear({}, body, "https://crm.example/h?secret=wort") == events
    for headers, url in (({"Authorization": "Bearer falsch"}, "?secret=wort"), ({}, "?secret=x")):
        with pytest.raises(CredentialsError):
            post.hear(headers, body, f"https://crm.example/h{url}")

"""Members arrive with names and address, consents with their proof, and what they did."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from crmsync_mailchimp import Mailchimp
from crmsync_mailchimp.settings import MailchimpSettings
from pydantic import ValidationError

from crmsync.errors import RecordError
from crmsync.model.stream import Connection, Stream
from crmsync.model.told import ToldConsent, ToldCustomer, ToldInteraction

ANSWER: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())["answer"]
STREAM = Stream(name="customers", kind="customers", key="contact_id")


def mailchimp(tmp_path: Path, **more: Any) -> Mailchimp:
    more = {"double_opt_in": True, **more}
    own = MailchimpSettings.model_validate({"api_key": "geheim-us19", "list_id": "a1", **more})
    return Mailchimp(own, Connection(name="post", controller="haus", base=str(tmp_path)))


def told(tmp_path: Path, settings: dict[str, Any] | None = None, **changes: Any) -> list[Any]:
    raw = {**deepcopy(ANSWER), **changes}
    return list(mailchimp(tmp_path, **(settings or {})).map(STREAM, raw))


def email(tmp_path: Path, settings: Any = None, **changes: Any) -> ToldConsent | None:
    found = told(tmp_path, settings, **changes)[0]
    assert isinstance(found, ToldCustomer)
    return next((one for one in found.consents if one.channel == "email"), None)


def test_names_address_and_marks(tmp_path: Path) -> None:
    found = told(tmp_path)[0]
    assert (found.salutation, found.given_name, found.family_name) == ("Frau", "Ute", "Vogelsänger")
    (home,) = found.addresses
    assert (home.street, home.lines) == ("Am Küferteich 7", ("Hinterhaus",))
    assert (home.postal_code, home.city, home.country) == ("50667", "Köln", "DE")
    assert found.marks == ("Kaffee", "Tee", "VIP")
    assert found.language == "de"
    assert found.birth_date is None


def test_an_address_as_text_and_own_merge_fields(tmp_path: Path) -> None:
    merged = {"LNAME": "Moor", "ADDRESS": "Ring 7, Bonn", "MMERGE7": "Dr."}
    found = told(tmp_path, {"merge_fields": {"titles": "MMERGE7"}}, merge_fields=merged)[0]
    assert (found.titles, found.addresses[0].street) == ("Dr.", "Ring 7, Bonn")


def test_a_grant_with_its_stamp_and_address(tmp_path: Path) -> None:
    found = email(tmp_path)
    assert found is not None
    assert (found.state, found.at) == ("granted", "2024-03-01T10:00:00+00:00")
    assert "192.0.2.7" in (found.evidence or "")
    assert found.contact == "ute.vogelsaenger@example.org"


@pytest.mark.parametrize("missing", ["ip_opt", "timestamp_opt"])
def test_who_was_imported_has_consented_to_nothing(tmp_path: Path, missing: str) -> None:
    changes: dict[str, Any] = {missing: ""}
    assert email(tmp_path, None, **changes) is None


def test_an_audience_that_asks_but_once_proves_no_consent(tmp_path: Path) -> None:
    assert email(tmp_path, {"double_opt_in": False}) is None


def test_a_marketing_permission_that_is_needed(tmp_path: Path) -> None:
    found = email(tmp_path, {"permission": "p1"})
    assert found is not None
    assert "permission p1" in (found.evidence or "")
    assert email(tmp_path, {"permission": "p2"}) is None
    assert email(tmp_path, {"permission": "p3"}) is None


@pytest.mark.parametrize(
    ("status", "state"),
    [("unsubscribed", "withdrawn"), ("cleaned", "bounced"), ("pending", "pending"),
     ("transactional", None), ("archived", None)],
)  # fmt: skip
def test_states(tmp_path: Path, status: str, state: str | None) -> None:
    found = email(tmp_path, status=status)
    assert (found and (found.state, found.at)) == (state and (state, ANSWER["last_changed"]))


def test_the_archived_are_marked(tmp_path: Path) -> None:
    assert "archiviert" in told(tmp_path, status="archived")[0].marks


@pytest.mark.parametrize(
    ("status", "action", "state"),
    [("unsubscribed", "abuse", "objected"), ("unsubscribed", "unsub", "withdrawn"),
     ("cleaned", "bounce", "bounced")],
)  # fmt: skip
def test_why_and_when_it_ended(tmp_path: Path, status: str, action: str, state: str) -> None:
    did = [{"action": action, "timestamp": "2026-05-04T08:00:00+00:00", "campaign_id": "k1"}]
    found = email(tmp_path, status=status, activity=did)
    assert found is not None
    assert (found.state, found.at) == (state, "2026-05-04T08:00:00+00:00")


def test_it_ended_when_it_ended_last(tmp_path: Path) -> None:
    did = [{"action": "abuse", "timestamp": "2026-05-04T08:00:00+00:00"},
           {"action": "unsub", "timestamp": "2026-08-04T08:00:00+00:00"}]  # fmt: skip
    found = email(tmp_path, status="unsubscribed", activity=did)
    assert found is not None
    assert (found.state, found.at) == ("objected", "2026-08-04T08:00:00+00:00")
    since = "2026-09-01T08:00:00+00:00"
    found = email(tmp_path, status="unsubscribed", activity=did, timestamp_opt=since)
    assert found is not None
    assert found.at == ANSWER["last_changed"], "he came back since, and left again"


def test_a_soft_bounce_is_not_why_somebody_unsubscribed(tmp_path: Path) -> None:
    did = [{"action": "bounce", "timestamp": "2026-05-04T08:00:00+00:00"}]
    found = email(tmp_path, status="unsubscribed", activity=did)
    assert found is not None
    assert (found.state, found.at) == ("withdrawn", ANSWER["last_changed"])


def test_sms(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"sms_subscription_status": "unsubscribed",
               "sms_phone_number": "+12025550100",
               "sms_subscription_last_updated": "2026-01-01T00:00:00+00:00"}  # fmt: skip
    found = told(tmp_path, **changes)[0]
    assert [(one.state, one.at) for one in found.consents if one.channel == "sms"] == [
        ("withdrawn", "2026-01-01T00:00:00+00:00")
    ]


def test_what_members_did(tmp_path: Path) -> None:
    at = "2026-11-01T08:00:00+00:00"
    did = [{"action": "open", "timestamp": at, "campaign_id": "k1", "title": "Advent"},
           {"action": "sent", "timestamp": at, "campaign_id": "k1", "title": "Advent"},
           {"action": "open", "timestamp": at, "campaign_id": "k1", "title": "Advent"},
           {"action": "click", "timestamp": at, "campaign_id": "k1"}]  # fmt: skip
    found = [one for one in told(tmp_path, activity=did) if isinstance(one, ToldInteraction)]
    assert [(one.reason, one.subject) for one in found] == [
        ("opened", "Advent"), ("clicked", "Kampagne k1")
    ]  # fmt: skip


def test_a_status_that_is_not_known_parks_the_member(tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        told(tmp_path, status="verschollen")


def test_the_server_is_that_of_the_key() -> None:
    own = MailchimpSettings.model_validate({"api_key": "geheim-us19", "list_id": "a1"})
    assert own.base == "https://us19.api.mailchimp.com/3.0"
    for wrong in ({"api_key": "geheim"}, {"token": "t"}, {"token": "t", "api_key": "x-us1"}, {}):
        with pytest.raises(ValidationError):
            MailchimpSettings.model_validate({"list_id": "a1", **wrong})

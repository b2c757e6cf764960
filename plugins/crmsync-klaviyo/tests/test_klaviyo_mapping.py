"""Profiles arrive with names and address, consents with their proof, events as what they are."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from crmsync_klaviyo import Klaviyo
from crmsync_klaviyo.settings import KlaviyoSettings

from crmsync.errors import RecordError
from crmsync.model.stream import Connection, Stream
from crmsync.model.told import ToldConsent, ToldConsentEvent, ToldCustomer, ToldInteraction
from crmsync.testing import put

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
PROFILES = Stream(name="customers", kind="customers")
EVENTS = Stream(name="events", kind="interactions")
EMAIL = "attributes.subscriptions.email.marketing"


def klaviyo(tmp_path: Path, **more: Any) -> Klaviyo:
    own = KlaviyoSettings.model_validate({"api_key": "geheim", **more})
    return Klaviyo(own, Connection(name="post", controller="haus", base=str(tmp_path)))


def told(tmp_path: Path, changes: dict[str, Any] | None = None, **settings: Any) -> ToldCustomer:
    raw = deepcopy(OWN["answer"])
    for path, value in (changes or {}).items():
        put(raw, path, value)
    (found,) = klaviyo(tmp_path, **settings).map(PROFILES, raw)
    assert isinstance(found, ToldCustomer)
    return found


def email(tmp_path: Path, **changes: Any) -> ToldConsent | None:
    found = told(tmp_path, {f"{EMAIL}.{name}": value for name, value in changes.items()})
    return next((one for one in found.consents if one.channel == "email"), None)


def test_names_address_and_contacts(tmp_path: Path) -> None:
    found = told(tmp_path)
    assert (found.salutation, found.given_name, found.family_name) == ("Frau", "Ute", "Vogelsänger")
    assert (found.language, found.customer_number) == ("de", "K-42")
    (home,) = found.addresses
    assert (home.street, home.lines, home.postal_code) == (
        "Am Küferteich 7", ("Hinterhaus",), "50667"
    )  # fmt: skip
    assert {one.channel: one.value for one in found.contacts} == {
        "email": "ute.vogelsaenger@example.org", "phone": "+4922147100042"
    }  # fmt: skip
    assert found.titles is None


def test_own_properties_and_lists(tmp_path: Path) -> None:
    found = told(tmp_path, {"list_names": ["Stamm"]}, properties={"titles": "Dienstgrad"})
    assert (found.titles, found.marks) == ("Dr.", ("Stamm",))


def test_a_grant_by_double_opt_in(tmp_path: Path) -> None:
    found = email(tmp_path)
    assert found is not None
    assert (found.state, found.at) == ("granted", "2024-03-01T10:00:00+00:00")
    assert "PREFERENCE_PAGE, laden.example/newsletter" in (found.evidence or "")
    assert found.contact == "ute.vogelsaenger@example.org"


@pytest.mark.parametrize(
    "changes",
    [{"double_optin": False}, {"double_optin": None}, {"consent_timestamp": None},
     {"consent": "NEVER_SUBSCRIBED"},
     {"list_suppressions": [{"list_id": "L1", "reason": "UNSUBSCRIBE", "timestamp": "x"}]}],
)  # fmt: skip
def test_what_is_no_grant(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert email(tmp_path, **changes) is None


def test_who_left_the_newsletters_list_has_withdrawn(tmp_path: Path) -> None:
    at = "2026-01-02T00:00:00+00:00"
    rows = [{"list_id": "L1", "reason": "UNSUBSCRIBE", "timestamp": at}]
    changes = {f"{EMAIL}.list_suppressions": rows}
    (left,) = [one for one in told(tmp_path, changes, consent_list="L1").consents
               if one.channel == "email"]  # fmt: skip
    assert (left.state, left.at) == ("withdrawn", at)
    assert not [one for one in told(tmp_path, changes, consent_list="L2").consents
                if one.channel == "email"]  # fmt: skip
    first, second = (klaviyo(tmp_path, consent_list=one).fingerprint(PROFILES)
                     for one in ("L1", "L2"))  # fmt: skip
    assert first != second, "it is read anew when the list is another one"


def test_consents_that_are_not_shown(tmp_path: Path) -> None:
    assert not told(tmp_path, {"attributes.subscriptions": None}).consents


@pytest.mark.parametrize(
    ("reason", "state"),
    [("SPAM_COMPLAINT", "objected"), ("UNSUBSCRIBE", "withdrawn"), ("USER_SUPPRESSED", "blocked"),
     ("HARD_BOUNCE", "bounced"), ("INVALID_EMAIL", "bounced")],
)  # fmt: skip
def test_a_suppression_counts_first(tmp_path: Path, reason: str, state: str) -> None:
    rows = [{"reason": "INVALID_EMAIL", "timestamp": "2026-01-01T00:00:00+00:00"},
            {"reason": reason, "timestamp": "2026-01-02T00:00:00+00:00"}]  # fmt: skip
    found = email(tmp_path, suppression=rows)
    assert found is not None
    assert (found.state, found.at) == (state, "2026-01-02T00:00:00+00:00")


def test_it_ended_when_it_ended_last(tmp_path: Path) -> None:
    rows = [{"reason": "SPAM_COMPLAINT", "timestamp": "2025-01-01T00:00:00+00:00"},
            {"reason": "UNSUBSCRIBE", "timestamp": "2026-01-02T00:00:00+00:00"}]  # fmt: skip
    found = email(tmp_path, suppression=rows)
    assert found is not None
    assert (found.state, found.at) == ("objected", "2026-01-02T00:00:00+00:00")


def test_a_suppression_without_its_moment_is_told(tmp_path: Path) -> None:
    changed = "2026-07-01T00:00:00+00:00"
    found = email(tmp_path, suppression=[{"reason": "UNSUBSCRIBE", "timestamp": None}],
                  last_updated=changed)  # fmt: skip
    assert found is not None
    assert (found.state, found.at) == ("withdrawn", changed)


def test_a_reason_that_is_not_known_blocks_all_the_same(tmp_path: Path) -> None:
    found = email(tmp_path, suppression=[{"reason": "NEU", "timestamp": "x"}])
    assert found is not None
    assert found.state == "blocked"


def test_unsubscribed(tmp_path: Path) -> None:
    found = email(tmp_path, consent="UNSUBSCRIBED", consent_timestamp=None)
    assert found is not None
    assert (found.state, found.at) == ("withdrawn", "2024-03-01T10:00:00+00:00")
    blocked = email(tmp_path, can_receive_email_marketing=False)
    assert blocked is not None
    assert blocked.state == "blocked"


def test_sms(tmp_path: Path) -> None:
    (found,) = [one for one in told(tmp_path).consents if one.channel == "sms"]
    assert (found.state, found.at) == ("withdrawn", "2025-01-01T10:00:00+00:00")


def test_a_complaint_is_an_objection_too(tmp_path: Path) -> None:
    first, second = klaviyo(tmp_path).map(EVENTS, OWN["event"])
    assert isinstance(first, ToldInteraction)
    assert (first.subject, first.reason, first.customer) == (
        "Advent 2026", "Marked Email as Spam", OWN["answer"]["id"]
    )  # fmt: skip
    assert isinstance(second, ToldConsentEvent)
    assert (second.state, second.at) == ("objected", "2026-11-01T09:00:00+00:00")


def test_an_opened_mail_says_nothing_of_consents(tmp_path: Path) -> None:
    raw = {**OWN["event"], "metric_name": "Opened Email"}
    assert len(list(klaviyo(tmp_path).map(EVENTS, raw))) == 1
    assert not list(klaviyo(tmp_path).map(EVENTS, {**raw, "relationships": {}}))


def test_what_cannot_be_read_is_parked(tmp_path: Path) -> None:
    for path in (EMAIL, f"{EMAIL}.suppression", "attributes"):
        with pytest.raises(RecordError):
            told(tmp_path, {path: "kaputt"})


def test_no_events_without_metrics(tmp_path: Path) -> None:
    names = [one.name for one in klaviyo(tmp_path, metrics=[]).streams()]
    assert names == ["customers"]

"""Contacts arrive with names, consents as strict as the law, and what campaigns did."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from crmsync_brevo import Brevo
from crmsync_brevo.settings import BrevoSettings

from crmsync.errors import RecordError
from crmsync.model.stream import Connection, Stream
from crmsync.model.told import ToldConsent, ToldCustomer, ToldInteraction

ANSWER: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text())["answer"]
STREAM = Stream(name="customers", kind="customers")


def brevo(tmp_path: Path, **more: Any) -> Brevo:
    own = BrevoSettings.model_validate({"api_key": "geheim", **more})
    return Brevo(own, Connection(name="post", controller="haus", base=str(tmp_path)))


def told(tmp_path: Path, settings: dict[str, Any] | None = None, **changes: Any) -> list[Any]:
    raw = {**deepcopy(ANSWER), "list_names": ["Newsletter"], **changes}
    return list(brevo(tmp_path, **(settings or {})).map(STREAM, raw))


def customer(tmp_path: Path, **changes: Any) -> ToldCustomer:
    found = told(tmp_path, **changes)[0]
    assert isinstance(found, ToldCustomer)
    return found


def email(found: ToldCustomer) -> ToldConsent | None:
    return next((one for one in found.consents if one.channel == "email"), None)


def test_names_and_contacts(tmp_path: Path) -> None:
    found = customer(tmp_path)
    assert (found.salutation, found.given_name, found.family_name) == ("Frau", "Ute", "Vogelsänger")
    assert [(one.channel, one.value) for one in found.contacts] == [
        ("mobile", "4922147100042"), ("email", "ute.vogelsaenger@example.org")
    ]  # fmt: skip
    assert found.marks == ("Newsletter",)
    assert found.birth_date == "1961-05-04"


def test_english_and_own_attributes(tmp_path: Path) -> None:
    english = {"FIRSTNAME": "Ute", "LASTNAME": "Moor", "DIENSTGRAD": "Dr."}
    found = told(tmp_path, {"attributes": {"titles": "DIENSTGRAD"}}, attributes=english)[0]
    assert (found.given_name, found.family_name, found.titles) == ("Ute", "Moor", "Dr.")


def test_a_grant_needs_its_double_opt_in(tmp_path: Path) -> None:
    granted = email(customer(tmp_path))
    assert granted is not None
    assert (granted.state, granted.evidence) == ("granted", "Brevo DOUBLE_OPT-IN")
    assert granted.contact == "ute.vogelsaenger@example.org"
    for none in ({"DOUBLE_OPT-IN": "2"}, {}, {"DOUBLE_OPT-IN": None}):
        assert email(customer(tmp_path, attributes=none)) is None


def test_when_somebody_confirmed(tmp_path: Path) -> None:
    attributes = {"DOUBLE_OPT-IN": True, "OPT_IN_AM": "2026-02-03"}
    found = told(tmp_path, {"opt_in_at": "OPT_IN_AM"}, attributes=attributes)[0]
    assert [(one.state, one.at) for one in found.consents if one.channel == "email"] == [
        ("granted", "2026-02-03")
    ]


@pytest.mark.parametrize(
    ("statistics", "state", "at"),
    [
        ({}, "blocked", ANSWER["modifiedAt"]),
        ({"hardBounces": [{"eventTime": "2026-01-01"}]}, "bounced", "2026-01-01"),
        ({"unsubscriptions": {"userUnsubscription": [{"eventTime": "2026-01-02"}]}},
         "withdrawn", "2026-01-02"),
        ({"unsubscriptions": {"adminUnsubscription": [{"eventTime": "2026-01-03"}]}},
         "blocked", "2026-01-03"),
        ({"complaints": [{"eventTime": "2026-01-04"}, {"eventTime": "2026-01-05"}],
          "hardBounces": [{"eventTime": "2026-01-01"}]}, "objected", "2026-01-05"),
    ],
)  # fmt: skip
def test_who_is_blocklisted_allows_nothing(
    tmp_path: Path, statistics: Any, state: str, at: str
) -> None:
    found = email(customer(tmp_path, emailBlacklisted=True, statistics=statistics))
    assert found is not None
    assert (found.state, found.at) == (state, at)


def test_it_ended_when_it_ended_last(tmp_path: Path) -> None:
    left = {"userUnsubscription": [{"eventTime": "2026-03-01"}]}
    statistics = {"complaints": [{"eventTime": "2026-01-01"}], "unsubscriptions": left}
    found = email(customer(tmp_path, emailBlacklisted=True, statistics=statistics))
    assert found is not None
    assert (found.state, found.at) == ("objected", "2026-03-01")
    back = {"DOUBLE_OPT-IN": True, "OPT_IN_AM": "2026-05-01"}
    (found,) = [one for one in told(tmp_path, {"opt_in_at": "OPT_IN_AM"}, attributes=back,
                                    emailBlacklisted=True, statistics=statistics)[0].consents
                if one.channel == "email"]  # fmt: skip
    assert found.at == ANSWER["modifiedAt"], "he came back since, and left again"


def test_who_left_the_newsletter_has_withdrawn_whatever_else_he_is_in(tmp_path: Path) -> None:
    changes: dict[str, Any] = {"listUnsubscribed": [4], "listIds": [1]}
    left = email(told(tmp_path, {"consent_lists": [4]}, **changes)[0])
    assert left is not None
    assert left.state == "withdrawn"
    first, second = (brevo(tmp_path, consent_lists=one).fingerprint(STREAM) for one in ([], [4]))
    assert first != second, "it is read anew when the lists are others"


def test_who_left_every_list_has_withdrawn(tmp_path: Path) -> None:
    left = email(customer(tmp_path, listUnsubscribed=[1], listIds=[]))
    assert left is not None
    assert left.state == "withdrawn"
    assert email(customer(tmp_path, listUnsubscribed=[4], listIds=[1])) is None


def test_sms(tmp_path: Path) -> None:
    assert [one.state for one in customer(tmp_path).consents if one.channel == "sms"] == ["blocked"]
    free = customer(tmp_path, smsBlacklisted=False)
    assert not [one for one in free.consents if one.channel == "sms"]


def test_what_campaigns_did(tmp_path: Path) -> None:
    found = [one for one in told(tmp_path) if isinstance(one, ToldInteraction)]
    assert [(one.reason, one.subject, one.at) for one in found] == [
        ("opened", "Kampagne 21", "2026-11-01T08:00:00.000+01:00"),
        ("clicked", "Kampagne 21", "2026-11-01T08:05:00.000+01:00"),
    ]
    assert len({one.part for one in found}) == 2


def test_what_is_not_shown_is_no_grant(tmp_path: Path) -> None:
    assert email(customer(tmp_path, emailBlacklisted=None)) is None


def test_a_flag_that_is_none_is_not_taken_for_no(tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        told(tmp_path, emailBlacklisted="nein")


def test_pages_map_as_records_do(tmp_path: Path) -> None:
    plain = {name: value for name, value in ANSWER.items() if name != "statistics"}
    opened = brevo(tmp_path)
    assert opened.map_page(STREAM, [plain, plain]) is not None
    assert opened.map_page(STREAM, [plain, ANSWER]) is None

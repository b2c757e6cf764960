"""How the connector talks: archives, lines, batches refused in part, consents, webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from crmsync_hubspot import HubSpot
from crmsync_hubspot.faults import fault
from crmsync_hubspot.settings import HubSpotSettings
from fake_hubspot import FakeHubSpot, wrong
from httpx import Request, Response

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, QuotaSpent, RateLimited
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Page, Window
from crmsync.testing import Answer, Asked

CONTRACT = json.loads((Path(__file__).parent / "data" / "contract.json").read_text())
OPEN: list[HubSpot] = []


@pytest.fixture
def fake() -> Iterator[FakeHubSpot]:
    with FakeHubSpot() as one:
        yield one.fill()
        while OPEN:
            OPEN.pop().close()


def opened(fake: FakeHubSpot, folder: Path, **more: Any) -> HubSpot:
    own = {**fake.settings(), **fake.secrets, "page_size": 50, **more}
    connection = Connection(name="crm", controller="haus", base=str(folder))
    OPEN.append(HubSpot(HubSpotSettings.model_validate(own), connection))
    return OPEN[-1]


def pages(hubspot: HubSpot, name: str, window: Window) -> list[Page]:
    (stream,) = [one for one in hubspot.streams() if one.name == name]
    return list(hubspot.read(stream, window, None))


def edit(number: int, change: Any = "save", **fields: Any) -> Intent:
    return Intent(id=f"e{number}", key=f"k{number}", change=change, external_id=str(number),
                  fields=fields, whole=fields)  # fmt: skip


def new(number: int, **fields: Any) -> Intent:
    return Intent(id=f"n{number}", key=f"neu-{number}", fields=fields, whole=fields)


def heard(fake: FakeHubSpot) -> list[tuple[Asked, Any]]:
    """Every request from now on, with its body."""
    found: list[tuple[Asked, Any]] = []
    plain = fake.answer

    def listen(one: Asked) -> Any:
        body = one.form if one.parts[0] == "oauth" else one.json if one.method == "POST" else {}
        found.append((one, body))
        return plain(one)

    fake.answer = listen  # type: ignore[method-assign,assignment]
    return found


def test_a_private_app_tells_its_token(fake: FakeHubSpot, tmp_path: Path) -> None:
    fake.tokens["pat-eu1-geheim"] = None
    more = {"token": "pat-eu1-geheim", "refresh_token": "", "client_secret": ""}
    opened(fake, tmp_path, **more).check()
    assert all("oauth" not in one.path for one in fake.requests)


def test_an_order_whose_line_changed_is_read_again(fake: FakeHubSpot, tmp_path: Path) -> None:
    fake.advance(minutes=1)
    window = Window(fake.now, fake.now + timedelta(hours=1))
    fake.advance(minutes=1)
    fake.kept["orders"]["503"].data["lines"][0]["amount"] = "99.00"
    fake.line_stamps["5030"] = fake.now
    rows = [row for page in pages(opened(fake, tmp_path), "orders", window)
            for row in page.records]  # fmt: skip
    assert [row["id"] for row in rows] == ["503"]
    assert rows[0]["line_items"][0]["properties"]["amount"] == "99.00"


def test_what_was_archived_before_the_window_is_not_told(fake: FakeHubSpot, tmp_path: Path) -> None:
    fake.delete("orders", "501")
    fake.advance(days=3)
    since = fake.now
    fake.delete("orders", "502")
    gone = [one for page in pages(opened(fake, tmp_path), "orders", Window(since))
            for one in page.deleted]  # fmt: skip
    assert gone == ["502"]


def test_an_erased_contact_is_in_no_archive_and_no_list(fake: FakeHubSpot, tmp_path: Path) -> None:
    hubspot = opened(fake, tmp_path)
    (result,) = hubspot.write([edit(3, "erase")])
    (stream,) = [one for one in hubspot.streams() if one.name == "customers"]
    assert (result.outcome, stream.deletes) == ("done", "reconcile")
    assert "3" not in {one for some in hubspot.ids(stream) for one in some}
    assert not fake.archived_at


def test_part_of_a_batch_is_refused_with_its_field(fake: FakeHubSpot, tmp_path: Path) -> None:
    bad, good = opened(fake, tmp_path).write(
        [edit(5, **{"contacts.email": "falsch"}), edit(3, family_name="Nüssgen")]
    )
    assert (bad.outcome, bad.field) == ("refused", "contacts.email")
    assert "VALIDATION_ERROR" in bad.reason
    assert (good.outcome, good.external_id) == ("done", "3")


def test_a_batch_refused_whole_is_halved(fake: FakeHubSpot, tmp_path: Path) -> None:
    def whole(_fake: Any, asked: Asked, due: Callable[[], Answer]) -> Answer:
        if asked.parts[-1] != "update":
            return due()
        if any("@" not in one["properties"].get("email", "@") for one in asked.json["inputs"]):
            return wrong(400, "VALIDATION_ERROR", '[{"name":"email"}]')
        return due()

    fake.misbehave(whole, times=None)
    intents = [edit(n, family_name="Nüssgen") for n in (1, 2, 3)]
    results = opened(fake, tmp_path).write([*intents, edit(4, **{"contacts.email": "falsch"})])
    assert [one.outcome for one in results] == ["done", "done", "done", "refused"]
    assert results[-1].field == "contacts.email"


def test_errors_that_name_ids_and_results_without_a_trace(
    fake: FakeHubSpot, tmp_path: Path
) -> None:
    def plain(_fake: Any, asked: Asked, due: Callable[[], Answer]) -> Answer:
        answer = due()
        if asked.parts[-1] == "update":
            for one in answer.data["results"]:
                one.pop("objectWriteTraceId")
            error = {"status": "error", "category": "OBJECT_NOT_FOUND", "context": {"ids": ["99"]}}
            answer.data["errors"] = [error]
        return answer

    fake.misbehave(plain, times=None)
    intents = [edit(99, family_name="Nüssgen"), edit(3, family_name="Nüssgen")]
    gone, done = opened(fake, tmp_path).write(intents)
    assert (gone.outcome, done.outcome, done.external_id) == ("refused", "done", "3")


def test_an_address_that_is_taken_is_named_though_the_batch_was_refused_whole(
    fake: FakeHubSpot, tmp_path: Path
) -> None:
    taken = fake.living("customers")[4].data["email"]

    def whole(_fake: Any, asked: Asked, due: Callable[[], Answer]) -> Answer:
        if asked.parts[-1] != "update":
            return due()
        if any(one["properties"].get("email") == taken for one in asked.json["inputs"]):
            return wrong(409, "CONFLICT")
        return due()

    fake.misbehave(whole, times=None)
    intents = [edit(2, family_name="Nüssgen"), edit(3, **{"contacts.email": taken})]
    good, bad = opened(fake, tmp_path).write(intents)
    assert (good.outcome, bad.outcome, bad.found) == ("done", "refused", ("5",))


def test_an_error_that_names_nobody(fake: FakeHubSpot, tmp_path: Path) -> None:
    def vague(_fake: Any, asked: Asked, due: Callable[[], Answer]) -> Answer:
        if asked.parts[-1] != "update":
            return due()
        error = {"status": "error", "category": "VALIDATION_ERROR", "message": "Änne Geheim"}
        return Answer(status=207, data={"results": [], "numErrors": 1, "errors": [error]})

    fake.misbehave(vague, times=None)
    (alone,) = opened(fake, tmp_path).write([edit(3, family_name="Nüssgen")])
    assert (alone.outcome, "Geheim" in alone.reason) == ("refused", False)
    both = opened(fake, tmp_path).write([edit(3, family_name="A"), edit(4, family_name="B")])
    assert [one.outcome for one in both] == ["unknown", "unknown"]


def test_deals_instead_of_orders(fake: FakeHubSpot, tmp_path: Path) -> None:
    won = {"dealname": "Kaffeeabo", "closedate": "2026-10-05T10:00:00Z", "amount": "120.00"}
    fake.change("orders", 502, {**won, "hs_is_closed_won": "true"})
    fake.change("orders", 503, {**won, "hs_is_closed_won": "false"})
    hubspot = opened(fake, tmp_path, sales="deals")
    (stream,) = [one for one in hubspot.streams() if one.name == "orders"]
    rows = [row for page in pages(hubspot, "orders", Window()) for row in page.records]
    told = [one for row in rows for one in hubspot.map(stream, row)]
    assert [getattr(one, "number", "") for one in told] == ["Kaffeeabo"]
    assert any(one.path.endswith("/deals/search") for one in fake.requests)


def test_somebody_is_found_by_another_address_of_his(fake: FakeHubSpot, tmp_path: Path) -> None:
    fake.change("customers", 3, {"hs_additional_emails": "alt@example.org;x@example.org"})
    plain = fake.find
    fake.find = lambda stream, path, value: (  # type: ignore[method-assign]
        plain(stream, path, value) or [row for row in fake.living(stream) if value in
                                       str(row.data.get("hs_additional_emails"))]
    )  # fmt: skip
    fields = {"contacts.email": "alt@example.org", "given_name": "Käthe"}
    (result,) = opened(fake, tmp_path).write([new(1, **fields)])
    assert (result.outcome, result.external_id) == ("done", "3")


def test_a_property_with_unique_values_makes_nobody_twice(
    fake: FakeHubSpot, tmp_path: Path
) -> None:
    hubspot = opened(fake, tmp_path, unique_property="crmsync_key")
    for _ in range(2):
        (result,) = hubspot.write([new(1, family_name="Nüssgen")])
        assert result.outcome == "done"
    assert len(fake.find("customers", "crmsync_key", "neu-1")) == 1


def test_one_record_twice_in_a_batch_goes_in_two(fake: FakeHubSpot, tmp_path: Path) -> None:
    twice = [edit(3, given_name="Käthe"), edit(3, family_name="Nüssgen")]
    twice[1] = Intent(**{**{name: getattr(twice[1], name) for name in Intent.__slots__},
                         "id": "anders"})  # fmt: skip
    results = opened(fake, tmp_path).write(twice)
    assert [one.outcome for one in results] == ["done", "done"]
    assert [one.path.rpartition("/")[2] for one in fake.requests].count("update") == 2


def test_what_has_no_place_is_refused(fake: FakeHubSpot, tmp_path: Path) -> None:
    results = opened(fake, tmp_path).write(
        [edit(3, titles="Dr."), edit(4, nobility="von", family_name="Aue")]
    )
    assert (results[0].outcome, results[0].field) == ("refused", "titles")
    row = fake.get("customers", 4)
    assert row is not None
    assert row.data["lastname"] == "von Aue"


def grant(number: int, fake: FakeHubSpot, **more: Any) -> Intent:
    row = fake.get("customers", number)
    assert row is not None
    told = {"channel": "email", "purpose": "marketing", "state": "granted",
            "contact": row.data["email"], "at": "2026-11-01T10:00:00+01:00",
            "evidence": "Karte 17, unterschrieben"}  # fmt: skip
    return edit(number, "consent", **{**told, **more})


def test_a_newer_consent_with_evidence_lifts_an_older_objection(
    fake: FakeHubSpot, tmp_path: Path
) -> None:
    asked = heard(fake)
    (result,) = opened(fake, tmp_path).write([grant(2, fake)])
    row = fake.get("customers", 2)
    assert row is not None
    assert (result.outcome, fake.consents(row)) == ("done", True)
    body = asked[-1][1]
    assert (body["subscriptionId"], body["legalBasis"]) == (101, "CONSENT_WITH_NOTICE")
    assert "Karte 17" in body["legalBasisExplanation"]


@pytest.mark.parametrize("more", [
    {"at": "2026-01-01T10:00:00Z"}, {"at": None}, {"evidence": ""}, {"channel": "phone"},
    {"contact": "", "state": "objected"},
])  # fmt: skip
def test_a_consent_that_lifts_nothing(
    fake: FakeHubSpot, tmp_path: Path, more: dict[str, Any]
) -> None:
    (result,) = opened(fake, tmp_path).write([grant(2, fake, **more)])
    row = fake.get("customers", 2)
    assert row is not None
    assert (result.outcome, fake.consents(row)) == ("refused", False)


def test_a_new_address_does_not_free_from_an_objection(fake: FakeHubSpot, tmp_path: Path) -> None:
    """HubSpot keeps objections with the address, not with the contact."""
    row = fake.get("customers", 2)
    assert row is not None
    before = row.data["email"]
    moved, same, free = opened(fake, tmp_path).write([
        edit(2, **{"contacts.email": "neue.anschrift@example.org"}),
        replace(edit(2, **{"contacts.email": before.upper()}), id="same"),
        edit(3, **{"contacts.email": "andere.anschrift@example.org"}),
    ])  # fmt: skip
    assert (moved.outcome, moved.field) == ("refused", "contacts.email")
    assert row.data["email"].casefold() == before.casefold()
    assert (same.outcome, free.outcome) == ("done", "done")


@pytest.mark.parametrize("status, told, kind, pause", [
    (429, {"policyName": "DAILY"}, QuotaSpent, None),
    (429, {"policyName": "TEN_SECONDLY_ROLLING"}, RateLimited, 10.0),
    (429, {"policyName": "SECONDLY"}, RateLimited, 1.0),
    (423, {"category": "LOCKED"}, RateLimited, 2.0),
    (477, {}, RateLimited, 60.0),
    (403, {"category": "MISSING_SCOPES"}, CredentialsError, None),
    (400, {"category": "VALIDATION_ERROR"}, BackendError, None),
])  # fmt: skip
def test_errors(
    status: int, told: dict[str, Any], kind: type[CrmsyncError], pause: float | None
) -> None:
    body = {"status": "error", "message": "Änne Geheim", **told}
    answer = Response(status, json=body, request=Request("POST", "https://api.hubapi.com/x"))
    found = fault(answer)
    assert isinstance(found, kind)
    assert getattr(found, "retry_after", None) == pause
    assert "Geheim" not in f"{found}"


def signed(body: bytes, url: str, secret: str, at: datetime) -> dict[str, str]:
    stamp = str(int(at.timestamp() * 1000))
    key, text = secret.encode(), b"POST" + url.encode() + body + stamp.encode()
    told = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return {"X-HubSpot-Signature-v3": told, "X-HubSpot-Request-Timestamp": stamp}


def test_webhooks_are_heard(fake: FakeHubSpot, tmp_path: Path) -> None:
    hubspot, url, now = opened(fake, tmp_path), "https://h/hook", datetime.now(UTC)
    rows = [
        {"subscriptionType": "contact.privacyDeletion", "objectId": 3, "eventId": 1},
        {"subscriptionType": "contact.merge", "primaryObjectId": 4, "mergedObjectIds": [5],
         "newObjectId": 9, "objectId": 4, "eventId": 2},
        {"subscriptionType": "object.propertyChange", "objectTypeId": "0-123", "objectId": 501},
        {"subscriptionType": "deal.creation", "objectId": 1},
    ]  # fmt: skip
    body = json.dumps(rows).encode()
    secret = fake.secrets["client_secret"]
    events = hubspot.hear(signed(body, url, secret, now), body, url)
    told = [(one.stream, one.external_id, one.kind, one.into) for one in events]
    assert told == [
        ("customers", "3", "deleted", None),
        ("customers", "5", "merged", "9"),
        ("customers", "4", "merged", "9"),
        ("orders", "501", "changed", None),
    ]
    for headers in (signed(body, url, "falsch", now),
                    signed(body, url, secret, now - timedelta(minutes=6))):  # fmt: skip
        with pytest.raises(CredentialsError):
            hubspot.hear(headers, body, url)


def test_what_is_asked_is_what_the_record_says(fake: FakeHubSpot, tmp_path: Path) -> None:
    asked = heard(fake)
    hubspot = opened(fake, tmp_path)
    hubspot.check()
    low = datetime.fromtimestamp(1795336200, UTC)
    for name in ("customers", "orders"):
        pages(hubspot, name, Window(low, low + timedelta(hours=1)))
        pages(hubspot, name, Window())
    street = {"addresses.home.street": "Am Küferteich", "addresses.home.house_number": "7"}
    changes = [edit(3, family_name="Nüssgen", **street), new(1, given_name="Käthe", **{
        "contacts.email": "neu@example.org"}), grant(2, fake), edit(4, "erase")]  # fmt: skip
    results: list[Result] = list(hubspot.write(changes))
    assert [one.outcome for one in results] == ["done"] * 4
    found = [{"method": one.method, "path": one.path, "body": sorted(body),
              "query": {name: values[0] for name, values in
                        parse_qs(urlsplit(one.target).query).items()}}
             for one, body in asked]  # fmt: skip
    for wanted in CONTRACT["requests"]:
        assert wanted in found, wanted
    searches = [body for one, body in asked if one.parts[3:] == ["contacts", "search"]]
    assert CONTRACT["search"].items() <= searches[0].items()
    updates = [body["inputs"] for one, body in asked if one.parts[-1] == "update"]
    assert updates == [CONTRACT["written"]]


@pytest.mark.parametrize("change", ["save", "consent", "erase"])
def test_a_company_with_the_number_of_a_contact_is_not_taken_for_him(
    fake: FakeHubSpot, tmp_path: Path, change: Any
) -> None:
    hubspot, before = opened(fake, tmp_path), [row.data for row in fake.living("customers")]
    firm = replace(edit(3, change, company="Nuss GmbH"), stream="companies")
    (result,) = hubspot.write([firm])
    assert (result.outcome, bool(result.reason)) == ("refused", True)
    assert [row.data for row in fake.living("customers")] == before


def test_nobody_is_made_who_could_not_be_found_again(fake: FakeHubSpot, tmp_path: Path) -> None:
    """A second try, after an answer that was lost, would make him twice."""
    before = len(fake.living("customers"))
    (result,) = opened(fake, tmp_path).write([new(1, given_name="Wenzel", family_name="Aue")])
    assert (result.outcome, result.field) == ("refused", "contacts.email")
    assert len(fake.living("customers")) == before

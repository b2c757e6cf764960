"""How the connector talks: quotas, deletes for good, children, consents, erasing; what it asks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crmsync_salesforce import Salesforce
from crmsync_salesforce.settings import SalesforceSettings
from crmsync_salesforce.wire import Wire
from fake_salesforce import FakeSalesforce, sfid
from pydantic import ValidationError

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    QuotaSpent,
    RateLimited,
    RecordError,
)
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import Answer, Asked

CONTRACT = json.loads((Path(__file__).parent / "data" / "salesforce_exchange.json").read_text())
OPEN: list[Salesforce] = []


@pytest.fixture
def fake() -> Iterator[FakeSalesforce]:
    with FakeSalesforce() as one:
        yield one.fill()
        while OPEN:
            OPEN.pop().close()


def opened(fake: FakeSalesforce, folder: Path, **more: Any) -> Salesforce:
    own = {**fake.settings(), "client_secret": fake.secrets["client_secret"], "page_size": 50,
           **more}  # fmt: skip
    connection = Connection(name="crm", controller="haus", base=str(folder))
    OPEN.append(Salesforce(SalesforceSettings.model_validate(own), connection))
    return OPEN[-1]


def pages(org: Salesforce, name: str, window: Window) -> list[Any]:
    stream = next(one for one in org.streams() if one.name == name)
    return list(org.read(stream, window, None))


def records(org: Salesforce, name: str, window: Window) -> list[Any]:
    return [row for page in pages(org, name, window) for row in page.records]


# errors


@pytest.mark.parametrize("status, code, message, kind", [
    (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", QuotaSpent),
    (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests)", RateLimited),
    (403, "API_DISABLED_FOR_ORG", "Änne Geheim", CredentialsError),
    (400, "MALFORMED_QUERY", "Änne Geheim", BackendError),
    (404, "NOT_FOUND", "Änne Geheim", BackendError),
])  # fmt: skip
def test_of_an_error_its_code_alone_is_told(
    fake: FakeSalesforce, tmp_path: Path, status: int, code: str, message: str, kind: type
) -> None:
    org = opened(fake, tmp_path)
    told = [{"message": message, "errorCode": code}]
    fake.misbehave(lambda *_: Answer(status=status, data=told), first=2, times=None)
    with pytest.raises(CrmsyncError) as caught:
        org.server_time()
    assert isinstance(caught.value, kind)
    assert "Geheim" not in f"{caught.value!r} {caught.value}"


def test_a_run_stops_before_the_org_has_no_requests_left(
    fake: FakeSalesforce, tmp_path: Path
) -> None:
    fake.used = 85_000
    org = opened(fake, tmp_path)
    org.server_time()
    count = fake.count
    with pytest.raises(QuotaSpent):
        org.server_time()
    assert fake.count == count, "four fifths are used: the rest is for others"
    saved, objected, erased = org.write(
        [edit(1, family_name="Nüssgen"), edit(3, "consent", **said("objected")), edit(4, "erase")]
    )
    assert [one.outcome for one in (saved, objected, erased)] == ["again", "done", "done"]


def test_a_client_proves_itself_in_one_way() -> None:
    for more in ({}, {"client_secret": "g", "private_key": "k", "user": "u"}, {"private_key": "k"}):
        with pytest.raises(ValidationError):
            SalesforceSettings.model_validate({"url": "https://x", "client_id": "c", **more})


def test_a_signed_assertion_in_place_of_a_secret(fake: FakeSalesforce, tmp_path: Path) -> None:
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    forms: list[dict[str, str]] = []

    def grant(asked: Asked, **_more: Any) -> Answer:
        forms.append(asked.form)
        return Answer(data={"access_token": fake.new_token(), "expires_in": 60})

    fake.grant = grant  # type: ignore[method-assign]
    opened(fake, tmp_path, client_secret="", private_key=key, user="crmsync@example.org").check()
    (form,) = forms
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = form["assertion"].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert (told["iss"], told["sub"], told["aud"]) == (
        "crmsync", "crmsync@example.org", "https://login.salesforce.com")  # fmt: skip


# what is gone


def test_what_was_deleted_for_good_is_in_the_log(fake: FakeSalesforce, tmp_path: Path) -> None:
    since = fake.now
    fake.advance(hours=1)
    loser, winner, gone, purged = (sfid("003", number) for number in (1, 2, 3, 4))
    fake.merge("customers", loser, winner)
    fake.delete("customers", gone)
    fake.purge("customers", purged)
    fake.advance(hours=1)
    found = pages(opened(fake, tmp_path), "customers", Window(since, fake.now))
    assert [one for page in found for one in page.merged] == [(loser, winner)]
    assert sorted(one for page in found for one in page.deleted) == [gone, purged]


def test_a_log_that_is_too_long_is_halved(fake: FakeSalesforce, tmp_path: Path) -> None:
    since = fake.now
    fake.advance(hours=1)
    fake.purge("customers", sfid("003", 4))
    fake.advance(hours=1)
    where = [1, 2]

    def too_long(one: Any, asked: Asked, due: Any) -> Answer:
        if asked.parts[-1] == "deleted" and where:
            where.pop()
            return fake.error(400, "EXCEEDED_ID_LIMIT")
        found: Answer = due()
        return found

    fake.misbehave(too_long, times=None)
    found = pages(opened(fake, tmp_path), "customers", Window(since, fake.now))
    assert [one for page in found for one in page.deleted] == [sfid("003", 4)]


def test_whoever_comes_too_late_for_the_log_is_told(fake: FakeSalesforce, tmp_path: Path) -> None:
    since = fake.now
    fake.advance(days=30)
    found = pages(opened(fake, tmp_path), "customers", Window(since, fake.now))
    assert [one.message for page in found for one in page.notices]
    found = pages(opened(fake, tmp_path, compare=True), "customers", Window(since, fake.now))
    assert not [one for page in found for one in page.notices]
    org = opened(fake, tmp_path, compare=True)
    assert {one.deletes for one in org.streams()} == {"reconcile"}
    ids = [one for some in org.ids(org.streams()[-2]) for one in some]
    assert len(ids) == len(fake.living("orders"))


def test_windows_overlap_by_the_longest_transaction(fake: FakeSalesforce, tmp_path: Path) -> None:
    """Its rows bear the stamp of when they were written, and show when it ends."""
    for stream in opened(fake, tmp_path).streams():
        assert stream.lag + stream.overlap >= timedelta(minutes=10)


# children


def test_an_order_whose_line_changed_is_read_again(fake: FakeSalesforce, tmp_path: Path) -> None:
    since = fake.now + timedelta(minutes=5)
    plain = fake.every

    def later(kind: str, *, gone: bool) -> Iterator[dict[str, Any]]:
        for row in plain(kind, gone=gone):
            late = kind == "OrderItem" and row["OrderId"] == sfid("801", 3)
            yield {**row, "SystemModstamp": fake.stamped(fake.now)} if late else row

    fake.every = later  # type: ignore[method-assign]
    fake.advance(hours=1)
    window = Window(since, fake.now + timedelta(minutes=1))
    found = records(opened(fake, tmp_path), "orders", window)
    assert [row["Id"] for row in found] == [sfid("801", 3)]
    assert [line["Product2.ProductCode"] for line in found[0]["lines"]] == ["KAFFEE-1"]


def test_a_person_whose_consent_changed_is_read_again(fake: FakeSalesforce, tmp_path: Path) -> None:
    fake.change("customers", sfid("003", 1), {"IndividualId": "0PK1"})
    since = fake.now + timedelta(minutes=5)
    fake.advance(hours=1)
    stamp = fake.stamped(fake.now)
    fake.others["Individual"].append({"Id": "0PK1", "SystemModstamp": fake.stamped(since),
                                      "HasOptedOutSolicit": False})  # fmt: skip
    fake.others["ContactPointTypeConsent"].append(
        {"Id": "0ZY1", "PartyId": "0PK1", "ContactPointType": "Email", "CaptureSource": "Kasse",
         "PrivacyConsentStatus": "OptIn", "CaptureDate": stamp, "SystemModstamp": stamp,
         "DoubleConsentCaptureDate": stamp, "DataUsePurpose": {"Name": "Newsletter"}})  # fmt: skip
    org = opened(fake, tmp_path, consents=True)
    found = records(org, "customers", Window(since, fake.now + timedelta(minutes=1)))
    assert {row["Id"] for row in found} == {sfid("003", 1)}
    stream = next(one for one in org.streams() if one.name == "customers")
    told: Any = next(iter(org.map(stream, found[-1])))
    assert [one.state for one in told.consents] == ["granted"]


def test_fields_that_the_user_does_not_see_are_not_asked_for(
    fake: FakeSalesforce, tmp_path: Path
) -> None:
    plain = fake.described

    def blind(kind: str) -> dict[str, Any]:
        told = plain(kind)
        told["fields"] = [one for one in told["fields"] if one["name"] != "Email"]
        return told

    fake.described = blind  # type: ignore[method-assign]
    found = records(opened(fake, tmp_path), "customers", Window())
    assert found
    assert all("Email" not in row for row in found)


# changes


def edit(number: int, change: Any = "save", version: str = "", **fields: Any) -> Intent:
    return Intent(id=f"e{number}", key=f"e{number}", change=change, version=version,
                  external_id=sfid("003", number), fields=fields, whole=fields)  # fmt: skip


def new(**fields: Any) -> Intent:
    return Intent(id="neu", key="k-neu", fields=fields, whole=fields)


def test_nothing_new_without_a_key(fake: FakeSalesforce, tmp_path: Path) -> None:
    (result,) = opened(fake, tmp_path, external_id=None).write([new(family_name="Quittenbaum")])
    assert (result.outcome, "external_id" in result.reason) == ("refused", True)


def test_what_has_no_place_is_refused_alone(fake: FakeSalesforce, tmp_path: Path) -> None:
    first, second, third = opened(fake, tmp_path).write([
        edit(1, **{"addresses.home.street": "Am Küferteich", "addresses.home.house_number": "7",
                   "addresses.home.country": "AT", "salutation": "frau"}),
        edit(2, vat_id="DE123456789"), edit(3, **{"addresses.work.city": "Köln"})])  # fmt: skip
    row = fake.get("customers", sfid("003", 1))
    assert row is not None
    assert (row.data["MailingStreet"], row.data["MailingCountryCode"], row.data["Salutation"]) == (
        "Am Küferteich 7", "AT", "Frau")  # fmt: skip
    assert [one.outcome for one in (first, second, third)] == ["done", "refused", "refused"]
    assert (second.field, third.field) == ("vat_id", "addresses.work.city")


def said(state: str, channel: str = "email", **more: Any) -> dict[str, Any]:
    return {"channel": channel, "purpose": "marketing", "state": state, **more}


@pytest.mark.parametrize("channel, field", [
    ("email", "HasOptedOutOfEmail"), ("phone", "DoNotCall"), ("fax", "HasOptedOutOfFax"),
])  # fmt: skip
def test_objections(fake: FakeSalesforce, tmp_path: Path, channel: str, field: str) -> None:
    org = opened(fake, tmp_path)
    (result,) = org.write([edit(3, "consent", **said("objected", channel))])
    row = fake.get("customers", sfid("003", 3))
    assert row is not None
    assert (result.outcome, row.data[field]) == ("done", True)
    old = said("granted", channel, evidence="Formular 4", at="2026-01-01T10:00:00Z")
    (result,) = org.write([edit(3, "consent", **old)])
    assert (result.outcome, row.data[field]) == ("refused", True), "the objection may be newer"
    fresh = said("granted", channel, evidence="Formular 5", at="2026-12-24T10:00:00Z")
    (result,) = org.write([edit(3, "consent", **fresh)])
    assert (result.outcome, row.data[field]) == ("done", False)
    (result,) = org.write([edit(3, "consent", **said("objected", "letter"))])
    assert result.outcome == "refused"


@pytest.mark.parametrize("channel, field, other", [
    ("email", "HasOptedOutOfEmail", "andere@example.org"), ("phone", "DoNotCall", "+49 40 555"),
    ("fax", "HasOptedOutOfFax", "+49 40 555"),
])  # fmt: skip
def test_a_consent_for_another_address_lifts_nothing(
    fake: FakeSalesforce, tmp_path: Path, channel: str, field: str, other: str
) -> None:
    fake.change("customers", sfid("003", 3), {field: True})
    fresh = said(
        "granted", channel, evidence="Formular 5", at="2026-12-24T10:00:00Z", contact=other
    )
    (result,) = opened(fake, tmp_path).write([edit(3, "consent", **fresh)])
    row = fake.get("customers", sfid("003", 3))
    assert row is not None
    assert (result.outcome, result.field, row.data[field]) == ("refused", "contact", True)


def test_whoever_is_needed_stays_emptied(fake: FakeSalesforce, tmp_path: Path) -> None:
    fake.needed = {sfid("003", 3)}
    results = opened(fake, tmp_path).write([edit(3, "erase"), edit(4, "erase")])
    assert {one.outcome for one in results} == {"done"}
    kept, gone = (fake.kept["customers"][sfid("003", number)] for number in (3, 4))
    for row in (kept, gone):
        found = (row.data["LastName"], row.data["Email"], row.data["MailingStreet"])
        assert found == ("Gelöscht", None, None), "the bin keeps what was there last"
    assert (kept.deleted, gone.deleted) == (False, True)


def described(*names: str) -> dict[str, Any]:
    return {"fields": {name: {"updateable": True, "nillable": True} for name in names}}


def test_a_person_account_has_the_fields_of_a_person() -> None:
    own = SalesforceSettings.model_validate({
        "url": "https://x", "client_id": "c", "client_secret": "g",
        "fields": {"loyalty_card": "Karte__c"}})  # fmt: skip
    fields = described("FirstName", "LastName", "PersonEmail", "Phone", "PersonMailingStreet",
                       "PersonMailingCountryCode", "Karte__pc", "PersonDoNotCall", "Name",
                       "BillingCity", "PersonBirthdate", "AccountNumber")  # fmt: skip
    told = {"family_name": "Nüssgen", "contacts.email": "n@example.org", "loyalty_card": "K-17",
            "addresses.home.street": "Weg", "addresses.home.country": "DE"}  # fmt: skip
    wire = Wire(own, "Account", fields, person=True)
    assert wire.values(new(**told)) == {
        "LastName": "Nüssgen", "PersonEmail": "n@example.org", "Karte__pc": "K-17",
        "PersonMailingStreet": "Weg", "PersonMailingCountryCode": "DE"}  # fmt: skip
    assert (wire.flag("phone"), wire.flag("letter")) == ("PersonDoNotCall", None)
    empty = wire.empty()
    assert empty["LastName"] == "Gelöscht"
    assert {"PersonEmail", "PersonBirthdate", "Karte__pc", "Phone", "AccountNumber"} <= set(empty)
    firm = Wire(own, "Account", fields, person=False)
    assert firm.values(new(company="Mühlenwerk GmbH", **{"addresses.billing.city": "Köln"})) == {
        "Name": "Mühlenwerk GmbH", "BillingCity": "Köln"}  # fmt: skip
    with pytest.raises(RecordError):
        firm.values(new(family_name="Nüssgen"))


def test_an_object_that_is_not_there_is_named(fake: FakeSalesforce, tmp_path: Path) -> None:
    org = opened(fake, tmp_path, returns=True)
    with pytest.raises(BackendError, match="ReturnOrder") as caught:
        pages(org, "returns", Window())
    assert "permission set" in caught.value.hint


def test_many_addresses_are_asked_for_in_urls_that_are_short_enough(
    fake: FakeSalesforce, tmp_path: Path
) -> None:
    sizes: list[int] = []
    plain = fake.answer

    def listen(one: Asked) -> Any:
        sizes.append(len(one.target))
        return plain(one)

    fake.answer = listen  # type: ignore[method-assign,assignment]
    names = [f"{'ü' * 20}{number}@{'laden' * 10}.example.org" for number in range(200)]
    intents = [Intent(id=str(n), key=f"k{n}", fields={"family_name": "Neu", "contacts.email": name})
               for n, name in enumerate(names)]  # fmt: skip
    results = opened(fake, tmp_path).write(intents)
    assert {one.outcome for one in results} == {"done"}
    assert max(sizes) < 16_000


# the record


def test_what_is_asked_is_what_the_record_says(fake: FakeSalesforce, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    plain = fake.answer

    def listen(one: Asked) -> Any:
        found = {"method": one.method, "path": one.path, "query": one.query}
        asked.append({**found, "body": one.json} if one.method == "PATCH" else found)
        return plain(one)

    fake.answer = listen  # type: ignore[method-assign,assignment]
    org = opened(fake, tmp_path, page_size=2000)
    window = Window(datetime(2026, 11, 21, 8, 50, tzinfo=UTC),
                    datetime(2026, 11, 21, 19, 10, tzinfo=UTC))  # fmt: skip
    fake.advance(hours=9)
    for stream in org.streams():
        list(org.read(stream, window, None))
    intents = [edit(3, family_name="Nüssgen"), edit(4, "erase"), new(family_name="Quittenbaum")]
    for one in [*intents, edit(3, "consent", **said("objected"))]:
        org.write([one])
    for wanted in CONTRACT["requests"]:
        assert wanted in asked, wanted
    streams = {stream.name: stream for stream in org.streams()}
    for one in CONTRACT["records"]:
        (told, *_) = org.map(streams[one["stream"]], one["record"])
        for name, value in one["told"].items():
            found = getattr(told, name)
            assert (list(found) if isinstance(found, tuple) else found) == value, name

"""Whole records are written, objections stand, and webhooks are read only with their signature."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from crmsync_lightspeed_x import Lightspeed
from crmsync_lightspeed_x.settings import LightspeedSettings
from fake_lightspeed_x import FakeLightspeed
from pydantic import ValidationError

from crmsync.errors import CredentialsError
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Window

SECRET = "geheim"


@pytest.fixture
def fake() -> Iterator[FakeLightspeed]:
    with FakeLightspeed() as backend:
        backend.fill(customers=3)
        backend.secrets |= {"client": SECRET, "refresh": SECRET}
        yield backend


@pytest.fixture
def store(fake: FakeLightspeed, tmp_path: Path) -> Iterator[Lightspeed]:
    own = LightspeedSettings.model_validate(
        {"url": fake.url, "client_id": "crmsync", "client_secret": SECRET, "refresh_token": SECRET,
         "salutation_field": "custom_field_1"}
    )  # fmt: skip
    opened = Lightspeed(own, Connection(name="laden", controller="haus", base=str(tmp_path)))
    yield opened
    opened.close()


def wrote(store: Lightspeed, **more: Any) -> Result:
    return store.write([Intent(id="1", key="k", **more)])[0]


def test_a_refresh_token_that_rotates_is_kept(fake: FakeLightspeed, store: Lightspeed) -> None:
    store.check()
    fake.end_tokens()
    fake.secrets["refresh"] = "ein anderes"
    store.check()


def test_every_field_finds_its_place(fake: FakeLightspeed, store: Lightspeed) -> None:
    fields = {"salutation": "Frau", "contacts.mobile": "+49 171 3920009",
              "addresses.home.street": "Ring", "addresses.home.house_number": "7",
              "addresses.home.city": "Bonn", "addresses.other.postal_code": "53111"}  # fmt: skip
    assert wrote(store, external_id="customer-1", fields=fields).outcome == "done"
    row = fake.living("customers")[0].data
    assert (row["custom_field_1"], row["mobile"]) == ("Frau", "+49 171 3920009")
    assert (row["physical_address_1"], row["physical_city"]) == ("Ring 7", "Bonn")
    assert (row["postal_postcode"], row["note"]) == ("53111", "mag Filterkaffee")


@pytest.mark.parametrize(
    "fields", [{"titles": "Dr."}, {"birth_date": None}, {"addresses.work.city": "Bonn"}]
)
def test_what_has_no_place_is_refused(store: Lightspeed, fields: dict[str, Any]) -> None:
    result = wrote(store, external_id="customer-1", fields=fields)
    assert (result.outcome, result.field) == ("refused", next(iter(fields)))


def test_an_unchanged_record_is_not_written(fake: FakeLightspeed, store: Lightspeed) -> None:
    row = fake.living("customers")[0]
    before = row.version
    result = wrote(store, external_id=row.id, fields={"family_name": row.data["last_name"]})
    assert (result.outcome, row.version) == ("done", before)


def test_a_save_leaves_an_objection(fake: FakeLightspeed, store: Lightspeed) -> None:
    row = fake.living("customers")[1]
    fake.suppress(row)
    assert wrote(store, external_id=row.id, fields={"family_name": "Neu"}).outcome == "done"
    assert row.data["do_not_email"] is True


@pytest.mark.parametrize(
    ("at", "outcome"),
    [("2026-12-24T09:00:00Z", "done"), ("2026-01-01T09:00:00Z", "refused"), ("", "refused")],
)
def test_only_a_newer_consent_lifts_an_objection(
    fake: FakeLightspeed, store: Lightspeed, at: str, outcome: str
) -> None:
    row = fake.living("customers")[0]
    fake.suppress(row)
    fields = {"channel": "email", "state": "granted", "evidence": "doi-7", "at": at}
    assert wrote(store, change="consent", external_id=row.id, fields=fields).outcome == outcome
    assert row.data["do_not_email"] is (outcome == "refused")


def test_sms_is_allowed_only_with_evidence(fake: FakeLightspeed, store: Lightspeed) -> None:
    row = fake.living("customers")[0]
    granted = {"channel": "sms", "state": "granted"}
    assert wrote(store, change="consent", external_id=row.id, fields=granted).outcome == "refused"
    proven = {**granted, "evidence": "karte-12"}
    assert wrote(store, change="consent", external_id=row.id, fields=proven).outcome == "done"
    assert row.data["enable_promotional_sms"] is True
    objected = {"channel": "sms", "state": "objected"}
    assert wrote(store, change="consent", external_id=row.id, fields=objected).outcome == "done"
    assert row.data["enable_promotional_sms"] is False


@pytest.mark.parametrize("channel, field, allowed, other", [
    ("email", "do_not_email", False, "andere@example.org"),
    ("sms", "enable_promotional_sms", True, "+49 171 555"),
])  # fmt: skip
def test_a_consent_for_another_address_lifts_nothing(
    fake: FakeLightspeed, store: Lightspeed, channel: str, field: str, allowed: bool, other: str
) -> None:
    row = fake.living("customers")[0]
    fake.change("customers", row.id, {field: not allowed, "mobile": "+49 171 3920001"})
    fields = {"channel": channel, "state": "granted", "evidence": "doi-7", "contact": other,
              "at": "2026-12-24T09:00:00Z"}  # fmt: skip
    result = wrote(store, change="consent", external_id=row.id, fields=fields)
    assert (result.outcome, result.field, row.data[field]) == ("refused", "contact", not allowed)


def test_letters_are_no_channel_of_lightspeed(store: Lightspeed) -> None:
    fields = {"channel": "letter", "state": "objected"}
    result = wrote(store, change="consent", external_id="customer-1", fields=fields)
    assert (result.outcome, result.field) == ("refused", "channel")


def test_who_is_erased_is_emptied_first(fake: FakeLightspeed, store: Lightspeed) -> None:
    assert wrote(store, change="erase", external_id="customer-1").outcome == "done"
    row = fake.gone("customers")[0]
    said = {name for name, value in row.data.items() if isinstance(value, str) and value}
    assert not said & {"first_name", "last_name", "email", "phone", "physical_address_1", "note"}


def test_two_who_could_be_meant_are_named(fake: FakeLightspeed, store: Lightspeed) -> None:
    for number in (1, 2):
        fake.change("customers", f"customer-{number}", {"email": "eine@example.org"})
    fields = {"family_name": "Moor", "contacts.email": "eine@example.org"}
    result = wrote(store, fields=fields)
    assert (result.outcome, set(result.found)) == ("refused", {"customer-1", "customer-2"})


def test_the_customer_for_nobody_is_no_customer(fake: FakeLightspeed, store: Lightspeed) -> None:
    fake.make("customers", {**fake.customer(9), "id": "w", "customer_code": "WALKIN"})
    stream = next(one for one in store.streams() if one.name == "customers")
    pages = list(store.read(stream, Window(), None))
    assert [notice.hint for page in pages for notice in page.notices]
    (record,) = [row for page in pages for row in page.records if row["id"] == "w"]
    assert list(store.map(stream, record)) == []


def delivery(record: dict[str, Any]) -> bytes:
    return f"payload={quote_plus(json.dumps(record))}&domain_prefix=laden".encode()


def test_a_webhook_is_heard(store: Lightspeed) -> None:
    body = delivery({"id": "c-1", "version": 7, "deleted_at": None})
    sign = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    headers = {"X-Signature": f"signature={sign},algorithm=HMAC-SHA256"}
    url = "https://crm.example/hooks/laden?type=customer.update"
    (event,) = store.hear(headers, body, url)
    assert (event.stream, event.external_id, event.kind) == ("customers", "c-1", "changed")


def test_a_webhook_without_its_signature_is_not_heard(store: Lightspeed) -> None:
    headers = {"X-Signature": "signature=00,algorithm=HMAC-SHA256"}
    with pytest.raises(CredentialsError):
        store.hear(headers, delivery({"id": "c-1"}), "https://crm.example/?type=customer.update")


@pytest.mark.parametrize("more", [{}, {"client_id": "a", "client_secret": "b"}])
def test_settings_need_some_proof(more: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="token"):
        LightspeedSettings.model_validate({"url": "https://laden.example", **more})

"""Batches come back one by one, merges are told, webhooks are heard with their signature only."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from crmsync_square import Square
from crmsync_square.reading import told_gone
from crmsync_square.settings import SquareSettings
from crmsync_square.writing import read
from fake_square import FakeSquareWithEvents, errors
from pydantic import ValidationError

from crmsync.errors import CredentialsError
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Page, Window
from crmsync.testing import faults

URL = "https://crm.example/hooks/kasse"


@pytest.fixture
def fake() -> Iterator[FakeSquareWithEvents]:
    with FakeSquareWithEvents() as backend:
        backend.fill(customers=3)
        backend.secrets |= {"client": "geheim", "refresh": "geheim"}
        yield backend


@pytest.fixture
def shop(fake: FakeSquareWithEvents, tmp_path: Path) -> Iterator[Square]:
    own = SquareSettings.model_validate(
        {"url": fake.url, "client_id": "crmsync", "client_secret": "geheim",
         "refresh_token": "geheim", "signature_key": "schlüssel", "events": True}
    )  # fmt: skip
    opened = Square(own, Connection(name="kasse", controller="haus", base=str(tmp_path)))
    yield opened
    opened.close()


def intent(number: int = 1, **more: Any) -> Intent:
    return Intent(id=str(number), key=f"k-{number}", **more)


def wrote(shop: Square, **more: Any) -> Result:
    return shop.write([intent(**more)])[0]


def test_every_field_finds_its_place(fake: FakeSquareWithEvents, shop: Square) -> None:
    fields = {"addresses.home.street": "Ring", "addresses.home.house_number": "7",
              "vat_id": "DE129273398", "birth_date": "--09-21",
              "customer_number": "K-1"}  # fmt: skip
    whole = {**fields, "addresses.home.city": "Bonn"}
    assert wrote(shop, external_id="C-1", fields=fields, whole=whole).outcome == "done"
    row = fake.living("customers")[0].data
    assert row["address"] == {"address_line_1": "Ring 7", "locality": "Bonn"}
    assert (row["tax_ids"], row["birthday"]) == ({"eu_vat": "DE129273398"}, "09-21")
    assert row["reference_id"] == "K-1"


@pytest.mark.parametrize("field", ["salutation", "contacts.fax", "addresses.work.city"])
def test_what_has_no_place_is_refused(shop: Square, field: str) -> None:
    result = wrote(shop, external_id="C-1", fields={field: "x"})
    assert (result.outcome, result.field) == ("refused", field)


def test_two_changes_of_one_record_go_one_after_the_other(
    fake: FakeSquareWithEvents, shop: Square
) -> None:
    names = [{"family_name": "Eins"}, {"company": "Zwei GmbH"}]
    both = [intent(n, external_id="C-1", fields=one) for n, one in enumerate(names)]
    assert [one.outcome for one in shop.write(both)] == ["done", "done"]
    row = fake.living("customers")[0].data
    assert (row["family_name"], row["company_name"]) == ("Eins", "Zwei GmbH")


def test_a_change_that_stands_though_no_answer_came_is_done(
    fake: FakeSquareWithEvents, shop: Square
) -> None:
    """The repeated request is refused for its version, but it was our own change."""
    row = fake.living("customers")[0]
    fake.misbehave(faults.done_then_dropped(), writes=True, keep=True)
    version = str(row.version)
    result = wrote(shop, external_id="C-1", fields={"family_name": "Neu"}, version=version)
    assert (result.outcome, row.data["family_name"]) == ("done", "Neu")


def test_several_who_could_be_meant_are_named(fake: FakeSquareWithEvents, shop: Square) -> None:
    for name in ("C-1", "C-2"):
        fake.change("customers", name, {"email_address": "eine@example.org"})
    result = wrote(shop, fields={"family_name": "Moor", "contacts.email": "eine@example.org"})
    assert (result.outcome, set(result.found)) == ("refused", {"C-1", "C-2"})


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("RATE_LIMITED", "again"), ("TEMPORARY_ERROR", "unknown"), ("CONFLICT", "refused"),
     ("NOT_FOUND", "refused"), ("INVALID_PHONE_NUMBER", "refused"), ("ÄRGER mit Käthe", "unknown")],
)  # fmt: skip
def test_what_a_code_says(code: str, outcome: str) -> None:
    result = read(intent(), errors(code, field="phone_number"))
    assert result.outcome == outcome
    assert "Käthe" not in result.reason


def test_consents_are_not_declared() -> None:
    assert "consent" not in Square.capabilities.writes


def test_somebody_is_looked_for_by_his_phone(fake: FakeSquareWithEvents, shop: Square) -> None:
    fake.change("customers", "C-2", {"phone_number": "+492214710055"})
    told = {"family_name": "Moor", "contacts.phone": "+492214710055"}
    assert wrote(shop, fields=told).external_id == "C-2"


def test_merges_and_deletes_of_events() -> None:
    merge = {"from_customer_ids": ["a", "b"], "to_customer_id": "c"}
    told = {"event_context": {"merge": merge}}
    events = [
        {"type": "customer.created", "data": {"id": "c", "object": told}},
        {"type": "customer.deleted", "data": {"id": "a", "object": told}},
        {"type": "customer.deleted", "data": {"id": "d"}},
        {"type": "customer.created", "data": {"id": "e", "object": {"customer": {}}}},
    ]
    page = told_gone(Page(records=events))
    assert (page.records, page.deleted) == ((), ["d"])
    assert page.merged == [("a", "c"), ("b", "c")]


def test_an_error_with_a_good_status_is_no_empty_list(
    fake: FakeSquareWithEvents, shop: Square
) -> None:
    shop.check()
    fake.misbehave(lambda _fake, _asked, _due: told_with_200(), times=None)
    stream = next(one for one in shop.streams() if one.name == "customers")
    with pytest.raises(Exception, match="API_DOWN"):
        list(shop.read(stream, Window(), None))


def told_with_200() -> Any:
    from crmsync.testing import Answer

    return Answer(data=errors("API_DOWN"))


def signed(body: bytes, url: str = URL) -> dict[str, str]:
    digest = hmac.new("schlüssel".encode(), url.encode() + body, sha256).digest()
    return {"X-Square-HmacSha256-Signature": b64encode(digest).decode()}


def test_a_webhook_is_heard(shop: Square) -> None:
    body = json.dumps({"event_id": "e", "type": "order.updated", "data": {"id": "O-1"}}).encode()
    (event,) = shop.hear(signed(body), body, URL)
    assert (event.stream, event.external_id, event.kind) == ("orders", "O-1", "changed")


def test_a_webhook_for_another_address_is_not_heard(shop: Square) -> None:
    body = b'{"event_id": "e", "type": "customer.deleted", "data": {"id": "C-1"}}'
    with pytest.raises(CredentialsError):
        shop.hear(signed(body, "https://crm.example/anderswo"), body, URL)


def test_settings_need_some_proof() -> None:
    with pytest.raises(ValidationError, match="token"):
        SquareSettings.model_validate({"client_id": "a"})

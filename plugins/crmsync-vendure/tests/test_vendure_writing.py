"""What the connector writes to Vendure, and what it does where something stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from crmsync_vendure import Vendure, wire
from crmsync_vendure.customers import version
from crmsync_vendure.settings import VendureSettings
from fake_vendure import FakeVendure, FakeVendureRecent, failed

from crmsync.errors import CredentialsError, RecordError, Unreachable
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Window
from crmsync.testing import faults


@pytest.fixture
def fake() -> Iterator[FakeVendure]:
    with FakeVendureRecent() as one:
        yield one.fill()


@pytest.fixture
def shop(fake: FakeVendure, tmp_path: Path) -> Iterator[Vendure]:
    own = {**fake.settings(), "password": fake.secrets["password"]}
    connection = Connection(name="shop", controller="haus", base=str(tmp_path))
    opened = Vendure(VendureSettings.model_validate(own), connection)
    yield opened
    opened.close()


def write(shop: Vendure, change: Any, external_id: str | None = None, **fields: Any) -> Result:
    intent = Intent(id="1", key="k", change=change, external_id=external_id, fields=fields,
                    whole=fields)  # fmt: skip
    (found,) = shop.write([intent])
    return found


ROW: dict[str, Any] = {
    "id": "7", "updatedAt": "2026-11-20T08:00:00.000Z", "title": "Frau Dr.", "firstName": "Ursula",
    "lastName": "von der Weißenberg", "emailAddress": "ursula@example.org", "phoneNumber": "0221 1",
    "addresses": [
        {"id": "1", "updatedAt": "2026-11-21T08:00:00.000Z", "streetLine1": "Ring 1",
         "city": "Köln", "country": {"code": "DE"}, "defaultBillingAddress": True},
        {"id": "2", "updatedAt": "2026-11-19T08:00:00.000Z", "streetLine1": "Lager 2",
         "city": "Bonn", "country": {"code": "DE"}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"family_name": "Müller"}, {"lastName": "Müller"}),
        ({"nobility": "von der", "family_name": "Weißenberg"}, {}),
        ({"contacts.email": "URSULA@example.org "}, {}),
        ({"contacts.phone": None}, {"phoneNumber": ""}),
        ({"titles": "Prof. Dr."}, {"title": "Frau Prof. Dr."}),
        ({"salutation": "herr"}, {"title": "Herr Dr."}),
        ({"salutation": None, "titles": None}, {"title": ""}),
    ],
)
def test_a_customer_is_written_as_what_differs(
    fields: dict[str, Any], written: dict[str, Any]
) -> None:
    assert wire.customer(fields, fields, ROW) == written


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"addresses.billing.city": "Köln"}, []),
        ({"addresses.billing.street": "Markt", "addresses.billing.house_number": "5"},
         [("1", {"streetLine1": "Markt 5"})]),
        ({"addresses.other.country": "AT", "addresses.other.lines": ["Hof", "links"]},
         [("2", {"countryCode": "AT", "streetLine2": "Hof, links"})]),
        ({"addresses.shipping.street": "Am Hafen"},
         [(None, {"countryCode": "DE", "streetLine1": "Am Hafen",
                  "defaultShippingAddress": True})]),
        ({"addresses.shipping.city": None}, []),
    ],
)  # fmt: skip
def test_an_address_is_changed_or_made(fields: dict[str, Any], written: list[Any]) -> None:
    assert list(wire.addresses(fields, fields, ROW, "DE")) == written


@pytest.mark.parametrize(
    "fields",
    [{"birth_date": "1970-01-01"}, {"contacts.fax": "1"}, {"customer_number": "7"},
     {"addresses.billing.floor": "3"}, {"addresses.shipping.city": "Bonn"}],
)  # fmt: skip
def test_what_vendure_has_no_place_for_is_named(fields: dict[str, Any]) -> None:
    def written() -> None:
        wire.customer(fields, fields, ROW)
        list(wire.addresses(fields, fields, ROW, "DE"))

    with pytest.raises(RecordError) as caught:
        written()
    assert caught.value.field == next(iter(fields)) or "street" in caught.value.field


def test_the_version_is_the_latest_stamp_of_customer_and_addresses(shop: Vendure) -> None:
    assert version(ROW) == "2026-11-21T08:00:00.000Z"
    stream = next(one for one in shop.streams() if one.name == "customers")
    (page, *_) = shop.read(stream, Window(), None)
    assert all(row["version"] for row in page.records)


def test_nobody_is_made_without_an_e_mail_address(shop: Vendure) -> None:
    result = write(shop, "save", family_name="Neu")
    assert (result.outcome, result.field) == ("refused", "contacts.email")


def test_nobody_is_made_unless_it_is_wanted(fake: FakeVendure, tmp_path: Path) -> None:
    own = {**fake.settings(), "password": fake.secrets["password"], "make_customers": False}
    connection = Connection(name="shop", controller="haus", base=str(tmp_path))
    opened = Vendure(VendureSettings.model_validate(own), connection)
    result = write(opened, "save", family_name="Neu", **{"contacts.email": "neu@example.org"})
    opened.close()
    assert (result.outcome, "make_customers" in result.reason) == ("refused", True)
    assert fake.find("customers", "emailAddress", "neu@example.org") == []


def test_an_address_of_another_customer_is_refused_and_he_is_named(
    fake: FakeVendure, shop: Vendure
) -> None:
    email = fake.living("customers")[1].data["emailAddress"]
    result = write(shop, "save", "1", **{"contacts.email": email})
    assert (result.outcome, result.found) == ("refused", ("2",))


def test_an_erased_customer_leaves_an_empty_row(fake: FakeVendure, shop: Vendure) -> None:
    assert write(shop, "erase", "2").outcome == "done"
    (left,) = fake.erased
    assert (left["firstName"], left["addresses"]) == ("Gelöscht", [])
    assert left["emailAddress"] == "geloescht-2@example.invalid"
    assert not any(value in str(left) for value in fake.person(2).told)


def test_a_customer_whom_the_shop_does_not_delete_is_not_done(
    fake: FakeVendure, shop: Vendure
) -> None:
    fake.keeps = True
    result = write(shop, "erase", "2")
    assert (result.outcome, result.reason) == (
        "refused", "the shop did not delete all of the customer",
    )  # fmt: skip
    fake.keeps = False
    assert write(shop, "erase", "2").outcome == "done"


def test_nobody_loses_his_e_mail_address(fake: FakeVendure, shop: Vendure) -> None:
    email = fake.living("customers")[0].data["emailAddress"]
    result = write(shop, "save", "1", **{"contacts.email": None})
    assert (result.outcome, result.field) == ("refused", "contacts.email")
    assert fake.living("customers")[0].data["emailAddress"] == email


def test_two_who_need_a_new_group_make_one(fake: FakeVendure, shop: Vendure) -> None:
    intents = [
        Intent(id=n, key=n, change="audience", external_id=n,
               fields={"name": "Stammkunden", "member": True})
        for n in ("1", "2")
    ]  # fmt: skip
    fake.misbehave(faults.slow(0.2), where=lambda asked: "Groups" in str(asked.json), times=None)
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda one: shop.write([one])[0].outcome, intents))
    assert results == ["done", "done"]
    assert list(fake.groups.values()).count("Stammkunden") == 1
    assert fake.members("Stammkunden") == {"1", "2"}


def test_a_consent_has_no_place(shop: Vendure) -> None:
    assert write(shop, "consent", "1", channel="email", state="objected").outcome == "refused"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("FORBIDDEN", "again"), ("INTERNAL_SERVER_ERROR", "unknown"), ("USER_INPUT_ERROR", "refused")],
)
def test_a_failure_within_a_success_is_a_result(
    fake: FakeVendure, shop: Vendure, code: str, outcome: str
) -> None:
    shop.check()
    fake.misbehave(lambda _fake, _asked, _due: failed(code), times=None, writes=True)
    result = write(shop, "save", "1", family_name="Neu")
    assert result.outcome == outcome
    assert "Geheim" not in result.reason


def test_a_failure_while_reading_is_tried_again(
    fake: FakeVendure, shop: Vendure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    fake.misbehave(lambda _fake, _asked, _due: failed("INTERNAL_SERVER_ERROR"), times=2)
    shop.check()
    fake.misbehave(lambda _fake, _asked, _due: failed("INTERNAL_SERVER_ERROR"), times=None)
    with pytest.raises(Unreachable):
        shop.check()
    fake.heal()
    fake.misbehave(lambda _fake, _asked, _due: failed("FORBIDDEN"), times=None)
    with pytest.raises(CredentialsError) as caught:
        shop.check()
    assert caught.value.hint

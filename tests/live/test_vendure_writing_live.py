"""The Vendure connector writes to a real shop: nobody twice, nothing over what others changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from crmsync_vendure import Vendure as Connector
from crmsync_vendure.settings import VendureSettings

from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Window

from .vendure_server import Vendure
from .vendure_shopkeeper import Shopkeeper

pytestmark = pytest.mark.live

WHOLE = """query($email: String!) {
  customers(options: {filter: {emailAddress: {eq: $email}}}) { items {
    id title firstName lastName phoneNumber groups { name }
    addresses { fullName streetLine1 city postalCode country { code }
      defaultBillingAddress defaultShippingAddress } } } }"""
NEW = {
    "salutation": "frau", "titles": "Dr.", "given_name": "Änne", "nobility": "von",
    "family_name": "Kräuterlein", "contacts.email": "Aenne@example.org",
    "contacts.phone": "+49 221 4710 001", "addresses.billing.street": "Drosselgässchen",
    "addresses.billing.house_number": "7", "addresses.billing.postal_code": "50667",
    "addresses.billing.city": "Köln",
}  # fmt: skip


@pytest.fixture
def keeper(vendure: Vendure) -> Iterator[Shopkeeper]:
    person = vendure.shopkeeper()
    yield person
    person.close()


@pytest.fixture
def shop(vendure: Vendure) -> Iterator[Connector]:
    own = {"url": vendure.server.url, "user": vendure.server.user, "make_customers": True}
    settings = VendureSettings.model_validate({**own, "password": vendure.server.password})
    opened = Connector(settings, Connection(name="live", controller="laden"))
    yield opened
    opened.close()


def save(shop: Connector, told: dict[str, Any], **more: Any) -> Result:
    (found,) = shop.write([Intent(id="1", key="k", fields=told, whole=told, **more)])
    return found


def other(shop: Connector, change: Any, identity: str, **fields: Any) -> Result:
    intent = Intent(id="1", key="k", change=change, external_id=identity, fields=fields)
    (found,) = shop.write([intent])
    return found


def row(shop: Connector, identity: str) -> Any:
    stream = next(one for one in shop.streams() if one.name == "customers")
    records = [one for page in shop.read(stream, Window(), None) for one in page.records]
    return next(one for one in records if one["id"] == identity)


def found(keeper: Shopkeeper, email: str) -> list[Any]:
    items: list[Any] = keeper.ask(WHOLE, email=email)["customers"]["items"]
    return items


def test_a_customer_is_written_with_his_address_and_once(
    shop: Connector, keeper: Shopkeeper
) -> None:
    made = save(shop, NEW)
    (customer,) = found(keeper, "aenne@example.org")
    assert (made.outcome, made.external_id) == ("done", customer["id"])
    assert (customer["title"], customer["lastName"]) == ("Frau Dr.", "von Kräuterlein")
    (place,) = customer["addresses"]
    assert (place["streetLine1"], place["country"]["code"]) == ("Drosselgässchen 7", "DE")
    assert (place["defaultBillingAddress"], place["defaultShippingAddress"]) == (True, False)
    assert save(shop, NEW).external_id == made.external_id
    assert len(found(keeper, "aenne@example.org")) == 1
    changed = save(shop, {**NEW, "addresses.billing.city": "Bonn"}, external_id=customer["id"])
    assert changed.outcome == "done"
    assert [one["city"] for one in found(keeper, "aenne@example.org")[0]["addresses"]] == ["Bonn"]


def test_an_address_that_another_customer_has_is_refused_and_he_is_named(
    shop: Connector, keeper: Shopkeeper
) -> None:
    one, other = (keeper.customer(f"kunde{at}@example.com")["id"] for at in (3, 4))
    result = save(shop, {"contacts.email": "kunde4@example.com"}, external_id=one)
    assert (result.outcome, result.field, result.found) == ("refused", "contacts.email", (other,))


def test_a_version_that_is_no_longer_there_is_refused(shop: Connector, keeper: Shopkeeper) -> None:
    number = keeper.customer("kunde3@example.com")["id"]
    seen = row(shop, number)["version"]
    time.sleep(1.1)  # the stamps of this database have whole seconds
    keeper.move("kunde3@example.com", city="Bonn")  # does not move the customer's own stamp
    told = {"family_name": "Straßer-Groß"}
    assert save(shop, told, external_id=number, version=seen).outcome == "refused"
    assert found(keeper, "kunde3@example.com")[0]["lastName"] == "Straßer"
    fresh = row(shop, number)["version"]
    assert save(shop, told, external_id=number, version=fresh).outcome == "done"
    assert save(shop, told, external_id=number, version=seen).outcome == "done"  # stands there


def test_customers_come_into_a_group_and_out_of_it(shop: Connector, keeper: Shopkeeper) -> None:
    number = keeper.customer("kunde3@example.com")["id"]
    for member in (True, True, False, False):
        result = other(shop, "audience", number, name="Stammkunden", member=member)
        assert result.outcome == "done"
        groups = found(keeper, "kunde3@example.com")[0]["groups"]
        assert groups == ([{"name": "Stammkunden"}] if member else [])


def test_an_erased_customer_is_gone_and_his_row_says_nothing(
    shop: Connector, keeper: Shopkeeper, vendure: Vendure
) -> None:
    number = keeper.customer("kunde3@example.com")["id"]
    assert [other(shop, "erase", number).outcome for _ in range(2)] == ["done", "done"]
    assert found(keeper, "kunde3@example.com") == []
    left = vendure.sql("SELECT firstName, lastName, phoneNumber, emailAddress FROM customer "
                       "WHERE id = ?", number)  # fmt: skip
    assert left == [("Gelöscht", "Gelöscht", "", f"geloescht-{number}@example.invalid")]
    assert vendure.sql("SELECT id FROM address WHERE customerId = ?", number) == []
    assert vendure.sql("SELECT id FROM user WHERE identifier LIKE 'kunde3@%'") == []

"""What is asked of a shop, and what becomes of its answers: keys, pages, writes, the queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from crmsync_adobe_commerce import AdobeCommerce
from crmsync_adobe_commerce.queue import Job, Queue
from crmsync_adobe_commerce.settings import AdobeCommerceSettings
from fake_adobe_commerce import FakeAdobeCommerce, FakeCloud, FakeSigned
from pydantic import ValidationError

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Page, Window
from crmsync.testing import Answer, Asked

EXCHANGE = json.loads((Path(__file__).parent / "data/adobe_commerce_exchange.json").read_text())


class Shop(FakeAdobeCommerce):
    """A fake that says what a test has it say."""

    def __init__(self) -> None:
        super().__init__()
        self.says: dict[str, list[Answer]] = {}

    def answer(self, asked: Asked) -> Answer:
        planned = self.says.get(asked.parts[-1])
        return planned.pop(0) if planned else super().answer(asked)

    def asked(self, last: str, method: str = "GET") -> list[Asked]:
        return [one for one in self.heard if one.parts[-1] == last and one.method == method]


@contextmanager
def talking(tmp_path: Path, fake: FakeAdobeCommerce, **more: Any) -> Iterator[AdobeCommerce]:
    with fake:
        own = {**fake.settings(), **more}
        names = {"password": "password", "consumer_secret": "consumer", "access_token": "token",
                 "access_token_secret": "token_secret", "client_secret": "secret"}  # fmt: skip
        own |= {key: fake.secrets[name] for key, name in names.items() if key in own}
        settings = AdobeCommerceSettings.model_validate(own)
        connection = Connection(name="s", controller="c", base=str(tmp_path))
        connector = AdobeCommerce(settings, connection)
        yield connector
        connector.close()


def read(connector: AdobeCommerce, name: str, window: Window) -> list[Page]:
    found = next(one for one in connector.streams() if one.name == name)
    return list(connector.read(found, window, None))


def moment(text: str) -> Any:
    return FakeAdobeCommerce.moment(None, text)  # type: ignore[arg-type]


def test_the_exchange_is_as_it_is_written_down(tmp_path: Path) -> None:
    fake, wanted = Shop(), EXCHANGE["request"]
    fake.says = {"orders": [Answer(data=EXCHANGE["answer"])]}
    window = Window(moment("2026-11-21 09:00:00"), moment("2026-11-21 10:00:00"))
    with talking(tmp_path, fake) as connector:
        read(connector, "orders", window)
    asked = fake.asked("orders")[0]
    assert (asked.method, asked.path) == (wanted["method"], wanted["path"])
    query = dict(asked.query)
    fields = query.pop("fields")
    assert query == wanted["query"]
    assert fields.startswith("items[entity_id,")
    assert fields.endswith("],total_count")


@pytest.mark.parametrize("kind", [FakeAdobeCommerce, FakeSigned, FakeCloud])
def test_every_way_in(tmp_path: Path, kind: type[FakeAdobeCommerce]) -> None:
    with talking(tmp_path, kind().fill(customers=1, orders=1)) as connector:
        connector.check()
        assert connector.server_time().year > 2020


def test_a_token_as_it_is(tmp_path: Path) -> None:
    fake = Shop()
    more = {"username": "", "password": "", "access_token": fake.new_token()}
    with fake:
        settings = AdobeCommerceSettings.model_validate({**fake.settings(), **more})
        connector = AdobeCommerce(
            settings, Connection(name="s", controller="c", base=str(tmp_path))
        )
        connector.check()
        connector.close()
    assert not fake.asked("token", "POST")


@pytest.mark.parametrize(
    "keys",
    [{}, {"access_token": "a", "username": "b", "password": "c"}, {"username": "b"},
     {"access_token": "a", "consumer_key": "b"}, {"client_id": "a"}],
)  # fmt: skip
def test_half_a_way_in_is_none(keys: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        AdobeCommerceSettings.model_validate({"url": "https://shop.example.org", **keys})


def test_past_the_end_comes_the_last_page_once_more(tmp_path: Path) -> None:
    """So no page but the first is ever asked for."""
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=8, orders=1)
        pages = read(connector, "customers", Window())
    ids = [one["id"] for page in pages for one in page.records]
    assert ids == sorted({int(row.id) for row in fake.living("customers")})
    assert {one.query["searchCriteria[currentPage]"] for one in fake.asked("search")} == {"1"}


def test_the_field_of_the_promise_is_asked_for(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake, promised="extension_attributes.delivery_date") as connector:
        read(connector, "orders", Window())
    assert "extension_attributes[delivery_date]]" in fake.asked("orders")[0].query["fields"]


def test_products_get_names(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=2)
        (page,) = read(connector, "products", Window())
    names = {"categories": ["Kaffee"], "brand": "Rösterei Nord", "size": None}
    assert [one["crmsync"] for one in page.records] == [names, names]
    assert len(fake.asked("categories")) == len(fake.asked("attributes")) == 1


def save(name: str, external_id: str | None = None, **fields: Any) -> Intent:
    return Intent(id=name, key=name, external_id=external_id, fields=fields, whole=fields)


NEW = {"given_name": "Änne", "family_name": "Neumann", "contacts.email": "neu@example.org"}


def test_a_change_leaves_the_other_addresses_and_the_newsletter_alone(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=1)
        (row,) = fake.living("customers")
        other = {**row.data["addresses"][0], "id": 77, "default_billing": False,
                 "default_shipping": False, "city": "Bonn"}  # fmt: skip
        row.data["addresses"].append(other)
        told = {"addresses.billing.city": "Köln", "salutation": "Frau", "titles": "Prof. Dr."}
        (result,) = connector.write([save("x", row.id, **told)])
    assert result.outcome == "done"
    sent = fake.asked(row.id, "PUT")[0].json["customer"]
    assert [one["city"] for one in sent["addresses"]] == ["Köln", "Bonn"]
    assert (sent["prefix"], sent["email"]) == ("Frau Prof. Dr.", row.data["email"])
    assert "extension_attributes" not in sent


def test_a_new_customer_with_an_address(tmp_path: Path) -> None:
    fake = Shop()
    told = {**NEW, "addresses.billing.street": "Lerchenweg", "addresses.billing.city": "Köln",
            "addresses.billing.house_number": "7"}  # fmt: skip
    with talking(tmp_path, fake) as connector:
        (lacking,) = connector.write([save("neu", **told)])
        told |= {"addresses.billing.postal_code": "50667", "contacts.phone": "0221 47110"}
        (result,) = connector.write([save("neu", **told)])
        (row,) = fake.living("customers")
    assert (lacking.outcome, lacking.field) == ("refused", "addresses.billing.postal_code")
    assert (result.outcome, result.external_id) == ("done", row.id)
    (address,) = row.data["addresses"]
    assert (address["street"], address["country_id"]) == (["Lerchenweg 7"], "DE")


def test_without_a_website_nobody_is_made(tmp_path: Path) -> None:
    with talking(tmp_path, Shop(), website=0) as connector:
        (result,) = connector.write([save("neu", **NEW)])
    assert (result.outcome, "website" in result.reason) == ("refused", True)


def test_what_the_shop_has_no_place_for(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=1)
        (row,) = fake.living("customers")
        results = connector.write(
            [save("x", row.id, deceased=True), save("y", "4711", titles="Dr.")]
        )
    assert [(one.outcome, one.field) for one in results] == [
        ("refused", "deceased"), ("refused", "")]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "outcome"),
    [({}, "refused"), ({"evidence": "Formular 7"}, "refused"),
     ({"evidence": "Formular 7", "at": "2026-11-01T10:00:00+00:00"}, "done")],
)  # fmt: skip
def test_a_subscription_needs_its_proof(tmp_path: Path, more: Any, outcome: str) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=2, orders=1)
        row = fake.living("customers")[1]
        fields = {"channel": "email", "state": "granted", **more}
        intent = Intent(id="c", key="c", change="consent", external_id=row.id, fields=fields)
        (result,) = connector.write([intent])
    assert result.outcome == outcome
    assert fake.consents(row) is (outcome == "done")


def test_a_consent_of_another_address_is_not_taken(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=1)
        (row,) = fake.living("customers")
        fields = {"channel": "email", "state": "objected", "contact": "anders@example.org"}
        intent = Intent(id="c", key="c", change="consent", external_id=row.id, fields=fields)
        (result,) = connector.write([intent])
    assert (result.outcome, result.field) == ("refused", "contact")


class Talk:
    """An API that says of the queue what the exchange says."""

    def bulk(self, method: str, path: str, bodies: Any) -> Any:
        wanted = EXCHANGE["bulk"]["request"]
        assert (method, f"/async/bulk{path}") == (wanted["method"], wanted["path"])
        assert [one["customerId"] for one in bodies] == ["5", "6", "7"]
        return EXCHANGE["bulk"]["answer"]

    def operations(self, bulk: str) -> Any:
        assert bulk == EXCHANGE["bulk"]["answer"]["bulk_uuid"]
        return EXCHANGE["bulk"]["status"]["operations_list"]


def test_what_the_queue_says_comes_back_to_each_intent() -> None:
    jobs = [Job(save(name, name), name, {"email": "x"}) for name in ("5", "6", "7")]
    results = Queue(Talk(), 0).send(jobs)  # type: ignore[arg-type]
    assert [(one.id, one.outcome, one.field) for one in results] == [
        ("5", "done", ""), ("6", "refused", ""), ("7", "refused", "contacts.email")]  # fmt: skip
    assert "Geheim" not in repr(results)


def test_what_stays_in_the_queue_is_unknown() -> None:
    talk = Talk()
    talk.operations = lambda bulk: [{"id": 0, "status": 4}]  # type: ignore[method-assign]
    jobs = [Job(save(name, name), name, {"email": "x"}) for name in ("5", "6", "7")]
    results = Queue(talk, 0).send(jobs)  # type: ignore[arg-type]
    assert [one.outcome for one in results] == ["unknown", "refused", "unknown"]

"""What is asked of a shop, and what becomes of its answers: changed parts, ties, writes, hooks."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crmsync_shopware import Shopware
from crmsync_shopware.settings import ShopwareSettings
from fake_shopware import FakeShopware, error

from crmsync.errors import CredentialsError
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Page, Window
from crmsync.testing import Answer, Asked

EXCHANGE = json.loads((Path(__file__).parent / "data/shopware_exchange.json").read_text())
WINDOW = Window(datetime(2026, 11, 21, 9, 0, tzinfo=UTC), datetime(2026, 11, 21, 10, 0, tzinfo=UTC))


class Shop(FakeShopware):
    """A fake that says what a test has it say."""

    def __init__(self) -> None:
        super().__init__()
        self.says: dict[str, list[Answer]] = {}

    def answer(self, asked: Asked) -> Answer:
        planned = self.says.get(asked.parts[-1])
        return planned.pop(0) if planned else super().answer(asked)

    def asked(self, last: str) -> list[Asked]:
        return [one for one in self.heard if one.parts[-1] == last]


@contextmanager
def talking(tmp_path: Path, fake: FakeShopware, **more: Any) -> Iterator[Shopware]:
    with fake:
        own = {**fake.settings(), **more, "client_secret": fake.secrets.get("secret", "")}
        settings = ShopwareSettings.model_validate(own)
        connector = Shopware(settings, Connection(name="s", controller="c", base=str(tmp_path)))
        yield connector
        connector.close()


def read(connector: Shopware, name: str, window: Window = WINDOW) -> list[Page]:
    found = next(one for one in connector.streams() if one.name == name)
    return list(connector.read(found, window, None))


def test_the_exchange_is_as_it_is_written_down(tmp_path: Path) -> None:
    fake, wanted = Shop(), EXCHANGE["request"]
    fake.says = {"order": [Answer(data=EXCHANGE["answer"])],
                 "state-machine-history": [Answer(data=EXCHANGE["history"])]}  # fmt: skip
    with talking(tmp_path, fake) as connector:
        page = read(connector, "orders")[0]
    asked = fake.asked("order")[0]
    assert (asked.method, asked.path) == (wanted["method"], wanted["path"])
    assert {name: asked.headers[name] for name in wanted["headers"]} == wanted["headers"]
    assert (asked.json["filter"], asked.json["sort"]) == (wanted["filter"], wanted["sort"])
    assert page.records[0]["deliveries"][0]["shippedAt"] == "2026-11-21T09:10:00.000+00:00"


def test_one_login_serves_many_requests_and_the_next_process(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        connector.check()
        again = Shopware(connector._own, Connection(name="s", controller="c", base=str(tmp_path)))
        again.check()
        again.close()
    assert len(fake.asked("token")) == 1


def test_an_order_whose_delivery_was_changed_is_read_again(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=3)
        since = fake.now
        fake.advance(minutes=5)
        row = fake.living("orders")[1]
        row.data["deliveries"][0]["updatedAt"] = fake.stamped(fake.now)
        fake.advance(minutes=5)
        pages = read(connector, "orders", Window(since, fake.now))
    assert [one["id"] for page in pages for one in page.records] == [row.id]


def test_guests_are_no_accounts(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=3, orders=1)
        fake.change("customers", fake.living("customers")[0].id, {"guest": True})
        pages = read(connector, "customers", Window(None, fake.now))
        found = next(one for one in connector.streams() if one.name == "customers")
        ids = [one for chunk in connector.ids(found) for one in chunk]
    assert len([one for page in pages for one in page.records]) == len(ids) == 2


def test_many_recipients_of_one_moment(tmp_path: Path) -> None:
    """Recipients have no number, and a range of ids cannot be asked for."""
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        at = fake.now
        for number in range(1, 9):
            fake.add("newsletter", number, at=at)
        fake.advance(minutes=1)
        pages = read(connector, "newsletter", Window(None, fake.now))
    ids = [one["id"] for page in pages for one in page.records]
    assert ids == sorted({row.id for row in fake.living("newsletter")})
    rules = json.dumps([one.json["filter"] for one in fake.asked("newsletter-recipient")])
    assert '"range", "field": "id"' not in rules


def save(name: str, external_id: str | None = None, **fields: Any) -> Intent:
    return Intent(id=name, key=name, external_id=external_id, fields=fields, whole=fields)


NEW = {"given_name": "Änne", "family_name": "Neumann"}


def test_a_new_customer_has_an_id_of_our_own(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        intent = save("neu", **NEW, **{"contacts.email": "neu@example.org", "salutation": "Frau",
                                       "addresses.billing.city": "Köln",
                                       "addresses.billing.country": "de"})  # fmt: skip
        first, second = connector.write([intent])[0], connector.write([intent])[0]
        (row,) = fake.living("customers")
    assert first.outcome == second.outcome == "done"
    assert row.id == first.external_id == second.external_id
    assert row.data["defaultBillingAddress"]["city"] == "Köln"
    sync = fake.asked("sync")[0]
    assert (sync.headers["sw-skip-trigger-flow"], sync.headers["fail-on-error"]) == ("1", "true")


def test_without_a_channel_nobody_is_made(tmp_path: Path) -> None:
    with talking(tmp_path, Shop(), sales_channel="") as connector:
        (result,) = connector.write([save("neu", **NEW, **{"contacts.email": "n@example.org"})])
    assert result.outcome == "refused"
    assert "sales_channel" in result.reason


def test_without_a_placeholder_an_address_must_be_told(tmp_path: Path) -> None:
    with talking(tmp_path, Shop(), placeholder="") as connector:
        (result,) = connector.write([save("neu", **NEW, **{"contacts.email": "n@example.org"})])
    assert (result.outcome, result.field) == ("refused", "addresses.billing.street")


def test_one_that_is_wrong_does_not_hold_back_the_others(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=5, orders=0)
        rows = fake.living("customers")
        taken = rows[0].data["email"]
        intents = [save(str(n), row.id, family_name="Weiß") for n, row in enumerate(rows)]
        intents[2] = save("2", rows[2].id, **{"contacts.email": taken})
        results = connector.write(intents)
    assert [one.outcome for one in results] == ["done", "done", "refused", "done", "done"]
    assert (results[2].field, list(results[2].found)) == ("contacts.email", [rows[0].id])
    assert len(fake.asked("sync")) > 2


def test_a_change_of_an_address_changes_the_one_that_is_there(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=0)
        (row,) = fake.living("customers")
        (result,) = connector.write([save("x", row.id, **{"addresses.billing.city": "Bonn"})])
    assert result.outcome == "done"
    address = fake.asked("sync")[0].json[0]["payload"][0]["defaultBillingAddress"]
    assert address == {"city": "Bonn", "id": row.data["defaultBillingAddressId"]}


def test_what_the_shop_has_no_place_for(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        results = connector.write(
            [
                save("x", "a" * 32, deceased=True),
                save("y", "b" * 32, **{"addresses.billing.country": "XX"}),
            ]
        )
    assert [(one.outcome, one.field) for one in results] == [
        ("refused", "deceased"), ("refused", "addresses.billing.country")]  # fmt: skip


def consent(fake: FakeShopware, state: str, at: str = "", **more: Any) -> Intent:
    email = fake.living("newsletter")[1].data["email"]
    fields = {"channel": "email", "state": state, "contact": email, "at": at, **more}
    return Intent(id=state, key=state, change="consent", external_id="a" * 32, fields=fields)


@pytest.mark.parametrize(
    ("at", "outcome"), [("2020-01-01T00:00:00+00:00", "refused"), ("", "refused"),
                        ("2030-01-01T00:00:00+00:00", "done")],
)  # fmt: skip
def test_an_objection_is_lifted_by_a_newer_consent_alone(
    tmp_path: Path, at: str, outcome: str
) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=2, orders=0)
        row = fake.living("newsletter")[1]
        assert row.data["status"] == "optOut"
        (result,) = connector.write([consent(fake, "granted", at, evidence="Formular 7")])
        assert result.outcome == outcome
        assert row.data["status"] == ("optIn" if outcome == "done" else "optOut")


def test_erasing_takes_the_newsletter_too(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=2, orders=0)
        row = fake.living("customers")[0]
        (result,) = connector.write([Intent(id="e", key="e", change="erase", external_id=row.id)])
    assert result.outcome == "done"
    assert row.data["email"] not in [one.data["email"] for one in fake.living("newsletter")]
    entities = [one["entity"] for one in fake.asked("sync")[0].json]
    assert entities == ["customer", "newsletter_recipient"]


def test_whoever_is_in_the_newsletter_alone_is_erased_there(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=2, orders=0)
        row, before = fake.living("newsletter")[0], len(fake.living("customers"))
        said = [Intent(id=name, key=name, change="erase", stream="newsletter", external_id=who)
                for name, who in (("e", row.id), ("again", row.id), ("nobody", "x"))]  # fmt: skip
        results = connector.write(said)
        (save,) = connector.write([Intent(id="s", key="s", stream="newsletter", external_id=row.id,
                                          fields={"family_name": "Weiß"})])  # fmt: skip
    assert [one.outcome for one in results] == ["done", "done", "refused"]
    assert row.id not in [one.id for one in fake.living("newsletter")]
    assert len(fake.living("customers")) == before
    assert save.outcome == "refused"


def test_rights_that_are_missing(tmp_path: Path) -> None:
    fake = Shop()
    fake.says = {"sync": [error(403, "FRAMEWORK__MISSING_PRIVILEGE_ERROR")]}
    with talking(tmp_path, fake) as connector:
        (result,) = connector.write([save("x", "a" * 32, family_name="Weiß")])
    assert result.outcome == "refused"
    assert "FRAMEWORK__MISSING_PRIVILEGE_ERROR" in result.reason


def test_webhooks(tmp_path: Path) -> None:
    body = json.dumps({"data": {"event": "customer.deleted", "payload": [
        {"entity": "customer", "operation": "delete", "primaryKey": "ab"}]},
        "source": {"eventId": "e-1"}}).encode()  # fmt: skip
    headers = {"shopware-shop-signature": hmac.digest(b"app", body, "sha256").hex()}
    with talking(tmp_path, Shop(), app_secret="app") as connector:
        (event,) = connector.hear(headers, body, "https://crm.example.org/hook")
        assert (event.stream, event.external_id, event.kind) == ("customers", "ab", "deleted")
        with pytest.raises(CredentialsError):
            connector.hear(headers, body + b" ", "https://crm.example.org/hook")
    with talking(tmp_path, Shop()) as connector, pytest.raises(CredentialsError):
        connector.hear(headers, body, "https://crm.example.org/hook")

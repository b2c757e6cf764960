"""What is asked of a site, and what becomes of its answers: changed parts, names, writes, hooks."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crmsync_erpnext import ErpNext
from crmsync_erpnext.settings import ErpNextSettings
from fake_erpnext import FakeErpNext

from crmsync.errors import CredentialsError
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Page, Window
from crmsync.testing import Answer, Asked

EXCHANGE = json.loads((Path(__file__).parent / "data/exchange.json").read_text())
WINDOW = Window(datetime(2026, 11, 21, 9, 0, tzinfo=UTC), datetime(2026, 11, 21, 10, 0, tzinfo=UTC))


class Site(FakeErpNext):
    """A fake that says what a test has it say."""

    def __init__(self) -> None:
        super().__init__()
        self.says: dict[str, list[Answer]] = {}

    def answer(self, asked: Asked) -> Answer:
        planned = self.says.get(asked.json.get("doctype") or asked.parts[-1])
        return planned.pop(0) if planned else super().answer(asked)


@contextmanager
def talking(tmp_path: Path, fake: FakeErpNext, **more: Any) -> Iterator[ErpNext]:
    with fake:
        own = {**fake.settings(), "api_secret": fake.secrets["api_secret"], **more}
        connection = Connection(name="e", controller="c", base=str(tmp_path))
        connector = ErpNext(ErpNextSettings.model_validate(own), connection)
        yield connector
        connector.close()


def read(connector: ErpNext, name: str, window: Window) -> list[Page]:
    found = next(one for one in connector.streams() if one.name == name)
    return list(connector.read(found, window, None))


def names(pages: list[Page]) -> list[str]:
    return [one["name"] for page in pages for one in page.records]


def test_the_exchange_is_as_it_is_written_down(tmp_path: Path) -> None:
    fake, wanted, child = Site(), EXCHANGE["request"], EXCHANGE["child"]
    fake.says = {"Sales Order": [Answer(data=EXCHANGE["answer"])],
                 "Sales Order Item": [Answer(data=EXCHANGE["items"])],
                 "Sales Taxes and Charges": [Answer(data=EXCHANGE["taxes"])]}  # fmt: skip
    with talking(tmp_path, fake) as connector:
        page = read(connector, "orders", WINDOW)[0]
    asked, below = fake.heard[0], fake.heard[1]
    assert (asked.method, asked.path) == (wanted["method"], wanted["path"])
    query = {**asked.query, "filters": json.loads(asked.query["filters"])}
    assert {name: query[name] for name in wanted["query"]} == wanted["query"]
    assert (below.method, below.path) == (child["method"], child["path"])
    assert {name: below.json[name] for name in child["body"]} == child["body"]
    assert [one["item_code"] for one in page.records[0]["items"]] == ["KAFFEE-1", "GUTSCHEIN"]


def test_the_hour_that_comes_twice_is_read_whole(tmp_path: Path) -> None:
    fake, at = Site(), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    with talking(tmp_path, fake) as connector:
        read(connector, "issues", Window(at - timedelta(minutes=30), at))
    rules = json.loads(fake.heard[0].query["filters"])
    assert rules == [["modified", ">=", "2026-10-25 01:40:00.000000"],
                     ["modified", "<", "2026-10-25 03:10:00.000000"]]  # fmt: skip


def test_a_customer_whose_opt_out_is_new_is_read_again(tmp_path: Path) -> None:
    fake = Site()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=3, orders=0)
        since, row = fake.now, fake.living("customers")[1]
        fake.advance(minutes=5)
        fake.suppress(row)
        fake.advance(minutes=5)
        pages = read(connector, "customers", Window(since, fake.now))
    assert names(pages) == [row.id]
    assert list(pages[0].records[0]["unsubscribed"]) == [row.data["email_id"]]


def test_a_customer_who_was_renamed(tmp_path: Path) -> None:
    """No stamp moves, and the old name is no tombstone."""
    fake = Site()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=3, orders=0)
        since, row = fake.now, fake.living("customers")[0]
        fake.advance(minutes=5)
        words = "umbenannt von <strong>Alt &amp; Neu</strong> in <strong>K-0001</strong>"
        fake.note("Comment", comment_type="Edit", reference_doctype="Customer", content=words,
                  reference_name=row.id)  # fmt: skip
        fake.advance(minutes=5)
        pages = read(connector, "customers", Window(since, fake.now))
    assert names(pages) == [row.id]
    assert [pair for page in pages for pair in page.merged] == [("Alt & Neu", "K-0001")]


def test_who_was_merged_is_not_told_as_deleted(tmp_path: Path) -> None:
    fake = Site()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=4, orders=0)
        since = fake.now
        fake.advance(minutes=5)
        fake.merge("customers", "K-0001", "K-0002")
        fake.delete("customers", "K-0003")
        fake.advance(minutes=5)
        pages = read(connector, "customers", Window(since, fake.now))
    assert [pair for page in pages for pair in page.merged] == [("K-0001", "K-0002")]
    assert [one for page in pages for one in page.deleted] == ["K-0003"]


def test_without_history_all_customers_are_read(tmp_path: Path) -> None:
    fake = Site()
    with talking(tmp_path, fake, history=False) as connector:
        fake.fill(customers=7, orders=1)
        found = {one.name: one for one in connector.streams()}
        pages = read(connector, "customers", Window())
        read(connector, "orders", WINDOW)
    assert (found["customers"].deletes, found["orders"].deletes) == ("missing", "none")
    assert names(pages) == sorted(row.id for row in fake.living("customers"))
    assert not [one for one in fake.heard if one.parts[-1] in ("Comment", "Deleted Document")]


def save(name: str, external_id: str | None = None, **fields: Any) -> Intent:
    return Intent(id=name, key=name, external_id=external_id, fields=fields, whole=fields)


def test_a_new_customer_with_the_sites_own_group(tmp_path: Path) -> None:
    fake = Site()
    told = {"given_name": "Änne", "family_name": "Neumann", "contacts.email": "neu@example.org",
            "contacts.mobile": "0171 47110", "salutation": "Frau"}  # fmt: skip
    with talking(tmp_path, fake, customer_group="Privat") as connector:
        first, second = (connector.write([save("neu", **told)])[0] for _ in range(2))
        (row,) = fake.living("customers")
    assert (first.outcome, second.outcome) == ("done", "done")
    assert first.external_id == second.external_id == row.id
    sent = next(one for one in fake.heard if one.path == "/api/resource/Customer").json
    assert sent == {"customer_name": "Änne Neumann", "customer_type": "Individual",
                    "email_id": "neu@example.org", "mobile_no": "0171 47110",
                    "salutation": "Frau", "customer_group": "Privat"}  # fmt: skip


def test_an_address_is_not_written(tmp_path: Path) -> None:
    fake = Site()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=0)
        (result,) = connector.write([save("x", "K-0001", **{"addresses.billing.city": "Köln"})])
    assert (result.outcome, result.field) == ("refused", "addresses.billing.city")


def test_a_new_email_goes_to_the_primary_contact(tmp_path: Path) -> None:
    fake = Site()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=0)
        (result,) = connector.write([save("x", "K-0001", **{"contacts.email": "n@example.org"})])
    sent = next(one for one in fake.heard if one.method == "PUT")
    assert result.outcome == "done"
    assert sent.path == "/api/resource/Contact/C-K-0001"
    assert sent.json["email_ids"] == [{"email_id": "n@example.org", "is_primary": 1}]


@pytest.mark.parametrize(
    ("at", "outcome"), [("2020-01-01T00:00:00+00:00", "refused"), ("", "refused"),
                        ("2030-01-01T00:00:00+00:00", "done")],
)  # fmt: skip
def test_an_objection_is_lifted_by_a_newer_consent_alone(
    tmp_path: Path, at: str, outcome: str
) -> None:
    fake = Site()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=1, orders=0)
        (row,) = fake.living("customers")
        fake.suppress(row)
        fields = {"channel": "email", "state": "granted", "contact": row.data["email_id"],
                  "at": at, "evidence": "Formular 7"}  # fmt: skip
        intent = Intent(id="c", key="c", change="consent", external_id=row.id, fields=fields)
        (result,) = connector.write([intent])
    assert result.outcome == outcome
    assert fake.consents(row) is (outcome == "done")


def test_webhooks(tmp_path: Path) -> None:
    told = {"doctype": "Customer", "name": "K-0001", "event": "on_trash", "modified": "x"}
    body = json.dumps(told).encode()
    signature = b64encode(hmac.digest(b"geheim", body, "sha256")).decode()
    headers = {"x-frappe-webhook-signature": signature}
    with talking(tmp_path, Site(), webhook_secret="geheim") as connector:
        (event,) = connector.hear(headers, body, "https://crm.example.org/hook")
        assert (event.stream, event.external_id, event.kind) == ("customers", "K-0001", "deleted")
        with pytest.raises(CredentialsError):
            connector.hear(headers, body + b" ", "https://crm.example.org/hook")
    with talking(tmp_path, Site()) as connector, pytest.raises(CredentialsError):
        connector.hear(headers, body, "https://crm.example.org/hook")

"""How the connector talks: posted orders, etags, errors, erasing, webhooks; and what it asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from crmsync_businesscentral import BusinessCentral
from crmsync_businesscentral.connector import STREAMS, BusinessCentralSettings
from fake_businesscentral import COMPANY, FakeBusinessCentral, guid

from crmsync.errors import BackendError, ConfigError, CredentialsError, CrmsyncError
from crmsync.http.webhooks import validation_token
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import Answer, Asked

CONTRACT = json.loads((Path(__file__).parent / "data" / "contract.json").read_text())
ORDERS = next(one for one in STREAMS if one.name == "orders")
OPEN: list[BusinessCentral] = []


@pytest.fixture
def fake() -> Iterator[FakeBusinessCentral]:
    with FakeBusinessCentral() as one:
        yield one.fill()
        while OPEN:
            OPEN.pop().close()


def opened(fake: FakeBusinessCentral, folder: Path, **more: Any) -> BusinessCentral:
    own = {**fake.settings(), "client_secret": fake.secrets["client_secret"], "page_size": 50,
           "webhook_secret": "geheim", **more}  # fmt: skip
    connection = Connection(name="erp", controller="haus", base=str(folder))
    OPEN.append(BusinessCentral(BusinessCentralSettings.model_validate(own), connection))
    return OPEN[-1]


def records(central: BusinessCentral, window: Window) -> dict[str, Any]:
    return {
        row["order"]: row for page in central.read(ORDERS, window, None) for row in page.records
    }


def test_a_posted_order_is_read_again_and_not_deleted(
    fake: FakeBusinessCentral, tmp_path: Path
) -> None:
    fake.advance(minutes=1)
    window = Window(fake.now)
    fake.advance(minutes=1)
    fake.post_order("A503")
    central = opened(fake, tmp_path)
    found = records(central, window)
    assert list(found) == ["A503"]
    (told, delivery) = central.map(ORDERS, found["A503"])
    assert (getattr(told, "status", ""), getattr(delivery, "shipped_at", "")) == (
        "completed", "2026-11-02")  # fmt: skip
    ids = {one for some in central.ids(ORDERS) for one in some}
    assert "A503" in ids
    assert ids == {f"A50{number}" for number in range(1, 6)}


def test_documents_of_one_order_make_one_record(fake: FakeBusinessCentral, tmp_path: Path) -> None:
    fake.post_order("A503")
    fake.restore("orders", "A503")
    found = records(opened(fake, tmp_path), Window())
    assert sorted(found) == [f"A50{number}" for number in range(1, 6)]
    assert [len(found["A503"][name]) for name in ("salesOrders", "salesInvoices")] == [1, 1]


def test_a_company_that_is_not_there(fake: FakeBusinessCentral, tmp_path: Path) -> None:
    fake.misbehave(_companies_are_none, times=None)
    with pytest.raises(ConfigError, match="no company"):
        opened(fake, tmp_path).check()


def _companies_are_none(_fake: Any, asked: Asked, due: Any) -> Any:
    return Answer(data={"value": []}) if asked.parts[-1] == "companies" else due()


@pytest.mark.parametrize("status, code, kind", [
    (400, "BadRequest_NotFound", BackendError),
    (403, "Authorization_RequestDenied", CredentialsError),
    (401, "Authentication_InvalidCredentials", CredentialsError),
    (500, "Internal_ServerError", CrmsyncError),
])  # fmt: skip
def test_of_an_error_its_code_alone_is_told(
    fake: FakeBusinessCentral, tmp_path: Path, status: int, code: str, kind: type[CrmsyncError]
) -> None:
    central = opened(fake, tmp_path)
    central.check()
    fake.misbehave(lambda _fake, _asked, _due: fake.error(status, code), times=None)
    fake.rate = None
    with pytest.raises(kind) as caught:
        central.check()
    assert "Geheim" not in f"{caught.value!r} {caught.value}"


def edit(number: int, change: Any = "save", version: str = "", **fields: Any) -> Intent:
    return Intent(id=f"e{number}", key=f"e{number}", change=change, external_id=guid(number),
                  fields=fields, whole=fields, version=version)  # fmt: skip


def test_whoever_has_entries_is_emptied_and_blocked(
    fake: FakeBusinessCentral, tmp_path: Path
) -> None:
    fake.needed = {guid(3)}
    (result,) = opened(fake, tmp_path).write([edit(3, "erase")])
    row = fake.get("customers", guid(3))
    assert result.outcome == "done"
    assert row is not None
    assert (row.data["family"], row.data["email"], row.data["blocked"]) == ("Gelöscht", "", "All")


def test_a_part_of_the_name_and_an_address(fake: FakeBusinessCentral, tmp_path: Path) -> None:
    fake.change("customers", guid(3), {"given": "Dr. Käthe von der", "family": "Moorbach"})
    street = {"addresses.home.street": "Am Küferteich", "addresses.home.house_number": "7"}
    first, second = opened(fake, tmp_path).write([edit(3, family_name="Nüssgen", **street),
                                                  edit(4, birth_date="1980-02-29")])  # fmt: skip
    row = fake.get("customers", guid(3))
    assert row is not None
    assert f"{row.data['given']} {row.data['family']}" == "Dr. Käthe von der Nüssgen"
    assert (row.data["addressLine1"], first.outcome) == ("Am Küferteich 7", "done")
    assert first.version == fake.version_of(row)
    assert (second.outcome, second.field) == ("refused", "birth_date")


def test_somebody_else_changed_it_between_our_look_and_our_change(
    fake: FakeBusinessCentral, tmp_path: Path
) -> None:
    def meddle(one: Any, asked: Asked, due: Any) -> Any:
        if asked.method == "PATCH":
            one.change("customers", guid(3), {"city": "Leipzig"})
        return due()

    fake.misbehave(meddle, times=None)
    (result,) = opened(fake, tmp_path).write([edit(3, family_name="Nüssgen")])
    assert result.outcome == "again", "nobody compared a state; trying again reads the new one"


def notice(entity: str, change: str, state: str = "geheim") -> bytes:
    told = {"subscriptionId": "abc", "clientState": state, "changeType": change,
            "resource": f"https://x/v2.0/api/v2.0/companies({COMPANY})/{entity}",
            "lastModifiedDateTime": "2026-11-21T19:05:57Z"}  # fmt: skip
    return json.dumps({"value": [told]}).encode()


def test_webhooks_are_heard(fake: FakeBusinessCentral, tmp_path: Path) -> None:
    central = opened(fake, tmp_path)
    (gone,) = central.hear({}, notice(f"customers({guid(3)})", "deleted"), "https://h")
    assert (gone.stream, gone.external_id, gone.kind) == ("customers", guid(3), "deleted")
    (posted,) = central.hear({}, notice(f"salesOrders({guid(3)})", "deleted"), "https://h")
    assert (posted.stream, posted.external_id, posted.kind) == ("orders", None, "changed")
    with pytest.raises(CredentialsError):
        central.hear({}, notice("customers", "collection", state="falsch"), "https://h")
    assert validation_token("https://h/hook?validationToken=abc") == "abc"


def test_subscriptions_are_made_once_and_then_renewed(
    fake: FakeBusinessCentral, tmp_path: Path
) -> None:
    central = opened(fake, tmp_path)
    assert central.subscribe("https://h/hook") == 7
    first = [one.method for one in fake.requests]
    central.subscribe("https://h/hook")
    again = [one.method for one in fake.requests][len(first) :]
    assert (first.count("POST") - 1, first.count("PATCH")) == (7, 0), "one POST asks for the token"
    assert (again.count("POST"), again.count("PATCH")) == (0, 7)
    assert {one["clientState"] for one in fake.documents["subscriptions"]} == {"geheim"}


def test_what_is_asked_is_what_the_record_says(fake: FakeBusinessCentral, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    plain = fake.answer

    def listen(one: Asked) -> Any:
        query = {name: values[0] for name, values in parse_qs(urlsplit(one.target).query).items()}
        asked.append({"method": one.method, "path": one.path, "query": query,
                      "prefer": one.headers.get("prefer", "")})  # fmt: skip
        return plain(one)

    fake.answer = listen  # type: ignore[method-assign,assignment]
    central = opened(fake, tmp_path)
    for stream in central.streams():
        list(central.read(stream, Window(), None))
    for wanted in CONTRACT["requests"]:
        assert wanted in asked, wanted
    for one in CONTRACT["records"]:
        stream = next(each for each in STREAMS if each.name == one["stream"])
        (told, *_) = central.map(stream, one["record"])
        for name, value in one["told"].items():
            assert getattr(told, name) == value, name


def test_a_contact_is_not_said_to_be_erased(fake: FakeBusinessCentral, tmp_path: Path) -> None:
    somebody = replace(edit(3, "erase"), stream="contacts", external_id=guid(900))
    (result,) = opened(fake, tmp_path).write([somebody])
    assert (result.outcome, "contacts" in result.reason) == ("refused", True)

"""How the connector talks to Odoo: both APIs, changes of children, failures, writing, webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from crmsync_odoo import Odoo
from crmsync_odoo.connector import OdooSettings
from crmsync_odoo.sources import SOURCES
from fake_odoo import FakeOdoo, FakeOdoo19

from crmsync.errors import ConfigError, CredentialsError, CrmsyncError, RecordError
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Page, Stream, Window

CUSTOMERS: Stream = SOURCES["customers"].stream


@pytest.fixture(params=[FakeOdoo, FakeOdoo19], ids=["jsonrpc", "json2"])
def fake(request: Any) -> Iterator[FakeOdoo]:
    with request.param() as one:
        yield one.fill()


OPEN: list[Odoo] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()


def opened(fake: FakeOdoo, folder: Path, **more: Any) -> Odoo:
    own = {**fake.settings(), "key": fake.secrets["key"], "webhook_secret": "geheim", **more}
    connection = Connection(name="erp", controller="haus", base=str(folder))
    OPEN.append(Odoo(OdooSettings.model_validate(own), connection))
    return OPEN[-1]


def pages(odoo: Odoo, stream: Stream, window: Window) -> list[Page]:
    return list(odoo.read(stream, window, None))


def since(fake: FakeOdoo) -> Window:
    """A window that begins now."""
    fake.advance(minutes=1)
    start = fake.now
    fake.advance(minutes=1)
    return Window(start, fake.now + timedelta(hours=1))


def test_the_version_decides_how_it_is_asked(fake: FakeOdoo, tmp_path: Path) -> None:
    pages(opened(fake, tmp_path), CUSTOMERS, Window())
    paths = {one.path for one in fake.requests}
    wanted = "/json/2/res.partner/search_read" if fake.series == 19 else "/jsonrpc"
    assert wanted in paths
    assert ("/jsonrpc" in paths) == (fake.series < 19)


def test_an_odoo_that_is_too_old(tmp_path: Path) -> None:
    class Old(FakeOdoo):
        series = 12

    with Old() as fake, pytest.raises(ConfigError, match="too old"):
        opened(fake, tmp_path).check()


def test_whoever_objects_is_read_again(fake: FakeOdoo, tmp_path: Path) -> None:
    window = since(fake)
    fake.suppress(fake.living("customers")[2])
    found = pages(opened(fake, tmp_path), CUSTOMERS, window)
    (row,) = [row for page in found for row in page.records]
    assert (row["id"], row["is_blacklisted"]) == (3, True)


def test_an_archived_contact_is_gone_and_its_name_with_it(fake: FakeOdoo, tmp_path: Path) -> None:
    fake.change("customers", 3, {"active": False})
    odoo = opened(fake, tmp_path)
    ids = [one for some in odoo.ids(CUSTOMERS) for one in some]
    found = pages(odoo, CUSTOMERS, Window())
    assert [one for page in found for one in page.deleted] == ["3"]
    told = {row["id"]: row for page in found for row in page.records}
    assert told[3] == {"id": 3, "active": False}
    assert "3" not in ids
    assert "4" in ids


def test_the_children_are_asked_for_by_their_own_stamps(fake: FakeOdoo, tmp_path: Path) -> None:
    asked: list[Any] = []
    plain = fake.search_read

    def listen(model: str, named: Any) -> Any:
        asked.append((model, named["domain"]))
        return plain(model, named)

    fake.search_read = listen  # type: ignore[method-assign]
    pages(opened(fake, tmp_path), SOURCES["orders"].stream, since(fake))
    paths = [leaf[0] for model, domain in asked if model == "sale.order" for leaf in domain
             if isinstance(leaf, list)]  # fmt: skip
    assert paths.count("order_line.write_date") == 2
    assert [one for one in paths if one == "write_date"][:2] == ["write_date", "write_date"]


def test_deliveries_come_from_the_warehouse(fake: FakeOdoo, tmp_path: Path) -> None:
    fake.pickings = [
        {"id": number, "sale_id": [501, "S00501"], "state": "done", "date_done": False,
         "date_deadline": False, "carrier_id": False, "picking_type_code": kind,
         "write_date": fake.stamped(fake.now)}
        for number, kind in ((1, "outgoing"), (2, "incoming"))
    ]  # fmt: skip
    found = pages(opened(fake, tmp_path), SOURCES["deliveries"].stream, Window())
    assert [row["id"] for page in found for row in page.records] == [1]


def test_a_module_that_is_missing_has_nothing(fake: FakeOdoo, tmp_path: Path) -> None:
    odoo = opened(fake, tmp_path, parts=["pos", "sale", "stock", "account", "crm"])
    odoo.check()
    for stream in odoo.streams():
        if stream.name in ("stores", "pos_orders", "returns", "leads"):
            assert list(odoo.read(stream, Window(), None)) == []
            assert list(odoo.ids(stream)) == []


@pytest.mark.parametrize("name, status, kind", [
    ("odoo.exceptions.AccessError", 403, CredentialsError),
    ("odoo.exceptions.UserError", 422, CrmsyncError),
    ("builtins.ValueError", 500, CrmsyncError),
])  # fmt: skip
def test_errors_keep_the_words_of_odoo_to_themselves(
    fake: FakeOdoo, tmp_path: Path, name: str, status: int, kind: type[CrmsyncError]
) -> None:
    odoo = opened(fake, tmp_path)
    odoo.check()
    fake.misbehave(lambda _fake, _asked, _due: fake.failed(name, status), times=None)
    with pytest.raises(kind) as caught:
        odoo.check()
    assert "Geheim" not in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_two_transactions_that_met_are_tried_again(fake: FakeOdoo, tmp_path: Path) -> None:
    name = "psycopg2.errors.SerializationFailure"
    fake.misbehave(lambda _fake, _asked, _due: fake.failed(name, 500), writes=True)
    (result,) = written(fake, tmp_path, new(1))
    assert result.outcome == "done"
    assert len(fake.living("customers")) == 8


# writing


def new(number: int, **more: Any) -> Intent:
    fields = {"given_name": "Wenzel", "family_name": "Quittenbaum",
              "contacts.email": f"wenzel{number}@example.org", **more}  # fmt: skip
    return Intent(id=f"n{number}", key=f"k{number}", fields=fields, whole=fields)


def edit(identity: Any, change: Any = "save", **fields: Any) -> Intent:
    return Intent(id=f"e{identity}", key=f"e{identity}", change=change,
                  external_id=str(identity), fields=fields, whole=fields)  # fmt: skip


def written(fake: FakeOdoo, folder: Path, *intents: Intent) -> list[Result]:
    odoo = opened(fake, folder)
    return list(odoo.write(intents))


def test_what_is_made_goes_in_one_call(fake: FakeOdoo, tmp_path: Path) -> None:
    asked: list[int] = []
    plain = fake.called

    def listen(model: str, method: str, named: Any) -> Any:
        if method == "create":
            asked.append(len(named["vals_list"]))
        return plain(model, method, named)

    fake.called = listen  # type: ignore[method-assign]
    wrong = new(3, **{"contacts.email": "kein-at-zeichen"})
    results = written(fake, tmp_path, new(1), new(2), wrong, new(4))
    assert asked == [4, 2, 2, 1, 1], "halved until what is wrong stands alone"
    assert {one.id: one.outcome for one in results} == {
        "n1": "done", "n2": "done", "n3": "refused", "n4": "done"}  # fmt: skip


def test_the_same_customer_twice_in_one_batch_is_made_once(fake: FakeOdoo, tmp_path: Path) -> None:
    twin = Intent(id="zwilling", key="z", fields=new(1).fields, whole=new(1).fields)
    first, second = sorted(written(fake, tmp_path, new(1), twin), key=lambda one: one.outcome)
    assert (first.outcome, second.outcome) == ("again", "done")


def test_a_part_of_the_name_leaves_the_others(fake: FakeOdoo, tmp_path: Path) -> None:
    fake.change("customers", 3, {"given": "Dr. Käthe von der", "family": "Moorbach"})
    written(fake, tmp_path, edit(3, family_name="Nüssgen"))
    row = fake.get("customers", 3)
    assert row is not None
    assert f"{row.data['given']} {row.data['family']}" == "Dr. Käthe von der Nüssgen"


def test_an_address_and_what_has_no_place(fake: FakeOdoo, tmp_path: Path) -> None:
    place = {"addresses.home.street": "Am Küferteich", "addresses.home.house_number": "7",
             "addresses.home.country": "DE", "addresses.home.city": None}  # fmt: skip
    done, refused = written(fake, tmp_path, edit(3, **place), edit(4, birth_date="1980-02-29"))
    row = fake.get("customers", 3)
    assert row is not None
    assert (done.outcome, row.data["street"], row.data["country_id"], row.data["city"]) == (
        "done", "Am Küferteich 7", 57, False)  # fmt: skip
    assert (refused.outcome, refused.field) == ("refused", "birth_date")


@pytest.mark.parametrize("fields, field", [
    ({"channel": "letter", "state": "objected"}, "channel"),
    ({"channel": "sms", "state": "objected"}, "channel"),
    ({"channel": "email", "state": "granted", "evidence": "Formular 7"}, "state"),
    ({"channel": "email", "state": "objected", "purpose": "profiling"}, "purpose"),
])  # fmt: skip
def test_consents_that_odoo_does_not_keep(
    fake: FakeOdoo, tmp_path: Path, fields: Any, field: str
) -> None:
    (result,) = written(fake, tmp_path, edit(3, "consent", **fields))
    assert (result.outcome, result.field) == ("refused", field)


def test_an_entry_that_was_archived_is_there_again(fake: FakeOdoo, tmp_path: Path) -> None:
    row = fake.living("customers")[2]
    fake.suppress(row)
    fake.kept_lists["mail.blacklist"][0]["active"] = False
    (result,) = written(fake, tmp_path, edit(row.id, "consent", channel="email", state="objected"))
    assert result.outcome == "done"
    assert not fake.consents(row)
    assert len(fake.kept_lists["mail.blacklist"]) == 1


def test_whoever_invoices_need_is_emptied_and_archived(fake: FakeOdoo, tmp_path: Path) -> None:
    fake.needed = {"3"}
    (result,) = written(fake, tmp_path, edit(3, "erase"))
    row = fake.get("customers", 3)
    assert result.outcome == "done"
    assert row is not None
    assert (row.data["family"], row.data["active"]) == ("Gelöscht", False)
    person = fake.person(3)
    told = json.dumps(row.data, ensure_ascii=False)
    assert not [one for one in person.told if one in told and one != person.born.isoformat()]


# webhooks


def test_an_automation_is_heard(fake: FakeOdoo, tmp_path: Path) -> None:
    odoo = opened(fake, tmp_path)
    body = b'{"_action": "CRM", "_id": 3, "_model": "res.partner"}'
    (event,) = odoo.hear({}, body, "https://kasse.example.com/h?secret=geheim")
    assert (event.stream, event.external_id, event.kind) == ("customers", "3", "changed")
    assert odoo.hear({}, body, "https://x/h?secret=geheim")[0].id != event.id, "it changed again"
    dated = b'{"_id": 3, "_model": "res.partner", "write_date": "2026-11-21 19:05:57"}'
    first, second = (odoo.hear({}, dated, "https://x/h?secret=geheim")[0] for _ in range(2))
    assert first.id == second.id
    assert not odoo.hear({}, b'{"_model": "res.users", "_id": 3}', "https://x/h?secret=geheim")
    with pytest.raises(CredentialsError):
        odoo.hear({}, body, "https://kasse.example.com/h?secret=falsch")
    with pytest.raises(RecordError):
        odoo.hear({}, b"[]", "https://x/h?secret=geheim")


def test_no_secret_means_that_nobody_is_heard(fake: FakeOdoo, tmp_path: Path) -> None:
    odoo = opened(fake, tmp_path, webhook_secret="")
    with pytest.raises(CrmsyncError):
        odoo.hear({}, b'{"_id": 3, "_model": "res.partner"}', "https://x/h?secret=")


def test_a_new_address_does_not_free_from_the_blacklist(fake: FakeOdoo, tmp_path: Path) -> None:
    row, other = fake.living("customers")[2:4]
    fake.suppress(row)
    before = row.data["email"]
    moved, same, free = written(
        fake, tmp_path,
        edit(row.id, **{"contacts.email": "neue.anschrift@example.org"}),
        edit(row.id, family_name="Nüssgen", **{"contacts.email": before.upper()}),
        edit(other.id, **{"contacts.email": "andere.anschrift@example.org"}),
    )  # fmt: skip
    assert (moved.outcome, moved.field) == ("refused", "contacts.email")
    assert row.data["email"].casefold() == before.casefold()
    assert (same.outcome, free.outcome) == ("done", "done")


def test_without_an_id_nobody_is_erased(fake: FakeOdoo, tmp_path: Path) -> None:
    (result,) = written(fake, tmp_path, Intent(id="e", key="e", change="erase"))
    assert result.outcome == "refused"
    assert len(fake.living("customers")) == 7

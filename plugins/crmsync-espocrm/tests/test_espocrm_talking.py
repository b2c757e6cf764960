"""How the connector talks: signatures, duplicates, opt-outs without a stamp; and what it asks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crmsync_espocrm import EspoCrm
from crmsync_espocrm.settings import EspoCrmSettings
from fake_espocrm import FakeEspoCrm, eid

from crmsync.errors import BackendError, CredentialsError, CrmsyncError
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import Asked

CONTRACT = json.loads((Path(__file__).parent / "data" / "espocrm_exchange.json").read_text())
OPEN: list[EspoCrm] = []


@pytest.fixture
def fake() -> Iterator[FakeEspoCrm]:
    with FakeEspoCrm() as one:
        yield one.fill()
        while OPEN:
            OPEN.pop().close()


def opened(fake: FakeEspoCrm, folder: Path, **more: Any) -> EspoCrm:
    own = {**fake.settings(), "api_key": fake.secrets["api_key"], "page_size": 200, **more}
    connection = Connection(name="crm", controller="haus", base=str(folder))
    OPEN.append(EspoCrm(EspoCrmSettings.model_validate(own), connection))
    return OPEN[-1]


def records(espo: EspoCrm, name: str, window: Window) -> list[Any]:
    stream = next(one for one in espo.streams() if one.name == name)
    return [row for page in espo.read(stream, window, None) for row in page.records]


def test_requests_are_signed(fake: FakeEspoCrm, tmp_path: Path) -> None:
    fake.signing = "noch-geheimer"
    espo = opened(fake, tmp_path, secret_key="noch-geheimer")
    espo.check()
    assert espo.write([edit(3, family_name="Nüssgen")])[0].outcome == "done"
    with pytest.raises(CredentialsError):
        opened(fake, tmp_path, secret_key="falsch").check()


@pytest.mark.parametrize("status, reason, kind", [
    (403, "Geheim", CredentialsError), (404, "Geheim", BackendError), (400, "Geheim", BackendError),
    (403, "Max size should not exceed 50.", BackendError),
])  # fmt: skip
def test_of_an_error_nothing_is_told(
    fake: FakeEspoCrm, tmp_path: Path, status: int, reason: str, kind: type[CrmsyncError]
) -> None:
    espo = opened(fake, tmp_path)
    told = fake.error(status, reason, [{"lastName": "Geheim"}])
    fake.misbehave(lambda *_: told, times=None)
    with pytest.raises(kind) as caught:
        espo.server_time()
    assert "Geheim" not in f"{caught.value!r} {caught.value}"
    assert isinstance(caught.value, CredentialsError) is (kind is CredentialsError)


# who left


def test_a_first_load_meets_rows_without_a_stamp(fake: FakeEspoCrm, tmp_path: Path) -> None:
    """In SQL, no stamp is neither before nor after another one."""
    asked = list[Any]()

    def noted(_fake: Any, what: Any, due: Any) -> Any:
        asked.append(what.query)
        return due()

    fake.misbehave(noted, times=None)
    espo = opened(fake, tmp_path, page_size=3)
    assert len(records(espo, "customers", Window(None, fake.now))) == 7
    assert asked
    assert not any("modifiedAt" in str(query) for query in asked)


@pytest.mark.parametrize("flag", ["emailAddressIsOptedOut", "phoneNumberIsOptedOut"])
def test_who_left_is_read_though_his_stamp_stays(
    fake: FakeEspoCrm, tmp_path: Path, flag: str
) -> None:
    espo = opened(fake, tmp_path)
    since = fake.now
    fake.kept["customers"][eid(1, 3)].data[flag] = True
    fake.advance(hours=1)
    found = records(espo, "customers", Window(since, fake.now))
    assert [row["id"] for row in found] == [eid(1, 3)]


def test_who_left_a_target_list(fake: FakeEspoCrm, tmp_path: Path) -> None:
    fake.left = {"6b0a": [eid(1, 2), eid(1, 4)], "6b0b": [eid(1, 4)]}
    espo = opened(fake, tmp_path, target_lists=["6b0a", "6b0b"], page_size=3)
    first = {row["id"]: row["leftLists"] for row in records(espo, "customers", Window())}
    assert (first[eid(1, 2)], first[eid(1, 4)]) == (["6b0a"], ["6b0a", "6b0b"])
    assert sum(map(bool, first.values())) == 2
    since = fake.now
    fake.advance(hours=1)
    later = {row["id"]: row["leftLists"] for row in
             records(espo, "customers", Window(since, fake.now))}  # fmt: skip
    assert later == {one: first[one] for one in (eid(1, 2), eid(1, 4))}, "as the first time"


# changes


def edit(number: int, change: Any = "save", version: str = "", **fields: Any) -> Intent:
    return Intent(id=f"e{number}", key=f"e{number}", change=change, version=version,
                  external_id=eid(1, number), fields=fields, whole=fields)  # fmt: skip


def new(**fields: Any) -> Intent:
    return Intent(id="neu", key="k-neu", fields=fields, whole=fields)


def namesake(fake: FakeEspoCrm) -> dict[str, Any]:
    who = fake.person(3)
    return {"given_name": who.given, "family_name": who.family,
            "contacts.email": "ein.anderer@example.org"}  # fmt: skip


def test_a_namesake_is_named_and_not_made(fake: FakeEspoCrm, tmp_path: Path) -> None:
    (result,) = opened(fake, tmp_path).write([new(**namesake(fake))])
    assert (result.outcome, result.found) == ("refused", (eid(1, 3),))
    assert len(fake.living("customers")) == 7


def test_a_namesake_is_made_where_that_is_wanted(fake: FakeEspoCrm, tmp_path: Path) -> None:
    espo = opened(fake, tmp_path, namesakes=True)
    (result,) = espo.write([new(**namesake(fake))])
    assert result.outcome == "done"
    assert len(fake.living("customers")) == 8
    without = {k: v for k, v in namesake(fake).items() if k != "contacts.email"}
    (result,) = espo.write([new(**without)])
    assert result.outcome != "done" or result.external_id, "nobody is made without an address"
    assert len(fake.living("customers")) == 8
    fake.change("customers", eid(1, 5), {"emailAddress": None})
    who = fake.person(5)
    other = new(given_name=who.given, family_name=who.family, **{"contacts.email": "x@example.org"})
    (result,) = espo.write([other])
    assert (result.outcome, result.found) == ("refused", (eid(1, 5),)), "it may be the same person"


def test_what_has_no_place(fake: FakeEspoCrm, tmp_path: Path) -> None:
    street = {"addresses.home.street": "Am Küferteich", "addresses.home.house_number": "7"}
    first, second, third = opened(fake, tmp_path).write([
        edit(1, **street, salutation="frau"), edit(2, vat_id="DE1"),
        edit(3, **{"addresses.work.city": "Köln"})])  # fmt: skip
    row = fake.get("customers", eid(1, 1))
    assert row is not None
    assert (row.data["addressStreet"], row.data["salutationName"]) == ("Am Küferteich 7", "Ms.")
    assert [one.outcome for one in (first, second, third)] == ["done", "refused", "refused"]
    assert (second.field, third.field) == ("vat_id", "addresses.work.city")


def said(state: str, channel: str = "email", **more: Any) -> dict[str, Any]:
    return {"channel": channel, "purpose": "marketing", "state": state, **more}


@pytest.mark.parametrize("channel, field", [
    ("email", "emailAddressIsOptedOut"), ("phone", "doNotCall"), ("sms", "phoneNumberIsOptedOut"),
])  # fmt: skip
def test_objections(fake: FakeEspoCrm, tmp_path: Path, channel: str, field: str) -> None:
    espo = opened(fake, tmp_path)
    (result,) = espo.write([edit(3, "consent", **said("objected", channel))])
    row = fake.get("customers", eid(1, 3))
    assert row is not None
    assert (result.outcome, row.data[field]) == ("done", True)
    old = said("granted", channel, evidence="Formular 4", at="2026-01-01T10:00:00Z")
    (result,) = espo.write([edit(3, "consent", **old)])
    assert (result.outcome, row.data[field]) == ("refused", True), "the objection may be newer"
    fresh = said("granted", channel, evidence="Formular 5", at="2026-12-24T10:00:00Z")
    (result,) = espo.write([edit(3, "consent", **fresh)])
    assert (result.outcome, row.data[field]) == ("done", False)
    (result,) = espo.write([edit(3, "consent", **said("objected", "letter"))])
    assert result.outcome == "refused"


@pytest.mark.parametrize("channel, field, other", [
    ("email", "emailAddressIsOptedOut", "andere@example.org"), ("phone", "doNotCall", "+49 40 555"),
    ("sms", "phoneNumberIsOptedOut", "+49 40 555"),
])  # fmt: skip
def test_a_consent_for_another_address_lifts_nothing(
    fake: FakeEspoCrm, tmp_path: Path, channel: str, field: str, other: str
) -> None:
    fake.change("customers", eid(1, 3), {field: True})
    fresh = said(
        "granted", channel, evidence="Formular 5", at="2026-12-24T10:00:00Z", contact=other
    )
    (result,) = opened(fake, tmp_path).write([edit(3, "consent", **fresh)])
    row = fake.get("customers", eid(1, 3))
    assert row is not None
    assert (result.outcome, result.field, row.data[field]) == ("refused", "contact", True)


def test_a_new_address_does_not_free_from_an_objection(fake: FakeEspoCrm, tmp_path: Path) -> None:
    """EspoCRM keeps the flags with the address and the number, not with the person."""
    row = fake.get("customers", eid(1, 3))
    assert row is not None
    fake.change(
        "customers", row.id, {"emailAddressIsOptedOut": True, "phoneNumberIsOptedOut": True}
    )
    before = row.data["emailAddress"], row.data["phoneNumber"]
    mail, phone, same, free = opened(fake, tmp_path).write([
        edit(3, **{"contacts.email": "neue.anschrift@example.org"}),
        edit(3, **{"contacts.phone": "+49 40 5550123"}),
        edit(3, family_name="Nüssgen", **{"contacts.email": before[0].upper()}),
        edit(4, **{"contacts.email": "andere.anschrift@example.org"}),
    ])  # fmt: skip
    assert [(one.outcome, one.field) for one in (mail, phone)] == [
        ("refused", "contacts.email"), ("refused", "contacts.phone")]  # fmt: skip
    assert (same.outcome, free.outcome) == ("done", "done")
    assert row.data["phoneNumber"] == before[1]


def test_whoever_is_erased_is_emptied_first(fake: FakeEspoCrm, tmp_path: Path) -> None:
    (result,) = opened(fake, tmp_path).write([edit(3, "erase")])
    row = fake.kept["customers"][eid(1, 3)]
    assert (result.outcome, row.deleted) == ("done", True)
    found = (row.data["lastName"], row.data["emailAddress"], row.data["addressStreet"])
    assert found == ("Gelöscht", None, None), "EspoCRM keeps what is deleted for a while"


# webhooks


def test_webhooks_are_heard(fake: FakeEspoCrm, tmp_path: Path) -> None:
    espo = opened(fake, tmp_path, webhooks={"6b0c": "hakengeheim"})
    body = json.dumps([{"id": eid(1, 3)}, {"id": eid(1, 4)}]).encode()
    mark = hmac.new(b"hakengeheim", body, hashlib.sha256).hexdigest()
    headers = {"Signature": base64.b64encode(f"6b0c:{mark}".encode()).decode()}
    found = espo.hear(headers, body, "https://h/hook?event=Contact.delete")
    assert [(one.stream, one.external_id, one.kind) for one in found] == [
        ("customers", eid(1, 3), "deleted"), ("customers", eid(1, 4), "deleted")]  # fmt: skip
    assert espo.hear(headers, body, "https://h/hook?event=Contact.update")[0].kind == "changed"
    assert not espo.hear(headers, body, "https://h/hook?event=Meeting.update")
    for wrong in ({}, {"Signature": "falsch"}):
        with pytest.raises(CredentialsError):
            espo.hear(wrong, body, "https://h/hook?event=Contact.update")


# the record


def test_what_is_asked_is_what_the_record_says(fake: FakeEspoCrm, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    plain = fake.answer

    def listen(one: Asked) -> Any:
        found: dict[str, Any] = {"method": one.method, "path": one.path}
        if "searchParams" in one.query:
            found["params"] = json.loads(one.query["searchParams"])
        asked.append({**found, "body": one.json} if one.method in ("POST", "PUT") else found)
        return plain(one)

    fake.answer = listen  # type: ignore[method-assign,assignment]
    espo = opened(fake, tmp_path)
    window = Window(datetime(2026, 11, 21, 8, 50, tzinfo=UTC),
                    datetime(2026, 11, 21, 19, 10, 0, 400_000, tzinfo=UTC))  # fmt: skip
    for stream in espo.streams():
        list(espo.read(stream, window, None))
        list(espo.ids(stream))
    told = {"family_name": "Quittenbaum", "contacts.email": "neu@example.org"}
    for one in [edit(3, family_name="Nüssgen"), edit(4, "erase"), new(**told),
                edit(3, "consent", **said("objected"))]:  # fmt: skip
        espo.write([one])
    for wanted in CONTRACT["requests"]:
        assert wanted in asked, wanted
    streams = {stream.name: stream for stream in espo.streams()}
    for one in CONTRACT["records"]:
        (record, *_) = espo.map(streams[one["stream"]], one["record"])
        for name, value in one["told"].items():
            found = getattr(record, name)
            assert (list(found) if isinstance(found, tuple) else found) == value, name

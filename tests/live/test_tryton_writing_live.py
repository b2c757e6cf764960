"""The Tryton connector writes to a real Tryton: nobody twice, nothing over what others changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from crmsync_tryton import Tryton as Connector
from crmsync_tryton.codec import version
from crmsync_tryton.faults import Changed
from crmsync_tryton.rows import Rows
from crmsync_tryton.settings import TrytonSettings
from crmsync_tryton.streams import CUSTOMERS, NEWSLETTER

from crmsync.errors import CredentialsError
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Stream, Window
from crmsync.model.told import ToldCustomer

from .test_tryton_live import sql
from .tryton_server import Clerk, Tryton

pytestmark = pytest.mark.live

NEW = {
    "given_name": "Änne", "family_name": "Kräuterlein", "contacts.email": "aenne@example.org",
    "contacts.phone": "+49 221 4710 001", "addresses.billing.street": "Drosselgässchen",
    "addresses.billing.house_number": "7", "addresses.billing.postal_code": "50667",
    "addresses.billing.city": "Köln", "addresses.billing.country": "DE",
}  # fmt: skip
PARTY = ["name", "code", "active", "addresses.street_name", "addresses.building_number",
         "addresses.city", "addresses.country.code", "addresses.invoice",
         "contact_mechanisms.type", "contact_mechanisms.value",
         "contact_mechanisms.active"]  # fmt: skip


@pytest.fixture
def clerk(tryton: Tryton) -> Iterator[Clerk]:
    person = tryton.clerk()
    yield person
    person.close()


@pytest.fixture
def erp(tryton: Tryton) -> Iterator[Connector]:
    opened = connector(tryton)
    yield opened
    opened.close()


def connector(tryton: Tryton, **more: object) -> Connector:
    server = tryton.server
    own = {"url": server.url, "database": server.database, "user": server.user}
    settings = TrytonSettings.model_validate({**own, "password": server.password, **more})
    return Connector(settings, Connection(name="live", controller="laden"))


def save(erp: Connector, *fields: dict[str, Any], **more: Any) -> list[Result]:
    intents = [Intent(id=str(at), key=f"k{at}", fields=told, whole=told, **more)
               for at, told in enumerate(fields)]  # fmt: skip
    found = {one.id: one for one in erp.write(intents)}
    return [found[one.id] for one in intents]


def parties(clerk: Clerk, name: str) -> list[dict[str, Any]]:
    return clerk.find("party.party", [["name", "=", name]], PARTY)


def state(erp: Connector, party: int) -> str:
    (row,) = Rows(erp._rpc, CUSTOMERS).read([["id", "=", party]])
    return version(row)


def read(erp: Connector, stream: Stream) -> list[Any]:
    return [row for page in erp.read(stream, Window(), None) for row in page.records]


def test_a_customer_is_written_with_his_parts_and_once(erp: Connector, clerk: Clerk) -> None:
    (made,) = save(erp, NEW)
    (found,) = parties(clerk, "Änne Kräuterlein")
    assert (made.outcome, made.external_id) == ("done", str(found["id"]))
    (place,) = found["addresses."]
    assert (place["street_name"], place["building_number"]) == ("Drosselgässchen", "7")
    assert (place["city"], place["country."]["code"], place["invoice"]) == ("Köln", "DE", 1)
    points = {(one["type"], one["value"]) for one in found["contact_mechanisms."]}
    assert points == {("email", "aenne@example.org"), ("phone", "+49 221 4710 001")}
    again, other = save(erp, NEW, {**NEW, "contacts.email": "AENNE@example.org"})
    assert {again.external_id, other.external_id} == {made.external_id}
    assert len(parties(clerk, "Änne Kräuterlein")) == 1
    (told,) = erp.map(CUSTOMERS.stream, next(row for row in read(erp, CUSTOMERS.stream)
                                             if row["id"] == found["id"]))  # fmt: skip
    assert isinstance(told, ToldCustomer)
    assert (told.addresses[0].type, told.addresses[0].house_number) == ("billing", "7")


def test_without_an_e_mail_address_he_is_found_by_all_that_is_told(
    erp: Connector, clerk: Clerk
) -> None:
    told = {name: value for name, value in NEW.items() if name != "contacts.email"}
    first, second = save(erp, told)[0], save(erp, told)[0]
    assert first.outcome == second.outcome == "done"
    assert first.external_id == second.external_id
    assert len(parties(clerk, "Änne Kräuterlein")) == 1


def test_only_what_is_named_changes(erp: Connector, clerk: Clerk) -> None:
    number = clerk.party("Dr.-Ing. Ursula von der Weißenberg-Müller")
    before = clerk.find("party.party", [["id", "=", number]], PARTY)[0]
    fields = {"family_name": "Weißenberg", "contacts.email": "ursula@example.org"}
    (result,) = save(erp, fields, external_id=str(number), version=state(erp, number))
    assert result.outcome == "done"
    after = clerk.find("party.party", [["id", "=", number]], PARTY)[0]
    assert after["name"] == "Dr.-Ing. Ursula von der Weißenberg"
    assert after["addresses."] == before["addresses."]
    emails = [one["value"] for one in after["contact_mechanisms."] if one["type"] == "email"]
    assert emails == ["ursula@example.org"]
    (empty,) = save(erp, {"contacts.email": None}, external_id=str(number))
    assert empty.outcome == "done"
    after = clerk.find("party.party", [["id", "=", number]], PARTY)[0]
    assert [one["active"] for one in after["contact_mechanisms."] if one["type"] == "email"] == [0]


def test_a_version_that_is_no_longer_there_is_refused(erp: Connector, clerk: Clerk) -> None:
    number = clerk.party("Käthe Straßer")
    seen = state(erp, number)
    clerk.move(number, city="Bonn")  # does not move the party's own stamp
    fields = {"family_name": "Straßer-Groß"}
    (result,) = save(erp, fields, external_id=str(number), version=seen)
    assert (result.outcome, len(parties(clerk, "Käthe Straßer"))) == ("refused", 1)
    (fresh,) = save(erp, fields, external_id=str(number), version=state(erp, number))
    assert fresh.outcome == "done"
    (again,) = save(erp, fields, external_id=str(number), version=seen)
    assert again.outcome == "done"  # it stands there already


def test_what_changes_between_look_and_write_is_refused_by_tryton_itself(
    erp: Connector, clerk: Clerk
) -> None:
    number = clerk.party("Käthe Straßer")
    (row,) = Rows(erp._rpc, CUSTOMERS).read([["id", "=", number]])
    point = row["contact_mechanisms."][0]["id"]
    clerk.write("party.contact_mechanism", point, value="kaethe@example.org")
    change = {"contact_mechanisms": [["write", [point], {"value": "ueber@example.org"}]]}
    with pytest.raises(Changed):
        erp._writing.change([(row, {"name": "Käthe Neu", **change})])
    (found,) = parties(clerk, "Käthe Straßer")
    assert "kaethe@example.org" in [one["value"] for one in found["contact_mechanisms."]]


def test_of_a_batch_that_tryton_refuses_only_what_is_wrong_is_refused(
    erp: Connector, clerk: Clerk
) -> None:
    taken = clerk.find("party.party", [["name", "=", "Zoë Groß"]], ["code"])[0]["code"]
    clerk.write("party.party", clerk.party("Zoë Groß"), active=False)  # so nobody is found by it
    people = [{"given_name": "Jörg", "family_name": f"Moorbach {at}",
               "contacts.email": f"joerg{at}@example.org"} for at in range(4)]  # fmt: skip
    del people[2]["contacts.email"]
    people[2]["customer_number"] = taken
    results = save(erp, *people)
    assert [one.outcome for one in results] == ["done", "done", "refused", "done"]
    assert results[2].reason
    found = clerk.find("party.party", [["name", "like", "Jörg Moorbach%"]], ["name"])
    assert len(found) == 3


def test_who_has_open_sales_is_not_erased_and_stays(erp: Connector, clerk: Clerk) -> None:
    number = clerk.party("Käthe Straßer")
    (result,) = erp.write([Intent(id="1", key="k", change="erase", external_id=str(number))])
    assert (result.outcome, "pending" in result.reason) == ("refused", True)
    assert parties(clerk, "Käthe Straßer")[0]["active"]


def test_a_party_is_erased_with_all_that_it_had(erp: Connector, clerk: Clerk) -> None:
    number = clerk.party("Thomas Fuß")
    email = "kunde18@example.com"
    news = clerk.create("marketing.email.list", name="Neues")
    clerk.create("marketing.email", email=email, list_=news)
    intent = Intent(id="1", key="k", change="erase", external_id=str(number))
    assert [erp.write([intent])[0].outcome for _ in range(2)] == ["done", "done"]
    (left,) = clerk.find("party.party", [["id", "=", number]], PARTY)
    assert (left["name"], left["active"]) == (None, 0)
    assert {one["value"] for one in left["contact_mechanisms."]} == {"****"}
    assert {one["city"] for one in left["addresses."]} == {None}
    assert clerk.find("marketing.email", [["email", "=", email]], ["email"]) == []


def test_an_objection_takes_an_address_off_every_list_and_is_read_again(
    erp: Connector, clerk: Clerk, tryton: Tryton
) -> None:
    number, email = clerk.party("Sabine Müller"), "kunde16@example.com"
    told = {"channel": "email", "purpose": "marketing", "contact": email}
    objection = Intent(id="1", key="k", change="consent", external_id=str(number),
                       fields={**told, "state": "objected"})  # fmt: skip
    assert erp.write([objection])[0].outcome == "refused"  # there is no list
    first, second = (clerk.create("marketing.email.list", name=name) for name in ("Wein", "Käse"))
    entry = clerk.create("marketing.email", email=email, list_=first)
    waiting = clerk.create("marketing.email", email="z@example.org", list_=second)
    sql(tryton, "UPDATE marketing_email SET active = 0 WHERE id = ?", waiting)  # as a web shop does
    states = {row["id"]: consents(erp, row) for row in read(erp, NEWSLETTER.stream)}
    assert states == {entry: [], waiting: ["pending"]}
    assert [erp.write([objection])[0].outcome for _ in range(2)] == ["done", "done"]
    entries = clerk.find("marketing.email", [["email", "=", email]], ["active", "list_"])
    assert {(row["list_"], row["active"]) for row in entries} == {(first, 0), (second, 0)}
    states = {row["id"]: consents(erp, row) for row in read(erp, NEWSLETTER.stream)}
    assert all(states[row["id"]] == ["withdrawn"] for row in entries)
    granted = replace(objection, fields={**told, "state": "granted", "evidence": "DOI 4711"})
    assert erp.write([granted])[0].outcome == "refused"


def consents(erp: Connector, row: Any) -> list[str]:
    (told,) = erp.map(NEWSLETTER.stream, row)
    assert isinstance(told, ToldCustomer)
    return [one.state for one in told.consents]


def test_what_a_user_may_not_see_is_left_out_and_what_he_may_not_do_is_said(
    tryton: Tryton, clerk: Clerk
) -> None:
    password = "only-for-tests-2026-sync"
    clerk.create("res.user", name="Sync", login="sync", password=password, company=1,
                 companies=[["add", [1]]])  # fmt: skip
    for model, field in (("party.party", "code"), ("party.address", "city")):
        clerk.create("ir.model.field.access", model=model, field=field, perm_read=False)
    clerk.create("ir.model.access", model="party.identifier", perm_read=False)
    erp = connector(tryton, user="sync", password=password)
    with pytest.raises(CredentialsError) as caught:
        erp.check()
    assert caught.value.hint
    record = next(row for row in read(erp, CUSTOMERS.stream) if row["name"] == "Käthe Straßer")
    (told,) = erp.map(CUSTOMERS.stream, record)
    assert isinstance(told, ToldCustomer)
    assert (told.name, len(told.contacts)) == ("Käthe Straßer", 3)
    assert not told.model_fields_set & {"customer_number", "addresses", "vat_id", "kind"}
    window = Window(erp.server_time().replace(year=2020), erp.server_time())
    parts = list(erp.read(CUSTOMERS.stream, window, None))
    assert sum(len(page.records) for page in parts) == 30
    intent = Intent(id="1", key="k", change="erase", external_id=str(clerk.party("Thomas Fuß")))
    assert erp.write([intent])[0].reason == "the user may not erase parties"
    assert parties(clerk, "Thomas Fuß")[0]["active"]
    erp.close()

"""How the connector talks to Tryton: what a user may not see, modules that are missing, writing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crmsync_tryton import Tryton
from crmsync_tryton.settings import TrytonSettings
from crmsync_tryton.streams import SOURCES
from crmsync_tryton.wire import values
from fake_tryton import HIDDEN, OFFERED, FakeTryton

from crmsync.errors import CredentialsError, NotReadable, RecordError
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Stream, Window
from crmsync.model.told import ToldCustomer

CUSTOMERS, NEWSLETTER = (SOURCES[name].stream for name in ("customers", "newsletter"))
APART = {"street_name", "building_number", "invoice", "delivery"}


@pytest.fixture
def fake() -> Iterator[FakeTryton]:
    with FakeTryton() as one:
        yield one.fill()


@pytest.fixture
def erp(fake: FakeTryton, tmp_path: Path) -> Iterator[Tryton]:
    own = {**fake.settings(), "password": fake.secrets["password"]}
    connection = Connection(name="erp", controller="haus", base=str(tmp_path))
    opened = Tryton(TrytonSettings.model_validate(own), connection)
    yield opened
    opened.close()


def read(erp: Tryton, stream: Stream, window: Window | None = None) -> list[Any]:
    return [row for page in erp.read(stream, window or Window(), None) for row in page.records]


def write(erp: Tryton, change: Any, external_id: str | None = None, **fields: Any) -> Result:
    (found,) = erp.write([Intent(id="1", key="k", change=change, external_id=external_id,
                                 fields=fields, whole=fields)])  # fmt: skip
    return found


def test_what_may_not_be_seen_is_left_out_and_asked_for_no_more(
    fake: FakeTryton, erp: Tryton
) -> None:
    fake.forbidden = set(HIDDEN)
    (told,) = erp.map(CUSTOMERS, read(erp, CUSTOMERS)[0])
    assert isinstance(told, ToldCustomer)
    assert told.name
    assert not told.model_fields_set & {"customer_number", "contacts", "addresses", "vat_id"}
    pages = -(-len(fake.living("customers")) // fake.page)
    assert fake.count < 4 + pages + 2 * len(HIDDEN) * 5  # halves, for the first page alone


def test_what_cannot_be_read_without_is_named(fake: FakeTryton, erp: Tryton) -> None:
    fake.forbidden = {"write_date"}
    with pytest.raises(CredentialsError, match="write_date") as caught:
        read(erp, CUSTOMERS)
    assert caught.value.hint


def test_an_address_of_which_a_part_is_hidden_is_not_told_at_all() -> None:
    place = {"id": 1, "street": "Ring 1", "postal_code": "50667"}
    raw = {"id": 1, "name": "Änne", "addresses.": [place], "contact_mechanisms.": []}
    connector = Tryton(
        TrytonSettings.model_validate({"url": "http://erp.example", "database": "x", "user": "y",
                                       "password": "z"}),
        Connection(name="erp", controller="haus"),
    )  # fmt: skip
    (told,) = connector.map(CUSTOMERS, raw)
    connector.close()
    assert isinstance(told, ToldCustomer)
    assert "addresses" not in told.model_fields_set
    assert "contacts" in told.model_fields_set


def test_without_the_module_there_is_no_newsletter_and_no_objection_is_noted(
    fake: FakeTryton, erp: Tryton
) -> None:
    fake.modules.clear()
    erp.check()
    assert read(erp, NEWSLETTER) == []
    assert list(erp.ids(NEWSLETTER)) == []
    told = {"channel": "email", "purpose": "marketing", "state": "objected", "contact": "a@b.de"}
    result = write(erp, "consent", "1", **told)
    assert (result.outcome, "marketing_email" in result.reason) == ("refused", True)


def test_a_newsletter_that_is_not_wanted_is_not_offered(fake: FakeTryton, tmp_path: Path) -> None:
    own = {**fake.settings(), "password": fake.secrets["password"], "newsletter": False}
    opened = Tryton(TrytonSettings.model_validate(own), Connection(name="e", controller="h",
                                                                   base=str(tmp_path)))  # fmt: skip
    assert "newsletter" not in [one.name for one in opened.streams()]
    opened.close()


@pytest.mark.parametrize(
    ("active", "written", "state"),
    [
        (True, True, []),
        (True, False, []),
        (False, True, ["withdrawn"]),
        (False, False, ["pending"]),
    ],
)
def test_who_left_a_list_has_withdrawn_and_who_is_on_it_proves_nothing(
    fake: FakeTryton, erp: Tryton, active: bool, written: bool, state: list[str]
) -> None:
    row = fake.make("newsletter", fake.row("newsletter", 50) | {"active": active}, stamped=written)
    raw = next(one for one in read(erp, NEWSLETTER) if one["id"] == int(row.id))
    (told,) = erp.map(NEWSLETTER, raw)
    assert isinstance(told, ToldCustomer)
    assert [one.state for one in told.consents] == state
    assert all(one.at for one in told.consents)


def test_an_objection_by_another_way_is_not_tryton_s(erp: Tryton) -> None:
    for more in ({"channel": "letter", "state": "objected"},
                 {"channel": "email", "purpose": "profiling", "state": "objected"},
                 {"channel": "email", "state": "objected"}):  # fmt: skip
        assert write(erp, "consent", "1", **more).outcome == "refused"


def test_who_is_needed_is_not_erased_and_comes_back(fake: FakeTryton, erp: Tryton) -> None:
    fake.needed.add("2")
    assert write(erp, "erase", "2").outcome == "refused"
    assert fake.kept["customers"]["2"].data["active"] is True
    assert fake.find("newsletter", "email", fake.person(2).email)
    fake.forbidden = {"wizard.party.erase"}
    assert write(erp, "erase", "3").reason == "the user may not erase parties"
    assert fake.get("customers", 3)


def test_who_is_archived_or_the_house_itself_is_not_written(fake: FakeTryton, erp: Tryton) -> None:
    fake.change("customers", 4, {"active": False})
    assert write(erp, "save", "4", family_name="Neu").outcome == "refused"
    erp._own_parties = [5]
    assert write(erp, "save", "5", family_name="Neu").outcome == "refused"
    assert write(erp, "save", "9999", family_name="Neu").outcome == "refused"


def test_an_answer_that_is_no_list_is_not_readable(fake: FakeTryton, erp: Tryton) -> None:
    def strange(one: Any, _asked: Any, _due: Any) -> Any:
        return one.result({"id": 1})

    def searches(asked: Any) -> bool:
        return str(asked.json.get("method")).endswith("search_read")

    fake.misbehave(strange, times=None, where=searches)
    with pytest.raises(NotReadable):
        read(erp, CUSTOMERS)


# what is written

KNOWN = {
    "id": 7, "name": "Dr. Ursula von der Weißenberg", "code": "K7",
    "lang.": {"id": 5, "code": "de"},
    "contact_mechanisms.": [
        {"id": 1, "type": "phone", "value": "+49 221 4710001"},
        {"id": 2, "type": "email", "value": "ursula@example.org"},
        {"id": 3, "type": "email", "value": "buero@example.org"},
    ],
    "addresses.": [
        {"id": 11, "street": "Ring 1", "city": "Köln", "country.": {"id": 1, "code": "DE"}},
        {"id": 12, "street": "Lager 2", "city": "Bonn", "delivery": True},
    ],
    "identifiers.": [],
}  # fmt: skip


def told(row: dict[str, Any], *, offered: set[str] = APART, **fields: Any) -> dict[str, Any]:
    own = {name.replace("__", "."): value for name, value in fields.items()}
    return values(own, own, row, lambda model, code: {"DE": 1, "AT": 2, "de": 5}.get(code), offered)


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"family_name": "Müller", "nobility": None}, {"name": "Dr. Ursula Müller"}),
        ({"titles": ["Prof.", "Dr."]}, {"name": "Prof. Dr. Ursula von der Weißenberg"}),
        ({"family_name": "Weißenberg"}, {}),
        ({"customer_number": "K8", "language": "de"}, {"code": "K8"}),
        ({"contacts__email": "URSULA@example.org", "contacts__phone": "+492214710001"}, {}),
        ({"contacts__email": "neu@example.org"},
         {"contact_mechanisms": [["write", [2], {"value": "neu@example.org"}]]}),
        ({"contacts__email": None}, {"contact_mechanisms": [["write", [2, 3], {"active": False}]]}),
        ({"contacts__fax": None, "contacts__mobile": "+49 171 1"},
         {"contact_mechanisms": [["create", [{"type": "mobile", "value": "+49 171 1"}]]]}),
        ({"vat_id": "DE999000201"},
         {"identifiers": [["create", [{"type": "eu_vat", "code": "DE999000201"}]]]}),
        ({"addresses__billing__city": "Köln", "addresses__billing__country": "AT"},
         {"addresses": [["write", [11], {"country": 2}]]}),
        ({"addresses__shipping__street": "Am Hafen", "addresses__shipping__house_number": "3"},
         {"addresses": [["write", [12], {"street": "Am Hafen 3"}]]}),
    ],
)  # fmt: skip
def test_a_change_is_written_as_what_differs(
    fields: dict[str, Any], written: dict[str, Any]
) -> None:
    assert told(KNOWN, **fields) == written


def test_a_new_address_has_street_and_number_apart_where_the_server_has() -> None:
    place: dict[str, Any] = {"addresses__shipping__street": "Ring",
                             "addresses__shipping__house_number": "3"}  # fmt: skip
    apart = {"street_name": "Ring", "building_number": "3", "delivery": True}
    assert told({}, **place) == {"addresses": [["create", [apart]]]}
    in_one = {"street": "Ring 3", "delivery": True}
    assert told({}, offered={"delivery"}, **place) == {"addresses": [["create", [in_one]]]}


@pytest.mark.parametrize(
    "fields",
    [
        {"salutation": "Frau"}, {"birth_date": "1970-01-01"}, {"contacts__sms": "1"},
        {"addresses__billing__region": "NW"}, {"addresses__billing__country": "XX"},
        {"language": "xx"}, {"company": "Kaffee GmbH", "family_name": "Müller"},
    ],
)  # fmt: skip
def test_what_tryton_has_no_place_for_is_named(fields: dict[str, Any]) -> None:
    with pytest.raises(RecordError) as caught:
        told(KNOWN, **fields)
    assert caught.value.field
    with pytest.raises(RecordError):
        told({}, offered=set(), addresses__shipping__city="Bonn")


def test_nobody_is_made_without_a_name(erp: Tryton) -> None:
    result = write(erp, "save", **{"contacts.email": "wer@example.org"})
    assert (result.outcome, result.field) == ("refused", "family_name")


def test_the_same_customer_is_made_once_in_one_batch(fake: FakeTryton, erp: Tryton) -> None:
    fields = {"family_name": "Neu", "contacts.email": "neu@example.org"}
    intents = [Intent(id=name, key=name, fields=fields, whole=fields) for name in "ab"]
    assert [one.outcome for one in erp.write(intents)] in (["done", "again"], ["again", "done"])
    assert len(fake.find("customers", "email", "neu@example.org")) == 1


def test_an_older_series_has_streets_in_one_line(
    fake: FakeTryton, erp: Tryton, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OFFERED, "party.address", set())
    (record, *_) = read(erp, CUSTOMERS)
    assert "street_name" not in record["addresses."][0]
    assert record["version"] == fake.version_of(fake.living("customers")[0])

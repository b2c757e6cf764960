"""The mapping of the configuration: what it makes of a record, and what it says when it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.errors import ConfigError, RecordError
from crmsync.mapping import Mapper
from crmsync.model.told import ToldCustomer, ToldDelivery, ToldOrder

FIELDS: dict[str, Any] = {
    "salutation": "Anrede",
    "given_name": "Vorname",
    "family_name": "Nachname",
    "birth_date": "Geburtstag",
    "kind": {"field": "Typ", "values": {"P": "person", "F": "firm"}},
    "language": {"const": "de"},
    "blocked": "Gesperrt",
    "contacts.email": {"field": "E-Mail", "verified": "Bestätigt"},
    "contacts.phone": "Telefon",
    "contacts.phone.2": "Telefon 2",
    "addresses.home.street": ["Straße", "Zusatz"],
    "addresses.home.postal_code": "PLZ",
    "addresses.billing.city": "R-Ort",
    "consents.email.marketing": {
        "field": "Newsletter",
        "values": {"ja": "granted", "nein": "denied"},
        "at": "Newsletter seit",
        "evidence": "DOI-Beleg",
    },
}
URSULA = {
    "Anrede": "Frau",
    "Vorname": " Ursula ",
    "Nachname": "von der Weißenberg",
    "Geburtstag": "03.11.1958",
    "Typ": "P",
    "Gesperrt": "nein",
    "E-Mail": "ursula@example.de",
    "Bestätigt": "x",
    "Telefon": "",
    "Telefon 2": "0221 4711",
    "Straße": "Große Straße 3",
    "Zusatz": "Hinterhaus",
    "PLZ": 50667,
    "R-Ort": "",
    "Newsletter": "Ja",
    "Newsletter seit": "01.02.2024 10:30",
    "DOI-Beleg": "doi-77",
}


def told(raw: dict[str, Any], fields: dict[str, Any] = FIELDS) -> ToldCustomer:
    (customer,) = Mapper("customers", fields, where="crm, customers")(raw)
    assert isinstance(customer, ToldCustomer)
    return customer


def test_a_customer_is_told_in_our_fields() -> None:
    customer = told(URSULA)
    assert (customer.kind, customer.given_name, customer.birth_date) == (
        "person", "Ursula", "03.11.1958",
    )  # fmt: skip
    assert customer.blocked is False
    assert customer.language == "de"
    assert [(c.channel, c.value, c.verified) for c in customer.contacts] == [
        ("email", "ursula@example.de", True),
        ("phone", "0221 4711", False),
    ]
    (home,) = customer.addresses
    assert (home.type, home.street, home.postal_code) == (
        "home", "Große Straße 3 Hinterhaus", "50667",
    )  # fmt: skip
    (consent,) = customer.consents
    assert (consent.channel, consent.purpose, consent.state) == ("email", "marketing", "granted")
    assert (consent.at, consent.evidence) == ("01.02.2024 10:30", "doi-77")


def test_an_empty_cell_is_told_empty_and_an_absent_one_is_not_told() -> None:
    customer = told({"Vorname": "  ", "E-Mail": ""})
    assert "given_name" in customer.model_fields_set
    assert customer.given_name is None
    assert "contacts" in customer.model_fields_set
    assert customer.contacts == ()
    assert not {"family_name", "addresses", "consents"} & customer.model_fields_set


def test_fields_that_are_not_mapped_are_left_out() -> None:
    customer = told(URSULA, {"family_name": "Nachname"})
    assert customer.model_fields_set == {"family_name"}


@pytest.mark.parametrize(
    "change, field, column",
    [
        ({"Typ": "Großkunde"}, "kind", "Typ"),
        ({"Gesperrt": "vielleicht"}, "blocked", "Gesperrt"),
        ({"Geburtstag": [1958]}, "birth_date", "Geburtstag"),
        ({"Nachname": ["Müller"]}, "family_name", "Nachname"),
        ({"PLZ": {"de": "50667"}}, "addresses.0.postal_code", "PLZ"),
        ({"Telefon 2": True}, "contacts.1.value", "Telefon 2"),
    ],
)
def test_a_bad_value_names_field_and_column_but_never_the_value(
    change: dict[str, Any], field: str, column: str
) -> None:
    with pytest.raises(RecordError) as caught:
        told({**URSULA, **change})
    assert caught.value.field == field
    assert repr(column) in caught.value.reason
    (value,) = change.values()
    assert str(value) not in str(caught.value)


def test_a_required_field_that_is_empty_is_named() -> None:
    orders = Mapper("orders", {"placed_at": "Datum"}, where="erp, orders")
    with pytest.raises(RecordError, match=r"placed_at: is empty.*'Datum'"):
        orders({"Datum": " "})


def test_dots_reach_into_nested_json_and_lists() -> None:
    fields = {
        "given_name": "person.vorname",
        "contacts.email": "mails.0.adresse",
        "addresses": {
            "from": "adressen",
            "type": {"field": "art", "values": {"privat": "home"}, "other": "other"},
            "city": "ort.name",
        },
        "contacts": {"from": "telefone", "channel": {"const": "phone"}, "value": "."},
    }
    customer = told(
        {
            "person": {"vorname": "Özlem"},
            "mails": [{"adresse": "oe@example.de"}],
            "adressen": [{"art": "privat", "ort": {"name": "Köln"}}, {"art": "Büro", "ort": None}],
            "telefone": ["0221 1", "", "0171 2"],
        },
        fields,
    )
    assert customer.given_name == "Özlem"
    assert [(a.type, a.city) for a in customer.addresses] == [("home", "Köln"), ("other", None)]
    assert [c.value for c in customer.contacts] == ["oe@example.de", "0221 1", "0171 2"]


def test_a_list_that_is_none_is_a_bad_value() -> None:
    fields = {"addresses": {"from": "adressen", "city": "ort"}}
    with pytest.raises(RecordError, match=r"addresses: is not a list \(column 'adressen'\)"):
        told({"adressen": "Köln"}, fields)
    assert told({"adressen": None}, fields).addresses == ()
    assert "addresses" not in told({}, fields).model_fields_set


@pytest.mark.parametrize("spec", ["lines", {"from": "lines"}])
def test_a_list_in_our_own_words_as_json_text(spec: Any) -> None:
    orders = Mapper("orders", {"placed_at": "am", "lines": spec}, where="erp, orders")
    (order,) = orders({"am": "2025-03-01", "lines": '[{"sku": "A-1", "amount": "5.00"}]'})
    assert isinstance(order, ToldOrder)
    assert [(line.sku, line.amount, line.quantity) for line in order.lines] == [("A-1", "5.00", 1)]
    with pytest.raises(RecordError, match="lines: is not a list"):
        orders({"am": "2025-03-01", "lines": "[{broken"})


def test_a_column_whose_name_holds_dots_is_found() -> None:
    assert told({"Kd.-Name": "Groß"}, {"family_name": "Kd.-Name"}).family_name == "Groß"


def test_a_column_may_be_called_by_a_sign_that_only_looks_like_a_place() -> None:
    assert told({"²": "Groß", "m": {"²": "KG"}}, {"family_name": "²", "company": "m.²"}) == (
        ToldCustomer(family_name="Groß", company="KG")
    )


def test_targets_may_be_nested_tables_without_quotes() -> None:
    nested = {
        "contacts": {"email": "E-Mail"},
        "consents": {"email": {"marketing": FIELDS["consents.email.marketing"]}},
    }
    flat = {
        "contacts.email": "E-Mail",
        "consents.email.marketing": FIELDS["consents.email.marketing"],
    }
    assert told(URSULA, nested) == told(URSULA, flat)


def test_an_order_brings_its_lines_and_its_delivery() -> None:
    orders = Mapper(
        "orders",
        {
            "customer": "kunde",
            "placed_at": "am",
            "delivery.promised_on": "zusage",
            "delivery.delivered_at": "geliefert",
        },
        {"from": "items", "sku": "art", "amount": "betrag", "quantity": "menge"},
        where="shop, orders",
    )
    order, delivery = orders(
        {
            "kunde": 4711,
            "am": "2025-03-01T10:00:00+01:00",
            "zusage": "05.03.2025",
            "geliefert": None,
            "items": [
                {"art": "A-1", "betrag": 19.99, "menge": 2},
                {"art": "A-2", "betrag": "5,00"},
            ],
        }
    )
    assert isinstance(order, ToldOrder)
    assert order.customer == "4711"
    assert [(line.sku, line.amount, line.quantity) for line in order.lines] == [
        ("A-1", "19.99", 2),
        ("A-2", "5,00", 1),
    ]
    assert isinstance(delivery, ToldDelivery)
    assert (delivery.promised_on, delivery.delivered_at) == ("05.03.2025", None)


def test_an_order_without_any_delivery_date_brings_no_delivery() -> None:
    fields = {"placed_at": "am", "delivery.promised_on": "zusage"}
    assert len(Mapper("orders", fields, where="x")({"am": "2025-03-01", "zusage": ""})) == 1


def test_a_guest_is_told_only_where_no_customer_is() -> None:
    orders = Mapper(
        "orders",
        {"customer": "kunde", "placed_at": "am", "guest.family_name": "name"},
        where="shop, orders",
    )
    (guest,) = orders({"kunde": "", "am": "2025-03-01", "name": "Yılmaz"})
    (known,) = orders({"kunde": "7", "am": "2025-03-01", "name": "Yılmaz"})
    assert isinstance(guest, ToldOrder)
    assert isinstance(known, ToldOrder)
    assert guest.guest is not None
    assert guest.guest.family_name == "Yılmaz"
    assert known.guest is None


@pytest.mark.parametrize(
    "kind, fields, message",
    [
        ("customers", {"familyname": "N"}, "no field 'familyname'.*Did you mean 'family_name'"),
        ("customers", {"addresses.haus.city": "O"}, "'haus' is no type"),
        ("customers", {"contacts.post": "O"}, "'post' is no channel"),
        (
            "customers",
            {"consents.email": {"field": "N", "values": {"j": "yes"}}},
            "'yes' is no word",
        ),
        ("customers", {"kind": {"const": "human"}}, "'human' is no word of 'kind'"),
        ("customers", {"name": {"field": "N", "vlaues": {}}}, "cannot be understood .vlaues"),
        ("customers", {"name.first": "N"}, "'name' has no fields of its own"),
        ("orders", {"customer": "K"}, "placed_at must be mapped"),
        ("orders", {"placed_at": "D", "lines.sku": "A"}, "table of their own"),
        ("products", {"sku": "A"}, "name must be mapped"),
    ],
)
def test_a_wrong_mapping_is_named(kind: Any, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"crm, stream.*{message}"):
        Mapper(kind, fields, where="crm, stream")


def test_lines_need_their_amount() -> None:
    with pytest.raises(ConfigError, match="orders, lines: amount must be mapped"):
        Mapper("orders", {"placed_at": "D"}, {"sku": "A"}, where="erp, orders")


def test_the_fingerprint_follows_the_mapping() -> None:
    def fingerprint(fields: dict[str, Any]) -> str:
        return Mapper("customers", fields, where="anywhere").fingerprint()

    assert fingerprint({"name": "A", "company": "B"}) == fingerprint({"company": "B", "name": "A"})
    assert fingerprint({"name": "A"}) != fingerprint({"name": "B"})


def test_dates_in_a_form_of_their_own() -> None:
    fields = {"birth_date": {"field": "D", "format": "%m/%d/%y"}}
    assert told({"D": "11/03/58"}, fields).birth_date == "2058-11-03"
    with pytest.raises(RecordError, match="is not a date of the form"):
        told({"D": "3.11.58"}, fields)


def test_marks_are_taken_apart_at_the_sign_named() -> None:
    fields = {"marks": {"field": "Merkmale", "split": ","}, "wishes": "wuensche"}
    customer = told({"Merkmale": "Stammkunde, Beirat,", "wuensche": ["Barzahlung"]}, fields)
    assert (customer.marks, customer.wishes) == (("Stammkunde", "Beirat"), ("Barzahlung",))
    assert told({"Merkmale": ""}, fields).marks == ()

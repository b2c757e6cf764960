"""What documents of ERPNext say in our words."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crmsync_erpnext import ErpNext
from crmsync_erpnext.settings import ErpNextSettings

from crmsync.errors import RecordError
from crmsync.model.stream import Connection
from crmsync.model.told import ToldDelivery, ToldInteraction, ToldOrder, ToldReturn

BERLIN = ZoneInfo("Europe/Berlin")
PERSON: dict[str, Any] = {
    "name": "Käthe Rübsam", "creation": "2026-01-05 10:00:00.000000", "tax_id": "",
    "modified": "2026-11-21 10:12:33.482113", "customer_name": "Käthe Rübsam", "language": "de",
    "customer_type": "Individual", "salutation": "Frau", "disabled": 0, "unsubscribed": {},
    "email_id": "kr@example.org", "mobile_no": "+49 171 4710021",
    "customer_primary_contact": "C-1", "customer_primary_address": "A-1",
    "contacts": [{"name": "C-1", "first_name": "Käthe", "last_name": "Rübsam", "unsubscribed": 0,
                  "email_ids": [{"email_id": "kr@example.org"}, {"email_id": "k2@example.org"}],
                  "phone_nos": [{"phone": "+49 171 4710021", "is_primary_mobile_no": 1},
                                {"phone": "0221 4710021"}]}],
    "addresses": [{"name": "A-1", "address_type": "Billing", "address_line1": "Lerchenweg 7",
                   "address_line2": "Hinterhaus", "pincode": "50667", "city": "Köln",
                   "country": "Germany", "country_code": "DE"}],
}  # fmt: skip


def told(name: str, raw: dict[str, Any], tmp_path: Path, **more: Any) -> list[Any]:
    settings = ErpNextSettings.model_validate(
        {"url": "https://erp.example.org", "api_key": "k", "api_secret": "s", **more}
    )
    connector = ErpNext(settings, Connection(name="e", controller="c", base=str(tmp_path)))
    stream = next(one for one in connector.streams() if one.name == name)
    return list(connector.map(stream, raw))


def test_a_person(tmp_path: Path) -> None:
    (found,) = told("customers", PERSON, tmp_path)
    assert (found.kind, found.salutation) == ("person", "Frau")
    assert (found.given_name, found.family_name, found.name) == ("Käthe", "Rübsam", None)
    assert found.changed_at == datetime(2026, 11, 21, 10, 12, 33, 482113, BERLIN)
    assert [(one.channel, one.preferred) for one in found.contacts] == [
        ("email", True), ("email", False), ("mobile", False), ("phone", False)]  # fmt: skip
    (home,) = found.addresses
    assert (home.type, home.street, home.lines, home.country) == (
        "billing", "Lerchenweg 7", ("Hinterhaus",), "DE")  # fmt: skip
    assert (found.consents, found.blocked, found.vat_id) == ((), False, None)


def test_a_person_who_is_called_otherwise_than_the_contact(tmp_path: Path) -> None:
    (found,) = told("customers", {**PERSON, "customer_name": "Käthe Weiß"}, tmp_path)
    assert (found.name, found.family_name) == ("Käthe Weiß", None)


def test_a_firm_and_its_contact(tmp_path: Path) -> None:
    raw = {**PERSON, "customer_type": "Company", "customer_name": "Rübsam GmbH", "tax_id": "DE1"}
    (found,) = told("customers", raw, tmp_path)
    assert (found.kind, found.company, found.family_name) == ("firm", "Rübsam GmbH", "Rübsam")
    assert found.vat_id == "DE1"


def test_what_may_not_be_seen_is_left_out(tmp_path: Path) -> None:
    raw = {name: value for name, value in PERSON.items() if name not in ("tax_id", "disabled",
           "email_id")}  # fmt: skip
    (found,) = told("customers", raw, tmp_path)
    assert not {"vat_id", "blocked", "contacts", "consents"} & found.model_fields_set


def test_objections(tmp_path: Path) -> None:
    contact = {**PERSON["contacts"][0], "unsubscribed": 1}
    out = {"kr@example.org": "2026-11-01 12:00:00.000000"}
    raw = {**PERSON, "contacts": [contact], "unsubscribed": out}
    (found,) = told("customers", raw, tmp_path)
    assert [(one.contact, one.state, one.source) for one in found.consents] == [
        ("kr@example.org", "objected", "Email Unsubscribe"),
        ("k2@example.org", "objected", "Contact.unsubscribed")]  # fmt: skip
    assert found.consents[0].at == datetime(2026, 11, 1, 12, tzinfo=BERLIN)


LINE = {"item_code": "KAFFEE-1", "item_name": "Kaffee", "qty": 2.0, "net_amount": 18.5,
        "item_tax_rate": '{"MwSt 7 % - L": 7.0}'}  # fmt: skip
TAXES = [{"charge_type": "On Net Total", "rate": 19.0, "tax_amount": 2.0},
         {"charge_type": "Actual", "tax_amount": 4.19}]  # fmt: skip
ORDER = {"name": "SO-7", "docstatus": 1, "status": "To Deliver and Bill", "customer": "K-1",
         "currency": "EUR", "transaction_date": "2026-11-20", "delivery_date": "2026-11-25",
         "items": [LINE, {**LINE, "item_tax_rate": "{}"}], "taxes": TAXES}  # fmt: skip


def test_an_order_and_its_promise(tmp_path: Path) -> None:
    found, promise = told("orders", ORDER, tmp_path, channel="phone")
    assert isinstance(found, ToldOrder)
    assert (found.customer, found.status, found.channel) == ("K-1", "open", "phone")
    assert (found.shipping, found.prices_include_tax) == (Decimal("4.19"), False)
    assert [(one.amount, one.tax_rate) for one in found.lines] == [
        (Decimal("18.5"), Decimal(7)), (Decimal("18.5"), Decimal(19))]  # fmt: skip
    assert isinstance(promise, ToldDelivery)
    assert promise.promised_on == "2026-11-25"


@pytest.mark.parametrize(
    ("docstatus", "status", "wanted"),
    [(0, "Draft", "draft"), (2, "Cancelled", "cancelled"), (1, "Completed", "completed"),
     (1, "To Bill", "delivered"), (1, "On Hold", "open")],
)  # fmt: skip
def test_the_states_of_an_order(tmp_path: Path, docstatus: int, status: str, wanted: str) -> None:
    found = told("orders", {**ORDER, "docstatus": docstatus, "status": status}, tmp_path)
    assert found[0].status == wanted
    assert len(found) == (2 if docstatus == 1 else 1)


INVOICE = {**ORDER, "name": "SINV-7", "posting_date": "2026-11-21", "posting_time": "9:05:07.123",
           "is_return": 0, "pos_profile": "Kasse 1"}  # fmt: skip


def test_a_receipt(tmp_path: Path) -> None:
    (found,) = told("receipts", INVOICE, tmp_path)
    assert (found.channel, found.store, found.status) == ("pos", "Kasse 1", "completed")
    assert found.placed_at == datetime(2026, 11, 21, 9, 5, 7, tzinfo=BERLIN)


def test_what_was_ordered_or_consolidated_is_not_told_twice(tmp_path: Path) -> None:
    ordered = {**LINE, "sales_order": "SO-7"}
    (found,) = told("invoices", {**INVOICE, "items": [ordered, LINE]}, tmp_path)
    assert len(found.lines) == 1
    assert told("invoices", {**INVOICE, "items": [ordered]}, tmp_path) == []
    assert told("invoices", {**INVOICE, "is_consolidated": 1}, tmp_path) == []


@pytest.mark.parametrize(
    ("order", "wanted"), [(None, ("SINV-1", "invoices")), ("SO-7", ("SO-7", "orders"))]
)
def test_a_return(tmp_path: Path, order: str | None, wanted: tuple[str, str]) -> None:
    line = {**LINE, "qty": -1.0, "net_amount": -9.25, "sales_order": order}
    raw = {**INVOICE, "is_return": 1, "return_against": "SINV-1", "items": [line]}
    (found,) = told("invoices", raw, tmp_path)
    assert isinstance(found, ToldReturn)
    assert (found.order, found.order_stream) == wanted
    assert (found.lines[0].quantity, found.lines[0].amount) == (Decimal(1), Decimal("9.25"))
    assert told("invoices", {**raw, "docstatus": 2}, tmp_path) == []


def test_a_delivery_of_two_orders(tmp_path: Path) -> None:
    raw = {**INVOICE, "transporter_name": "DHL", "items": [
        {"against_sales_order": one} for one in ("SO-7", "SO-8", "SO-7", None)]}  # fmt: skip
    found = told("deliveries", raw, tmp_path)
    assert [(one.order, one.carrier) for one in found] == [("SO-7", "DHL"), ("SO-8", "DHL")]
    assert told("deliveries", {**raw, "docstatus": 0}, tmp_path) == []


def test_an_issue(tmp_path: Path) -> None:
    raw = {"name": "ISS-1", "customer": "K-1", "subject": "Kanne undicht", "status": "Replied",
           "issue_type": "Complaint", "opening_date": "2026-11-21",
           "opening_time": "8:00:00"}  # fmt: skip
    (found,) = told("issues", raw, tmp_path)
    assert isinstance(found, ToldInteraction)
    assert (found.kind, found.status, found.customer) == ("complaint", "waiting", "K-1")
    assert told("issues", {**raw, "customer": None}, tmp_path) == []


def test_an_item_and_a_till(tmp_path: Path) -> None:
    raw = {"name": "K", "item_code": "K", "item_name": "Kaffee", "item_group": "Bohnen",
           "brand": "Nord", "barcodes": [{"barcode": "4006381333931"}]}  # fmt: skip
    (item,) = told("products", raw, tmp_path)
    assert (item.sku, item.gtin, item.category, item.brand) == (
        "K", "4006381333931", "Bohnen", "Nord")  # fmt: skip
    assert item.cost is None
    (till,) = told("stores", {"name": "Kasse 1"}, tmp_path, zone="Europe/Vienna")
    assert (till.key, till.zone) == ("Kasse 1", "Europe/Vienna")


@pytest.mark.parametrize(
    ("bought", "valued", "cost"),
    [(6.125, 5.0, "6.125"), (0.0, 5.0, "5.0"), (0.0, 0.0, None), (None, None, None)],
)
def test_what_an_item_costs(tmp_path: Path, bought: Any, valued: Any, cost: str | None) -> None:
    raw = {"item_code": "K", "last_purchase_rate": bought, "valuation_rate": valued}
    (item,) = told("products", raw, tmp_path)
    assert item.cost == (None if cost is None else Decimal(cost))


@pytest.mark.parametrize("rates", ["[7]", "nix", '{"a": "b"}'])
def test_rates_that_are_none(tmp_path: Path, rates: str) -> None:
    with pytest.raises(RecordError, match="item_tax_rate"):
        told("orders", {**ORDER, "items": [{**LINE, "item_tax_rate": rates}]}, tmp_path)

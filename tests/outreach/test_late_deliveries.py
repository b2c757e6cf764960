"""Late deliveries: what counts as late, and the apology for it."""

from __future__ import annotations

from typing import Any

from crmsync.outreach.plays import LATE_DELIVERY_APOLOGY
from crmsync.store import Store
from tests.outreach.conftest import HOME, Filler
from tests.outreach.planning import late, make


def test_a_late_delivery_gets_its_apology(fill: Filler, store: Store) -> None:
    käthe = fill.person(titles=("Dr.",), email="k@example.org")
    source = fill.regular("k", "shop/customers/1", käthe)
    late(fill, source, "shop/orders/1", "1001")
    made = make(store)
    (contact,) = made.contacts
    assert (contact.channel, contact.to, contact.basis) == ("email", "k@example.org", "contract")
    assert (contact.customer, contact.name) == ("shop/customers/1", "Dr. Käthe Müller")
    assert contact.text.startswith("Sehr geehrte Frau Dr. Müller,\n")
    assert "Angekommen ist sie erst am 14. November 2026, 4 Tage zu spät." in contact.text
    assert contact.text.endswith("Wrobel Moden GmbH\n")
    assert contact.occasion == "order:1001"
    assert contact.valid_until == "2026-11-28"
    assert "(Beleg: exact)" in contact.why
    assert made.counts()["candidates"] == 1


def test_without_mail_the_apology_goes_by_letter(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(address=HOME))
    late(fill, source, "shop/orders/1", "1001")
    (contact,) = make(store).contacts
    assert contact.channel == "letter"
    assert contact.to == "Käthe Müller\nLindenstraße 12\n10969 Berlin"


LATENESS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {"delivered_on": "2026-11-10"}, False),
    ({}, {"delivered_on": "2026-11-11"}, True),
    ({}, {"delivered_on": "2026-11-25"}, False),
    ({}, {"promised_on": None}, False),
    ({}, {"promised_on": "2026-10-01", "delivered_on": "2026-10-22"}, True),
    ({}, {"promised_on": "2026-10-01", "delivered_on": "2026-10-21"}, False),
    ({}, {"method": "pickup"}, False),
    ({}, {"delivered_on": None}, True),
    ({"status": "completed"}, {"delivered_on": None}, False),
    ({}, {"delivered_on": None, "promised_on": "2026-11-21"}, False),
    ({}, {"delivered_on": None, "promised_on": "2026-10-21"}, False),
    ({}, {"delivered_on": None, "shipped_on": "2026-11-12", "evidence": "ship_date_only"}, True),
    ({}, {"delivered_on": None, "shipped_on": "2026-11-09", "evidence": "ship_date_only"}, False),
    ({"status": "cancelled"}, {}, False),
    ({"kind": "return"}, {}, False),
    ({"counts": False}, {}, False),
]


def test_what_counts_as_late(fill: Filler, store: Store) -> None:
    for number, (order, days, _) in enumerate(LATENESS):
        source = fill.regular(f"c{number}", f"shop/customers/{number}", fill.person(address=HOME))
        record = fill.order(source, f"shop/orders/{number}", number=str(number), **order)
        told = {"promised_on": "2026-11-10", "delivered_on": "2026-11-14", **days}
        fill.delivery(record, source, **told)
    found = {one.occasion for one in make(store, LATE_DELIVERY_APOLOGY).contacts}
    assert found == {f"order:{n}" for n, (_, _, late) in enumerate(LATENESS) if late}


def test_an_order_in_two_deliveries_is_one_occasion_with_its_worst(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    order = late(fill, source, "shop/orders/1", "1001")
    fill.delivery(order, source, part="b", promised_on="2026-11-10", delivered_on="2026-11-18")
    made = make(store)
    assert made.candidates == 1
    assert "8 Tage zu spät" in made.contacts[0].text


def test_an_order_without_customer_of_its_delivery_is_found_by_the_order(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    order = fill.order(source, "shop/orders/1")
    fill.delivery(order, None, promised_on="2026-11-10", delivered_on="2026-11-14")
    (contact,) = make(store).contacts
    assert contact.occasion == "order:shop/orders/1"
    assert contact.subject == "Ihre Bestellung: Bitte entschuldigen Sie die Verspätung"

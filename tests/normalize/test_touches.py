"""Interactions, consents, products and stores, cleaned."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crmsync.errors import RecordError
from crmsync.model.columns import Items
from crmsync.model.order import ConsentClaim, Interaction, Product, Store
from crmsync.model.stream import Connection
from crmsync.model.told import (
    ToldConsent,
    ToldConsentEvent,
    ToldInteraction,
    ToldProduct,
    ToldStore,
)
from crmsync.normalize.clean import (
    clean_consent_event,
    clean_consents,
    clean_interaction,
    clean_product,
    clean_store,
)
from crmsync.normalize.touches import clean_gtin

SHOP = Connection(name="shop", controller="Muster Mode GmbH")


def _claims(**told: Any) -> list[ConsentClaim]:
    return _claims_of(ToldConsent(**told))


def _claims_of(*told: ToldConsent) -> list[ConsentClaim]:
    items = Items.of(ToldConsent, [told])
    rows = clean_consents(items, connection=SHOP, record_ids=[5])
    return [ConsentClaim(*row) for row in rows]


def test_an_interaction() -> None:
    told = ToldInteraction(
        at="21.11.2026 14:05", channel="phone", kind="complaint", status="open",
        subject=" Reißverschluss ", reason="defect", due_on="24.11.2026", store="Mitte",
    )  # fmt: skip
    assert clean_interaction(told, connection=SHOP, record_id=5, source_id=3) == Interaction(
        5, "interaction", 3, "2026-11-21T13:05:00Z", "2026-11-21", "phone", "complaint", "in",
        "open", "Reißverschluss", "defect", "2026-11-24", None, "Mitte",
    )  # fmt: skip


@pytest.mark.parametrize("field", ["at", "due_on", "resolved_at"])
def test_errors_of_an_interaction_name_the_field(field: str) -> None:
    told: dict[str, Any] = {"at": "2026-11-21", "channel": "phone", "kind": "note", field: "bald"}
    with pytest.raises(RecordError) as error:
        clean_interaction(ToldInteraction(**told), connection=SHOP, record_id=5, source_id=3)
    assert error.value.field == field


def test_an_interaction_needs_its_time() -> None:
    told = ToldInteraction(at="", channel="phone", kind="note")
    with pytest.raises(RecordError, match="at: is empty"):
        clean_interaction(told, connection=SHOP, record_id=5, source_id=3)


def test_a_consent_for_a_named_contact_is_in_its_compared_form() -> None:
    assert _claims(
        channel="email", state="granted", contact="Anna@Example.ORG", at="2026-11-21T10:00:00Z",
        basis="consent", source="form", evidence="doi-17", expires_on="2028-11-21",
    ) == [
        ConsentClaim(
            5, "consent.0", 5, "email", "marketing", "granted", "anna@example.org",
            "2026-11-21T10:00:00Z", "consent", "form", "doi-17", "2028-11-21",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "channel, state, contact, contacts",
    [
        ("email", "granted", None, [""]),
        ("letter", "granted", None, [""]),
        ("letter", "granted", "Hauptstr. 5", [""]),
        ("email", "granted", "kein @", []),
        ("phone", "pending", "privat", []),
        ("email", "withdrawn", None, [""]),
        ("email", "objected", "kein @", [""]),
        ("sms", "denied", "0171 1234567", ["+491711234567"]),
        ("fax", "granted", "030 123456", ["+4930123456"]),
    ],
)
def test_an_unreadable_contact_grants_nothing_and_restricts_the_whole_channel(
    channel: str, state: str, contact: str | None, contacts: list[str]
) -> None:
    claims = _claims(channel=channel, state=state, contact=contact)
    assert [claim.contact for claim in claims] == contacts


def test_every_consent_of_a_customer_has_a_part_of_its_own() -> None:
    told = [
        ToldConsent(channel="phone", state="granted", at="2026-01-01"),
        ToldConsent(channel="phone", state="withdrawn", at="2026-02-01"),
    ]
    found = _claims_of(*told)
    assert [claim.part for claim in found] == ["consent.0", "consent.1"]


@pytest.mark.parametrize("field", ["at", "expires_on"])
def test_errors_of_a_consent_name_the_field(field: str) -> None:
    told: dict[str, Any] = {"channel": "email", "state": "granted", field: "einst"}
    good = ToldConsent(channel="email", state="denied")
    with pytest.raises(RecordError) as error:
        _claims_of(good, ToldConsent(**told))
    assert error.value.field == f"consents.1.{field}"


def test_a_consent_that_comes_as_a_record_of_its_own() -> None:
    told = ToldConsentEvent(
        customer="4711", channel="email", state="withdrawn", contact="anna@example.org", part="c1"
    )
    found = clean_consent_event(told, connection=SHOP, record_id=6, source_id=3)
    assert [(claim.part, claim.contact, claim.at) for claim in found] == [
        ("c1", "anna@example.org", None)
    ]


@pytest.mark.parametrize(
    "text, gtin",
    [("4006381333931", "4006381333931"), ("96385074", "96385074"), ("036000291452", "036000291452"),
     ("4006381333932", ""), ("123", ""), ("", ""), ("400638133393x", "")],
)  # fmt: skip
def test_clean_gtin(text: str, gtin: str) -> None:
    assert clean_gtin(text) == gtin


def test_a_product() -> None:
    told = ToldProduct(sku=4711, name=" Hemd ", gtin="4006381333931", category="Hemden", size="M")
    assert clean_product(told, connection=SHOP, record_id=2) == Product(
        2, "product", "shop", "4711", "Hemd", "4006381333931", "Hemden", "", "M"
    )


def test_a_product_says_what_one_of_it_costs() -> None:
    told = ToldProduct(sku="4711", name="Hemd", cost="12,345")
    found = clean_product(told, connection=SHOP, record_id=2)
    assert (found.cost, found.currency) == (1235, "EUR")
    abroad = ToldProduct(sku="4711", name="Hemd", cost=Decimal("12"), currency="chf")
    found = clean_product(abroad, connection=SHOP, record_id=2)
    assert (found.cost, found.currency) == (1200, "CHF")
    wrong = ToldProduct(sku="4711", name="Hemd", cost="teuer")
    with pytest.raises(RecordError) as error:
        clean_product(wrong, connection=SHOP, record_id=2)
    assert error.value.field == "cost"


def test_a_store_in_its_own_zone_or_the_connections() -> None:
    told = ToldStore(key="mitte", name="Mitte", postal_code="10115", city="Berlin")
    assert clean_store(told, connection=SHOP, record_id=2) == Store(
        2, "store", "shop", "mitte", "Mitte", "Europe/Berlin", "10115", "Berlin"
    )
    vienna = ToldStore(key="wien", name="Wien", zone="Europe/Vienna")
    assert clean_store(vienna, connection=SHOP, record_id=2).zone == "Europe/Vienna"


def test_a_store_in_no_zone_is_a_record_error() -> None:
    with pytest.raises(RecordError) as error:
        clean_store(ToldStore(key="x", name="X", zone="Mars"), connection=SHOP, record_id=2)
    assert error.value.field == "zone"

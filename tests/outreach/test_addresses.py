"""Where a message goes: addresses that are open, and never twice for one occasion."""

from __future__ import annotations

from msgspec import structs

from crmsync.store import Store
from tests.outreach.conftest import HOME, Filler
from tests.outreach.planning import DOI, contact_key, late, lines, make


def test_who_cannot_be_reached_is_named_with_the_reason_per_channel(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    fill.claim(source, "email", "bounced", at="2026-11-01", contact="k@example.org")
    fill.take(source)
    made = make(store)
    assert not made.contacts
    (refusal,) = made.refusals
    assert refusal.channels == (("email", "undeliverable"), ("letter", "no-address"))
    assert "email: Adresse unzustellbar; letter: keine Adresse" in refusal.de


def test_an_advert_by_mail_rests_on_its_consent(fill: Filler, store: Store) -> None:
    käthe = fill.person(email="k@example.org")
    source = fill.regular("k", "shop/customers/1", käthe)
    fill.habit("k", 1, "2026-11-10")
    (refusal,) = make(store).refusals
    assert refusal.channels == (("email", "no-consent"), ("letter", "no-address"))
    fill.claim(source, "email", "granted", at="2026-05-01T10:00:00Z", evidence=DOI)
    fill.take(source)
    (contact,) = make(store).contacts
    assert (contact.basis, contact.evidence) == ("consent", DOI)
    assert "jederzeit widersprechen" in contact.text


def test_the_second_address_is_used_where_the_first_is_closed(fill: Filler, store: Store) -> None:
    both = fill.person(email="a@example.org")
    both = structs.replace(
        both, contacts=(*both.contacts, *fill.person(email="b@example.org").contacts)
    )
    source = fill.regular("k", "shop/customers/1", both)
    late(fill, source, "shop/orders/1", "1001")
    fill.claim(source, "email", "bounced", at="2026-11-01", contact="a@example.org")
    fill.take(source)
    (contact,) = make(store).contacts
    assert contact.to == "b@example.org"


def test_an_address_only_the_profile_still_knows_keeps_its_objection(
    fill: Filler, store: Store
) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    fill.claim(source, "email", "objected", purpose="service", at="2026-11-01",
               contact="k@example.org")  # fmt: skip
    fill.take(source)
    fill.change_source(source, fill.person())
    assert not make(store).contacts


def test_an_occasion_is_answered_once(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    (contact,) = make(store).contacts
    for key in contact.keys:
        assert lines(make(store, sent={key})) == {
            ("shop/customers/1", "late-delivery-apology"): "already-sent"
        }


def test_an_occasion_stays_answered_when_the_customer_is_merged(fill: Filler, store: Store) -> None:
    käthe = fill.person(email="k@example.org")
    source = fill.regular("k", "shop/customers/1", käthe)
    late(fill, source, "shop/orders/1", "1001")
    fill.profile("k", fill.person(address=HOME), "crm/customers/1", "shop/customers/1")
    (contact,) = make(store).contacts
    assert contact.customer == "crm/customers/1"
    before = contact_key("shop/customers/1", "late-delivery-apology", "order:1001")
    assert make(store, sent={before}).refusals[0].code == "already-sent"


def test_two_customers_with_one_address_get_one_message_for_one_occasion(
    fill: Filler, store: Store
) -> None:
    for name, ref, order in (("k", "shop/customers/1", "shop/orders/1"),
                             ("g", "shop/guests/7", "erp/sales/1")):  # fmt: skip
        source = fill.regular(name, ref, fill.person(email="k@example.org"))
        late(fill, source, order, "1001")
    assert lines(make(store)) == {
        ("shop/customers/1", "late-delivery-apology"): "email",
        ("shop/guests/7", "late-delivery-apology"): "already-planned",
    }

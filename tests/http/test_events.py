"""What vendors send by themselves, as events: which record changed, is gone, went into another."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from crmsync.errors import RecordError
from crmsync.http.webhooks import (
    brevo_events,
    business_central_events,
    frappe_events,
    hubspot_events,
    klaviyo_events,
    lightspeed_events,
    mailchimp_events,
    pipedrive_events,
    shopify_events,
    shopware_events,
    square_events,
    woocommerce_events,
)
from crmsync.model.intent import Event

Short = tuple[str, str | None, str, str | None]


def short(events: list[Event]) -> list[Short]:
    assert all(event.id for event in events)
    assert len({event.id for event in events}) == len(events)
    return [(event.stream, event.external_id, event.kind, event.into) for event in events]


def raw(told: Any) -> bytes:
    return json.dumps(told).encode()


def customer(identity: str | None, kind: str = "changed", into: str | None = None) -> list[Short]:
    return [("customers", identity, kind, into)]


C, O = "gid://shopify/Customer/", "gid://shopify/Order/"  # noqa: E741


@pytest.mark.parametrize(
    ("topic", "told", "events"),
    [
        ("customers/update", {"id": 7, "admin_graphql_api_id": f"{C}7"}, customer(f"{C}7")),
        ("customers/delete", {"id": 7}, customer(f"{C}7", "deleted")),
        ("customers/redact", {"shop_domain": "x", "customer": {"id": 7}, "orders_to_redact": []},
         customer(f"{C}7", "deleted")),
        ("customers_email_marketing_consent/update", {"customer_id": 7}, customer(f"{C}7")),
        ("orders/updated", {"id": 9, "admin_graphql_api_id": f"{O}9", "customer": {"id": 7}},
         [("orders", f"{O}9", "changed", None)]),
        ("orders/delete", {"id": 9}, [("orders", f"{O}9", "deleted", None)]),
        ("refunds/create", {"id": 4, "order_id": 9}, [("orders", f"{O}9", "changed", None)]),
        ("customers/merge", {"admin_graphql_api_customer_kept_id": f"{C}1",
                             "admin_graphql_api_customer_deleted_id": f"{C}2",
                             "status": "completed", "errors": []},
         customer(f"{C}2", "merged", f"{C}1")),
        ("customers/merge", {"admin_graphql_api_customer_kept_id": f"{C}1",
                             "admin_graphql_api_customer_deleted_id": f"{C}2",
                             "status": "failed"}, []),
        ("themes/publish", {"id": 1}, []),
        ("customers/data_request", {"customer": {"id": 7}}, []),
    ],
)  # fmt: skip
def test_shopify(topic: str, told: Any, events: list[Short]) -> None:
    headers = {"X-Shopify-Topic": topic, "X-Shopify-Event-Id": "e1", "X-Shopify-Webhook-Id": "w1"}
    found = shopify_events(headers, raw(told))
    assert short(found) == events
    assert all(event.id == "e1" for event in found)


@pytest.mark.parametrize(
    ("topic", "told", "events"),
    [
        ("customer.updated", {"id": 11, "email": "kaethe@example.org"}, customer("11")),
        ("customer.deleted", {"id": 11}, customer("11", "deleted")),
        ("order.created", {"id": 12}, [("orders", "12", "changed", None)]),
        ("coupon.created", {"id": 12}, []),
        ("action.woocommerce_add_to_cart", {"arg": "x"}, []),
    ],
)
def test_woocommerce(topic: str, told: Any, events: list[Short]) -> None:
    headers = {"x-wc-webhook-topic": topic, "X-WC-Webhook-Delivery-ID": "d1"}
    assert short(woocommerce_events(headers, raw(told))) == events


def test_woocommerces_ping_is_no_event() -> None:
    assert woocommerce_events({}, b"webhook_id=3") == []


def test_shopware() -> None:
    told = {
        "data": {
            "event": "customer.written",
            "payload": [
                {"entity": "customer", "operation": "update", "primaryKey": "a1"},
                {"entity": "customer", "operation": "delete", "primaryKey": "a2"},
                {"entity": "order", "operation": "insert",
                 "primaryKey": {"id": "b1", "versionId": "v"}},
                {"entity": "tax", "operation": "update", "primaryKey": "c1"},
            ],
        },
        "source": {"shopId": "s", "eventId": "ev"},
    }  # fmt: skip
    found = shopware_events({}, raw(told))
    assert short(found) == [
        *customer("a1"), *customer("a2", "deleted"), ("orders", "b1", "changed", None),
    ]  # fmt: skip
    assert shopware_events({"X-Shopware-Event-Id": "h"}, raw(told))[0].id == "h/customer/a1"


def square(kind: str, identity: str, **thing: Any) -> bytes:
    data = {"type": "customer", "id": identity, "object": thing}
    return raw({"type": kind, "event_id": "e", "data": data})


MERGE = {"event_context": {"merge": {"from_customer_ids": ["A", "B"], "to_customer_id": "C"}}}


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (square("customer.updated", "A", customer={}), customer("A")),
        (square("customer.deleted", "A"), customer("A", "deleted")),
        (square("customer.created", "C", customer={}, **MERGE),
         customer("A", "merged", "C") + customer("B", "merged", "C") + customer("C")),
        (square("customer.deleted", "A", **MERGE),
         customer("A", "merged", "C") + customer("B", "merged", "C")),
        (square("order.updated", "O"), [("orders", "O", "changed", None)]),
        (square("payment.updated", "P"), []),
    ],
)  # fmt: skip
def test_square(body: bytes, events: list[Short]) -> None:
    assert short(square_events(body)) == events


@pytest.mark.parametrize(
    ("row", "events"),
    [
        ({"subscriptionType": "contact.propertyChange", "objectId": 5}, customer("5")),
        ({"subscriptionType": "contact.deletion", "objectId": 5}, customer("5", "deleted")),
        ({"subscriptionType": "contact.privacyDeletion", "objectId": 5}, customer("5", "deleted")),
        ({"subscriptionType": "contact.restore", "objectId": 5}, customer("5")),
        ({"subscriptionType": "contact.associationChange", "fromObjectId": 5}, customer("5")),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-1", "objectId": 5},
         customer("5")),
        ({"subscriptionType": "object.deletion", "objectTypeId": "0-123", "objectId": 6},
         [("orders", "6", "deleted", None)]),
        ({"subscriptionType": "contact.merge", "primaryObjectId": 1, "mergedObjectIds": [2, 3],
          "newObjectId": 1}, customer("2", "merged", "1") + customer("3", "merged", "1")),
        ({"subscriptionType": "contact.merge", "primaryObjectId": 1, "mergedObjectIds": [2],
          "newObjectId": 9}, customer("2", "merged", "9") + customer("1", "merged", "9")),
        ({"subscriptionType": "company.creation", "objectId": 5}, []),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-2", "objectId": 5}, []),
    ],
)  # fmt: skip
def test_hubspot(row: Any, events: list[Short]) -> None:
    assert short(hubspot_events(raw([row]))) == events


def test_hubspots_event_id_alone_is_not_unique() -> None:
    rows = [
        {"subscriptionType": "contact.creation", "eventId": 1, "objectId": one, "occurredAt": 5}
        for one in (7, 8)
    ]
    again = [{**row, "attemptNumber": 3} for row in rows]
    first, second = hubspot_events(raw(rows)), hubspot_events(raw(again))
    assert len({event.id for event in first}) == 2
    assert [event.id for event in first] == [event.id for event in second]


def test_lightspeed() -> None:
    def form(told: Any, **more: str) -> bytes:
        return urlencode({"payload": json.dumps(told), **more}).encode()

    assert short(
        lightspeed_events(form({"id": "u1", "first_name": "Jörg & Co"}, type="customer.update"))
    ) == customer("u1")
    gone = form({"id": "u1", "deleted_at": "2026-11-21 09:00:00"})
    assert short(lightspeed_events(gone, about="customer.update")) == customer("u1", "deleted")
    sale = lightspeed_events(form({"id": "s1", "version": 3}), about="sale.update")
    assert short(sale) == [("orders", "s1", "changed", None)]
    assert lightspeed_events(form({"id": "r"}), about="register_closure.create") == []


@pytest.mark.parametrize(
    ("form", "events"),
    [
        ({"type": "profile", "data[id]": "8a25", "data[email]": "k@example.org"}, customer("8a25")),
        ({"type": "unsubscribe", "data[id]": "8a25", "data[reason]": "manual"}, customer("8a25")),
        ({"type": "upemail", "data[new_id]": "51da", "data[old_email]": "a@example.org"},
         customer("51da")),
        ({"type": "cleaned", "data[email]": "k@example.org"}, customer(None)),
        ({"type": "campaign", "data[id]": "c1"}, []),
    ],
)  # fmt: skip
def test_mailchimp(form: Any, events: list[Short]) -> None:
    assert short(mailchimp_events(urlencode(form).encode())) == events


def test_klaviyo() -> None:
    profile = {"profile": {"data": {"type": "profile", "id": "01KP"}}}
    data = [
        {"topic": "event:klaviyo.unsubscribed_from_email_marketing", "external_id": "73WC",
         "payload": {"data": {"type": "event", "id": "73WC", "relationships": profile}}},
        {"topic": "event:klaviyo.opened_email", "external_id": "9", "payload": {"data": {}}},
    ]  # fmt: skip
    found = klaviyo_events(raw({"meta": {"klaviyo_webhook_id": "w"}, "data": data}))
    assert short(found) == customer("01KP") + customer(None)
    assert [event.id for event in found] == ["73WC", "9"]


@pytest.mark.parametrize(
    ("meta", "events"),
    [
        ({"action": "change", "entity": "person", "entity_id": "7"}, customer("7")),
        ({"action": "delete", "entity": "person", "entity_id": "7"}, customer("7", "deleted")),
        ({"action": "delete", "entity": "person", "entity_id": "7", "merged_to_id": "8"},
         customer("7", "merged", "8")),
        ({"action": "create", "entity": "deal", "entity_id": 3},
         [("orders", "3", "changed", None)]),
        ({"action": "create", "entity": "note", "entity_id": 3}, []),
    ],
)  # fmt: skip
def test_pipedrive(meta: Any, events: list[Short]) -> None:
    body = raw({"meta": {"id": "m", "version": "2.0", **meta}, "data": {}})
    assert short(pipedrive_events(body)) == events


def test_brevo() -> None:
    assert short(brevo_events(raw({"event": "contact_deleted", "id": 1}))) == customer(None)
    assert short(brevo_events(raw([{"event": "opened"}, {"event": "unsubscribe"}]))) == (
        customer(None)
    )
    assert brevo_events(raw({"event": "opened"})) == []


@pytest.mark.parametrize(
    ("resource", "change", "events"),
    [
        ("customers(5d-1)", "updated", customer("5d-1")),
        ("customers('5d-1')", "deleted", customer("5d-1", "deleted")),
        ("customers?$filter=lastModifiedDateTime gt 2026", "collection", customer(None)),
        ("salesOrders(8)", "created", [("orders", "8", "changed", None)]),
        ("vendors(8)", "created", []),
        ("customers", "created", []),
    ],
)
def test_business_central(resource: str, change: str, events: list[Short]) -> None:
    row = {"subscriptionId": "s", "resource": f"api/v2.0/companies(1)/{resource}",
           "changeType": change, "lastModifiedDateTime": "2026-11-21T09:00:00Z"}  # fmt: skip
    assert short(business_central_events(raw({"value": [row]}))) == events


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ({"doctype": "Customer", "name": "Weinhaus Köbes", "event": "on_update"},
         customer("Weinhaus Köbes")),
        ({"doctype": "Customer", "name": "K1", "event": "on_trash"}, customer("K1", "deleted")),
        ({"doctype": "ToDo", "name": "K1"}, []),
    ],
)  # fmt: skip
def test_frappe(told: Any, events: list[Short]) -> None:
    assert short(frappe_events(raw(told))) == events


Reader = Callable[[bytes], list[Event]]
READERS: dict[str, Reader] = {
    "shopify": lambda body: shopify_events({"x-shopify-topic": "orders/paid"}, body),
    "woocommerce": lambda body: woocommerce_events({"x-wc-webhook-topic": "order.created"}, body),
    "shopware": lambda body: shopware_events({}, body),
    "square": square_events, "hubspot": hubspot_events, "lightspeed": lightspeed_events,
    "mailchimp": mailchimp_events, "klaviyo": klaviyo_events, "pipedrive": pipedrive_events,
    "brevo": brevo_events, "business central": business_central_events, "frappe": frappe_events,
}  # fmt: skip


@pytest.mark.parametrize("vendor", READERS)
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{", b"<html>"])
def test_a_body_that_cannot_be_read_is_a_records_error_without_its_words(
    vendor: str, body: bytes
) -> None:
    with pytest.raises(RecordError) as caught:
        READERS[vendor](body)
    assert "html" not in str(caught.value)


@pytest.mark.parametrize("vendor", READERS)
@pytest.mark.parametrize(
    "told", [{}, {"data": None}, {"data": [1]}, {"meta": 1}, {"value": [None]}]
)
def test_a_body_that_says_nothing_is_no_event_and_no_crash(vendor: str, told: Any) -> None:
    if vendor not in ("lightspeed", "mailchimp"):
        assert READERS[vendor](raw(told)) == []
    body = urlencode({"payload": json.dumps(told), "type": "x"}).encode()
    if vendor in ("lightspeed", "mailchimp"):
        assert READERS[vendor](body) == []


@pytest.mark.parametrize("vendor", ["shopify", "woocommerce", "frappe", "lightspeed", "mailchimp"])
def test_the_same_words_have_the_same_id_where_the_vendor_gives_none(vendor: str) -> None:
    told = {"id": 1, "doctype": "Customer", "name": "K1", "customer": "x"}
    body = raw(told)
    if vendor in ("lightspeed", "mailchimp"):
        fields = {"payload": json.dumps(told), "type": "profile", "data[id]": "1"}
        body = urlencode(fields if vendor == "mailchimp" else {**fields, "type": "sale.x"}).encode()
    first, second = READERS[vendor](body), READERS[vendor](body)
    assert first == second != []


def test_a_connector_may_bring_a_table_of_its_own() -> None:
    row = {"subscriptionType": "company.creation", "objectId": 5, "portalId": 1}
    assert short(hubspot_events(raw([row]), streams={"company": "firms"})) == [
        ("firms", "5", "changed", None)
    ]

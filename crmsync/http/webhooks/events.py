"""What each vendor's webhook tells, as events: which record of which stream changed, went, merged.

Called once the signature was checked. Streams are called customers, orders, products; a connector
that calls its streams otherwise, or wants more, hands in a table of its own. What concerns no
stream gives no event. RecordError for a body that cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import parse_qsl

import orjson

from crmsync.errors import RecordError
from crmsync.http.webhooks.signatures import Headers, given, is_woocommerce_ping
from crmsync.model.intent import Event
from crmsync.model.stream import reach

Kind = Literal["changed", "deleted", "merged"]
Topics = Mapping[str, tuple[str, Kind]]
"""What a vendor calls an event: the stream it concerns, and what became of the record."""

Streams = Mapping[str, str]
"""What a vendor calls a kind of record: the stream it is in."""

SHOPIFY: Topics = {
    **{f"customers/{one}": ("customers", "changed") for one in ("create", "update", "enable",
                                                                 "disable")},
    "customers_email_marketing_consent/update": ("customers", "changed"),
    "customers_marketing_consent/update": ("customers", "changed"),
    "customers/delete": ("customers", "deleted"),
    "customers/redact": ("customers", "deleted"),
    "customers/merge": ("customers", "merged"),
    **{f"orders/{one}": ("orders", "changed") for one in ("create", "updated", "edited", "paid",
                                                           "cancelled", "fulfilled")},
    "refunds/create": ("orders", "changed"),
    "orders/delete": ("orders", "deleted"),
    "products/create": ("products", "changed"),
    "products/update": ("products", "changed"),
    "products/delete": ("products", "deleted"),
}  # fmt: skip
WOOCOMMERCE: Streams = {"customer": "customers", "order": "orders", "product": "products"}
SHOPWARE: Streams = {"customer": "customers", "order": "orders", "product": "products"}
SQUARE: Streams = {"customer": "customers", "order": "orders"}
HUBSPOT: Streams = {
    "contact": "customers",
    "0-1": "customers",
    "order": "orders",
    "0-123": "orders",
    "product": "products",
    "0-7": "products",
}
LIGHTSPEED: Streams = {"customer": "customers", "sale": "orders", "product": "products"}
PIPEDRIVE: Streams = {"person": "customers", "deal": "orders", "product": "products"}
BUSINESS_CENTRAL: Streams = {
    "customers": "customers",
    "items": "products",
    "salesOrders": "orders",
    "salesInvoices": "orders",
}
FRAPPE: Streams = {"Customer": "customers", "Sales Order": "orders", "Item": "products"}


def shopify_events(headers: Headers, body: bytes, *, topics: Topics = SHOPIFY) -> list[Event]:
    """The event of one delivery of Shopify; ids are GraphQL's ("gid://shopify/Customer/1")."""
    told = _object(body)
    stream, kind = topics.get(given(headers, "x-shopify-topic"), ("", "changed"))
    name = given(headers, "x-shopify-event-id") or given(headers, "x-shopify-webhook-id")
    if not stream:
        return []
    if kind == "merged":
        pair = (told.get("admin_graphql_api_customer_deleted_id"),
                told.get("admin_graphql_api_customer_kept_id"))  # fmt: skip
        done = all(pair) and str(told.get("status")).lower() == "completed"
        return [_merged(name or _digest(body), stream, *pair)] if done else []
    return _one(name or _digest(body), stream, _shopify_id(told, stream), kind)


def _shopify_id(told: Mapping[str, Any], stream: str) -> Any:
    """The id of the record; a refund names its order, a consent and a redaction their customer."""
    places = {"customers": ("customer_id", "customer.id"), "orders": ("order_id",)}.get(stream, ())
    found = [reach(told, place) for place in (*places, "admin_graphql_api_id", "id")]
    identity = next((one for one in found if one is not None), None)
    of = {"customers": "Customer", "orders": "Order", "products": "Product"}.get(stream)
    return f"gid://shopify/{of}/{identity}" if of and isinstance(identity, int) else identity


def woocommerce_events(
    headers: Headers, body: bytes, *, streams: Streams = WOOCOMMERCE
) -> list[Event]:
    """The event of one delivery of WooCommerce; none of a ping."""
    if is_woocommerce_ping(body):
        return []
    told = _object(body)
    resource, _, happened = given(headers, "x-wc-webhook-topic").partition(".")
    name = given(headers, "x-wc-webhook-delivery-id") or _digest(body)
    kind: Kind = "deleted" if happened == "deleted" else "changed"
    return _one(name, streams.get(resource), told.get("id"), kind)


def shopware_events(headers: Headers, body: bytes, *, streams: Streams = SHOPWARE) -> list[Event]:
    """The events of one delivery of Shopware: one for each record that was written or deleted."""
    told = _object(body)
    name = given(headers, "x-shopware-event-id") or reach(told, "source.eventId") or _digest(body)
    found: list[Event] = []
    for row in _rows(told, "data.payload"):
        stream, identity = streams.get(str(row.get("entity"))), row.get("primaryKey")
        if isinstance(identity, Mapping):
            identity = identity.get("id")
        kind: Kind = "deleted" if row.get("operation") == "delete" else "changed"
        found += _one(f"{name}/{row.get('entity')}/{identity}", stream, identity, kind)
    return found


def square_events(body: bytes, *, streams: Streams = SQUARE) -> list[Event]:
    """The events of one delivery of Square; customers that were merged are told as that."""
    told = _object(body)
    name = str(told.get("event_id") or _digest(body))
    resource, _, happened = str(told.get("type")).partition(".")
    stream, identity = streams.get(resource), reach(told, "data.id")
    merge = reach(told, "data.object.event_context.merge")
    if stream and isinstance(merge, Mapping) and merge.get("to_customer_id"):
        winner = merge["to_customer_id"]
        losers = [one for one in merge.get("from_customer_ids") or () if one != winner]
        merged = [_merged(f"{name}/{loser}", stream, loser, winner) for loser in losers]
        return merged + ([_event(name, stream, winner, "changed")] if identity == winner else [])
    return _one(name, stream, identity, "deleted" if happened == "deleted" else "changed")


def hubspot_events(body: bytes, *, streams: Streams = HUBSPOT) -> list[Event]:
    """The events of one delivery of HubSpot, up to 100. Its eventId alone is not unique."""
    return [event for row in _list(body) for event in _hubspot(row, streams)]


def _hubspot(row: Mapping[str, Any], streams: Streams) -> Iterator[Event]:
    resource, _, happened = str(row.get("subscriptionType")).partition(".")
    stream = streams.get(str(row.get("objectTypeId")) if resource == "object" else resource)
    parts = ("portalId", "subscriptionId", "eventId", "occurredAt", "objectId")
    name = "/".join(str(row.get(part, "")) for part in parts)
    if stream is None:
        return
    if happened == "merge":
        winner = row.get("newObjectId") or row.get("primaryObjectId")
        losers = [*(row.get("mergedObjectIds") or ()), row.get("primaryObjectId")]
        for loser in losers:
            if loser is not None and loser != winner:
                yield _merged(f"{name}/{loser}", stream, loser, winner)
        return
    identity = row.get("objectId") or row.get("fromObjectId")
    gone = happened in ("deletion", "privacyDeletion")
    yield from _one(name, stream, identity, "deleted" if gone else "changed")


def lightspeed_events(
    body: bytes, *, about: str = "", streams: Streams = LIGHTSPEED
) -> list[Event]:
    """The event of one delivery of Lightspeed X: a form with the record as JSON in `payload`.

    `about` is the webhook's type ("customer.update"), for deliveries that do not name it.
    """
    form = _form(body)
    told = _object(form.get("payload", "").encode())
    resource = (form.get("type") or about).partition(".")[0]
    name = f"{told.get('id')}/{told.get('version') or _digest(body)}"
    kind: Kind = "deleted" if told.get("deleted_at") else "changed"
    return _one(name, streams.get(resource), told.get("id"), kind)


def mailchimp_events(body: bytes, *, stream: str = "customers") -> list[Event]:
    """The event of one delivery of Mailchimp: a form about one member (its unique_email_id).

    An address that changed is a new member to Mailchimp: told as a change of the new one.
    """
    form = _form(body)
    if "type" not in form:
        raise RecordError("a webhook's body has no type")
    identity = form.get("data[new_id]") or form.get("data[id]")
    kinds = ("subscribe", "unsubscribe", "profile", "upemail", "cleaned")
    if form.get("type") not in kinds or (identity is None and "data[email]" not in form):
        return []
    return [_event(_digest(body), stream, identity, "changed")]


def klaviyo_events(body: bytes, *, stream: str = "customers") -> list[Event]:
    """The events of one delivery of Klaviyo: its profiles; where none is named, the stream."""
    found = []
    for row in _rows(_object(body), "data"):
        profile = reach(row, "payload.data.relationships.profile.data.id")
        name = row.get("external_id") or reach(row, "payload.data.id")
        found.append(_event(str(name or _digest(body)), stream, profile, "changed"))
    return found


def pipedrive_events(body: bytes, *, streams: Streams = PIPEDRIVE) -> list[Event]:
    """The event of one delivery of Pipedrive (webhooks v2); a merge names where a record went."""
    meta = _object(body).get("meta")
    if not isinstance(meta, Mapping):
        return []
    stream, identity = streams.get(str(meta.get("entity"))), meta.get("entity_id")
    name = f"{meta.get('id') or meta.get('correlation_id')}/{meta.get('entity')}/{identity}"
    if stream and identity is not None and meta.get("merged_to_id"):
        return [_merged(name, stream, identity, meta["merged_to_id"])]
    return _one(name, stream, identity, "deleted" if meta.get("action") == "delete" else "changed")


def brevo_events(body: bytes, *, stream: str = "customers") -> list[Event]:
    """The event of one delivery of Brevo's marketing webhooks, one or a list of them.

    They name a contact by its address only: the whole stream is asked for.
    """
    wanted = ("contact_updated", "contact_deleted", "unsubscribed", "unsubscribe", "list_addition",
              "hard_bounce", "spam", "contactUpdated", "contactDeleted", "listAddition",
              "hardBounce")  # fmt: skip
    told = _json(body)
    rows = told if isinstance(told, list) else [told]
    some = any(isinstance(row, Mapping) and row.get("event") in wanted for row in rows)
    return [_event(_digest(body), stream, None, "changed")] if some else []


def business_central_events(body: bytes, *, streams: Streams = BUSINESS_CENTRAL) -> list[Event]:
    """The events of one delivery of Business Central; "collection" asks for the whole stream."""
    found: list[Event] = []
    for row in _rows(_object(body), "value"):
        entity, identity = _resource(str(row.get("resource")))
        change, stream = row.get("changeType"), streams.get(entity)
        parts = ("subscriptionId", "resource", "changeType", "lastModifiedDateTime")
        name = "/".join(str(row.get(part, "")) for part in parts)
        if stream and change == "collection":
            found.append(_event(name, stream, None, "changed"))
        elif change in ("created", "updated", "deleted"):
            found += _one(name, stream, identity, "deleted" if change == "deleted" else "changed")
    return found


def _resource(path: str) -> tuple[str, str | None]:
    """The entity and the id of ".../companies(1)/customers(2)"."""
    last = re.search(r"([A-Za-z]+)(?:\(([^()]*)\))?(?:\?.*)?$", path)
    return (last[1], last[2].strip("'") if last[2] else None) if last else ("", None)


def frappe_events(body: bytes, *, streams: Streams = FRAPPE) -> list[Event]:
    """The event of one delivery of ERPNext, whose webhook must send doctype, name and event.

    `event` is the doc event ("on_update", "on_trash"); `modified`, where sent, tells copies apart.
    """
    told = _object(body)
    kind: Kind = "deleted" if told.get("event") in ("on_trash", "after_delete") else "changed"
    name = f"{told.get('doctype')}/{told.get('name')}/{told.get('modified') or _digest(body)}"
    return _one(name, streams.get(str(told.get("doctype"))), told.get("name"), kind)


def _one(name: str, stream: str | None, identity: Any, kind: Kind) -> list[Event]:
    return [_event(name, stream, identity, kind)] if stream and identity is not None else []


def _event(name: str, stream: str, identity: Any, kind: Kind) -> Event:
    external = None if identity is None else str(identity)
    return Event(id=name, stream=stream, external_id=external, kind=kind)


def _merged(name: str, stream: str, loser: Any, winner: Any) -> Event:
    return Event(id=name, stream=stream, external_id=str(loser), kind="merged", into=str(winner))


def _digest(body: bytes) -> str:
    """The id of a delivery that has none: the same words are the same delivery."""
    return sha256(body).hexdigest()


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise RecordError("a webhook's body is no JSON") from None


def _object(body: bytes) -> Mapping[str, Any]:
    found = _json(body)
    if not isinstance(found, dict):
        raise RecordError("a webhook's body is no object")
    return found


def _list(body: bytes) -> Sequence[Mapping[str, Any]]:
    found = _json(body)
    rows = found if isinstance(found, list) else [found]
    return [row for row in rows if isinstance(row, Mapping)]


def _rows(told: Mapping[str, Any], path: str) -> Sequence[Mapping[str, Any]]:
    found = reach(told, path)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form; RecordError where it is none."""
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError:
        fields = {}
    if not fields:
        raise RecordError("a webhook's body is no form")
    return fields

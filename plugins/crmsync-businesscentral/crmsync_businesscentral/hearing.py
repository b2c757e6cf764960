"""Webhooks of Business Central: what they tell, and the subscriptions that have to be renewed.

A subscription ends after three days. Its secret is the clientState, which every delivery brings
back; a new or renewed one is shaken hands on by answering with the validationToken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crmsync.errors import NotReadable
from crmsync.http.webhooks import business_central_events, verify_business_central
from crmsync.model.intent import Event
from crmsync_businesscentral.api import Api, rows_of

STREAMS: Mapping[str, str] = {
    "customers": "customers",
    "contacts": "contacts",
    "items": "products",
    "salesOrders": "orders",
    "salesInvoices": "orders",
    "salesShipments": "orders",
    "salesCreditMemos": "returns",
}


def events(body: bytes, *, secret: str) -> list[Event]:
    """The events of a delivery that carries the secret.

    An order's documents are named by ids that are not the order's: then the whole stream is asked
    for, as far as it changed. An order that was deleted may just have been posted.
    """
    verify_business_central(body, secrets=[secret])
    found = business_central_events(body, streams=STREAMS)
    return [replace(one, external_id=None, kind="changed") if one.stream == "orders" else one
            for one in found]  # fmt: skip


def subscribe(api: Api, url: str, *, secret: str, entities: Sequence[str]) -> int:
    """How many subscriptions to `url` were made or renewed: one for each entity.

    To be called every two days; `url` must answer the handshake while this waits.
    """
    there = {_entity(row): row for row in rows_of(api.outside("GET", "/subscriptions"))
             if row.get("notificationUrl") == url}  # fmt: skip
    for entity in entities:
        told = {"notificationUrl": url, "resource": f"/api/v2.0{api.company}/{entity}",
                "clientState": secret}  # fmt: skip
        known = there.get(entity)
        if known is None:
            api.outside("POST", "/subscriptions", json=told, repeatable=False)
        else:
            path = f"/subscriptions('{_identity(known)}')"
            etag = {"If-Match": str(known.get("@odata.etag") or "*")}
            api.outside("PATCH", path, json=told, headers=etag)
    return len(entities)


def _entity(row: Mapping[str, Any]) -> str:
    return str(row.get("resource")).rpartition("/")[2]


def _identity(row: Mapping[str, Any]) -> str:
    found = row.get("subscriptionId")
    if not isinstance(found, str) or not found.isalnum():
        raise NotReadable("a subscription of Business Central has no id.")
    return found

"""The shapes of Shopify's records and answers, for the fake shop."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from crmsync.testing import Answer

LISTS = ("addressesV2", "lineItems", "fulfillmentOrders", "variants")
COST = {
    "requestedQueryCost": 42,
    "actualQueryCost": 12,
    "throttleStatus": {
        "maximumAvailable": 20000.0,
        "currentlyAvailable": 19958,
        "restoreRate": 1000.0,
    },
}


def snake(name: str) -> str:
    """An operation's name as the fake's methods are called."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def gid(kind: str, number: Any) -> str:
    return f"gid://shopify/{kind}/{number}"


def bag(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount}}


def priced(euros: int) -> dict[str, Any]:
    """What Shopify keeps in stock of a variant, as far as its cost."""
    return {"unitCost": {"amount": f"{euros}.20", "currencyCode": "EUR"}}


def phone_of(number: str) -> dict[str, Any]:
    said = {"state": "NEVER_SUBSCRIBED", "optInLevel": None, "updatedAt": None,
            "sourceLocation": None}  # fmt: skip
    return {"phoneNumber": number, "smsMarketingConsent": said}


def line(number: int, amount: str) -> dict[str, Any]:
    """A line of two, with a discount of 1 on both."""
    full = str(Decimal(amount) + 1)
    return {"id": gid("LineItem", 1000 + number), "sku": f"KAFFEE-{number}", "title": "Kaffee",
            "variantTitle": "1 kg", "quantity": 2, "vendor": "Rösterei", "isGiftCard": False,
            "originalTotalSet": bag(full), "product": {"productType": "Kaffee"},
            "discountAllocations": [{"allocatedAmountSet": bag("1.00")}],
            "taxLines": [{"ratePercentage": 7.0}],
            "variant": {"id": gid("ProductVariant", number), "barcode": None}}  # fmt: skip


def connection(rows: Any, start: int, size: int, *, name: str = "") -> Any:
    """Some of the records of a connection; what is no list stays as it is."""
    if not isinstance(rows, list):
        return rows
    end = start + size
    cursor = f"{name}-{end}" if name else str(end)
    info = {"hasNextPage": end < len(rows), "endCursor": cursor if end < len(rows) else None}
    return {"nodes": rows[start:end], "pageInfo": info}


def as_node(row: Mapping[str, Any], size: int) -> dict[str, Any]:
    """A record as it stands in a page."""
    told = {name: connection(value, 0, size, name=name) if name in LISTS else deepcopy(value)
            for name, value in row.items() if name != "_hidden"}  # fmt: skip
    refunds = told.get("refunds")
    for refund in refunds if isinstance(refunds, list) else ():
        if isinstance(refund, dict):
            refund["refundLineItems"] = connection(refund["refundLineItems"], 0, size)
    if row.get("_hidden"):
        told |= {"firstName": None, "lastName": None}
    return told


def lines_of(rows: list[dict[str, Any]]) -> list[str]:
    """The lines of a bulk result: children first, in any order, with their parent's id."""
    found = []
    for row in rows:
        hidden = {"firstName": None, "lastName": None} if row.pop("_hidden", None) else {}
        for name in LISTS:
            children = row.get(name)
            if isinstance(children, list) and all(isinstance(one, dict) for one in children):
                found += [{**one, "__parentId": row["id"]} for one in row.pop(name)]
        for refund in row.get("refunds") or ():
            if isinstance(refund, dict):
                refund.pop("refundLineItems")
        found.append({**row, **hidden})
    return [json.dumps(one, ensure_ascii=False) for one in reversed(found)]


def answered(data: Mapping[str, Any], errors: Any = ()) -> Answer:
    told = {"data": data, "extensions": {"cost": COST}}
    return Answer(data={**told, "errors": errors} if errors else told)


def denied(path: list[Any]) -> dict[str, Any]:
    told = "This app is not approved to use the field. See https://shopify.dev for more details."
    return {"message": told, "path": path, "extensions": {"code": "ACCESS_DENIED"}}


def failed(code: str, *, message: str = "no") -> Answer:
    told = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return Answer(data={**told, "extensions": {"cost": COST}})


def stale() -> dict[str, Any]:
    return {"field": ["metafields", "0"], "message": "stale", "code": "STALE_OBJECT"}

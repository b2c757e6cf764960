"""tap-shopify (3.x, GraphQL): customers, orders, refunds, variants and locations."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crmsync_singer.presets.preset import Preset, Raw, amount, part, rows

PROVEN = "CONFIRMED_OPT_IN"
"""The level at which Shopify has had a consent confirmed by a link (double opt-in)."""
STATES = {"UNSUBSCRIBED": "withdrawn", "REDACTED": "withdrawn", "PENDING": "pending"}
CONSENTS = {"email": "emailMarketingConsent", "sms": "smsMarketingConsent"}

ADDRESS = {
    "recipient": "name",
    "company": "company",
    "street": "address1",
    "lines": ["address2"],
    "postal_code": "zip",
    "city": "city",
    "region": "province",
    "country": "countryCodeV2",
}


def with_consents(raw: Raw) -> Raw:
    """The customer with what he allowed: a consent without its proof is none."""
    told: dict[str, Any] = {
        f"_{channel}": _consent(raw[column])
        for channel, column in CONSENTS.items()
        if column in raw
    }
    if "email" in raw and "verifiedEmail" in raw:  # it says nothing of an address not shown
        told["_verified"] = raw["verifiedEmail"]
    return {**raw, **told}


def _consent(told: Any) -> dict[str, Any] | None:
    if not isinstance(told, Mapping):
        return None
    state, at = told.get("marketingState"), told.get("consentUpdatedAt")
    if state == "SUBSCRIBED" and told.get("marketingOptInLevel") == PROVEN and at:
        return {"state": "granted", "at": at, "basis": "consent",
                "evidence": f"Shopify, {PROVEN}, {at}"}  # fmt: skip
    return {"state": STATES.get(str(state)), "at": at, "basis": None, "evidence": None}


def _allowed(channel: str) -> dict[str, Any]:
    return {name: f"_{channel}.{name}" for name in ("at", "basis", "evidence")} | {
        "field": f"_{channel}.state"
    }


def with_amounts(raw: Raw) -> Raw:
    """The order with what each line came to, after all discounts, and its state in one word."""
    lines = [{**line, "_amount": _net(line)} for line in rows(raw, "lineItems")]
    done = raw.get("displayFulfillmentStatus") == "FULFILLED"
    state = "cancelled" if raw.get("cancelledAt") else "completed" if done else "open"
    return {**raw, "_lines": lines, "_state": state}


def _net(line: Raw) -> Decimal | None:
    """The line's original total less what discounts take off, those of the whole order too."""
    total = amount(part(line, "originalTotalSet.shopMoney.amount"))
    if total is None:
        return None
    off = (amount(part(one, "allocatedAmountSet.shopMoney.amount"))
           for one in rows(line, "discountAllocations"))  # fmt: skip
    return total - sum((one for one in off if one), Decimal(0))


def sold(raw: Raw) -> Raw | None:
    """A variant that lines can name; one without a sku is of no interest."""
    return raw if raw.get("sku") else None


STREAMS: Mapping[str, Preset] = {
    "stores": Preset(
        kind="stores",
        stream="locations",
        map={"key": "id", "name": "name", "postal_code": "address.zip", "city": "address.city"},
    ),
    "products": Preset(
        kind="products",
        stream="product_variants",
        map={"sku": "sku", "name": "displayName", "gtin": "barcode"},
        prepare=sold,
    ),
    "customers": Preset(
        kind="customers",
        stream="customers",
        map={
            "given_name": "firstName",
            "family_name": "lastName",
            "contacts.email": {"field": "email", "verified": "_verified"},
            "contacts.phone": "phone",
            "addresses": {"from": "addresses", **ADDRESS},
            "language": "locale",
            "marks": "tags",
            "since": "createdAt",
            "changed_at": "updatedAt",
            "consents.email.marketing": _allowed("email"),
            "consents.sms.marketing": _allowed("sms"),
        },
        prepare=with_consents,
        reads=(*CONSENTS.values(), "verifiedEmail"),
    ),
    "orders": Preset(
        kind="orders",
        stream="orders",
        map={
            "number": "name",
            "customer": "customer.id",
            "guest.contacts.email": "email",
            "guest.contacts.phone": "phone",
            "guest.given_name": "billingAddress.firstName",
            "guest.family_name": "billingAddress.lastName",
            "guest.company": "billingAddress.company",
            "channel": {"field": "sourceName", "values": {"pos": "pos"}, "other": "web"},
            "store": "retailLocation.id",
            "placed_at": "processedAt",
            "status": "_state",
            "currency": "currencyCode",
            "prices_include_tax": "taxesIncluded",
            "shipping": "totalShippingPriceSet.shopMoney.amount",
            "test": "test",
            "delivery.shipped_at": "fulfillments.0.createdAt",
            "delivery.delivered_at": "fulfillments.0.deliveredAt",
            "delivery.promised_on": "fulfillments.0.estimatedDeliveryAt",
            "delivery.carrier": "fulfillments.0.trackingInfo.0.company",
        },
        lines={
            "from": "_lines",
            "sku": "sku",
            "title": "name",
            "brand": "vendor",
            "quantity": "quantity",
            "amount": "_amount",
            "gift_card": "isGiftCard",
        },
        prepare=with_amounts,
        reads=("lineItems", "cancelledAt", "displayFulfillmentStatus"),
    ),
    "returns": Preset(
        kind="returns",
        stream="order_refunds",
        map={"order": "order.id", "returned_at": "createdAt", "reason": "note"},
        lines={
            "from": "refundLineItems",
            "sku": "lineItem.sku",
            "title": "lineItem.name",
            "quantity": "quantity",
            "amount": "subtotalSet.shopMoney.amount",
        },
    ),
}

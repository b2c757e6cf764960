"""Customers, orders, products and locations as Shopify tells them become ours."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from crmsync_shopify.catalogue import location, products
from crmsync_shopify.customers import customer
from crmsync_shopify.orders import money, order
from crmsync_shopify.settings import ShopifySettings
from pydantic import ValidationError
from shopify_shapes import bag, line

from crmsync.errors import RecordError
from crmsync.model.told import ToldDelivery, ToldOrder, ToldReturn

OWN = ShopifySettings.model_validate(
    {"shop": "laden", "token": "geheim", "metafields": {"salutation": "custom.anrede"}}
)
HOME = {"id": "gid://shopify/MailingAddress/1", "name": "Käthe Moorbach", "company": "Hof GmbH",
        "address1": "Lerchenweg 7", "address2": "Hinterhaus", "zip": "50667", "city": "Köln",
        "province": None, "countryCodeV2": "DE", "phone": "+4922147100777"}  # fmt: skip
KAETHE = {
    "id": "gid://shopify/Customer/1", "createdAt": "2026-01-02T10:00:00Z",
    "updatedAt": "2026-11-02T10:00:00Z", "firstName": "Käthe", "lastName": "Moorbach",
    "locale": "de-DE", "tags": ["Stammkundin"], "verifiedEmail": True,
    "defaultEmailAddress": {"emailAddress": "kaethe@example.org", "marketingState": "SUBSCRIBED",
                            "marketingOptInLevel": "CONFIRMED_OPT_IN",
                            "marketingUpdatedAt": "2026-03-01T10:00:00Z",
                            "sourceLocation": {"id": "gid://shopify/Location/3"}},
    "defaultPhoneNumber": {"phoneNumber": "+4922147100123", "smsMarketingConsent": {
        "state": "UNSUBSCRIBED", "optInLevel": None, "updatedAt": "2026-04-01T10:00:00Z",
        "sourceLocation": None}},
    "defaultAddress": {"id": HOME["id"]}, "addressesV2": [HOME],
    "meta_salutation": {"value": "Frau", "compareDigest": "x"},
}  # fmt: skip


def email(**more: Any) -> dict[str, Any]:
    raw = deepcopy(KAETHE)
    raw["defaultEmailAddress"] |= more  # type: ignore[operator]
    return raw


def test_a_customer() -> None:
    told = customer(KAETHE, OWN)
    assert (told.salutation, told.given_name, told.family_name) == ("Frau", "Käthe", "Moorbach")
    assert (told.company, told.marks) == ("Hof GmbH", ("Stammkundin",))
    assert told.since == "2026-01-02T10:00:00Z", "the shop's zone decides which day that is"
    (home,) = told.addresses
    assert (home.type, home.street, home.lines) == ("home", "Lerchenweg 7", ("Hinterhaus",))
    values = [(one.channel, one.value) for one in told.contacts]
    assert values == [("email", "kaethe@example.org"), ("phone", "+4922147100123"),
                      ("phone", "+4922147100777")]  # fmt: skip


def test_a_confirmed_consent_is_proven_and_an_objection_is_told() -> None:
    mail, sms = customer(KAETHE, OWN).consents
    assert (mail.channel, mail.state, mail.at) == ("email", "granted", "2026-03-01T10:00:00Z")
    assert mail.evidence
    assert mail.source == "gid://shopify/Location/3"
    assert (sms.channel, sms.state, sms.contact) == ("sms", "withdrawn", "+4922147100123")


@pytest.mark.parametrize("level", ["SINGLE_OPT_IN", "UNKNOWN", None])
def test_a_consent_that_was_not_confirmed_has_no_evidence(level: str | None) -> None:
    mail = customer(email(marketingOptInLevel=level), OWN).consents[0]
    assert (mail.state, mail.evidence, mail.basis) == ("granted", None, None)


@pytest.mark.parametrize(
    ("said", "state"),
    [("PENDING", "pending"), ("INVALID", "bounced"), ("REDACTED", "blocked"), ("NEU", "unknown")],
)
def test_states_of_a_consent(said: str, state: str) -> None:
    assert customer(email(marketingState=said), OWN).consents[0].state == state


def test_silence_is_no_consent() -> None:
    told = customer(email(marketingState="NOT_SUBSCRIBED"), OWN)
    assert [one.channel for one in told.consents] == ["sms"]


def test_what_is_not_shown_is_left_out_and_null_is_empty() -> None:
    raw = {**KAETHE, "lastName": None}
    for name in ("firstName", "defaultPhoneNumber", "addressesV2"):
        del raw[name]
    told = customer(raw, OWN).model_fields_set
    assert "family_name" in told
    assert not told & {"given_name", "contacts", "addresses", "company"}


def test_without_phones_contacts_are_the_email_alone() -> None:
    raw = {name: value for name, value in KAETHE.items() if name != "defaultPhoneNumber"}
    raw["addressesV2"] = []
    own = OWN.model_copy(update={"phones": False})
    assert [one.channel for one in customer(raw, own).contacts] == ["email"]


def test_the_company_somebody_buys_for() -> None:
    raw = {**KAETHE, "companyContactProfiles": [{"company": {"name": "Gasthof Löwe"}}]}
    assert customer(raw, OWN).company == "Gasthof Löwe"


def sold(**more: Any) -> dict[str, Any]:
    plain = {"id": "gid://shopify/Order/1", "name": "#1001", "processedAt": "2026-11-03T10:15:00Z",
             "cancelledAt": None, "closedAt": None, "test": False, "currencyCode": "EUR",
             "taxesIncluded": True, "sourceName": "web", "email": None, "phone": None,
             "displayFulfillmentStatus": "UNFULFILLED", "retailLocation": None,
             "customer": {"id": "gid://shopify/Customer/1"}, "billingAddress": None,
             "shippingLine": {"discountedPriceSet": bag("4.90")}, "shippingAddress": None,
             "lineItems": [line(1, "10.90")], "fulfillments": [], "refunds": []}  # fmt: skip
    return {**plain, **more}


def sale(**more: Any) -> ToldOrder:
    (found,) = [one for one in order(sold(**more)) if isinstance(one, ToldOrder)]
    return found


def test_an_order() -> None:
    told = sale()
    assert (told.number, told.status, told.channel) == ("#1001", "open", "web")
    assert (told.customer, told.shipping) == ("gid://shopify/Customer/1", Decimal("4.90"))
    (row,) = told.lines
    assert (row.amount, row.discount, row.quantity) == (Decimal("10.90"), Decimal("1.00"), 2)
    assert (row.title, row.category, row.tax_rate) == ("Kaffee – 1 kg", "Kaffee", Decimal("7.0"))


def test_a_guest_and_nobody() -> None:
    told = sale(customer=None, email="gast@example.org", shippingAddress=HOME)
    assert told.customer is None
    assert told.guest is not None
    assert (told.guest.name, told.guest.addresses[0].type) == ("Käthe Moorbach", "shipping")
    nobody = sale(
        customer=None, sourceName="pos", retailLocation={"id": "gid://shopify/Location/3"}
    )
    assert (nobody.guest, nobody.channel) == (None, "pos")
    assert nobody.store == "gid://shopify/Location/3"


@pytest.mark.parametrize(
    ("more", "status"),
    [({"cancelledAt": "2026-11-04T10:00:00Z"}, "cancelled"),
     ({"closedAt": "2026-11-04T10:00:00Z"}, "completed"),
     ({"displayFulfillmentStatus": "FULFILLED"}, "completed")],
)  # fmt: skip
def test_states_of_an_order(more: dict[str, Any], status: str) -> None:
    assert sale(**more).status == status


def refund(paid: str, *rows: tuple[str, str], note: str | None = None) -> dict[str, Any]:
    lines = [{"quantity": 1, "subtotalSet": bag(amount), "totalTaxSet": bag(tax),
              "lineItem": {"id": line(1, "1")["id"]}} for amount, tax in rows]  # fmt: skip
    return {"id": "gid://shopify/Refund/1", "processedAt": "2026-11-10T08:00:00Z", "note": note,
            "totalRefundedSet": bag(paid), "refundLineItems": lines}  # fmt: skip


def given_back(one: dict[str, Any], **more: Any) -> ToldReturn:
    (found,) = [it for it in order(sold(refunds=[one], **more)) if isinstance(it, ToldReturn)]
    return found


def test_goods_that_came_back_and_what_was_paid_beyond_them() -> None:
    told = given_back(refund("15.80", ("10.90", "0.71"), note="zu bitter"))
    assert [(row.sku, str(row.amount)) for row in told.lines] == [("KAFFEE-1", "10.90"),
                                                                  (None, "4.90")]  # fmt: skip
    assert (told.order, told.reason) == ("gid://shopify/Order/1", "zu bitter")


def test_less_was_paid_back_than_the_goods_cost() -> None:
    assert [row.amount for row in given_back(refund("8", ("10.90", "0.71"))).lines] == [8]


def test_goods_without_money_count_with_their_price() -> None:
    told = given_back(refund("0", ("10.90", "0.71")))
    assert [str(row.amount) for row in told.lines] == ["10.90"]


def test_net_prices() -> None:
    told = given_back(refund("11.66", ("10.90", "0.76")), taxesIncluded=False)
    assert [str(row.amount) for row in told.lines] == ["10.90"]
    assert not told.prices_include_tax
    less = given_back(refund("5.83", ("10.90", "0.76")), taxesIncluded=False)
    assert [row.amount for row in less.lines] == [Decimal("5.45")], "half of it, without the tax"


def test_a_refund_of_a_cancelled_order_is_none() -> None:
    raw = sold(cancelledAt="2026-11-04T10:00:00Z", refunds=[refund("10.90", ("10.90", "0.71"))])
    assert [type(one) for one in order(raw)] == [ToldOrder]


def parcel(**more: Any) -> dict[str, Any]:
    plain = {"id": "gid://shopify/Fulfillment/1", "status": "SUCCESS", "inTransitAt": None,
             "createdAt": "2026-11-04T09:00:00Z", "deliveredAt": "2026-11-06T12:00:00Z",
             "estimatedDeliveryAt": "2026-11-05T18:00:00Z",
             "trackingInfo": [{"company": "DHL"}]}  # fmt: skip
    return {**plain, **more}


def promise(**more: Any) -> dict[str, Any]:
    plain = {"id": "gid://shopify/FulfillmentOrder/1", "status": "OPEN", "fulfillBy": None,
             "deliveryMethod": {"methodType": "SHIPPING",
                                "maxDeliveryDateTime": "2026-11-05T20:00:00Z"}}  # fmt: skip
    return {**plain, **more}


def delivered(**more: Any) -> list[ToldDelivery]:
    return [one for one in order(sold(**more)) if isinstance(one, ToldDelivery)]


def test_a_parcel() -> None:
    (told,) = delivered(fulfillments=[parcel(), parcel(status="CANCELLED")])
    assert (told.promised_on, told.shipped_at) == ("2026-11-05T18:00:00Z", "2026-11-04T09:00:00Z")
    assert (told.delivered_at, told.carrier) == ("2026-11-06T12:00:00Z", "DHL")


def test_what_was_promised() -> None:
    (told,) = delivered(fulfillments=[parcel()], fulfillmentOrders=[promise(status="CLOSED")])
    assert told.promised_on == "2026-11-05T20:00:00Z"
    pickup = promise(deliveryMethod={"methodType": "PICK_UP", "maxDeliveryDateTime": None},
                     fulfillBy="2026-11-07T10:00:00Z")  # fmt: skip
    (open_one,) = delivered(fulfillmentOrders=[pickup])
    assert (open_one.method, open_one.promised_on) == ("pickup", "2026-11-07T10:00:00Z")
    assert not delivered(fulfillmentOrders=[promise(status="CANCELLED")])


def test_what_is_handed_over_the_counter_is_no_delivery() -> None:
    handed = parcel(deliveredAt=None, trackingInfo=[])
    assert not delivered(sourceName="pos", fulfillments=[handed])
    assert delivered(sourceName="pos", fulfillments=[parcel()])


@pytest.mark.parametrize("amount", ["0.29", "8029.35", "-1.10", "0.0"])
def test_money_is_exact(amount: str) -> None:
    assert money(bag(amount)) == Decimal(amount)


@pytest.mark.parametrize("told", [{}, {"shopMoney": {"amount": "viel"}}, {"shopMoney": None}])
def test_what_is_no_money_parks(told: Any) -> None:
    with pytest.raises(RecordError, match="amount"):
        money(told)


def test_each_variant_is_a_product() -> None:
    variants = [{"id": "gid://shopify/ProductVariant/1", "sku": "K-1", "barcode": "4006381333931",
                 "title": "Default Title"},
                {"id": "gid://shopify/ProductVariant/2", "sku": "", "barcode": "",
                 "title": "1 kg"}]  # fmt: skip
    raw = {"title": "Kaffee", "vendor": "Rösterei", "productType": "Getränk", "variants": variants,
           "category": {"fullName": "Lebensmittel > Kaffee"}}  # fmt: skip
    first, second = products(raw)
    assert (first.sku, first.name, first.gtin) == ("K-1", "Kaffee", "4006381333931")
    assert (second.sku, second.name) == ("gid://shopify/ProductVariant/2", "Kaffee – 1 kg")
    assert (second.category, second.brand, second.gtin) == ("Lebensmittel > Kaffee", "Rösterei",
                                                            None)  # fmt: skip
    assert (first.cost, first.currency) == (None, None), "costs were not asked for"


@pytest.mark.parametrize(
    ("item", "cost", "currency"),
    [({"unitCost": {"amount": "6.20", "currencyCode": "EUR"}}, "6.20", "EUR"),
     ({"unitCost": {"amount": "0.00", "currencyCode": "EUR"}}, "0.00", "EUR"),
     ({"unitCost": None}, None, None), ({}, None, None)],
)  # fmt: skip
def test_what_a_variant_costs(item: dict[str, Any], cost: str | None, currency: str | None) -> None:
    variant = {"id": "gid://shopify/ProductVariant/1", "sku": "K-1", "inventoryItem": item}
    (told,) = products({"title": "Kaffee", "variants": [variant]})
    assert (told.cost, told.currency) == (cost, currency)


def test_a_location() -> None:
    told = location({"id": "gid://shopify/Location/3", "name": "Köln",
                     "address": {"zip": "50667", "city": "Köln"}})  # fmt: skip
    assert (told.key, told.postal_code) == ("gid://shopify/Location/3", "50667")


@pytest.mark.parametrize(
    "told",
    [{"shop": "laden"}, {"token": "x"}, {"shop": "laden", "url": "https://a.de", "token": "x"},
     {"shop": "laden", "token": "x", "metafields": {"salutation": 'a.b") { x }'}},
     {"shop": "laden", "token": "x", "metafields": {"family_name": "a.b"}}],
)  # fmt: skip
def test_settings_that_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ShopifySettings.model_validate(told)


@pytest.mark.parametrize("hidden", ["defaultPhoneNumber", "defaultEmailAddress"])
def test_an_objection_is_told_though_another_contact_point_is_not_shown(hidden: str) -> None:
    said = {"marketingState": "UNSUBSCRIBED"}
    whole: dict[str, Any] = KAETHE
    raw = {**whole, "defaultEmailAddress": {**whole["defaultEmailAddress"], **said},
           "defaultPhoneNumber": {**whole["defaultPhoneNumber"],
                                  "smsMarketingConsent": {"state": "UNSUBSCRIBED"}}}  # fmt: skip
    told = customer({name: one for name, one in raw.items() if name != hidden}, OWN)
    wanted = "email" if hidden == "defaultPhoneNumber" else "sms"
    assert [(one.channel, one.state) for one in told.consents] == [(wanted, "withdrawn")]
    assert "contacts" not in told.model_fields_set

"""The presets read records as the taps write them; the people in them are invented."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from crmsync_singer import Singer
from crmsync_singer.plan import plans
from crmsync_singer.presets import TAPS, presets
from crmsync_singer.settings import SingerSettings

from crmsync.mapping.draft import flatten
from crmsync.model.stream import Connection
from crmsync.model.told import ToldConsentEvent, ToldCustomer, ToldDelivery, ToldOrder, ToldReturn

FIELDS = json.loads(Path(__file__).with_name("data").joinpath("singer_fields.json").read_text())
BY_THE_BACKEND = {
    "tap-hubspot": ("property_",),
    "tap-klaviyo": ("location.",),
}
"""Fields that no schema of the tap lists: the backend tells them when the tap asks."""


def singer(tap: str, **more: Any) -> Singer:
    settings = SingerSettings.model_validate({"tap": tap, **more})
    return Singer(settings, Connection(name="crm", controller="haus"))


def say(tap: str, stream: str, record: Mapping[str, Any]) -> list[Any]:
    """What a preset says of one record, alone and as a page."""
    connector = singer(tap)
    (own,) = (one for one in connector.streams() if one.name == stream)
    before = json.dumps(record)
    found = list(connector.map(own, record))
    assert json.dumps(record) == before
    connector.map_page(own, [record])
    return found


def one(tap: str, stream: str, record: Mapping[str, Any]) -> Any:
    (found,) = say(tap, stream, record)
    return found


def consents(told: Any) -> list[tuple[str, str]]:
    return [(each.channel, each.state) for each in told.consents]


@pytest.mark.parametrize("tap", TAPS)
def test_every_preset_can_be_read(tap: str) -> None:
    found = {one.name: one for one in singer(tap).streams()}
    assert found.keys() == presets(tap).keys()
    assert "customers" in found
    if any(name.startswith("consents") for name, _ in flatten(presets(tap)["customers"].map)):
        assert "consents" in found["customers"].also


def _read(tap: str) -> Iterator[tuple[str, str]]:
    """The stream and every field that a preset reads at a record's top or inside objects."""
    for plan in plans(SingerSettings.model_validate({"tap": tap}), connection="crm"):
        for field in plan.choice.fields or ():
            if not field.startswith("_"):
                yield plan.choice.stream, field


@pytest.mark.parametrize("tap", sorted(FIELDS))
def test_what_is_selected_stands_in_the_taps_published_schemas(tap: str) -> None:
    known = FIELDS[tap]["streams"]
    for stream, field in _read(tap):
        tops = {name.partition(".")[0] for name in known[stream]}
        assert field in tops or field.startswith(BY_THE_BACKEND.get(tap, ())), (stream, field)


@pytest.mark.parametrize("tap", sorted(FIELDS))
def test_what_is_mapped_stands_in_the_taps_published_schemas(tap: str) -> None:
    for preset in presets(tap).values():
        for _, spec in flatten(preset.map):
            if isinstance(spec, str) and not spec.startswith("_"):
                path = ".".join(part for part in spec.split(".") if not part.isdecimal())
                told = path in FIELDS[tap]["streams"][preset.stream]
                assert told or path.startswith(BY_THE_BACKEND.get(tap, ())), (preset.stream, path)


HOME = {"name": "Änne Quittenbaum", "address1": "Drosselgässchen 7", "address2": "Hinterhaus",
        "zip": "50667", "city": "Köln", "province": None, "countryCodeV2": "DE"}  # fmt: skip


def _shopify(**consent: Any) -> ToldCustomer:
    record = {
        "id": "gid://shopify/Customer/7",
        "firstName": "Änne",
        "lastName": "Quittenbaum",
        "email": "aenne@example.org",
        "verifiedEmail": True,
        "phone": "+492214710007",
        "addresses": [HOME],
        "locale": "de-DE",
        "tags": ["Stammkundin"],
        "emailMarketingConsent": {"consentUpdatedAt": "2026-02-01T10:00:00Z", **consent},
        "smsMarketingConsent": None,
        "updatedAt": "2026-10-01T10:00:00Z",
    }
    found: ToldCustomer = one("tap-shopify", "customers", record)
    return found


def test_a_customer_of_shopify() -> None:
    told = _shopify(marketingState="UNSUBSCRIBED", marketingOptInLevel="SINGLE_OPT_IN")
    assert (told.given_name, told.family_name, told.marks) == (
        "Änne", "Quittenbaum", ("Stammkundin",))  # fmt: skip
    assert [(each.channel, each.verified) for each in told.contacts] == [
        ("email", True), ("phone", False)]  # fmt: skip
    assert (told.addresses[0].street, told.addresses[0].lines) == (
        "Drosselgässchen 7", ("Hinterhaus",))  # fmt: skip
    assert consents(told) == [("email", "withdrawn")]


@pytest.mark.parametrize(
    ("state", "level", "wanted"),
    [
        ("SUBSCRIBED", "CONFIRMED_OPT_IN", "granted"),
        ("SUBSCRIBED", "SINGLE_OPT_IN", None),
        ("SUBSCRIBED", None, None),
        ("PENDING", "CONFIRMED_OPT_IN", "pending"),
        ("NOT_SUBSCRIBED", "CONFIRMED_OPT_IN", None),
        ("REDACTED", None, "withdrawn"),
    ],
)
def test_only_a_confirmed_consent_of_shopify_is_one(
    state: str, level: str | None, wanted: str | None
) -> None:
    told = _shopify(marketingState=state, marketingOptInLevel=level)
    assert [each.state for each in told.consents] == ([wanted] if wanted else [])
    assert all(each.evidence for each in told.consents if each.state == "granted")


def test_a_consent_that_is_not_dated_grants_nothing() -> None:
    told = _shopify(
        marketingState="SUBSCRIBED", marketingOptInLevel="CONFIRMED_OPT_IN", consentUpdatedAt=None
    )
    assert told.consents == ()


def test_an_order_of_shopify_with_its_delivery() -> None:
    def money(amount: Any) -> dict[str, Any]:
        return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}}

    line = {"sku": "KAFFEE-1", "name": "Kaffee, 250 g", "vendor": "Rösterei", "quantity": 2,
            "originalTotalSet": money(19.98), "isGiftCard": False,
            "discountAllocations": [{"allocatedAmountSet": money(1.1)},
                                    {"allocatedAmountSet": money(0.89)}]}  # fmt: skip
    record = {
        "id": "gid://shopify/Order/9", "name": "#1009", "customer": None,
        "email": "gast@example.org",
        "billingAddress": {"firstName": "Ömer", "lastName": "Moorbach"},
        "sourceName": "pos", "retailLocation": {"id": "gid://shopify/Location/1"},
        "processedAt": "2026-10-03T09:00:00Z", "currencyCode": "EUR", "taxesIncluded": True,
        "totalShippingPriceSet": money(4.9), "test": False, "lineItems": [line],
        "displayFulfillmentStatus": "FULFILLED", "cancelledAt": None,
        "fulfillments": [{"createdAt": "2026-10-04T08:00:00Z", "deliveredAt": None,
                          "trackingInfo": [{"company": "DHL"}]}],
    }  # fmt: skip
    order, delivery = say("tap-shopify", "orders", record)
    assert isinstance(order, ToldOrder)
    assert isinstance(delivery, ToldDelivery)
    assert (order.guest and order.guest.family_name, order.channel) == ("Moorbach", "pos")
    assert (str(order.lines[0].amount), order.status, order.shipping) == (
        "17.99", "completed", "4.9")  # fmt: skip
    assert (delivery.carrier, delivery.shipped_at) == ("DHL", "2026-10-04T08:00:00Z")


def test_a_refund_and_a_variant_of_shopify() -> None:
    line = {"quantity": 1, "subtotalSet": {"shopMoney": {"amount": "9.99"}},
            "lineItem": {"sku": "KAFFEE-1", "name": "Kaffee"}}  # fmt: skip
    told = one("tap-shopify", "returns",
               {"id": "r", "order": {"id": "o"}, "createdAt": "2026-10-05T08:00:00Z",
                "note": "zu bitter", "refundLineItems": [line]})  # fmt: skip
    assert isinstance(told, ToldReturn)
    assert (told.order, told.reason, told.lines[0].amount) == ("o", "zu bitter", "9.99")
    assert say("tap-shopify", "products", {"id": "v", "sku": "", "displayName": "ohne"}) == []
    assert one("tap-shopify", "products", {"id": "v", "sku": "K", "displayName": "mit"}).sku == "K"


def test_a_contact_and_a_deal_of_hubspot() -> None:
    record = {"id": "51", "property_salutation": "Frau", "property_firstname": "Ulrike",
              "property_lastname": "Oßwald", "property_email": "ulrike@example.org",
              "property_hs_email_optout": True, "property_zip": "04109", "archived": False,
              "updatedAt": "2026-10-01T08:00:00Z"}  # fmt: skip
    told = one("tap-hubspot", "customers", record)
    assert (told.salutation, told.family_name) == ("Frau", "Oßwald")
    assert consents(told) == [("email", "objected")]
    never = one("tap-hubspot", "customers", {**record, "property_hs_email_optout": False})
    assert never.consents == ()
    deal = {"dealId": 8, "associations": {"associatedVids": [51]}, "isDeleted": False,
            "property_amount": {"value": 119.5}, "property_dealstage": {"value": "closedwon"},
            "property_closedate": {"value": "2026-09-30T10:00:00Z"},
            "property_dealname": {"value": "Kaffeemaschine"}}  # fmt: skip
    order = one("tap-hubspot", "orders", deal)
    assert (order.customer, order.status, str(order.lines[0].amount)) == (
        "51", "completed", "119.5")  # fmt: skip
    assert say("tap-hubspot", "orders", {**deal, "property_amount": {"value": None}}) == []


def test_salesforce() -> None:
    contact = {"Id": "003", "Salutation": "Herr", "FirstName": "Jörg", "LastName": "Tannhäuser",
               "Email": "joerg@example.org", "HasOptedOutOfEmail": False, "DoNotCall": True,
               "HasOptedOutOfFax": None, "MailingCity": "Leipzig", "IsDeleted": False}  # fmt: skip
    told = one("tap-salesforce", "customers", contact)
    assert (told.family_name, told.addresses[0].city) == ("Tannhäuser", "Leipzig")
    assert consents(told) == [("phone", "objected")]
    firm = one("tap-salesforce", "accounts", {"Id": "001", "Name": "Rösterei Moorbach GmbH"})
    assert (firm.kind, firm.company) == ("firm", "Rösterei Moorbach GmbH")
    order = {"Id": "801", "OrderNumber": "00000101", "AccountId": "001", "Status": "Activated",
             "EffectiveDate": "2026-10-01", "TotalAmount": 250.0}  # fmt: skip
    sold = one("tap-salesforce", "orders", order)
    assert (sold.customer, sold.customer_stream, sold.status) == ("001", "accounts", "open")
    assert say("tap-salesforce", "orders", {**order, "TotalAmount": None}) == []
    streams = {each.name: each for each in singer("tap-salesforce").streams()}
    assert {each.deletes for each in streams.values()} == {"tombstone"}


def test_square_tells_money_in_the_minor_unit() -> None:
    def money(amount: int, currency: str = "EUR") -> dict[str, Any]:
        return {"amount": amount, "currency": currency}

    record = {"id": "o1", "location_id": "L1", "state": "COMPLETED",
              "created_at": "2026-10-01T08:00:00Z", "total_money": money(1199),
              "tenders": [{"customer_id": "c7"}],
              "service_charges": [{"name": "Gedeck", "total_money": money(200)}],
              "line_items": [{"name": "Kaffee", "quantity": "1",
                              "total_money": money(999)}]}  # fmt: skip
    order = one("tap-square", "orders", record)
    assert [(one.title, str(one.amount)) for one in order.lines] == [
        ("Kaffee", "9.99"), ("Gedeck", "2")]  # fmt: skip
    assert order.customer == "c7"
    yen = {**record, "line_items": [{"quantity": "1", "total_money": money(999, "JPY")}]}
    assert str(one("tap-square", "orders", yen).lines[0].amount) == "999"
    back = {"id": "r", "order_id": "o1", "status": "COMPLETED", "amount_money": money(500),
            "created_at": "2026-10-02T08:00:00Z"}  # fmt: skip
    assert str(one("tap-square", "returns", back).lines[0].amount) == "5"
    assert say("tap-square", "returns", {**back, "status": "FAILED"}) == []


def test_a_customer_of_square() -> None:
    record = {"id": "c7", "given_name": "Wenzel", "family_name": "Pfefferkorn",
              "birthday": "0000-05-04", "preferences": {"email_unsubscribed": True}}  # fmt: skip
    told = one("tap-square", "customers", record)
    assert told.birth_date is None
    assert consents(told) == [("email", "objected")]
    allowed = {**record, "preferences": {"email_unsubscribed": False}}
    assert one("tap-square", "customers", allowed).consents == ()


def test_klaviyo_tells_only_who_may_not_be_written_to() -> None:
    def profile(*reasons: str) -> dict[str, Any]:
        told = [{"reason": one, "timestamp": "2026-09-01T08:00:00Z"} for one in reasons]
        return {"id": "01", "email": "zoe@example.org", "first_name": "Zoë",
                "location": {"city": "Hamburg"},
                "subscriptions": {"email": {"marketing": {"suppression": told}}}}  # fmt: skip

    states = {"HARD_BOUNCE": "bounced", "UNSUBSCRIBE": "withdrawn", "USER_SUPPRESSED": "blocked"}
    for reason, state in states.items():
        assert consents(one("tap-klaviyo", "customers", profile(reason))) == [("email", state)]
    both = one("tap-klaviyo", "customers", profile("HARD_BOUNCE", "UNSUBSCRIBE"))
    assert consents(both) == [("email", "withdrawn")]
    assert consents(one("tap-klaviyo", "customers", profile())) == [("email", "blocked")]
    event = {"id": "e", "datetime": "2026-09-01 08:00:00+00:00",
             "profile": [{"id": "01", "email": "zoe@example.org"}]}  # fmt: skip
    told = one("tap-klaviyo", "unsubscribed", event)
    assert isinstance(told, ToldConsentEvent)
    assert (told.customer, told.channel, told.state) == ("01", "email", "withdrawn")


def test_erpnext() -> None:
    told = one("tap-erpnext", "customers",
               {"name": "CUST-7", "customer_name": "Rosalie Rübsamen", "disabled": 0,
                "customer_type": "Individual", "email_id": "rosalie@example.org"})  # fmt: skip
    assert (told.kind, told.name, told.blocked) == ("person", "Rosalie Rübsamen", False)
    contact = one("tap-erpnext", "contacts", {"name": "RR", "first_name": "R", "unsubscribed": 1})
    assert consents(contact) == [("email", "objected")]
    invoice = {"name": "SINV-1", "customer": "CUST-7", "posting_date": "2026-10-01",
               "posting_time": "9:05:00", "docstatus": 1, "is_return": 0, "is_pos": 1,
               "grand_total": 23.8, "currency": "EUR"}  # fmt: skip
    order = one("tap-erpnext", "orders", invoice)
    assert (order.placed_at, order.channel, order.status) == (
        "2026-10-01T09:05:00", "pos", "completed")  # fmt: skip
    back = {**invoice, "is_return": 1, "grand_total": -23.8, "return_against": "SINV-1"}
    assert say("tap-erpnext", "orders", back) == []
    returned = one("tap-erpnext", "returns", back)
    assert (returned.order, str(returned.lines[0].amount)) == ("SINV-1", "23.8")
    assert say("tap-erpnext", "returns", invoice) == []


def test_a_stream_of_the_preset_with_a_field_of_ones_own() -> None:
    own = {"name": "customers", "map": {"loyalty_card": "property_kartennummer"}}
    connector = singer("tap-hubspot", streams=[own])
    (stream,) = connector.streams()
    record = {"id": "5", "property_lastname": "Nüssgen", "property_kartennummer": "4711"}
    (told,) = connector.map(stream, record)
    assert isinstance(told, ToldCustomer)
    assert (told.loyalty_card, told.family_name) == ("4711", "Nüssgen")
    assert connector.fingerprint(stream) != singer("tap-hubspot").fingerprint(stream)

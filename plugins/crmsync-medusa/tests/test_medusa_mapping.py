"""Customers, orders, variants and locations as Medusa tells them become ours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crmsync_medusa import Medusa
from crmsync_medusa.customers import customer, location, product
from crmsync_medusa.orders import money, order
from crmsync_medusa.settings import MedusaSettings
from fake_medusa import FakeMedusa, line

from crmsync.errors import RecordError
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.model.told import ToldDelivery, ToldOrder, ToldReturn

OWN = MedusaSettings.model_validate(
    {"url": "https://shop.example", "api_key": "sk_x", "metadata": {"salutation": "anrede"},
     "pos_channels": ["Kasse"]}
)  # fmt: skip
HOME = {"id": "cuaddr_1", "is_default_billing": False, "is_default_shipping": True,
        "company": None, "first_name": "Käthe", "last_name": "Moorbach", "phone": "0221 4710777",
        "address_1": "Lerchenweg 7", "address_2": "Hinterhaus", "city": "Köln",
        "country_code": "de", "province": None, "postal_code": "50667"}  # fmt: skip
KAETHE = {"id": "cus_1", "first_name": "Käthe", "last_name": "Moorbach", "company_name": None,
          "email": "kaethe@example.org", "phone": "0221 4710123", "metadata": {"anrede": "Frau"},
          "has_account": True, "created_at": "2026-01-02T10:00:00.000Z",
          "updated_at": "2026-11-02T10:00:00.000Z", "groups": [{"name": "stammkunden"}],
          "addresses": [HOME]}  # fmt: skip


def test_a_customer() -> None:
    told = customer(KAETHE, OWN)
    assert (told.salutation, told.given_name, told.marks) == ("Frau", "Käthe", ("stammkunden",))
    (home,) = told.addresses
    assert (home.type, home.street, home.country) == ("shipping", "Lerchenweg 7", "DE")
    assert (home.recipient, home.lines) == ("Käthe Moorbach", ("Hinterhaus",))
    values = [one.value for one in told.contacts]
    assert values == ["kaethe@example.org", "0221 4710123", "0221 4710777"]
    assert not told.consents
    assert told.since == "2026-01-02T10:00:00.000Z", "the shop's zone decides which day that is"


def test_what_is_null_is_empty() -> None:
    told = customer({**KAETHE, "metadata": None, "last_name": None}, OWN)
    assert {"salutation", "family_name"} <= told.model_fields_set
    assert (told.salutation, told.family_name) == (None, None)


def sold(**more: Any) -> dict[str, Any]:
    plain = {"id": "order_1", "display_id": 7, "status": "pending", "currency_code": "eur",
             "email": "kaethe@example.org", "customer_id": "cus_1", "shipping_total": 4.9,
             "created_at": "2026-11-03T10:15:00.000Z", "fulfillment_status": "not_fulfilled",
             "sales_channel": {"name": "Web"}, "items": [line("10.95")], "fulfillments": [],
             "shipping_address": None, "billing_address": None, "returns": [],
             "payment_collections": []}  # fmt: skip
    return {**plain, **more}


def sale(**more: Any) -> ToldOrder:
    return next(one for one in order(sold(**more), OWN) if isinstance(one, ToldOrder))


def returns(**more: Any) -> list[ToldReturn]:
    return [one for one in order(sold(**more), OWN) if isinstance(one, ToldReturn)]


def test_an_order() -> None:
    told = sale()
    assert (told.number, told.customer, told.currency) == ("7", "cus_1", "EUR")
    assert (told.shipping, told.channel) == (Decimal("4.90"), "web")
    (row,) = told.lines
    assert (row.amount, row.quantity, row.tax_rate) == (Decimal("10.95"), "2", Decimal(7))
    assert (row.title, row.sku) == ("Kaffee – 250 g", "KAFFEE-1")


@pytest.mark.parametrize(
    ("more", "status"),
    [({"status": "canceled"}, "cancelled"), ({"status": "archived"}, "completed"),
     ({"fulfillment_status": "delivered"}, "delivered"), ({"status": "requires_action"}, "open")],
)  # fmt: skip
def test_states_of_an_order(more: dict[str, Any], status: str) -> None:
    assert sale(**more).status == status


def test_a_state_nobody_knows_parks() -> None:
    with pytest.raises(RecordError, match="status"):
        sale(status="zerlegt")


def test_a_guest_and_a_till() -> None:
    told = sale(customer_id=None, billing_address=HOME, sales_channel={"name": "Kasse"})
    assert told.guest is not None
    assert (told.guest.name, told.channel) == ("Käthe Moorbach", "pos")
    assert sale(customer_id=None, email=None).guest is None


def test_a_parcel() -> None:
    parcel = {"id": "ful_1", "canceled_at": None, "shipped_at": "2026-11-04T09:00:00.000Z",
              "delivered_at": "2026-11-06T12:00:00.000Z", "provider_id": "dhl"}  # fmt: skip
    gone = {**parcel, "id": "ful_2", "canceled_at": "2026-11-04T09:00:00.000Z"}
    (told,) = [one for one in order(sold(fulfillments=[parcel, gone]), OWN)
               if isinstance(one, ToldDelivery)]  # fmt: skip
    assert (told.delivered_at, told.carrier) == ("2026-11-06T12:00:00.000Z", "dhl")


def back(status: str = "received", received: int = 1) -> dict[str, Any]:
    return {"id": "return_1", "status": status, "canceled_at": None, "created_at":
            "2026-11-08T10:00:00.000Z", "received_at": "2026-11-09T10:00:00.000Z",
            "items": [{"item_id": "ordli_1", "quantity": 1,
                       "received_quantity": received}]}  # fmt: skip


def paid_back(amount: str) -> list[dict[str, Any]]:
    refund = {"id": "ref_1", "amount": float(amount), "created_at": "2026-11-10T10:00:00.000Z"}
    return [{"payments": [{"refunds": [refund]}]}]


def test_goods_that_came_back_at_their_share_of_the_line() -> None:
    (told,) = returns(returns=[back(), back("requested")])
    assert [(str(row.amount), row.quantity) for row in told.lines] == [("5.48", "1")]
    assert told.returned_at == "2026-11-09T10:00:00.000Z"


def test_a_line_counts_whole_though_a_part_came_back() -> None:
    """What Medusa calls its total is of what was not sent back alone."""
    told = {**line("10.95"), "return_received_total": 10.95, "discount_total": 0.5,
            "detail": {"return_received_quantity": 1}}  # fmt: skip
    (row,) = sale(items=[told]).lines
    assert (row.amount, row.discount) == (Decimal("21.90"), Decimal("1.00"))
    (back_again,) = returns(items=[told], returns=[back()])
    assert [one.amount for one in back_again.lines] == [Decimal("10.95")]
    gone = {**line("0"), "return_received_total": 21.9, "detail": {"return_received_quantity": 2}}
    assert sale(items=[gone]).lines[0].amount == Decimal("21.90")


def test_money_that_was_paid_back_beyond_the_goods() -> None:
    goods, rest = returns(returns=[back()], payment_collections=paid_back("10.00"))
    assert [row.amount for row in rest.lines] == [Decimal("4.52")]
    assert sum(Decimal(str(row.amount)) for one in (goods, rest) for row in one.lines) == 10
    (alone,) = returns(payment_collections=paid_back("3.00"))
    assert (alone.part, alone.lines[0].amount) == ("refunds", Decimal("3.00"))
    assert not returns(status="canceled", payment_collections=paid_back("3.00"))


def test_the_last_refund_dates_them_in_whichever_order_they_come() -> None:
    (one,) = paid_back("3.00")
    earlier = {"id": "ref_0", "amount": 1.0, "created_at": "2026-11-07T10:00:00.000Z"}
    one["payments"][0]["refunds"].append(earlier)
    (told,) = returns(payment_collections=[one])
    assert told.returned_at == "2026-11-10T10:00:00.000Z"


@pytest.mark.parametrize(
    ("told", "amount"),
    [({"total": 0.29}, "0.29"), ({"total": 8029.35}, "8029.35"), ({"total": 1.605}, "1.61"),
     ({"total": 19.990000000000002, "raw_total": {"value": "19.99"}}, "19.99"), ({}, "0.00")],
)  # fmt: skip
def test_money_is_in_the_major_unit(told: dict[str, Any], amount: str) -> None:
    assert str(money({"currency_code": "eur", **told}, "total")) == amount
    assert str(money({"currency_code": "jpy", "total": 500}, "total")) == "500"


def test_what_is_no_money_parks() -> None:
    with pytest.raises(RecordError, match="total"):
        money({"currency_code": "eur", "total": "viel"}, "total")


def test_a_variant_and_a_location() -> None:
    raw = {"id": "variant_1", "sku": None, "title": "250 g", "ean": None, "upc": None,
           "barcode": "4006381333931", "product": {"title": "Kaffee", "type": {"value": "Getränk"},
                                                   "categories": [{"name": "Kaffee"}]}}  # fmt: skip
    told = product(raw)
    assert (told.sku, told.name, told.category) == ("variant_1", "Kaffee – 250 g", "Kaffee")
    assert told.gtin == "4006381333931"
    place = location({"id": "sloc_1", "name": "Lager", "address": {"city": "Köln"}})
    assert (place.key, place.city) == ("sloc_1", "Köln")


def test_what_happens_to_an_order_is_seen_though_its_stamp_stands(tmp_path: Path) -> None:
    with FakeMedusa() as fake:
        fake.fill(orders=4).secrets["key"] = "geheim"
        own = MedusaSettings.model_validate({"url": fake.url, "api_key": "geheim"})
        shop = Medusa(own, Connection(name="laden", controller="haus", base=str(tmp_path)))
        row = fake.living("orders")[0]
        row.data["fulfillment_status"] = "delivered"
        fake.advance(hours=2)
        stream = shop.streams()[-1]
        pages = shop.read(stream, Window(fake.now, None), None)
        found = {one["id"]: one for page in pages for one in page.records}
        assert found[row.id]["fulfillment_status"] == "delivered"
        shop.close()


@pytest.mark.parametrize("field", ["birth_date", "contacts.fax", "addresses.home.city"])
def test_what_has_no_place_is_refused(tmp_path: Path, field: str) -> None:
    shop = Medusa(OWN, Connection(name="laden", controller="haus", base=str(tmp_path)))
    (result,) = shop.write([Intent(id="1", key="1", external_id="cus_1", fields={field: "x"})])
    assert (result.outcome, result.field) == ("refused", field)
    shop.close()

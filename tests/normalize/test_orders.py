"""Orders, returns and deliveries: every cent and every day where it belongs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import RecordError
from crmsync.model.columns import Columns
from crmsync.model.order import Delivery, Order, OrderLine
from crmsync.model.stream import Connection
from crmsync.model.told import ToldDelivery, ToldLine, ToldOrder, ToldReturn
from crmsync.normalize.clean import clean_delivery, clean_orders, clean_return
from tests.normalize.one import clean_order

SHOP = Connection(name="shop", controller="Muster Mode GmbH")
HEMD = ToldLine(sku="H1", title="Hemd", category="Hemden", brand="Muster", size="M",
                quantity=2, amount="59,80", discount="5,00", tax_rate="19")  # fmt: skip
BUCH = ToldLine(sku="B1", title="Buch", amount=Decimal("10.70"), tax_rate=7)


def _order(*lines: ToldLine, **told: Any) -> tuple[Order, list[OrderLine]]:
    told = {"placed_at": "2026-11-21T09:30:00Z", **told}
    return _with_lines(
        clean_order(ToldOrder(lines=lines, **told), connection=SHOP, record_id=7, source_id=3)
    )


def _return(*lines: ToldLine, **told: Any) -> tuple[Order, list[OrderLine]]:
    told = {"returned_at": "2026-11-28", **told}
    return _with_lines(clean_return(
        ToldReturn(lines=lines, **told),
        connection=SHOP, record_id=8, source_id=3, order_record_id=7,
    ))  # fmt: skip


def _with_lines(order: Order) -> tuple[Order, list[OrderLine]]:
    told = enumerate(orjson.loads(order.lines))
    return order, [OrderLine(order.record_id, order.part, place, *line) for place, line in told]


def test_an_order() -> None:
    order, lines = _order(HEMD, BUCH, number="R-1", channel="pos", store="Mitte", shipping="4.90")
    assert order == Order(
        7, "order", "sale", 3, None, "R-1", "pos", "Mitte", "2026-11-21T09:30:00Z", "2026-11-21",
        10, 6, "completed", "EUR", 7050, 6025, 0, 0, 500, 490, True,
        '[["H1","Hemd","Hemden","Muster","M",2000,5980,5025,500,false,false],'
        '["B1","Buch","","","",1000,1070,1000,0,false,false]]',
    )  # fmt: skip
    assert lines[0] == OrderLine(
        7, "order", 0, "H1", "Hemd", "Hemden", "Muster", "M", 2000, 5980, 5025, 500, False, False
    )
    assert (lines[1].gross, lines[1].net, lines[1].quantity) == (1070, 1000, 1000)


def test_a_line_says_what_its_goods_cost() -> None:
    back = ToldLine(amount="-10", quantity=-1, cost="-4")
    _, lines = _order(ToldLine(amount="59,80", cost="20,5", tax_rate=19), BUCH, back)
    assert [line.cost for line in lines] == [2050, None, 400]


def test_prices_without_tax() -> None:
    order, lines = _order(
        ToldLine(amount="100", discount="10", tax_rate="19"), prices_include_tax=False
    )
    assert (order.gross, order.net, order.discount) == (11900, 10000, 1190)
    assert (lines[0].gross, lines[0].net) == (11900, 10000)


def test_without_a_tax_rate_net_is_what_was_told() -> None:
    order, _ = _order(ToldLine(amount="100"))
    assert (order.gross, order.net) == (10000, 10000)


@pytest.mark.parametrize(
    "line",
    [
        ToldLine(amount="10.70", tax_rate=7, returned=True),
        ToldLine(amount="-10.70", quantity=-1, tax_rate=7),
        ToldLine(amount="10.70", quantity="-1", tax_rate=7),
        ToldLine(amount="-10.70", tax_rate=7, returned=True),
    ],
)
def test_a_returned_line_is_positive_and_in_the_refund(line: ToldLine) -> None:
    order, lines = _order(HEMD, line)
    assert (lines[1].gross, lines[1].net, lines[1].quantity, lines[1].returned) == (
        1070, 1000, 1000, True,
    )  # fmt: skip
    assert (order.gross, order.refund_gross, order.refund_net) == (5980, 1070, 1000)
    assert order.kind == "sale"


def test_a_receipt_of_returned_lines_alone_is_a_return() -> None:
    order, _ = _order(ToldLine(amount="-10.70", quantity=-1, tax_rate=7))
    assert (order.kind, order.gross, order.refund_gross, order.counts) == ("return", 0, 1070, True)


def test_a_negative_line_is_a_deduction() -> None:
    order, lines = _order(HEMD, ToldLine(title="Rabatt", amount="-5.98", tax_rate="19"))
    assert (order.gross, order.discount, order.refund_gross) == (5382, 500 + 598, 0)
    assert (lines[1].gross, lines[1].discount, lines[1].returned) == (-598, 598, False)


def test_a_gift_card_is_a_line_and_no_revenue() -> None:
    order, lines = _order(BUCH, ToldLine(title="Gutschein", amount="50", gift_card=True))
    assert (order.gross, order.net, order.counts) == (1070, 1000, True)
    assert (lines[1].gross, lines[1].gift_card) == (5000, True)


@pytest.mark.parametrize(
    "told", [{"status": "draft"}, {"status": "cancelled"}, {"test": True}, {"staff_purchase": True}]
)
def test_what_does_not_count(told: dict[str, Any]) -> None:
    order, _ = _order(BUCH, **told)
    assert (order.counts, order.gross) == (False, 1070)


def test_an_order_without_lines_does_not_count() -> None:
    order, lines = _order()
    assert (order.counts, order.gross, order.lines, lines) == (False, 0, "[]", [])


def test_the_currency_decides_the_minor_unit() -> None:
    order, _ = _order(ToldLine(amount="500"), currency="jpy")
    assert (order.currency, order.gross) == ("JPY", 500)


def test_the_stores_zone_decides_the_day() -> None:
    told = ToldOrder(placed_at="2026-11-21T23:30:00Z", lines=(BUCH,))
    at_home = clean_order(told, connection=SHOP, record_id=7, source_id=None)
    abroad = clean_order(
        told, connection=SHOP, record_id=7, source_id=None, zone="America/New_York"
    )
    assert (at_home.day, at_home.hour, at_home.weekday) == ("2026-11-22", 0, 7)
    assert (abroad.day, abroad.hour, abroad.weekday) == ("2026-11-21", 18, 6)
    assert at_home.placed_at == abroad.placed_at


def test_a_line_without_sku_is_known_by_its_gtin() -> None:
    _, lines = _order(ToldLine(gtin="4006381333931", amount=1))
    assert lines[0].sku == "4006381333931"


@pytest.mark.parametrize(
    "told, field",
    [
        ({"placed_at": "neulich"}, "placed_at"),
        ({"placed_at": "0000-00-00 00:00:00"}, "placed_at"),
        ({"currency": "Taler"}, "currency"),
        ({"shipping": "frei"}, "shipping"),
    ],
)
def test_errors_of_an_order_name_the_field(told: dict[str, Any], field: str) -> None:
    with pytest.raises(RecordError) as error:
        _order(BUCH, **told)
    assert error.value.field == field


@pytest.mark.parametrize("field", ["amount", "quantity", "discount", "tax_rate", "cost"])
def test_errors_of_a_line_name_the_line_and_not_the_value(field: str) -> None:
    bad = ToldLine(**{"amount": "1", "tax_rate": "19", field: "geheim"})
    with pytest.raises(RecordError) as error:
        _order(HEMD, BUCH, bad)
    assert error.value.field == f"lines.2.{field}"
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_return_is_positive_however_it_was_told(sign: int) -> None:
    order, lines = _return(
        ToldLine(amount=sign * 50, tax_rate=19, quantity=sign), ToldLine(amount=sign * -5)
    )
    assert order == Order(
        8, "return", "return", 3, 7, "", "web", "", "2026-11-27T23:00:00Z", "2026-11-28", 0, 6,
        "completed", "EUR", 0, 0, 4500, 3702, 0, 0, True, order.lines,
    )  # fmt: skip
    assert [(line.gross, line.returned) for line in lines] == [(5000, True), (-500, True)]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_gift_card_given_back_is_positive_however_it_was_told(sign: int) -> None:
    order, (line,) = _return(ToldLine(amount=sign * 50, gift_card=True))
    assert (order.refund_gross, order.counts) == (0, True)
    assert (line.gross, line.returned, line.gift_card) == (5000, True, True)


def test_a_return_without_lines() -> None:
    order, lines = _return()
    assert (order.counts, order.refund_gross, order.lines, lines) == (False, 0, "[]", [])


def test_each_order_of_a_page_holds_its_own_lines() -> None:
    told = [ToldOrder(placed_at="2026-11-21", lines=lines) for lines in ((HEMD,), (), (BUCH, HEMD))]
    rows = clean_orders(
        Columns.of(ToldOrder, told), connection=SHOP, record_ids=[7, 8, 9], source_ids=[3, 3, 4]
    )
    found = [_with_lines(Order(*row))[1] for row in rows]
    assert [[(line.record_id, line.line_no, line.sku) for line in lines] for lines in found] == [
        [(7, 0, "H1")], [], [(9, 0, "B1"), (9, 1, "H1")],
    ]  # fmt: skip


def test_errors_of_a_return_name_the_field() -> None:
    with pytest.raises(RecordError) as error:
        _return(returned_at="")
    assert error.value.field == "returned_at"


@given(
    st.lists(
        st.builds(
            lambda cents, quantity, rate, returned, gift: ToldLine(
                amount=Decimal(cents) / 100,
                quantity=quantity,
                tax_rate=rate,
                returned=returned,
                gift_card=gift,
            ),
            st.integers(-100_000, 100_000),
            st.integers(-3, 3),
            st.sampled_from([None, "19", "7", "0"]),
            st.booleans(),
            st.booleans(),
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_an_order_is_the_sum_of_its_lines(lines: list[ToldLine], with_tax: bool) -> None:
    order, found = _order(*lines, prices_include_tax=with_tax)
    kept = [line for line in found if not line.gift_card and not line.returned]
    back = [line for line in found if not line.gift_card and line.returned]
    assert (order.gross, order.net) == (sum(x.gross for x in kept), sum(x.net for x in kept))
    assert order.refund_gross == sum(line.gross for line in back)
    assert all(abs(line.net) <= abs(line.gross) for line in found)
    assert all(line.quantity >= 0 and line.discount >= 0 for line in found)


def _delivery(**told: Any) -> Delivery:
    return clean_delivery(
        ToldDelivery(**told), connection=SHOP, record_id=9, source_id=3, order_record_id=7
    )


def test_a_delivery_in_local_days() -> None:
    found = _delivery(
        promised_on="21.11.2026", shipped_at="2026-11-20T08:00:00Z",
        delivered_at="2026-11-22T23:30:00Z", carrier=" DHL ",
    )  # fmt: skip
    assert found == Delivery(
        9, "delivery", 7, 3, "ship", "2026-11-21", "2026-11-20", "2026-11-23", "DHL", "exact"
    )


@pytest.mark.parametrize(
    "told, evidence",
    [
        ({"promised_on": "2026-11-21", "delivered_at": "2026-11-22"}, "exact"),
        ({"promised_on": "2026-11-21", "shipped_at": "2026-11-22"}, "ship_date_only"),
        ({"promised_on": "2026-11-21"}, "none"),
        ({"delivered_at": "2026-11-22", "shipped_at": "2026-11-20"}, "none"),
        ({"promised_on": "0000-00-00", "delivered_at": "2026-11-22"}, "none"),
    ],
)
def test_lateness_needs_evidence(told: dict[str, str], evidence: str) -> None:
    assert _delivery(**told).evidence == evidence


@pytest.mark.parametrize("field", ["promised_on", "shipped_at", "delivered_at"])
def test_errors_of_a_delivery_name_the_field(field: str) -> None:
    with pytest.raises(RecordError) as error:
        _delivery(**{field: "bald"})
    assert error.value.field == field

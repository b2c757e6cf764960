"""What counts as bought: a test for each rule of the policy, its figures worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from crmsync.model.habit import Habits
from crmsync.profile.compute import compute
from tests.profile.bought import Item, Person, Receipt, Talk
from tests.profile.people import columns

SOCKS = Item("S1", "Socken", "Wolle", gross=1190, net=1000)
NEEDLES = Item("N1", "Nadeln", "Nadeln", gross=2380, net=2000)


def bought(*receipts: Receipt, deny: tuple[str, ...] = (), talks: Any = ()) -> Habits:
    """The habits of somebody with these receipts."""
    facts = columns([Person("c1", list(receipts), [], list(talks))], [])
    [found] = compute(facts, as_of="2026-11-21", deny=deny)
    assert found.habits is not None
    return found.habits


def receipt(number: int, day: int, *items: Item, **fields: Any) -> Receipt:
    month = fields.pop("month", 11)
    return Receipt(f"shop/sales/{number}", date(2026, month, day), items, **fields)


def test_revenue_is_net_of_returns() -> None:
    found = bought(receipt(1, 2, SOCKS, NEEDLES), receipt(2, 9, NEEDLES, kind="return"))
    assert (found.orders, found.revenue_gross, found.refund_gross) == (1, 3570, 2380)
    assert found.revenue_net == 1000
    assert (found.return_rate, found.return_rate_money) == (333, 400)
    assert found.top_product is not None
    assert (found.top_product.key, found.top_product.n) == ("S1", 1)


def test_a_partial_refund_lowers_revenue_and_takes_no_piece_back() -> None:
    part = Item("S1", "Socken", "Wolle", gross=-190, net=-160, discount=190)
    found = bought(receipt(1, 2, SOCKS, part))
    assert (found.orders, found.kept_lines, found.returned_lines) == (1, 1, 0)
    assert (found.revenue_gross, found.revenue_net) == (1000, 840)
    assert found.return_rate == 0
    back = Item("S1", "Socken", "Wolle", gross=400, net=336)
    found = bought(receipt(1, 2, SOCKS, SOCKS), receipt(2, 3, back, kind="return"))
    assert (found.revenue_gross, found.refund_gross, found.revenue_net) == (2380, 400, 1664)


def test_an_exchange_is_one_return_and_one_purchase() -> None:
    medium, large = (Item("T", "Shirt", size=size, gross=1190, net=1000) for size in "ML")
    back = Item("T", "Shirt", size="M", gross=1190, net=1000, returned=True)
    found = bought(receipt(1, 2, medium), receipt(2, 5, back, large))
    assert (found.orders, found.kept_lines, found.returned_lines) == (2, 2, 1)
    assert (found.revenue_gross, found.refund_gross, found.revenue_net) == (2380, 1190, 1000)
    assert found.top_product is not None
    assert (found.top_product.key, found.top_product.n) == ("T", 1)


def test_a_gift_card_is_no_purchase_and_what_is_bought_with_it_is() -> None:
    card = Item("G", "Gutschein", gross=5000, net=5000, gift_card=True)
    assert bought(receipt(1, 2, SOCKS, card)) == bought(receipt(1, 2, SOCKS))
    found = bought(receipt(1, 2, SOCKS), receipt(2, 9, card))
    assert (found.orders, found.revenue_gross, found.last_order_on) == (1, 1190, "2026-11-02")


def test_a_denied_category_enters_nothing() -> None:
    test = Item("D1", "Messgerät", "Drogerie > Diabetes", gross=9900, net=9900)
    assert bought(receipt(1, 2, SOCKS), receipt(2, 9, test)) == bought(receipt(1, 2, SOCKS))
    found = bought(receipt(1, 2, SOCKS), receipt(2, 9, NEEDLES), deny=("nadeln",))
    assert found == bought(receipt(1, 2, SOCKS))


def test_several_currencies_are_kept_apart() -> None:
    """No rate is made up: money is told in the currency of most orders, the others are counted."""
    found = bought(
        receipt(1, 2, SOCKS), receipt(2, 9, SOCKS), receipt(3, 16, NEEDLES, currency="CHF")
    )
    assert (found.currency, found.orders, found.foreign_orders) == ("EUR", 3, 1)
    assert (found.revenue_gross, found.revenue_net, found.basket_avg) == (2380, 2000, 1190)
    assert (found.purchase_days, found.last_order_on) == (3, "2026-11-16")


def test_ties_of_a_favourite_go_to_more_money_then_to_the_smaller_key() -> None:
    cheap = Item("A", category="Borten", gross=100, net=84)
    dear = Item("B", category="Stoffe", gross=900, net=756)
    found = bought(receipt(1, 2, cheap, dear))
    assert found.top_category is not None
    assert (found.top_category.key, found.top_category.share, found.top_category.n) == (
        "Stoffe", 500, 2,
    )  # fmt: skip
    same = Item("C", category="Anker", gross=900, net=756)
    found = bought(receipt(1, 2, dear, same))
    assert found.top_category is not None
    assert found.top_category.key == "Anker"


def test_repeat_purchase_models_get_their_figures() -> None:
    found = bought(receipt(1, 2, SOCKS), receipt(2, 9, SOCKS), receipt(3, 9, SOCKS))
    assert (found.orders, found.purchase_days) == (3, 2)
    assert (found.repeat_days, found.span_days) == (1, 7)


def test_a_usual_store_needs_four_orders_and_half_of_them() -> None:
    def at(*stores: str) -> Any:
        visits = [
            receipt(number, number + 1, SOCKS, store=one) for number, one in enumerate(stores)
        ]
        return bought(*visits).usual_store

    assert at("Köln", "Köln", "Köln") is None
    assert at("Köln", "Köln", "Bonn", "Bonn").key == "Bonn"
    assert at("Köln", "Köln", "Bonn", "Aachen", "Trier") is None
    usual = at("Köln", "Köln", "Köln", "Bonn", "")
    assert (usual.key, usual.share, usual.n) == ("Köln", 750, 4)


def test_a_product_bought_again_and_again_runs_out() -> None:
    """Every ten days, one each; two of them last twice as long."""
    visits = [receipt(number, day, SOCKS) for number, day in enumerate((1, 11, 21), 1)]
    [one] = bought(*visits).replenish
    assert (one.product, one.name, one.n, one.every_days) == ("S1", "Socken", 3, 10)
    assert (one.last_on, one.due_on, one.overdue_since) == ("2026-11-21", "2026-12-01", None)
    two = Item("S1", "Socken", "Wolle", quantity=2000, gross=2380, net=2000)
    [one] = bought(*visits[:2], receipt(3, 21, two)).replenish
    assert (one.every_days, one.due_on) == (20, "2026-12-11")
    party = Item("S1", "Socken", "Wolle", quantity=90_000, gross=107_100, net=90_000)
    [one] = bought(*visits[:2], receipt(3, 21, party)).replenish
    assert one.every_days == 40


def test_a_product_is_overdue_and_given_up_by_who_buys_other_things() -> None:
    visits = [receipt(number, day, SOCKS, month=9) for number, day in enumerate((1, 11, 21), 1)]
    [one] = bought(*visits).replenish
    assert (one.due_on, one.overdue_since) == (None, "2026-10-01")
    assert len(bought(*visits, receipt(4, 11, NEEDLES, month=10)).replenish) == 1
    assert bought(*visits, receipt(4, 12, NEEDLES, month=10)).replenish == ()


def test_two_purchases_and_what_was_given_back_are_no_rhythm() -> None:
    visits = [receipt(number, day, SOCKS) for number, day in enumerate((1, 11, 21), 1)]
    assert bought(*visits[:2]).replenish == ()
    assert bought(*visits, receipt(4, 21, SOCKS, kind="return")).replenish == ()
    assert bought(*visits, receipt(4, 20, SOCKS, kind="return")).replenish == ()


def test_the_preferred_channel_is_the_one_before_most_orders() -> None:
    visits = [receipt(number, 1 + 5 * number, SOCKS) for number in range(4)]
    days = [visit.day for visit in visits]

    def heard(*talks: Talk) -> Any:
        return bought(*visits, talks=talks).channel_preference

    mail = Talk("campaign", "done", days[0], channel="email", direction="out")
    found = heard(mail)
    assert found is None  # orders within 14 days: 1, 6 and 11 November; three are too few
    letter = Talk("campaign", "done", days[3], channel="letter", direction="out")
    found = heard(mail, letter)
    assert (found.key, found.share, found.n) == ("email", 750, 4)
    asked = Talk("enquiry", "done", days[0], channel="phone", direction="in")
    assert heard(mail, letter, asked) == found

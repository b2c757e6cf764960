"""The habits in words: what each means, when there is none, what it rests on, where it comes from.

The reference of the docs is made of this (docs/reference/habits.md); a test holds it to the fields
of the model.
"""

from __future__ import annotations

from typing import NamedTuple


class Definition(NamedTuple):
    """A habit: what it `says`, when it is `unknown`, its `support` (how many cases it rests on),
    the `source` (the part of the query that works it out), and the name it has `elsewhere`."""

    says: str
    unknown: str
    support: str
    source: str
    elsewhere: str = ""


_DAYS = "`purchase_days`"
_NEVER = "never (0)"
_ORDER = "no order"
_USUAL = "fewer than 4, or under half"
_MONEY = "orders in `currency`"

DEFINITIONS: dict[str, Definition] = {
    "orders": Definition("receipts of which a piece was kept", _NEVER, "itself", "money"),
    "purchase_days": Definition("days with an order", _NEVER, "itself", "tempo"),
    "repeat_days": Definition(
        "purchase days behind the first", _ORDER, _DAYS, "tempo", "frequency (BTYD)"
    ),
    "span_days": Definition(
        "days from the first purchase day to the last", _ORDER, _DAYS, "tempo",
        "recency (BTYD); not the recency of RFM",
    ),
    "observed_days": Definition(
        "days from the first purchase day to today", _ORDER, _DAYS, "model.habit.seen_on",
        "T (BTYD)",
    ),
    "recency_days": Definition(
        "days from the last purchase day to today", _ORDER, _DAYS, "model.habit.seen_on",
        "recency (RFM)",
    ),
    "first_order_on": Definition("the first purchase day", _ORDER, _DAYS, "tempo"),
    "last_order_on": Definition("the last purchase day", _ORDER, _DAYS, "tempo"),
    "last_order": Definition("the newest order", _ORDER, "`orders`", "latest"),
    "last_channel": Definition("where the newest order was placed", _ORDER, "`orders`", "latest"),
    "currency": Definition(
        "that of most orders; ties go to the first in the alphabet", "no purchase", "`orders`",
        "purse",
    ),
    "foreign_orders": Definition(
        "orders in another currency; they are in no amount", _NEVER, "`orders`", "money"
    ),
    "kept_lines": Definition("lines bought, deductions left out", _NEVER, "itself", "baskets"),
    "returned_lines": Definition("lines given back", _NEVER, "itself", "baskets"),
    "revenue_gross": Definition("what was bought, with tax", _NEVER, _MONEY, "money"),
    "refund_gross": Definition("what was given back, with tax", _NEVER, _MONEY, "money"),
    "revenue_net": Definition(
        "without tax, less what was given back", _NEVER, _MONEY, "money", "historic CLV (Klaviyo)"
    ),
    "basket_avg": Definition("`revenue_gross` an order, rounded down", _ORDER, _MONEY, "money"),
    "basket_median": Definition("the median gross of the orders", _ORDER, _MONEY, "money"),
    "cadence_days": Definition(
        "the median gap between purchase days", "fewer than 2 purchase days", "`repeat_days`",
        "tempo",
    ),
    "cadence_mean_days": Definition(
        "the mean gap", "fewer than 2 purchase days", "`repeat_days`", "tempo",
        "average days between orders (Klaviyo)",
    ),
    "next_expected_on": Definition(
        "one cadence after the last purchase day", "fewer than 4 purchase days, or past",
        "`repeat_days`", "rhythm", "expected date of next order (Klaviyo)",
    ),
    "overdue_since": Definition(
        "that day, once it is past", "fewer than 4 purchase days, or not past", "`repeat_days`",
        "rhythm",
    ),
    "overdue_days": Definition("days behind it, today", _NEVER, "`repeat_days`",
                               "model.habit.seen_on"),
    "overdue_ratio": Definition(
        "`recency_days` divided by `cadence_days`", "fewer than 4 purchase days", "`repeat_days`",
        "model.habit.seen_on",
    ),
    "top_category": Definition(
        "most lines kept less lines returned; ties go to more money, then to the smaller name",
        "none is known, or all were returned", "its `n`", "favourites",
    ),
    "top_product": Definition("the same, by article number", "as above", "its `n`", "favourites"),
    "top_brand": Definition("the same", "as above", "its `n`", "favourites"),
    "usual_size": Definition("the same, of lines whose size is known", _USUAL, "its `n`",
                             "favourites"),
    "usual_store": Definition("where most orders were placed", _USUAL, "its `n`", "favourites"),
    "usual_weekday": Definition("of most orders, 1 is Monday", _USUAL, "its `n`", "usual"),
    "usual_hour": Definition("of most orders whose hour is known", _USUAL, "its `n`", "usual"),
    "channel_preference": Definition(
        "the channel on which he had heard from us in the 14 days before most orders; an order "
        "counts once for each such channel. Whether he may be contacted there is another question: "
        "the gate decides", _USUAL, "its `n`", "heard", "ranked channel affinity (Klaviyo)",
    ),
    "replenish": Definition(
        "the eight products bought most often: the last purchase day and the median gap between "
        "purchases of it, scaled by the last quantity against the median of those before (a "
        "quarter to four times); `overdue_since` instead of `due_on` once that is past",
        "bought and kept on fewer than 3 days, or given up: he bought other things for as long "
        "again", "its `n`", "replenish.sql",
    ),
    "return_rate": Definition(
        "lines given back, of all lines", "no line", "`kept_lines` and `returned_lines`", "money"
    ),
    "return_rate_money": Definition(
        "money given back, of all money", "no money, or less than none", _MONEY, "money"
    ),
    "discount_affinity": Definition(
        "discount, of the price before it", "no money, or less than none", _MONEY, "money"
    ),
    "late_deliveries_90d": Definition(
        "deliveries in 90 days that came after the promised day, or should have come and are open",
        _NEVER, "itself", "lateness",
    ),
    "last_late_on": Definition("the last such day", "none was late", "itself", "lateness"),
    "open_complaints": Definition("complaints that are not done", _NEVER, "itself", "cases"),
    "call_back_due_on": Definition("the first promised call", "nobody waits", "itself", "cases"),
    "call_back_due": Definition("whether its day has come", "never (false)", "itself", "cases"),
    "at_risk": Definition(
        "why a regular may leave", "never (empty)", _DAYS, "lateness, cases, repeated"
    ),
    "at_risk_from": Definition(
        "since when, or when silence will begin", "fewer than 4 purchase days", _DAYS, "rhythm"
    ),
    "abc": Definition(
        "A until 80 % of the net revenue of all customers is reached, B until 95 %, C the rest",
        _ORDER, "everybody of the controller and currency", "store.habits.draw", "80/20",
    ),
    "rfm": Definition(
        "fifths by last purchase day, orders and net revenue, 5 is the best, and a group; equal "
        "values are in the same fifth", "fewer than 20 customers with an order", "its `n`",
        "store.habits.draw", "rfmGroup (Shopify)",
    ),
    "own": Definition("the habits of plugins", "never (empty)", "its `n`",
                      "crmsync_register_habits"),
    "as_of": Definition("the last day on which anything turned; the habits hold from it on",
                        "never", "everything", "calendar"),
}  # fmt: skip

_HISTORY = "the `n` customers the model was trained with"

PREDICTIONS: dict[str, Definition] = {
    "orders_90": Definition("purchase days expected in the next 90 days", _ORDER, _HISTORY,
                            "profile.forecast.predict.forecast", "predicted orders (Klaviyo)"),
    "orders_365": Definition("the same, in 365 days", _ORDER, _HISTORY,
                             "profile.forecast.predict.forecast"),
    "chance_90": Definition("probability (0 to 1) of at least one of them", _ORDER, _HISTORY,
                            "profile.forecast.predict.forecast"),
    "chance_365": Definition("the same, in 365 days", _ORDER, _HISTORY,
                             "profile.forecast.predict.forecast"),
    "value_90": Definition("net money expected in the next 90 days", _ORDER, _HISTORY,
                           "profile.forecast.predict.forecast"),
    "value_365": Definition("the same, in 365 days", _ORDER, _HISTORY,
                            "profile.forecast.predict.forecast", "predicted CLV (Klaviyo)"),
    "next_on": Definition(
        "the day until which he has come with an even chance", "over a year away, or overdue",
        _HISTORY, "profile.forecast.predict.forecast", "expected date of next order (Klaviyo)",
    ),
    "overdue_since": Definition(
        "the day that was to be expected when he last bought, once it is past", "not past",
        _HISTORY, "profile.forecast.predict.forecast",
    ),
}  # fmt: skip
"""What `crmsync forecast` keeps of each customer beside the habits."""

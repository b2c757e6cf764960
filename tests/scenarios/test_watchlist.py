"""Open orders to watch and regulars at risk, from files to findings, each with its records."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from crmsync.engine.project import Project, open_project
from crmsync.engine.sync import sync
from crmsync.identity.read import customer_of
from crmsync.profile.watch.risks import AtRisk, regulars_at_risk
from crmsync.profile.watch.watchlist import Watched, watchlist

AS_OF = date(2026, 6, 30)
CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.markt]
name = "Markt"
[connections.shop]
connector = "files"
controller = "markt"
production = false
[[connections.shop.streams]]
name = "customers"
kind = "customers"
path = "customers.csv"
key = "number"
map = { customer_number = "number", name = "name" }
[[connections.shop.streams]]
name = "orders"
kind = "orders"
path = "orders.csv"
key = "number"
group = "number"
[connections.shop.streams.map]
number = "number"
customer = "customer"
placed_at = "day"
status = "status"
[connections.shop.streams.lines]
title = "title"
amount = "amount"
[[connections.shop.streams]]
name = "trips"
kind = "deliveries"
path = "trips.csv"
key = "number"
map = { order = "order", promised_on = "promised", delivered_at = "came" }
[[connections.shop.streams]]
name = "complaints"
kind = "interactions"
path = "complaints.csv"
key = "number"
[connections.shop.streams.map]
customer = "customer"
at = "day"
status = "status"
reason = "reason"
channel = { const = "phone" }
kind = { const = "complaint" }
"""


def day(ago: int) -> str:
    return str(AS_OF - timedelta(ago))


# number, customer, days ago, status, days to the promise, days until it came
ORDERS = [
    *(("neu-1", "neu", 2, "open", 1, None),),
    *(("stumm-1", "stumm", 1, "open", None, None),),
    *((f"treu-{n}", "treu", 20 + 20 * n, "completed", 3, 6 if n == 1 else 2) for n in range(6)),
    *(("treu-jetzt", "treu", 1, "open", 3, None),),
    *((f"fest-{n}", "fest", 5 + 10 * n, "completed", 3, 2) for n in range(6)),
    *(("fest-jetzt", "fest", 1, "open", 3, None),),
    *((f"still-{n}", "still", 200 + 10 * n, "completed", 3, 2) for n in range(5)),
    *((f"wart-{n}", "wart", 30 + 10 * n, "completed", 3, 2) for n in range(5)),
    *(("wart-jetzt", "wart", 12, "open", 5, None),),
    *((f"klage-{n}", "klage", 5 + 10 * n, "completed", 3, 2) for n in range(5)),
    *(("klage-jetzt", "klage", 2, "open", 4, None),),
]
COMPLAINTS = [
    ("1", "klage", 3, "open", "Bruch"), ("2", "klage", 40, "done", "Bruch"),
    ("3", "fest", 120, "done", "Bruch"),
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Project]:
    def write(name: str, head: str, rows: Sequence[Sequence[object]]) -> None:
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head.split(), *rows])

    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    names = sorted({one[1] for one in ORDERS})
    write("customers", "number name", [(one, f"Kunde {one.title()}") for one in names])
    orders = [(n, who, day(ago), status, "Brot", "9.90") for n, who, ago, status, *_ in ORDERS]
    write("orders", "number customer day status title amount", orders)
    write("trips", "number order promised came", [
        (f"t-{n}", n, day(ago - promised), "" if came is None else day(ago - came))
        for n, _, ago, _, promised, came in ORDERS if promised is not None
    ])  # fmt: skip
    told = [(n, who, day(ago), status, why) for n, who, ago, status, why in COMPLAINTS]
    write("complaints", "number customer day status reason", told)
    with open_project(tmp_path) as project:
        assert sync(project, as_of=str(AS_OF)).exit_code() == 0
        yield project


def watched(project: Project) -> dict[str, Watched]:
    with project.store.read() as work:
        return {one.order.number: one for one in watchlist(work, str(AS_OF))}


def risks(project: Project) -> dict[str, AtRisk]:
    with project.store.read() as work:
        found = {one.customer_id: one for one in regulars_at_risk(work, str(AS_OF))}
        names = {customer_of(work, f"shop/customers/{name}"): name for _, name, *_ in ORDERS}
    return {names[key]: one for key, one in found.items()}


def test_the_first_order_is_watched_until_it_is_there(shop: Project) -> None:
    found = watched(shop)
    first = {number for number, one in found.items() if one.why == "first_order"}
    assert first == {"neu-1", "stumm-1"}
    assert (found["neu-1"].days_left, found["stumm-1"].days_left) == (-1, None)
    assert found["neu-1"].because == ()


def test_the_next_delivery_of_who_was_let_down_is_watched_before_it_is_late(shop: Project) -> None:
    found = watched(shop)
    let_down = {number: one for number, one in found.items() if one.why == "let_down"}
    assert set(let_down) == {"treu-jetzt", "klage-jetzt"}
    [late] = let_down["treu-jetzt"].because
    assert (late.trouble, late.ref, late.days_late) == ("late_delivery", "shop/trips/t-treu-1", 3)
    assert late.evidence == "exact"
    assert let_down["treu-jetzt"].days_left == 2
    assert [one.reason for one in let_down["klage-jetzt"].because] == ["Bruch", "Bruch"]


def test_what_happened_long_ago_and_the_delay_of_the_order_itself_are_no_reason(
    shop: Project,
) -> None:
    assert not {"fest-jetzt", "wart-jetzt"} & set(watched(shop))


def test_the_most_urgent_comes_first(shop: Project) -> None:
    left = [one.days_left for one in watched(shop).values()]
    assert left == [-1, 2, 2, None]


def test_each_flag_of_a_regular_lists_its_events(shop: Project) -> None:
    found = risks(shop)
    assert set(found) == {"still", "wart", "klage"}
    assert (found["still"].risks, found["still"].because) == (("silent",), ())
    assert found["still"].cadence_days == 10
    assert found["still"].last_order_on == day(200)
    [late] = found["wart"].because
    assert (late.ref, late.open, late.day, late.days_late) == (
        "shop/trips/t-wart-jetzt", True, day(6), 7,
    )  # fmt: skip
    complaints = [(one.ref, one.open) for one in found["klage"].because]
    assert complaints == [("shop/complaints/2", False), ("shop/complaints/1", True)]
    assert found["klage"].risks == ("open_complaint", "repeated_complaints")

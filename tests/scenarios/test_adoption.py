"""Guest orders find their person, and merges of a backend bring everything along, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmsync.engine import decide
from crmsync.engine.sync import sync
from crmsync.identity.history import history
from crmsync.identity.read import customer_of
from crmsync.profile.habits import load_habits
from crmsync.store import cards, ledger
from tests.cli.two_systems import ANNA, DAY, Retailer
from tests.properties.house import CONNECTIONS, NOBODY, Backend, project

OLGA = {"Nr": "4", "Vorname": "Olga", "Name": "Petersen", "Mail": "olga@example.org", "Gruß": "ja"}
GUEST = ("Olga", "Petersen", "olga@example.org")
SALES = (("81", "", "2026-09-01", "20", *GUEST), ("82", "", "2026-10-01", "30", *GUEST))


@pytest.fixture
def retailer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Retailer:
    """Olga bought twice as a guest."""
    found = Retailer(tmp_path, capsys)
    found.people("shop")
    found.people("crm", ANNA)
    found.orders("shop", *SALES)
    found.sync()
    return found


def of(retailer: Retailer, ref: str) -> str:
    return str(retailer.json("explain", ref)["customer_id"])


def test_guest_orders_are_customers_and_an_account_adopts_them(retailer: Retailer) -> None:
    guest = of(retailer, "shop/orders/81")
    assert of(retailer, "shop/orders/82") == guest
    assert retailer.json("habits", guest)["orders"] == 2
    retailer.people("shop", OLGA)
    retailer.orders("shop", *SALES, ("83", "4", "2026-11-01", "10"))
    retailer.sync()
    assert of(retailer, "shop/customers/4") == guest
    habits = retailer.json("habits", "shop/customers/4")
    assert (habits["orders"], habits["first_order_on"]) == (3, "2026-09-01")
    told = retailer.json("history", guest)["entries"]
    assert [(one["kind"], one["record"]) for one in told][-1] == ("came", "shop/customers/4")
    assert told[-1]["rule"] == "email"
    assert retailer.json("why", guest, "name")["name"]["rule"] == "agreed"


def test_an_account_that_goes_leaves_the_guest_his_history(retailer: Retailer) -> None:
    guest = of(retailer, "shop/orders/81")
    retailer.people("shop", OLGA)
    retailer.sync()
    retailer.people("shop")
    retailer.run("reconcile", "--accept-deletes", "--as-of", DAY)
    assert of(retailer, "shop/orders/81") == guest
    assert retailer.json("habits", guest)["orders"] == 2


def test_another_person_on_the_same_mailbox_adopts_nothing(retailer: Retailer) -> None:
    guest = of(retailer, "shop/orders/81")
    retailer.people("shop", {**OLGA, "Vorname": "Bernd"})
    retailer.sync()
    assert of(retailer, "shop/customers/4") != guest
    assert retailer.json("habits", guest)["orders"] == 2


class Shop:
    """A shop with two accounts of one woman, each with an order; on the second she said no."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.house = {name: Backend(mode="log") for name in CONNECTIONS}
        self.account("1", given="Anna", family="Groß", greeting="granted")
        self.account("2", given="A.", family="Keller", greeting="withdrawn")
        for number in "12":
            row = {"id": number, "customer": number, "at": f"2026-10-0{number}T10:00:00+02:00",
                   "lines": [("TEE", "5.00")]}  # fmt: skip
            self.house["shop"].put("orders", row)
        self.sync()

    def account(self, number: str, **told: Any) -> None:
        """An account of the shop."""
        row = {**NOBODY, "born": None, "email": "", "said": "2026-09-01", "id": number, **told}
        self.house["shop"].put("customers", row)

    def open(self) -> Any:
        """The open project."""
        return project(self.folder, self.house)

    def sync(self) -> None:
        """One run."""
        with self.open() as opened:
            report = sync(opened, as_of=DAY, accept_deletes=True)
            assert report.exit_code() == 0, report.as_json()

    def known(self, number: str) -> dict[str, Any]:
        """What is known of the customer of an account."""
        with self.open() as opened, opened.store.read() as work:
            name = customer_of(work, f"shop/customers/{number}")
            assert name is not None
            states = ledger.effective_states(work, [name], as_of=DAY)[name]
            card = cards.cards(work, [name]).get(name)
            return {
                "id": name,
                "orders": load_habits(work, [name])[name].orders,
                "greeting": states["till_greeting", "greeting"].state,
                "card": card is not None and card.doc is not None,
            }


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop."""
    return Shop(tmp_path)


def test_a_merge_of_the_backend_brings_orders_habits_and_consents_together(shop: Shop) -> None:
    before = shop.known("1"), shop.known("2")
    assert [one["orders"] for one in before] == [1, 1]
    assert [one["greeting"] for one in before] == ["granted", "withdrawn"]
    shop.house["shop"].merge("2", "1")
    shop.sync()
    merged = shop.known("1")
    assert merged == shop.known("2")
    assert merged["id"] == min(one["id"] for one in before)
    assert (merged["orders"], merged["greeting"]) == (2, "withdrawn")
    with shop.open() as opened, opened.store.read() as work:
        told = [(one.kind, one.rule, one.by) for one in history(work, merged["id"]).entries]
    assert ("same", "", "shop") in told
    assert ("moved", "backend_merge", "") in told


def test_the_loser_of_a_merge_may_be_deleted_and_what_he_forbade_stays(shop: Shop) -> None:
    ids = [shop.known(number)["id"] for number in "12"]
    shop.house["shop"].merge("2", "1")
    shop.sync()
    shop.house["shop"].drop("customers", "2")
    order = shop.house["shop"].rows["orders"]["2"]
    shop.house["shop"].put("orders", {**order, "customer": "1"})
    shop.sync()
    found = shop.known("1")
    assert (found["id"], found["orders"], found["greeting"]) == (min(ids), 2, "withdrawn")


def test_a_merge_of_the_backend_that_was_wrong_is_taken_back_for_good(shop: Shop) -> None:
    before = shop.known("1"), shop.known("2")
    shop.house["shop"].merge("2", "1")
    shop.sync()
    with shop.open() as opened:
        decide.unmerge(opened, max(one["id"] for one in before), None, by="JB", as_of=DAY)
    assert (shop.known("1"), shop.known("2")) == before
    shop.account("2", given="A.", family="Keller", greeting="withdrawn", junior=True)
    shop.house["shop"].merge("2", "1")
    shop.sync()
    assert (shop.known("1"), shop.known("2")) == before

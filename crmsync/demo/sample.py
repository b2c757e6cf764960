"""Builds the sample retailer's folder: configuration, connector, three systems, and the truth."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crmsync.demo import crm, erp, webshop
from crmsync.demo.people import invent
from crmsync.demo.person import Person
from crmsync.demo.purchases import Purchase, purchases

SEED = 2026
SAMPLE = Path(__file__).parent / "retailer"
FILES = ("crmsync.toml", "crmsync_plugins.py")
TOKEN = "beispiel-nur-zum-ausprobieren"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was built. `truth` maps the Ref of every record that holds a customer to its person."""

    folder: Path
    people: tuple[Person, ...]
    purchases: tuple[Purchase, ...]
    truth: Mapping[str, str]

    @property
    def token(self) -> str:
        """The token the shop asks for."""
        return TOKEN


def build(folder: Path, *, people: int = 2000, seed: int = SEED, as_of: str) -> Sample:
    """Build the sample in `folder`, the same for the same `seed` and ISO day `as_of`.

    Files of an earlier sample are replaced; nothing else in the folder is touched.
    """
    day = date.fromisoformat(as_of)
    crowd = invent(people, seed=seed, as_of=day)
    bought = purchases(crowd, seed=seed, as_of=day)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(SAMPLE / name, folder / name)
    numbers = erp.customer_numbers(crowd)
    truth = {f"erp/customers/{number}": key for key, number in numbers.items()}
    truth |= _write_crm(folder, crowd, numbers, seed, day)
    sales = [sale for sale in bought if sale.place != "web"]
    erp.write_erp(folder / "erp" / "erp.db", crowd, sales, numbers=numbers, seed=seed, as_of=day)
    truth |= _write_shop(folder, crowd, bought, seed, day)
    _write_truth(folder / "truth.csv", truth)
    return Sample(folder, crowd, tuple(bought), truth)


def point_to(folder: Path, url: str) -> None:
    """Write where the shop answers into the sample's crmsync.toml."""
    path = folder / "crmsync.toml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(r'url = "http://[^"]*"', f'url = "{url}"', text), "utf-8")


def _write_crm(
    folder: Path, crowd: Iterable[Person], numbers: Mapping[str, int], seed: int, day: date
) -> dict[str, str]:
    people = {person.key: person for person in crowd}
    rows = list(crm.customer_rows(people.values(), numbers, seed=seed, as_of=day))
    crm.write_csv(folder / "crm" / "kunden.csv", [row for _, row in rows])
    known = {people[key]: row["Kundennummer"] for key, row in reversed(rows)}
    touches = crm.interaction_rows(reversed(known.items()), seed=seed, as_of=day)
    crm.write_csv(folder / "crm" / "vorgaenge.csv", touches)
    return {f"crm/customers/{row['Kundennummer']}": key for key, row in rows}


def _write_shop(
    folder: Path, crowd: Iterable[Person], bought: Iterable[Purchase], seed: int, day: date
) -> dict[str, str]:
    accounts = webshop.accounts(crowd, seed=seed, as_of=day)
    web = (purchase for purchase in bought if purchase.place == "web")
    orders = list(webshop.orders(web, accounts, seed=seed, as_of=day))
    data = {"customers": list(accounts.values()), "orders": [order for _, order in orders]}
    path = folder / "shop" / "shop.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    _write_secret(path.with_name("token"), TOKEN)
    truth = {f"shop/customers/{account['id']}": key for key, account in accounts.items()}
    return truth | {f"shop/orders/{order['id']}": key for key, order in orders if order["guest"]}


def _write_secret(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(f"{secret}\n", "utf-8")


def _write_truth(path: Path, truth: Mapping[str, str]) -> None:
    """Who is who, for people who want to check the result; crmsync does not read it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("record", "person"))
        writer.writerows(sorted(truth.items()))

"""The three systems on disk: readable, spelt apart, consistent with the truth."""

from __future__ import annotations

import csv
import filecmp
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from crmsync.demo.sample import Sample, build
from crmsync.demo.spelling import ascii_name, cp1252_name, phone_of_crm, phone_of_erp

DAY = "2025-03-31"


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def ask(sample: Sample, query: str) -> list[Any]:
    with closing(sqlite3.connect(sample.folder / "erp" / "erp.db")) as base:
        return base.execute(query).fetchall()


def shop(sample: Sample) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(
        (sample.folder / "shop" / "shop.json").read_text("utf-8")
    )
    return found


def key_of(sample: Sample, case: str) -> str:
    return next(person.key for person in sample.people if person.case == case)


def refs(sample: Sample, case: str) -> list[str]:
    wanted = key_of(sample, case)
    return [ref.rsplit("/", 1)[1] for ref, key in sample.truth.items() if key == wanted]


def test_the_same_day_and_seed_build_the_same_files(sample: Sample, tmp_path: Path) -> None:
    again = build(tmp_path, people=200, seed=5, as_of=DAY)
    files = ["crm/kunden.csv", "crm/vorgaenge.csv", "shop/shop.json", "truth.csv", "crmsync.toml"]
    _, differ, missing = filecmp.cmpfiles(sample.folder, tmp_path, files, shallow=False)
    assert (differ, missing) == ([], [])
    query = "SELECT * FROM order_items ORDER BY order_id, position"
    assert ask(sample, query) == ask(again, query)


def test_every_record_of_a_customer_has_its_person(sample: Sample) -> None:
    accounts, orders = shop(sample)["customers"], shop(sample)["orders"]
    told = {
        f"crm/customers/{r['Kundennummer']}" for r in read_csv(sample.folder / "crm/kunden.csv")
    }
    told |= {f"erp/customers/{number}" for (number,) in ask(sample, "SELECT id FROM customers")}
    told |= {f"shop/customers/{account['id']}" for account in accounts}
    told |= {f"shop/orders/{order['id']}" for order in orders if order["guest"]}
    assert told == set(sample.truth)
    assert set(sample.truth.values()) <= {person.key for person in sample.people}


def test_every_purchase_is_in_exactly_one_system(sample: Sample) -> None:
    (sold,) = ask(sample, "SELECT count(*) FROM orders")[0]
    assert sold + len(shop(sample)["orders"]) == len(sample.purchases)
    amount = ask(sample, "SELECT sum(round(amount * 100)) FROM order_items")[0][0]
    web = [item for order in shop(sample)["orders"] for item in order["items"]]
    amount += sum(round(float(item["total"]) * 100) for item in web)
    assert amount == sum(line.amount for p in sample.purchases for line in p.lines)


def test_the_doctor_is_spelt_in_three_ways(sample: Sample) -> None:
    crm_number, erp_number = sorted(refs(sample, "greet-doctor"), key=lambda ref: ref[0] != "K")[:2]
    rows = read_csv(sample.folder / "crm" / "kunden.csv")
    crm = next(row for row in rows if row["Kundennummer"] == crm_number)
    assert (crm["Anrede"], crm["Titel"], crm["Nachname"]) == ("Frau", "Dr.", "Mühlenbeck-Größ")
    assert crm["ERP-Nummer"] == erp_number
    assert crm["Newsletter"] == "ja"
    assert crm["DOI-Beleg"].startswith("doi-")
    (erp,) = ask(sample, f"SELECT last_name, street, email FROM customers WHERE id = {erp_number}")
    assert erp == ("MUEHLENBECK-GROESS", "SAFRANGASSE 12", "A.MUEHLENBECK@POST.EXAMPLE.ORG")


def test_the_crm_asks_at_the_till_and_keeps_the_proof(sample: Sample) -> None:
    rows = read_csv(sample.folder / "crm" / "kunden.csv")
    answers = {row["Begrüßung an der Kasse"] for row in rows}
    assert answers == {"ja", "nein", ""}
    for row in rows:
        assert (row["Begrüßung an der Kasse"] == "ja") == bool(row["Begrüßung Beleg"])


def test_complaints_are_open_and_done(sample: Sample) -> None:
    rows = read_csv(sample.folder / "crm" / "vorgaenge.csv")
    complaints = [row for row in rows if row["Art"] == "Beschwerde"]
    assert {row["Status"] for row in complaints} == {"offen", "erledigt"}
    assert all((row["Status"] == "erledigt") == bool(row["Erledigt am"]) for row in complaints)
    known = {row["Kundennummer"] for row in read_csv(sample.folder / "crm" / "kunden.csv")}
    assert {row["Kundennummer"] for row in rows} <= known


def test_the_erp_has_late_deliveries_returns_and_anonymous_sales(sample: Sample) -> None:
    for query in (
        "SELECT count(*) FROM deliveries WHERE delivered_on > promised_on",
        "SELECT count(*) FROM returns JOIN return_items ON return_id = id",
        "SELECT count(*) FROM orders WHERE customer_id IS NULL",
        "SELECT count(*) FROM privileges",
        "SELECT count(*) FROM branches WHERE zone = 'Europe/Berlin'",
    ):
        assert ask(sample, query)[0][0] > 0, query


def test_the_shop_has_accounts_guests_and_refunds(sample: Sample) -> None:
    orders = shop(sample)["orders"]
    assert all((order["guest"] is None) != (order["customer_id"] is None) for order in orders)
    assert any(order["guest"] for order in orders)
    assert any(order["refund"] for order in orders)
    stamps = [(order["updated_at"], order["id"]) for order in orders]
    assert stamps == sorted(stamps)
    assert max(stamps)[0] < f"{DAY}T24"


def test_secret_is_for_its_owner_only(sample: Sample) -> None:
    assert (sample.folder / "shop" / "token").stat().st_mode & 0o077 == 0


def test_spelling_of_old_software() -> None:
    assert ascii_name("Mühlenbeck-Größ") == "Muehlenbeck-Groess"
    assert ascii_name("Łucja Yıldız Nguyễn Đặng") == "Lucja Yildiz Nguyen Dang"
    assert cp1252_name("Jürgen Şahin Łukasz Wójcik") == "Jürgen Sahin Lukasz Wójcik"
    assert phone_of_crm("0221 4710123") == "0221 / 4710-123"
    assert phone_of_erp("0221 4710123") == "02214710123"

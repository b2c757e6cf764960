"""One bad record parks alone; everything else reaches profiles, cards and the till."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crmsync.cli.main import run

CONFIG = """
[crmsync]
store = "{url}"
[controllers.muster]
name = "Muster GmbH"
[connections.crm]
connector = "files"
controller = "muster"
production = false
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "kunden*.jsonl"
key = "nr"
[connections.crm.streams.map]
salutation = "anrede"
given_name = "vorname"
family_name = "nachname"
birth_date = "geboren"
loyalty_card = "karte"
"contacts.email" = "email"
[connections.crm.streams.map."consents.till_greeting.greeting"]
field = "gruss"
values = {{ ja = "granted" }}
at = "seit"
evidence = "beleg"
[[connections.crm.streams]]
name = "orders"
kind = "orders"
path = "bestellungen.jsonl"
key = "nr"
[connections.crm.streams.map]
customer = "kunde"
placed_at = "am"
[connections.crm.streams.lines]
from = "posten"
sku = "artikel"
amount = "betrag"
"""


def people(count: int = 20) -> list[dict[str, Any]]:
    return [
        {
            "nr": 100 + number,
            "anrede": "Frau" if number % 2 else "Herr",
            "vorname": f"Vorname{chr(65 + number)}",
            "nachname": f"Nachname{chr(65 + number)}",
            "geboren": f"19{50 + number}-03-01",
            "karte": f"900{number:04d}",
            "email": f"kunde{number}@example.org",
            "gruss": "ja",
            "seit": "2026-01-05T10:00:00+01:00",
            "beleg": "Text v4",
        }
        for number in range(count)
    ]


def orders(count: int = 20) -> list[dict[str, Any]]:
    return [
        {"nr": 500 + n, "kunde": 100 + n, "am": "2026-10-01T10:00:00+02:00",
         "posten": [{"artikel": "TEE", "betrag": "12,90"}]}
        for n in range(count)
    ]  # fmt: skip


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path, store_url: str) -> Path:
    (tmp_path / "crmsync.toml").write_text(CONFIG.format(url=store_url), encoding="utf-8")
    write(tmp_path, "kunden.jsonl", people())
    write(tmp_path, "bestellungen.jsonl", orders())
    return tmp_path


def call(shop: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """The exit code and the JSON of a command."""
    capsys.readouterr()
    code = run(["--project", str(shop), *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def sync(shop: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    return call(shop, capsys, "sync", "--as-of", "2026-11-21")


def cards(shop: Path, capsys: pytest.CaptureFixture[str]) -> int:
    code, built = call(shop, capsys, "till", "build")
    assert code == 0
    return int(built["cards"])


def parked(shop: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return list(call(shop, capsys, "parked", "list")[1])


def test_nineteen_good_and_one_bad(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = people()
    rows[7]["geboren"] = "irgendwann"
    write(shop, "kunden.jsonl", rows)
    code, report = sync(shop, capsys)
    assert code == 3
    assert report["stages"]["profile"]["changed"] == 19
    assert cards(shop, capsys) == 19
    (entry,) = parked(shop, capsys)
    assert (entry["place"], entry["field"], entry["connection"]) == ("107", "birth_date", "crm")
    assert entry["reason"]
    assert "irgendwann" not in json.dumps(entry)
    assert sync(shop, capsys)[0] == 3
    assert parked(shop, capsys)[0]["attempts"] == 2
    write(shop, "kunden.jsonl", people())
    assert sync(shop, capsys)[0] == 0
    assert parked(shop, capsys) == []
    assert cards(shop, capsys) == 20


@pytest.mark.parametrize(
    "change,field",
    [
        ({"am": "31.02.2026"}, "placed_at"),
        ({"posten": [{"artikel": "TEE", "betrag": "viel"}]}, "lines.0.amount"),
        ({"posten": "keine Liste"}, "lines"),
        ({"am": None}, "placed_at"),
    ],
)
def test_a_wrong_type_names_its_field(
    shop: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], field: str
) -> None:
    rows = orders()
    rows[3] |= change
    write(shop, "bestellungen.jsonl", rows)
    code, report = sync(shop, capsys)
    assert code == 3
    assert report["stages"]["normalize/crm"]["mapped"] == 39
    (entry,) = parked(shop, capsys)
    assert (entry["place"], entry["field"]) == ("503", field)


def test_a_truncated_line_is_set_aside_with_file_and_line(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shop / "kunden.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[4] = lines[4][:40]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, report = sync(shop, capsys)
    assert code == 3
    assert report["land"]["crm/customers"]["unreadable"] == 1
    assert report["land"]["crm/customers"]["new"] == 19
    (entry,) = parked(shop, capsys)
    assert entry["place"] == "kunden.jsonl:5"
    assert report["pending"] == 1
    write(shop, "kunden.jsonl", people())
    code, report = sync(shop, capsys)
    assert (code, report["pending"]) == (0, 0)
    assert cards(shop, capsys) == 20


def test_the_numbers_of_every_stage_add_up(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = sync(shop, capsys)
    for counts in report["land"].values():
        parts = ("new", "changed", "unchanged", "repeated", "unreadable")
        assert counts["read"] == sum(counts[part] for part in parts)
    for counts in report["stages"].values():
        assert counts["taken"] == sum(value for key, value in counts.items() if key != "taken")


def test_no_personal_data_in_what_is_said(
    shop: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    rows = people()
    rows[7]["geboren"] = "irgendwann"
    write(shop, "kunden.jsonl", rows)
    capsys.readouterr()
    run(["--project", str(shop), "--verbose", "sync", "--as-of", "2026-11-21"])
    run(["--project", str(shop), "parked", "list"])
    said = capsys.readouterr()
    everything = said.out + said.err + caplog.text
    for secret in ("kunde7@example.org", "NachnameH", "irgendwann", "VornameB"):
        assert secret not in everything

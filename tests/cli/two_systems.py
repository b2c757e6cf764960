"""A retailer whose two systems know some of the same people, for commands about people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crmsync.cli.main import run

DAY = "2026-11-21"
_CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
"""
_CONNECTION = """
[connections.{name}]
connector = "files"
controller = "muster"
[[connections.{name}.streams]]
name = "customers"
kind = "customers"
path = "{name}.csv"
key = "Nr"
deletes = "missing"
[connections.{name}.streams.map]
given_name = "Vorname"
family_name = "Name"
company = "Firma"
birth_date = "Geburtstag"
kind = {{ field = "Art", values = {{ P = "person", F = "firm" }}, default = "person" }}
contacts.email = "Mail"
contacts.phone = "Telefon"
addresses.home.street = "Straße"
addresses.home.postal_code = "PLZ"
addresses.home.city = "Ort"
[connections.{name}.streams.map.consents.till_greeting.greeting]
field = "Gruß"
values = {{ ja = "granted", nein = "denied" }}
at = {{ const = "2026-05-01" }}
evidence = {{ const = "Bogen 4" }}
[[connections.{name}.streams]]
name = "orders"
kind = "orders"
path = "{name}-bons.csv"
key = "Bon"
[connections.{name}.streams.map]
customer = "Kunde"
placed_at = "Zeit"
guest.given_name = "Vorname"
guest.family_name = "Name"
guest.contacts.email = "Mail"
[connections.{name}.streams.lines]
amount = "Betrag"
"""
FIELDS = ("Nr", "Art", "Vorname", "Name", "Firma", "Geburtstag", "Mail", "Telefon", "Straße", "PLZ",
          "Ort", "Gruß")  # fmt: skip
ORDER = ("Bon", "Kunde", "Zeit", "Betrag", "Vorname", "Name", "Mail")
HOME = {"Straße": "Ackerstr. 5", "PLZ": "10115", "Ort": "Berlin"}
JONAS = {"Nr": "1", "Vorname": "Jonas", "Name": "Weißenberg", "Telefon": "030 55500101"}
J = {"Nr": "1", "Vorname": "J.", "Name": "Weißenberg", "Telefon": "030 55500101"}
MIA = {"Nr": "2", "Vorname": "Mia", "Name": "Sommer", "Telefon": "030 55500102"}
M = {"Nr": "2", "Vorname": "M.", "Name": "Sommer", "Telefon": "030 55500102"}
ANNA = {"Nr": "3", "Vorname": "Anna", "Name": "Keller", "Mail": "anna@example.org"}
ANNA_TOO = {"Nr": "3", "Vorname": "Anna", "Name": "Keller", "Telefon": "0171 5550103"}


class Retailer:
    """A folder with two connections, crm and shop, and the commands run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        text = _CONFIG + "".join(_CONNECTION.format(name=name) for name in ("crm", "shop"))
        (folder / "crmsync.toml").write_text(text, encoding="utf-8")
        self.people("crm", JONAS, MIA, ANNA)
        self.people("shop", J, M, ANNA_TOO)
        self.orders("crm")
        self.orders("shop", ("71", "2", "2026-10-01", "20"), ("72", "2", "2026-11-02", "30"),
                    ("73", "1", "2026-11-03", "10"))  # fmt: skip

    def people(self, where: str, *rows: dict[str, str]) -> None:
        """What a system tells of people, all of them."""
        self._write(f"{where}.csv", FIELDS, rows)

    def orders(self, where: str, *rows: tuple[str, ...]) -> None:
        """What a system tells of orders: number, customer, day, amount, and a guest's name."""
        self._write(
            f"{where}-bons.csv", ORDER, [dict(zip(ORDER, row, strict=False)) for row in rows]
        )

    def _write(self, name: str, fields: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
        lines = [";".join(fields), *(";".join(row.get(one, "") for one in fields) for row in rows)]
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command; gives what it printed, on both streams."""
        assert run(["--project", str(self.folder), *words]) == code, self._capsys.readouterr()
        told = self._capsys.readouterr()
        return told.out + told.err

    def sync(self) -> None:
        """Read both systems."""
        self.run("sync", "--as-of", DAY)

    def json(self, *words: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.run(*words, "--json"))

    def customer(self, short: str) -> str:
        """The customer of "crm/1"."""
        connection, _, number = short.partition("/")
        found = self.json("explain", f"{connection}/customers/{number}")
        return str(found["customer_id"])

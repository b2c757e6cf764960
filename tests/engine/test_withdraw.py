"""A connection that is configured no more is taken out of use as if it had never been; but for
what it forbade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.cli.main import run as command
from crmsync.engine import withdraw as engine
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import ConfigError, LeaseHeld
from crmsync.identity import read as identity
from crmsync.store import ledger, points, tables
from tests.scenarios.canon import canon

DAY = "2026-11-21"
HEAD = """
[crmsync]
store = "{url}"
[controllers.muster]
name = "Muster GmbH"
"""
CRM = """
[connections.crm]
connector = "files"
controller = "muster"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "crm.csv"
key = "Nr"
[connections.crm.streams.map]
given_name = "Vorname"
family_name = "Nachname"
birth_date = "Geboren"
contacts.email = {field = "Mail", verified = {const = true}}
[connections.crm.streams.map.consents.letter.marketing]
field = "Brief"
values = {ja = "granted", nein = "denied"}
at = "Seit"
evidence = "Beleg"
"""
SHOP = """
[connections.shop]
connector = "files"
controller = "muster"
[[connections.shop.streams]]
name = "customers"
kind = "customers"
path = "shop.csv"
key = "Nr"
[connections.shop.streams.map]
given_name = "Vorname"
family_name = "Nachname"
contacts.email = {field = "Mail", verified = {const = true}}
[[connections.shop.streams]]
name = "orders"
kind = "orders"
path = "orders.csv"
group = "Beleg"
[connections.shop.streams.map]
customer = "Kunde"
placed_at = "Datum"
[connections.shop.streams.lines]
sku = "Artikel"
amount = "Betrag"
"""
WITHOUT_TRACE = ("source_customer", "orders", "consent_claim", "profile", "habit", "match_key",
                 "parked", "pending")  # fmt: skip
"""What is as if the connection had never been; `customer`, `card` and the ledger keep a trace."""


@pytest.fixture
def configure(tmp_path: Path, store_url: str) -> Callable[..., None]:
    """Writes which connections are configured, beside their files."""
    names = ("Sommer", "Winter", "Lenz", "Herbst", "Monat", "Freitag")
    shop = ["Nr;Vorname;Nachname;Mail"]
    crm = ["Nr;Vorname;Nachname;Mail;Geboren;Brief;Seit;Beleg"]
    orders = ["Beleg;Kunde;Datum;Artikel;Betrag"]
    for number, name in enumerate(names):
        mail = f"{name.lower()}@example.org"
        if number < 4:
            shop.append(f"{number};Eva;{name};{mail}")
            orders.append(f"{number};{number};2026-10-0{number + 1};TEE;12,90")
        if number > 1:
            crm.append(f"{number};Eva;{name};{mail};1970-03-0{number};nein;2026-01-02;Karte")
    crm.append("9;Eva;Kaputt;kaputt@example.org;vorgestern;ja;2026-01-02;Karte")
    for file, lines in (("shop", shop), ("crm", crm), ("orders", orders)):
        (tmp_path / f"{file}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")

    def configure(*parts: str) -> None:
        text = HEAD.format(url=store_url) + "".join(parts)
        (tmp_path / "crmsync.toml").write_text(text, encoding="utf-8")

    return configure


def run(folder: Path) -> Any:
    with open_project(folder) as opened:
        return sync(opened, as_of=DAY)


def withdrawn(folder: Path) -> int:
    with open_project(folder) as opened:
        done = engine.withdraw(opened, "crm", progress=lambda *_: None)
        assert sync(opened, as_of=DAY, read=False).exit_code() == 0
        return done


def contents(folder: Path) -> dict[str, list[str]]:
    with open_project(folder) as opened:
        return canon(opened.store)


def without_crm(rows: list[str]) -> list[str]:
    return [row for row in rows if "crm/customers" not in row]


def test_it_is_as_if_it_had_never_been(
    configure: Callable[..., None], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    configure(SHOP)
    run(tmp_path)
    never = contents(tmp_path)
    configure(CRM, SHOP)
    assert run(tmp_path).exit_code() == 3
    both = contents(tmp_path)
    assert len(both["profile"]) == 6
    assert both["ledger"]
    configure(SHOP)
    with open_project(tmp_path) as opened:
        assert engine.left(opened, "crm") == 5
    assert withdrawn(tmp_path) == 5
    after = contents(tmp_path)
    for table in WITHOUT_TRACE:
        assert without_crm(after[table]) == never[table], table
    assert after["ledger"] == both["ledger"]
    assert run(tmp_path).warnings == []
    with open_project(tmp_path) as opened:
        assert engine.left(opened, "crm") == 0
        assert engine.withdraw(opened, "crm", progress=lambda *_: None) == 0


def test_what_it_forbade_stays_forbidden(configure: Callable[..., None], tmp_path: Path) -> None:
    configure(CRM, SHOP)
    run(tmp_path)
    before = denials(tmp_path)
    assert before == ["denied"] * 2
    configure(SHOP)
    withdrawn(tmp_path)
    assert denials(tmp_path) == before


def denials(folder: Path) -> list[str]:
    """What the ledger says of letters to the two customers that both systems know."""
    with open_project(folder) as opened, opened.store.read() as work:
        names = [identity.customer_of(work, f"shop/customers/{number}") for number in (2, 3)]
        assert None not in names
        found = ledger.consents_of(work, [str(name) for name in names], as_of=DAY)
        return [found[str(name)].of("letter", "marketing").state for name in names]


def test_named_again_everybody_comes_back_as_who_he_was(
    configure: Callable[..., None], tmp_path: Path
) -> None:
    configure(CRM, SHOP)
    run(tmp_path)
    before, ids = contents(tmp_path), customer_ids(tmp_path)
    configure(SHOP)
    withdrawn(tmp_path)
    configure(CRM, SHOP)
    report = run(tmp_path)
    assert report.lands["crm/customers"]["changed"] == 5
    after = contents(tmp_path)
    assert {name: after[name] for name in WITHOUT_TRACE} == {n: before[n] for n in WITHOUT_TRACE}
    assert customer_ids(tmp_path) == ids


def customer_ids(folder: Path) -> dict[int, str]:
    with open_project(folder) as opened, opened.store.read() as work:
        link = tables.link
        return dict(map(tuple, work.all(sa.select(link.c.source_id, link.c.customer_id))))


class Killed(BaseException):
    """A kill, as far as a transaction is concerned."""


@contextmanager
def killed_at(point: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def watch(name: str) -> None:
        if name == point:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(points, "watch", watch)
        yield


@pytest.mark.parametrize("moment", ["batch:before", "batch:after", "finish:before", "finish:after"])
def test_after_a_kill_it_is_gone_on_with(
    configure: Callable[..., None], tmp_path: Path, moment: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(engine, "BATCH", 2)
    configure(SHOP)
    run(tmp_path)
    never = contents(tmp_path)
    configure(CRM, SHOP)
    run(tmp_path)
    configure(SHOP)
    with killed_at(f"withdraw/{moment}", monkeypatch):
        withdrawn(tmp_path)
    withdrawn(tmp_path)
    after = contents(tmp_path)
    for table in WITHOUT_TRACE:
        assert without_crm(after[table]) == never[table], table


def test_what_was_still_to_be_mapped_is_forgotten(
    configure: Callable[..., None], tmp_path: Path
) -> None:
    configure(CRM, SHOP)
    run(tmp_path)
    with open_project(tmp_path) as opened, opened.store.work("test/ask") as work:
        work.log_records("raw/crm", [1, 2])
    configure(SHOP)
    withdrawn(tmp_path)
    with open_project(tmp_path) as opened, opened.store.read() as work:
        assert work.changes("normalize/crm", ["raw/crm"], 10) == []


def test_it_waits_for_nobody(configure: Callable[..., None], tmp_path: Path) -> None:
    configure(CRM, SHOP)
    run(tmp_path)
    configure(SHOP)
    with open_project(tmp_path) as one, open_project(tmp_path) as other:
        with one.store.lease("connection:crm", holder="one"), pytest.raises(LeaseHeld):
            engine.withdraw(other, "crm", progress=lambda *_: None)
        assert engine.left(other, "crm") == 5


@pytest.mark.parametrize(
    "name, words", [("shop", "'shop' is configured"), ("kasse", "knows no connection 'kasse'")]
)
def test_what_cannot_be_withdrawn(
    configure: Callable[..., None], tmp_path: Path, name: str, words: str
) -> None:
    configure(CRM, SHOP)
    run(tmp_path)
    configure(SHOP)
    with open_project(tmp_path) as opened, pytest.raises(ConfigError, match=words) as caught:
        engine.left(opened, name)
    assert caught.value.exit_code == 2
    assert name == "shop" or "Configured no more: crm." in caught.value.hint


def test_the_command_asks_first(
    configure: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(CRM, SHOP)
    run(tmp_path)
    configure(SHOP)
    words = ["--project", str(tmp_path), "withdraw", "crm", "--as-of", DAY]
    assert command(["--project", str(tmp_path), "sync", "--as-of", DAY]) == 3
    assert "crmsync withdraw crm" in capsys.readouterr().err
    assert command(words) == 2  # nobody can be asked
    assert "must be confirmed" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda text, err: "5 records of 'crm'" not in text)
    assert command(words) == 1
    assert "nothing was withdrawn" in capsys.readouterr().err
    assert command([*words, "--yes", "--json"]) == 0
    assert '"withdrawn": 5' in capsys.readouterr().out
    assert command(["--project", str(tmp_path), "doctor"]) == 0
    assert "crm" not in capsys.readouterr().out.replace("crmsync", "")

"""Builds connectors the way the engine does, and reads them to their end; foreign databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.connectors.files import FilesConnector
from crmsync.connectors.sql import SqlConnector, SqlSettings
from crmsync.model.stream import Connection, Page, Stream, Window
from tests.connectors.foreign import Ask, Execute

CUSTOMER_MAP: dict[str, Any] = {
    "salutation": "Anrede",
    "given_name": "Vorname",
    "family_name": "Nachname",
    "contacts.email": "E-Mail",
    "addresses.home.street": "Straße",
    "addresses.home.city": "Ort",
}
ORDER_MAP: dict[str, Any] = {"customer": "Kundennr", "placed_at": "Datum"}
LINE_MAP: dict[str, Any] = {"sku": "Artikel", "amount": "Betrag", "quantity": "Menge"}

HEAD = ("Kundennummer", "Anrede", "Vorname", "Nachname", "E-Mail", "Straße", "Ort")
CSV_HEAD = ";".join(HEAD) + "\n"
PEOPLE = (
    ("1", "Frau", "Jürgen", "Müller-Lüdenscheidt", "lola@example.de", "Große Straße 3", "Köln"),
    ("2", "Herr", "Mañuel", 'Weiß "Willi"', "willi@example.de", "Am Markt; Hinterhof", "Düren"),
    ("3", "Frau", "Zoë", "Ångström, geb. Böll", "", "Weg | 1\nSeitenflügel", "Füssen"),
)


def customers(path: str, **options: Any) -> dict[str, Any]:
    """The settings of a stream of customers."""
    return {
        "name": "customers",
        "kind": "customers",
        "path": path,
        "key": "Kundennummer",
        "map": CUSTOMER_MAP,
        **options,
    }


def orders(path: str, **options: Any) -> dict[str, Any]:
    """The settings of a stream of orders, one row a line."""
    return {
        "name": "orders",
        "kind": "orders",
        "path": path,
        "group": "Belegnr",
        "map": ORDER_MAP,
        "lines": LINE_MAP,
        **options,
    }


def lines(count: int, start: int = 1) -> str:
    """So many lines of people as CSV, numbered from `start`."""
    return "".join(f"{n};Frau;Anna;Groß{n};;;Köln\n" for n in range(start, start + count))


Connect = Callable[..., FilesConnector]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Makes a files connector over these streams, below the test's folder."""

    def connect(*streams: dict[str, Any]) -> FilesConnector:
        settings = FilesConnector.settings.model_validate({"streams": list(streams)})
        connection = Connection(name="crm", controller="beispiel", base=str(tmp_path))
        return FilesConnector(settings, connection)

    return connect


def read(connector: Any, position: Any = None, *, stream: Stream | None = None) -> list[Page]:
    """Every page of the (first) stream from `position` on."""
    return list(connector.read(stream or connector.streams()[0], Window(), position))


def records(pages: list[Page]) -> list[Any]:
    """The records of all pages."""
    return [record for page in pages for record in page.records]


def complaints(pages: list[Page]) -> list[tuple[str, str]]:
    """Place and reason of everything unreadable."""
    return [(bad.place, bad.reason) for page in pages for bad in page.unreadable]


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty foreign database; the SQLite one below the project's folder."""
    if request.param == "sqlite":
        return "sqlite:///erp.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def execute(url: str, tmp_path: Path) -> Iterator[Execute]:
    """Runs statements on the foreign database, as its own program would."""
    engine = sa.create_engine(url.replace("sqlite:///", f"sqlite:///{tmp_path}/"))

    def execute(statement: str, *rows: dict[str, Any]) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text(statement), rows or None)

    yield execute
    engine.dispose()


@pytest.fixture
def ask(url: str, tmp_path: Path) -> Iterator[Ask]:
    """Makes an SQL connector over these streams."""
    made: list[SqlConnector] = []

    def ask(*streams: dict[str, Any], **settings: Any) -> SqlConnector:
        values = {"url": url, "streams": list(streams), **settings}
        connection = Connection(name="erp", controller="beispiel", base=str(tmp_path))
        made.append(SqlConnector(SqlSettings.model_validate(values), connection))
        return made[-1]

    yield ask
    for connector in made:
        connector.close()

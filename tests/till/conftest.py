"""Fixtures of the till: an empty retailer, and a till file with many kinds of customers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmsync.store import Store, open_store
from crmsync.till.tillfile import TillFile
from tests.till.retailer import Retailer, opened, person


@pytest.fixture
def retailer(store: Store) -> Retailer:
    """A retailer without customers, on SQLite and PostgreSQL."""
    return Retailer(store)


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TillFile]:
    """A till file with invented people of many origins, and namesakes."""
    folder = tmp_path_factory.mktemp("till")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    retailer = Retailer(store)
    people = [
        ("mueller", person("frau", "Käthe", "Müller-Lüdenscheidt", titles=("Dr.",),
                           loyalty_card="2900 0001 2345", phone="+491712345678", city="Köln",
                           plz="50823", email="kaethe.mueller@example.org"), 40),
        ("moeller", person("herr", "Jörg", "Möller", customer_number="K-200417"), 30),
        ("mueller2", person("herr", "JUERGEN", "MUELLER", phone="+491719990011", city="Bonn"), 20),
        ("muller", person(None, "Andrea", "Muller", phone="+41791112233", verified=False), 10),
        ("weiss", person("frau", "Eva", "Weiß", plz="10115", phone="+493012345670"), 9),
        ("meyer", person("herr", "Tom", "Meyer", city="Bremen"), 9),
        ("maier", person("frau", "Lea", "Maier"), 8),
        ("jaeger", person("herr", "Uwe", "Jäger"), 8),
        ("gross", person("frau", "Ute", "Groß"), 7),
        ("yilmaz", person("frau", "Ayşe", "Yılmaz"), 7),
        ("sogut", person("herr", "Emre", "Söğüt"), 6),
        ("heide", person("frau", "Anna", "Heide", nobility="von der"), 6),
        ("bui", person(None, "Văn Tú", "Bùi", family_first=True), 5),
        ("garcia", person("herr", "Gabriel", "García Márquez"), 5),
        ("greek", person("herr", "Γιώργος", "Παπαδόπουλος"), 4),
        ("weber1", person("frau", "Anna", "Weber", phone="+493055500067", city="Ehrenfeld"), 4),
        ("weber2", person("frau", "Anna", "Weber", phone="+493055500089", city="Nippes"), 3),
        ("couple", person("familie", "Petra und Klaus", "Schmidt", kind="couple",
                          loyalty_card="290000019999"), 2),
        ("firm", person("frau", "Ines", "Lenz", kind="firm", company="Bäckerei Lenz KG",
                        loyalty_card="290000018888"), 2),
        ("shared1", person("herr", "Karl", "Vogt", phone="+493077788899"), 1),
        ("shared2", person("frau", "Rosa", "Vogt", phone="+493077788899", do_not_greet=True), 1),
        ("quiet", person("frau", "Still", "Leise", loyalty_card="290000017777",
                         do_not_greet=True), 1),
        ("short", person("herr", "Ole", "Kurz", customer_number="4711"), 1),
    ]  # fmt: skip
    for customer_id, customer, orders in people:
        retailer.put(customer_id, customer, orders=orders)
    retailer.build(folder / "till.db")
    store.close()
    with opened(folder / "till.db") as file:
        yield file

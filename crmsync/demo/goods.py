"""What the sample retailer sells: a delicatessen's goods, German tax rates, prices in cents."""

from __future__ import annotations

from typing import NamedTuple


class Article(NamedTuple):
    """One product; `price` is in cents with tax, `tax` in percent, `cost` in cents without tax."""

    sku: str
    name: str
    category: str
    brand: str
    price: int
    tax: int
    cost: int


_MARGIN = {"Wein": 38, "Kaffee & Tee": 45, "Schokolade": 42, "Gewürze": 55}
"""What is left of the net price, in percent; of the other categories 33."""

_RANGE: tuple[tuple[str, int, str, tuple[tuple[str, int], ...]], ...] = (
    ("Käse", 7, "Almquell", (
        ("Bergkäse 200 g", 890), ("Ziegenrolle", 640), ("Blauschimmel mild", 720),
        ("Rohmilch-Camembert", 560), ("Käseplatte für vier", 2490))),
    ("Wein", 19, "Rebenglück", (
        ("Riesling trocken 0,75 l", 1290), ("Silvaner 0,75 l", 990), ("Spätburgunder", 1890),
        ("Crémant brut", 1650), ("Weinpaket Sommer", 5900), ("Grauburgunder Magnum", 3290))),
    ("Brot & Gebäck", 7, "Sauerteig", (
        ("Roggenlaib", 560), ("Nussbrot", 620), ("Butterhörnchen", 240), ("Früchtebrot", 1190))),
    ("Kaffee & Tee", 7, "Zimtstern", (
        ("Espresso ganze Bohne 500 g", 1490), ("Filterkaffee 250 g", 790),
        ("Darjeeling first flush", 1390), ("Rooibos Vanille", 690))),
    ("Schokolade", 7, "Nougatstern", (
        ("Tafel 72 %", 420), ("Trüffel 12 Stück", 1850), ("Marzipanbrot", 690),
        ("Nougatschnitte", 380))),
    ("Öl & Essig", 7, "Ölmühle", (
        ("Olivenöl nativ 0,5 l", 1590), ("Walnussöl", 1290), ("Apfelbalsam", 890),
        ("Kürbiskernöl", 1490))),
    ("Feinkost", 7, "Goldähre", (
        ("Antipasti-Teller", 1290), ("Lachs geräuchert 200 g", 1490), ("Heringssalat", 640),
        ("Pesto Basilikum", 590), ("Wildpastete", 1190), ("Präsentkorb", 6900))),
    ("Gewürze", 7, "Safranhof", (
        ("Safran 1 g", 1290), ("Fleur de Sel", 790), ("Räucherpaprika", 520),
        ("Currymischung", 480))),
)  # fmt: skip


def _articles() -> tuple[Article, ...]:
    return tuple(
        Article(
            f"{place + 1:02d}{number:02d}",
            name,
            category,
            brand,
            price,
            tax,
            price * (100 - _MARGIN.get(category, 33)) // (100 + tax),
        )
        for place, (category, tax, brand, products) in enumerate(_RANGE)
        for number, (name, price) in enumerate(products, start=1)
    )


ARTICLES = _articles()
CATEGORIES = tuple(category for category, *_ in _RANGE)
CARRIERS = ("Kurier Brezel", "Paketdienst Postillion")


def of_category(category: str) -> tuple[Article, ...]:
    """The articles of one category."""
    return tuple(article for article in ARTICLES if article.category == category)

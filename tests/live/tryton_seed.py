"""Fills a Tryton database with a small German retailer; runs in Tryton's own environment."""

# mypy: disable-error-code="import-not-found,import-untyped"

import datetime as dt
import sys
from decimal import Decimal
from typing import Any

from proteus import Model, config
from stdnum.iso7064 import mod_11_10
from trytond.modules.account.tests.tools import (
    create_chart,
    create_fiscalyear,
    create_tax,
    get_accounts,
)
from trytond.modules.account_invoice.tests.tools import (
    create_payment_term,
    set_fiscalyear_invoice_sequences,
)
from trytond.modules.company.tests.tools import create_company

PEOPLE = [
    "Ayşe Öztürk", "Jürgen Mueller", "Dr.-Ing. Ursula von der Weißenberg-Müller", "Käthe Straßer",
    "Zoë Groß", "Mehmet Yılmaz", "Anneliese Jäger", "Björn Schäfer", "Łukasz Wróbel",
    "Renée Dubois", "Heinz-Peter Schmidt", "Graf Otto zu Stolberg", "Sören Weiß",
    "Prof. Dr. Ilse Brandt", "Günter Maier", "Gunter Meyer", "Sabine Müller", "Sabine Mueller",
    "Thomas Fuß", "Eheleute Klaus und Petra Sommer",
]  # fmt: skip
"""The same people as in the shop (vendure_seed.py), one by one, as an ERP writes them."""

FIRMS = [
    "Weinhandel Krüger GmbH", "Bäckerei Löwe e.K.", "Gasthof Zur Post", "Schütz & Söhne OHG",
    "Praxis Dr. Özdemir", "Kanzlei Groß und Partner mbB", "Stadtwerke Musterstadt AG",
    "Blumen Weiß UG", "Café Zoë", "Autohaus Jäger GmbH & Co. KG",
]  # fmt: skip
GOODS = [
    ("Rotwein Spätburgunder", "Wein", "8.90", "4006381333931", "u"),
    ("Weißwein Riesling", "Wein", "7.49", "4003994155486", "u"),
    ("Müsli Beerenglück", "Lebensmittel", "4.49", "4000417025005", "u"),
    ("Gouda am Stück", "Käse", "15.98", None, "kg"),
    ("Olivenöl nativ", "Lebensmittel", "11.25", "4008400401621", "u"),
]
STREETS = ["Hauptstraße", "Bahnhofstr.", "Am Alten Markt", "Schönhauser Allee", "Große Bleichen"]
CITIES = [("50667", "Köln"), ("80331", "München"), ("10437", "Berlin"), ("20354", "Hamburg")]


def fill(database: str, config_file: str) -> None:
    """Write company, catalogue, parties and sales."""
    config.set_trytond(f"sqlite:///{database}", config_file=config_file)
    own = Model.get("party.party")(name="Feinkost am Markt GmbH")
    own.save()
    create_company(party=own, currency="EUR")
    create_chart()
    for code, name in (("DE", "Deutschland"), ("AT", "Österreich")):
        Model.get("country.country")(name=name, code=code).save()
    year = set_fiscalyear_invoice_sequences(create_fiscalyear())
    year.click("create_period")
    term = create_payment_term()
    term.save()
    products = catalogue()
    fill_store(products)
    parties = [person(at, name) for at, name in enumerate(PEOPLE)]
    parties += [firm(at, name) for at, name in enumerate(FIRMS, len(PEOPLE))]
    for at in range(24):
        sell(at, parties[at % 18], products, term)
    take_back(parties[0], products, term)
    deliver_some()


def catalogue() -> list[Any]:
    """Products in categories, one of them sold by weight."""
    account = accounting_category()
    units = {unit.symbol: unit for unit in Model.get("product.uom").find([])}
    units["kg"].digits, units["kg"].rounding = 3, 0.001
    units["kg"].save()
    found: dict[str, int] = {}
    products = []
    for at, (name, category, price, gtin, symbol) in enumerate(GOODS):
        if category not in found:
            fresh = Model.get("product.category")(name=category)
            fresh.save()
            found[category] = fresh.id
        template = Model.get("product.template")(
            name=name, type="goods", salable=True, code=f"A{at:03}"
        )
        template.default_uom = units[symbol]
        template.list_price = Decimal(price)
        template.account_category = account
        template.categories.append(Model.get("product.category")(found[category]))
        if gtin:
            template.products[0].identifiers.new(type="ean", code=gtin)
        if symbol == "u":  # of what is sold by weight nobody knows the cost
            template.products[0].cost_price = Decimal(price) / 2
        template.save()
        products.append(template.products[0])
    return products


def accounting_category() -> Any:
    """The bookkeeping side of the catalogue, with 19 % tax."""
    accounts = get_accounts()
    tax = create_tax(Decimal(".19"))
    tax.save()
    category = Model.get("product.category")(name="19 %", accounting=True)
    category.account_expense = accounts["expense"]
    category.account_revenue = accounts["revenue"]
    category.customer_taxes.append(tax)
    category.save()
    return category


def fill_store(products: list[Any]) -> None:
    """Put goods on the shelf so that shipments can leave."""
    (storage,) = Model.get("stock.location").find([("code", "=", "STO")])
    inventory = Model.get("stock.inventory")(location=storage)
    for product in products:
        line = inventory.lines.new(product=product)
        line.quantity, line.expected_quantity = 500.0, 0.0
    inventory.click("confirm")


def person(at: int, name: str) -> Any:
    """A private customer with address, e-mail, phone, and now and then mobile or fax."""
    party = Model.get("party.party")(name=name)
    where(party, at)
    reach(party, "email", f"kunde{at}@example.com")
    reach(party, "phone", f"0221 88{at:04}")
    if at % 3 == 0:
        reach(party, "mobile", f"0171 55{at:05}")
    if at % 7 == 0:
        reach(party, "fax", f"+49 221 99{at:04}")
    if at % 4 == 0:
        (party.lang,) = Model.get("ir.lang").find([("code", "=", "de")])
    party.save()
    return party


def firm(at: int, name: str) -> Any:
    """A business customer with a VAT id and a second address for deliveries."""
    party = Model.get("party.party")(name=name)
    where(party, at)
    where(party, at + 1, party_name=f"{name} (Lager)")
    reach(party, "email", f"info@firma{at}.example")
    reach(party, "website", f"https://firma{at}.example")
    party.identifiers.new(type="eu_vat", code=vat_id(at))
    party.save()
    return party


def vat_id(at: int) -> str:
    """A German VAT id of the right form that belongs to nobody in particular."""
    digits = f"{99900000 + at}"
    return f"DE{digits}{mod_11_10.calc_check_digit(digits)}"


def where(party: Any, at: int, **more: str) -> None:
    """Give a party an address (the first one is there from the start, empty)."""
    (germany,) = Model.get("country.country").find([("code", "=", "DE")])
    blank = [address for address in party.addresses if not address.city]
    address = blank[0] if blank else party.addresses.new()
    address.street_unstructured = f"{STREETS[at % 5]} {at + 1}"
    address.postal_code, address.city = CITIES[at % 4]
    address.country = germany
    for name, value in more.items():
        setattr(address, name, value)


def reach(party: Any, kind: str, value: str) -> None:
    """Give a party a way to be reached."""
    party.contact_mechanisms.new(type=kind, value=value)


def sell(at: int, party: Any, products: list[Any], term: Any) -> Any:
    """A sale of one to three lines; every sixth stays a draft."""
    sale = Model.get("sale.sale")(party=party, payment_term=term, reference=f"WEB-{at:05}")
    sale.sale_date = dt.date.today() - dt.timedelta(days=3 * at)
    for more in range(1 + at % 3):
        line = sale.lines.new()
        line.product = products[(at + more) % len(products)]
        line.quantity = 0.375 if line.product.default_uom.symbol == "kg" else float(1 + at % 4)
    sale.invoice_method, sale.shipment_method = "order", "order"
    sale.save()
    if at % 6 != 5:
        for step in ("quote", "confirm"):
            sale.click(step)
    return sale


def take_back(party: Any, products: list[Any], term: Any) -> None:
    """A return: a sale with a negative quantity, as Tryton writes them."""
    sale = Model.get("sale.sale")(party=party, payment_term=term, reference="RET-00001")
    line = sale.lines.new()
    line.product, line.quantity = products[0], -1.0
    sale.save()
    for step in ("quote", "confirm"):
        sale.click(step)


def deliver_some() -> None:
    """Every second waiting shipment is picked, packed and handed over."""
    waiting = Model.get("stock.shipment.out").find([("state", "=", "waiting")])
    for shipment in waiting[::2]:
        for step in ("assign_try", "pick", "pack", "do"):
            shipment.click(step)


if __name__ == "__main__":
    fill(sys.argv[1], sys.argv[2])

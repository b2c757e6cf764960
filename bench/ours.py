"""The load benchmark's own contender: files in, raw, model and change log committed."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.synced import synced

CONFIG = """
[crmsync]
store = "{store}"
[controllers.bench]
name = "Bench GmbH"
[connections.shop]
connector = "files"
controller = "bench"
[[connections.shop.streams]]
name = "customers"
kind = "customers"
path = "{folder}/customers.jsonl"
key = "id"
deletes = "{deletes}"
[connections.shop.streams.map]
customer_number = "customer_number"
salutation = "salutation"
titles = "title"
given_name = "first_name"
family_name = "last_name"
company = "company"
vat_id = "vat_id"
birth_date = "birth_date"
language = "language"
store = "store"
"contacts.email" = "email"
"contacts.phone" = "phone"
"contacts.mobile" = "mobile"
"addresses.billing.street" = "addresses.0.street"
"addresses.billing.postal_code" = "addresses.0.postal_code"
"addresses.billing.city" = "addresses.0.city"
"addresses.billing.country" = "addresses.0.country"
"addresses.shipping.street" = "addresses.1.street"
"addresses.shipping.postal_code" = "addresses.1.postal_code"
"addresses.shipping.city" = "addresses.1.city"
"addresses.shipping.country" = "addresses.1.country"
"consents.email.marketing" = {{ field = "consents.0.state", at = "consents.0.at" }}
"consents.letter.marketing" = {{ field = "consents.1.state", at = "consents.1.at" }}
[[connections.shop.streams]]
name = "orders"
kind = "orders"
path = "{folder}/orders.jsonl"
key = "id"
deletes = "{deletes}"
[connections.shop.streams.map]
number = "number"
customer = "customer"
placed_at = "placed_at"
channel = "channel"
store = "store"
status = "status"
currency = "currency"
shipping = "shipping"
[connections.shop.streams.lines]
from = "items"
sku = "sku"
title = "title"
category = "category"
quantity = "quantity"
amount = "amount"
tax_rate = "tax_rate"
"""


def load(
    folder: Path, target: Path, deletes: str = "none", store: str = "sqlite:///store.db"
) -> None:
    """Take the files of `folder` into the project in `target`; leave with 1 when not clean.

    With `deletes` "missing" the files are the whole of what there is, read anew each time.
    """
    target.mkdir(parents=True, exist_ok=True)
    config = CONFIG.format(store=store, folder=folder, deletes=deletes)
    (target / "crmsync.toml").write_text(config, encoding="utf-8")
    synced(target, {})


if __name__ == "__main__":
    load(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])

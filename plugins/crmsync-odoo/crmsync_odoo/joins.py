"""Puts into rows what belongs to them: lines with their products, addresses, tags, opt-outs.

Each is one question for a page, never one for a record. What the user may not see is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from crmsync_odoo.api import Api, Domain, Row
from crmsync_odoo.sources import IS_PLACE
from crmsync_odoo.values import id_of

ADDRESS = ("type", "name", "street", "street2", "zip", "city", "state_id", "country_id",
           "country_code", "parent_id", "active")  # fmt: skip
SALE_LINE = (
    "order_id", "product_id", "name", "product_uom_qty", "qty_delivered", "discount",
    "price_subtotal", "price_total", "display_type", "is_delivery", "is_downpayment",
    "purchase_price",
)  # fmt: skip
POS_LINE = ("order_id", "product_id", "full_product_name", "qty", "discount", "price_subtotal",
            "price_subtotal_incl", "total_cost")  # fmt: skip
MOVE_LINE = (
    "move_id", "product_id", "name", "quantity", "discount", "price_subtotal", "price_total",
    "display_type", "exclude_from_invoice_tab", "sale_line_ids",
)  # fmt: skip
SUBSCRIBED = ("subscription_ids", "subscription_list_ids")
"""What a contact of the mailing lists calls its subscriptions, from 17 on and before."""


def customers(api: Api, rows: list[Row]) -> None:
    """Addresses that are contacts of their own, the names of tags, and who left a mailing list."""
    places = _under(api, "res.partner", "parent_id", _ids(rows), ADDRESS, IS_PLACE)
    tags = _known(api, "res.partner.category", ("name",), _inner(rows, "category_id"))
    names = {row["id"]: row.get("name") for row in tags}
    left = _who_left(api, [row["email_normalized"] for row in rows if row.get("email_normalized")])
    for row in rows:
        row["addresses"] = [one for one in places[row["id"]] if one.get("active", True)]
        if isinstance(row.get("category_id"), list):
            row["tags"] = [names[one] for one in row["category_id"] if names.get(one)]
        if row.get("email_normalized") in left:
            row["left_a_list"] = True


def orders(api: Api, rows: list[Row]) -> None:
    """The lines of a sale, and whose it is where an address was put in for the customer."""
    _add_lines(api, rows, "sale.order.line", "order_id", SALE_LINE)
    _add_owners(api, rows)


def receipts(api: Api, rows: list[Row]) -> None:
    """The lines of a till's receipt, and whose it is."""
    _add_lines(api, rows, "pos.order.line", "order_id", POS_LINE)
    _add_owners(api, rows)


def returns(api: Api, rows: list[Row]) -> None:
    """The lines of a credit note, whose it is, and the order whose lines they undo."""
    _add_lines(api, rows, "account.move.line", "move_id", MOVE_LINE)
    _add_owners(api, rows)
    lines = [line for row in rows for line in row["lines"]]
    undone = _known(api, "sale.order.line", ("order_id",), _inner(lines, "sale_line_ids"))
    sold = {line["id"]: id_of(line.get("order_id")) for line in undone}
    for row in rows:
        found = [sold.get(one) for line in row["lines"] for one in line.get("sale_line_ids") or ()]
        if any(found):
            row["order_id"] = next(one for one in found if one)


def nothing(api: Api, rows: list[Row]) -> None:
    """Rows that say it all themselves."""


def _add_lines(api: Api, rows: list[Row], model: str, above: str, fields: Sequence[str]) -> None:
    lines = _under(api, model, above, _ids(rows), fields, [])
    sold = [id_of(line.get("product_id")) for some in lines.values() for line in some]
    products = _known(api, "product.product", ("default_code", "barcode"), sold)
    goods: dict[Any, Row] = {row["id"]: row for row in products}
    for row in rows:
        row["lines"] = lines[row["id"]]
        for line in row["lines"]:
            line["product"] = goods.get(id_of(line.get("product_id")), {})


def _add_owners(api: Api, rows: list[Row]) -> None:
    """An order may name an address of a customer in his place: then it is his all the same."""
    ids = sorted({found for row in rows if (found := id_of(row.get("partner_id")))})
    if not ids:
        return
    domain = [["id", "in", ids], *IS_PLACE]
    places = api.search_read("res.partner", domain, ["parent_id"])
    above = {row["id"]: id_of(row.get("parent_id")) for row in places}
    for row in rows:
        found = id_of(row.get("partner_id"))
        if above.get(found):
            row["customer_id"] = above[found]


def _who_left(api: Api, emails: Sequence[str]) -> set[str]:
    """The addresses that left a mailing list, whichever it was."""
    offered = api.fields("mailing.contact") if emails else {}
    name = next((one for one in SUBSCRIBED if one in offered), None)
    if name is None or "email_normalized" not in offered:
        return set()
    domain = [["email_normalized", "in", list(emails)], [f"{name}.opt_out", "=", True]]
    found = api.search_read("mailing.contact", domain, ["email_normalized"])
    return {str(row.get("email_normalized")) for row in found}


def _under(
    api: Api, model: str, above: str, ids: Sequence[int], fields: Sequence[str], more: Domain
) -> defaultdict[Any, list[Row]]:
    """The rows of a model below each of these records, in the order of their ids."""
    found: defaultdict[Any, list[Row]] = defaultdict(list)
    offered = [name for name in fields if name in api.fields(model)]
    if above in offered:
        for row in api.search_read(model, [[above, "in", list(ids)], *more], ["id", *offered]):
            found[id_of(row.get(above))].append(row)
    return found


def _known(api: Api, model: str, fields: Sequence[str], ids: Iterable[Any]) -> list[Row]:
    """The rows with these ids, archived ones too."""
    wanted = sorted({one for one in ids if isinstance(one, int)})
    offered = [name for name in fields if name in api.fields(model)] if wanted else []
    if not offered:
        return []
    return api.search_read(model, [["id", "in", wanted]], ["id", *offered])


def _ids(rows: Iterable[Row]) -> list[int]:
    return [row["id"] for row in rows]


def _inner(rows: Iterable[Row], field: str) -> list[Any]:
    """The ids in a field that holds a list of them."""
    return [one for row in rows if isinstance(row.get(field), list) for one in row[field]]


BY_STREAM = {"customers": customers, "orders": orders, "pos_orders": receipts, "returns": returns}
"""What belongs to the rows of a stream."""

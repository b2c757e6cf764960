"""WooCommerce's REST API, version 3: who asks, what is asked for, and what its answers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http import Answer, AtOnce, Basic, Budget, Client, OAuth1, Response
from crmsync.model.stream import Connection
from crmsync_woocommerce.settings import WooCommerceSettings

BEARS = 4
"""WooCommerce itself sets no limit; more at once than this and a usual host's PHP is used up."""

WALLS = {403, 406, 501}
"""What firewalls (ModSecurity among them) answer with a web page."""

NEEDED: Mapping[str, Sequence[str]] = {
    "customers": ("id", "date_created", "date_modified_gmt", "email", "first_name", "last_name",
                  "role", "billing", "shipping", "meta_data"),
    "orders": ("id", "number", "status", "currency", "date_created_gmt", "date_modified_gmt",
               "date_completed_gmt", "total", "shipping_total", "shipping_tax", "customer_id",
               "billing", "shipping", "created_via", "line_items", "tax_lines", "shipping_lines",
               "fee_lines", "refunds", "meta_data"),
    "refunds": ("id", "parent_id", "date_created_gmt", "amount", "reason", "line_items"),
    "products": ("id", "date_modified_gmt", "name", "type", "sku", "global_unique_id",
                 "categories", "brands", "attributes", "variations", "cost_of_goods_sold"),
    "variations": ("id", "sku", "global_unique_id", "attributes", "cost_of_goods_sold"),
}  # fmt: skip
"""The fields that are read; nothing else is asked for (IP addresses, order keys, pictures)."""


class Api:
    """The REST API of one shop."""

    def __init__(self, settings: WooCommerceSettings, connection: Connection) -> None:
        base = f"{str(settings.url).rstrip('/')}/wp-json/wc/v3"
        key = settings.consumer_key.get_secret_value()
        basic = settings.auth == "basic" or (
            settings.auth == "auto" and settings.url.scheme == "https"
        )
        proof = Basic if basic else OAuth1
        self._http = Client(
            base,
            auth=proof(key, settings.consumer_secret),
            faults=faults,
            budget=Budget.beside(connection, AtOnce(count=BEARS)),
        )

    def get(self, path: str, *, undecoded: str = "", **params: Any) -> Answer:
        """The answer to a GET; parameters that are None are left out."""
        asked = {name: value for name, value in params.items() if value is not None}
        return self._http.get(path, params=asked, undecoded=undecoded)

    def rows(self, path: str, **params: Any) -> Sequence[Mapping[str, Any]]:
        """The objects of a list; NotReadable for anything else."""
        found = self.get(path, **params).data
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise strange(path)
        return found

    def batch(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the shop says of a batch of customers: a list for each list."""
        found = self._http.post("/customers/batch", json=changes, repeatable=False).data
        if not isinstance(found, dict):
            raise strange("/customers/batch", maybe_done=True)
        return found

    def delete(self, path: str, **params: Any) -> Answer:
        """The answer to a DELETE, which may be that there is no such thing."""
        return self._http.delete(path, params=params, accept=(404,))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def fields(stream: str) -> str:
    """What to ask for as `_fields`."""
    return ",".join(NEEDED[stream])


def strange(path: str, *, maybe_done: bool = False) -> NotReadable:
    """The error for an answer that is not what WooCommerce gives."""
    hint = "Check the url; a plugin or a proxy may answer in the shop's place."
    return NotReadable(f"the answer to {path} is none of WooCommerce.", hint=hint,
                       maybe_done=maybe_done)  # fmt: skip


def faults(answer: Response) -> CrmsyncError | None:
    """A web page of a firewall is no answer of the shop, whatever its status."""
    page = "html" in answer.headers.get("content-type", "")
    if page and answer.status_code in WALLS:
        hint = "Whoever runs the shop: a firewall keeps crmsync out; let this machine in."
        message = f"{answer.request.url.host} answers {answer.status_code} with a web page."
        return NotReadable(message, hint=hint, passing=True)
    return None


CODE = re.compile(r"[a-z]{2,30}(?:[-_][a-z]{1,30}){1,8}")


def code_of(error: Any) -> str:
    """The code of an error as WooCommerce writes it; "" for what is none and may be personal."""
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, str) and CODE.fullmatch(code) else ""

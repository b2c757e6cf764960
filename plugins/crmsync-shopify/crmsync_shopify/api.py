"""Questions to a shop: paid for in points, in pages as large as Shopify lets them be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from crmsync.errors import NotReadable
from crmsync.http import Answer, ApiKey, Budget, Client, ClientCredentials, LeakyBucket, TokenFile
from crmsync.http.reading import Fetched, fetched, server_time_of
from crmsync.model.stream import Connection
from crmsync_shopify.faults import TooCostly, fault, lost, standing, without_denied
from crmsync_shopify.settings import ShopifySettings

HEADER = "X-Shopify-Access-Token"
BUCKET = LeakyBucket(size=1000.0, restore=50.0)
"""The smallest there was; every answer tells the real one."""

GUESS = 50.0
"""What a question is thought to cost before it was asked for the first time."""


class Api:
    """One app's way into one shop; erasures go before what can wait."""

    def __init__(self, own: ShopifySettings, connection: Connection) -> None:
        self._path = f"/admin/api/{own.api_version}/graphql.json"
        budget = Budget.beside(connection, BUCKET, reads=standing)
        proof = _proof(own, connection)
        self._http = Client(own.base, auth=proof, budget=budget, faults=fault)
        self._urgent = Client(own.base, auth=proof, budget=budget, faults=fault, priority="erasure")
        self._files = Client(own.base, faults=lost)
        self._costs: dict[str, float] = {}
        self._sizes: dict[str, int] = {}
        self.hidden: dict[str, set[str]] = {}
        """The fields that were not shown, by the name of the question."""

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data that answers a question, without the fields that are not shown."""
        return self._data(document, self._sent(self._http, document, variables))

    def change(
        self, document: str, *, urgent: bool = False, repeatable: bool = True, **variables: Any
    ) -> dict[str, Any]:
        """What a mutation of one field gives; what it may have done in spite of an error is so."""
        http = self._urgent if urgent else self._http
        try:
            data = self._data(
                document, self._sent(http, document, variables, repeatable=repeatable)
            )
            (payload,) = data.values()
        except (NotReadable, ValueError):
            raise NotReadable("Shopify's answer to a change is none.", maybe_done=True) from None
        if not isinstance(payload, dict):
            raise NotReadable("Shopify's answer to a change is empty.", maybe_done=True)
        return payload

    def page(self, document: str, *, size: int, **variables: Any) -> dict[str, Any]:
        """A page of at most `size` records, of fewer where so many cost too much."""
        name = name_of(document)
        while True:
            first = min(size, self._sizes.get(name, size))
            try:
                return self.ask(document, first=first, **variables)
            except TooCostly:
                if first <= 1:
                    raise
                self._sizes[name] = first // 2

    def file(self, url: str) -> AbstractContextManager[Fetched]:
        """The result of a bulk operation, which lies elsewhere and needs no token."""
        return fetched(self._files, url)

    def server_time(self, document: str) -> datetime:
        """The shop's clock."""
        return server_time_of(self._sent(self._http, document, {}))

    def close(self) -> None:
        """Let go of the connections."""
        for http in (self._http, self._urgent, self._files):
            http.close()

    def _sent(
        self, http: Client, document: str, variables: Mapping[str, Any], *, repeatable: bool = True
    ) -> Answer:
        cost = self._costs.get(name_of(document), GUESS)
        body = {"query": document, "variables": dict(variables)}
        return http.post(self._path, json=body, repeatable=repeatable, cost=cost)

    def _data(self, document: str, answer: Answer) -> dict[str, Any]:
        told = answer.data
        data = told.get("data") if isinstance(told, dict) else None
        if not isinstance(data, dict):
            raise NotReadable("Shopify's answer has no data.")
        name = name_of(document)
        cost = ((told.get("extensions") or {}).get("cost") or {}).get("requestedQueryCost")
        if isinstance(cost, int | float):
            self._costs[name] = float(cost)
        if told.get("errors"):
            self.hidden.setdefault(name, set()).update(without_denied(data, told["errors"]))
        return data


def _proof(own: ShopifySettings, connection: Connection) -> Any:
    if own.token.get_secret_value():
        return ApiKey(own.token, header=HEADER)
    return ClientCredentials(
        f"{own.base}/admin/oauth/access_token",
        client_id=own.client_id,
        client_secret=own.client_secret,
        header=HEADER,
        scheme="",
        store=TokenFile.beside(connection),
    )


def name_of(document: str) -> str:
    """What a document calls its operation."""
    found = re.match(r"\s*(?:query|mutation)\s+(\w+)", document)
    return found[1] if found else ""

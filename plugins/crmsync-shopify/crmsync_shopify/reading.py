"""What to read for each stream: everything by a bulk operation, then what changed in pages.

Records come out alike whichever way they were read: the connections within them as lists, sorted
by id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from crmsync.errors import BackendError, CredentialsError, RateLimited
from crmsync.http.reading import (
    Expired,
    Job,
    by_connection,
    by_job,
    days_of,
    earlier,
    ids_of,
    in_pages,
    joined,
    within,
)
from crmsync.model.stream import Notice, Page, Window, reach
from crmsync_shopify import queries
from crmsync_shopify.api import Api, name_of
from crmsync_shopify.faults import take
from crmsync_shopify.queries import CONNECTIONS, Queries
from crmsync_shopify.settings import ShopifySettings

Row = Mapping[str, Any]

MANY = 250
"""How many records a page takes at most."""

NESTED = {"customers": ("addressesV2",), "orders": ("lineItems", "fulfillmentOrders"),
          "products": ("variants",)}  # fmt: skip
CHILDREN = {"MailingAddress": "addressesV2", "LineItem": "lineItems",
            "FulfillmentOrder": "fulfillmentOrders", "ProductVariant": "variants"}  # fmt: skip
"""What kind of record lies in which connection, as its id tells."""

RUNNING = ("CREATED", "RUNNING", "CANCELING")
BUSY = ("OPERATION_IN_PROGRESS", "LIMIT_REACHED")
LATER = 60.0
"""Seconds after which a bulk operation that found no place is worth another try."""


class Reading:
    """The lists of one shop."""

    def __init__(self, api: Api, own: ShopifySettings, asked: Queries) -> None:
        self._api, self._own, self._asked = api, own, asked

    def locations(self, place: Any) -> Iterator[Page]:
        """Every location, also those that are closed or a fulfilment service's."""
        return self._list(queries.LOCATIONS, place)

    def ids(self, stream: str) -> Iterator[Sequence[str]]:
        """Every id of a stream, in chunks."""
        document = queries.CUSTOMER_IDS if stream == "customers" else queries.ORDER_IDS
        return ids_of(self._list(document, None, size=MANY))

    def changed(self, stream: str, window: Window, place: Any) -> Iterator[Page]:
        """Everything, or what changed in the window."""
        if window.since is None:
            by_pages = self._own.first_load == "pages" or (place and "after" in place)
            return self._all(stream, place) if by_pages else self._bulk(stream, place)
        if stream == "customers":
            return self._customers(window, window.since, place)
        return self._pages(stream, place, query=_between(window), sortKey="UPDATED_AT")

    def _all(self, stream: str, place: Any) -> Iterator[Page]:
        return self._pages(stream, place, sortKey="ID")

    def _customers(self, window: Window, since: datetime, place: Any) -> Iterator[Page]:
        """Customers by day, which is all that the filter knows, the latest first.

        Nobody says in which zone the day is, so it begins two days early; the walk ends with the
        first page that lies before the window. Who changes meanwhile moves to the front, and is
        read in the next window.
        """
        begin, _ = days_of(earlier(window, timedelta(days=1)))
        query = f"updated_at:>='{begin}'"
        pages = self._pages("customers", place, query=query, sortKey="UPDATED_AT", reverse=True)
        for page in pages:
            before = [_is_before(row, since) for row in page.records]
            yield from within([page], window, stamp="updatedAt")
            if before and all(before):
                return

    def _pages(self, stream: str, place: Any, **asked: Any) -> Iterator[Page]:
        document, told = self._asked.pages(stream), False
        size = self._own.order_page_size if stream == "orders" else self._own.page_size
        for page in self._list(document, place, size=size, stream=stream, **asked):
            hidden = self._api.hidden.get(name_of(document))
            notices = [unseen(stream, hidden)] if hidden and not told else []
            told = told or bool(notices)
            yield replace(self._settled(page), notices=notices)

    def _list(
        self, document: str, place: Any, *, size: int = 50, stream: str = "", **asked: Any
    ) -> Iterator[Page]:
        def fetch(after: Any) -> Any:
            return self._api.page(document, size=size, after=after, **asked)

        return by_connection(fetch, place, at="found", nested=self._nested(stream))

    def _nested(self, stream: str) -> dict[str, Any]:
        """What reads the connections within a record to their end."""
        return {name: self._more(stream, name) for name in self._lists(stream)}

    def _lists(self, stream: str) -> list[str]:
        """The connections that are asked for in a record of a stream."""
        without = () if self._own.promises else ("fulfillmentOrders",)
        return [name for name in NESTED.get(stream, ()) if name not in without]

    def _more(self, stream: str, connection: str) -> Any:
        document = self._asked.within(stream, connection)

        def more(record: Row, cursor: str) -> Any:
            data = self._api.ask(document, id=record["id"], after=cursor)
            return reach(data, f"node.{connection}")

        return more

    def _settled(self, page: Page) -> Page:
        rows = [dict(row) for row in page.records]
        for row in rows:
            self._whole_refunds(row)
        return replace(page, records=[settled(row) for row in rows])

    def _whole_refunds(self, row: Row) -> None:
        """Read the lines of refunds to their end: they lie in a list, where nothing else does."""
        refunds = row.get("refunds")
        for refund in refunds if isinstance(refunds, list) else ():
            lines = refund.get("refundLineItems") if isinstance(refund, dict) else None
            while isinstance(lines, dict) and reach(lines, "pageInfo.hasNextPage"):
                cursor = reach(lines, "pageInfo.endCursor")
                data = self._api.ask(queries.REFUND_LINES, id=refund["id"], after=cursor)
                more = reach(data, "refund.refundLineItems") or {"nodes": []}
                lines = {**more, "nodes": [*lines["nodes"], *more["nodes"]]}
                refund["refundLineItems"] = lines

    # bulk operations

    def _bulk(self, stream: str, place: Any) -> Iterator[Page]:
        document = self._asked.bulk(stream)
        pages = by_job(
            place,
            begin=lambda: self._begin(document),
            look=self._look,
            read=lambda job, at: self._result(job, at),
        )
        for page in pages:
            yield self._made_whole(stream, page) if page.records else page

    def _begin(self, document: str) -> str:
        told = self._api.change(queries.BULK_RUN, query=document)
        identity = reach(told, "bulkOperation.id")
        if isinstance(identity, str):
            return identity
        codes = [one.get("code") for one in told.get("userErrors") or ()]
        if any(code in BUSY for code in codes):
            raise RateLimited("the app's bulk operations are all under way.", retry_after=LATER)
        raise BackendError("Shopify begins no bulk operation.", hint=_BULK)

    def _look(self, identity: str) -> Job:
        told = self._api.ask(queries.BULK_LOOK, id=identity).get("bulkOperation") or {}
        status, reason = told.get("status"), str(told.get("errorCode") or told.get("status"))
        if status in RUNNING:
            return Job("running")
        if status == "COMPLETED":
            if told.get("url") is None and str(told.get("objectCount") or 0) != "0":
                raise Expired("Shopify no longer keeps the result of a bulk operation.")
            return Job("done", at=told.get("url"))
        if reason == "ACCESS_DENIED":
            raise CredentialsError("Shopify denies access to a bulk operation.", hint=_BULK)
        if status in ("FAILED", "CANCELED"):
            return Job("failed", at=told.get("partialDataUrl"), reason=reason)
        raise Expired("Shopify no longer knows a bulk operation.")

    def _result(self, job: Job, at: Any) -> Iterator[Page]:
        """The records of a result; one without a file holds none."""
        if job.at is None:
            return
        with self._api.file(job.at) as file:
            rows = joined(file.lines(), into=connection_of, size=file.size)
            yield from in_pages(rows, at, source="bulk operation")

    def _made_whole(self, stream: str, page: Page) -> Page:
        """The page without what is not shown; orders with refunds are asked for again, whole."""
        hidden = self._hidden(stream, str(page.records[0]["id"]))
        refunded = [row["id"] for row in page.records if row.get("refunds")]
        whole = {row["id"]: row for row in self._some(stream, refunded)}
        found = [
            settled(dict(whole.get(row["id"], row)), self._lists(stream)) for row in page.records
        ]
        for row in found:
            for path in hidden:
                take(row, path)
        notices = [unseen(stream, hidden)] if hidden else []
        return replace(page, records=found, notices=notices)

    def _hidden(self, stream: str, identity: str) -> set[str]:
        """The fields that the app is not shown: in a bulk result they are null, as if empty."""
        document = self._asked.some(stream)
        self._api.ask(document, ids=[identity])
        return self._api.hidden.get(name_of(document), set())

    def _some(self, stream: str, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The records of these ids, whole."""
        size = self._own.order_page_size
        for start in range(0, len(ids), size):
            chunk = ids[start : start + size]
            fetch = partial(self._these, stream, chunk)
            for page in by_connection(fetch, at="found", nested=self._nested(stream)):
                for row in map(dict, page.records):
                    self._whole_refunds(row)
                    yield row

    def _these(self, stream: str, ids: Sequence[str], _after: Any) -> Any:
        rows = self._api.ask(self._asked.some(stream), ids=ids)["nodes"]
        return {"found": {"nodes": [row for row in rows if row], "pageInfo": None}}


def unseen(stream: str, hidden: set[str]) -> Notice:
    """The notice that fields are not shown to the app."""
    return Notice(
        f"{stream}: Shopify does not show {', '.join(sorted(hidden))}.",
        "What was known of these fields stays. Whoever looks after the app: ask for access to this "
        "protected data, or leave it out (phones = false, costs = false).",
    )


def settled(row: dict[str, Any], lists: Sequence[str] = ()) -> dict[str, Any]:
    """The record with its connections as lists; `lists` are those that it has at any rate."""
    for name in CONNECTIONS:
        if name in row or name in lists:
            row[name] = listed(row.get(name, []))
    refunds = row.get("refunds")
    if isinstance(refunds, list):
        row["refunds"] = [_refund(one) for one in refunds]
    return row


def _refund(told: Any) -> Any:
    if not isinstance(told, dict) or "refundLineItems" not in told:
        return told
    return {**told, "refundLineItems": listed(told["refundLineItems"])}


def listed(told: Any) -> Any:
    """The records of a connection, by id; anything else as it came, for `map` to say so."""
    rows = told.get("nodes") if isinstance(told, dict) else told
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return told
    return sorted(rows, key=lambda row: str(row.get("id", "")))


def connection_of(child: Row) -> str:
    """The connection in which a line of a bulk result lies."""
    kind = re.match(r"gid://shopify/(\w+)/", str(child.get("id")))
    return CHILDREN.get(kind[1], "children") if kind else "children"


def _between(window: Window) -> str:
    """The filter for a window; stamps are compared by the whole second, so it errs on more."""
    bounds = []
    if window.since is not None:
        bounds.append(f"updated_at:>='{_text(window.since)}'")
    if window.until is not None:
        bounds.append(f"updated_at:<'{_text(window.until + timedelta(seconds=1))}'")
    return " AND ".join(bounds)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _is_before(row: Row, since: datetime) -> bool:
    try:
        return datetime.fromisoformat(str(row.get("updatedAt"))) < since
    except (ValueError, TypeError):
        return False


_BULK = 'The README names the scopes that the app needs; first_load = "pages" does without.'

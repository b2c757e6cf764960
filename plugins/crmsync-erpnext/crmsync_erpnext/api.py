"""Frappe's REST API: lists, documents, and what its refusals mean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crmsync.errors import CrmsyncError, NotReadable, RecordError, Unreachable
from crmsync.http import ApiKey, AtOnce, Budget, Client, Response
from crmsync.http.reading import server_time_of
from crmsync.model.stream import Connection
from crmsync_erpnext.settings import ErpNextSettings

BEARS = 4
"""A small site runs few more workers than this."""

LISTS = "/api/method/frappe.client.get_list"
RETRIED = {"QueryDeadlockError", "QueryTimeoutError"}
Row = dict[str, Any]
Filters = Sequence[Sequence[Any]]


class Changed(RecordError):
    """The document is another one than it was when it was compared."""

    def __init__(self) -> None:
        super().__init__("it was changed meanwhile")


class Api:
    """The REST API of one site."""

    def __init__(self, settings: ErpNextSettings, connection: Connection) -> None:
        secret = settings.api_secret.get_secret_value()
        self._http = Client(
            str(settings.url).rstrip("/"),
            auth=ApiKey(f"{settings.api_key}:{secret}", header="Authorization", scheme="token"),
            headers={"Accept": "application/json"},
            budget=Budget.beside(connection, AtOnce(count=BEARS)),
            faults=fault,
        )

    def rows(
        self, doctype: str, fields: Sequence[str], filters: Filters, order: str, *, size: int
    ) -> list[Row]:
        """The first documents of a list, `size` at most (0: all), without their child tables."""
        params = {"fields": json.dumps(fields), "filters": json.dumps(filters),
                  "order_by": order, "limit_page_length": str(size)}  # fmt: skip
        answer = self._http.get(f"/api/resource/{quote(doctype)}", params=params)
        return _objects(answer.data, "data", doctype)

    def among(
        self,
        doctype: str,
        fields: Sequence[str],
        field: str,
        values: Sequence[str],
        *rules: Sequence[Any],
        parent: str = "",
    ) -> list[Row]:
        """All documents, or rows of a child table of `parent`, that have one of many values.

        The question goes in a body: an address would not hold it.
        """
        if not values:
            return []
        told = {"doctype": doctype, "fields": list(fields), "order_by": "name asc",
                "filters": [[field, "in", sorted(set(values))], *rules], "limit_page_length": 0,
                **({"parent": parent} if parent else {})}  # fmt: skip
        return _objects(self._http.post(LISTS, json=told).data, "message", doctype)

    def get(self, doctype: str, name: str) -> Row | None:
        """A whole document, None where it is not there."""
        answer = self._http.get(_path(doctype, name), accept=(404,))
        return None if answer.status == 404 else _object(answer.data, doctype)

    def make(self, doctype: str, document: Mapping[str, Any]) -> Row:
        """Make a document."""
        path = f"/api/resource/{quote(doctype)}"
        answer = self._http.post(path, json=dict(document), repeatable=False)
        return _object(answer.data, doctype, maybe_done=True)

    def change(self, doctype: str, name: str, fields: Mapping[str, Any]) -> Row:
        """Change fields of a document; Changed where `modified` among them is an older one's."""
        answer = self._http.put(_path(doctype, name), json=dict(fields),
                                repeatable="modified" not in fields)  # fmt: skip
        return _object(answer.data, doctype, maybe_done=True)

    def delete(self, doctype: str, name: str) -> None:
        """Delete a document, or find that it is gone already."""
        self._http.delete(_path(doctype, name), accept=(404,))

    def server_time(self) -> datetime:
        """The site's clock."""
        return server_time_of(self._http.get("/api/method/ping"))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def _path(doctype: str, name: str) -> str:
    return f"/api/resource/{quote(doctype)}/{quote(name, safe='')}"


def fault(answer: Response) -> CrmsyncError | None:
    """What a refusal stands for, by the name of its exception: its words may be personal."""
    if answer.is_success:
        return None
    try:
        told = json.loads(answer.content)
    except ValueError:
        return None
    kind = told.get("exc_type") if isinstance(told, dict) else None
    if kind in RETRIED:
        return Unreachable("the site's database was busy.")
    if kind == "TimestampMismatchError":
        return Changed()
    if answer.status_code not in (409, 417) or answer.request.method == "GET":
        return None
    known = isinstance(kind, str) and kind.isidentifier() and kind.endswith("Error")
    field = "contacts.email" if kind == "InvalidEmailAddressError" else ""
    return RecordError(f"the site refuses it ({kind if known else answer.status_code})",
                       field=field)  # fmt: skip


def _object(data: Any, doctype: str, *, maybe_done: bool = False) -> Row:
    found = data.get("data") if isinstance(data, dict) else None
    if not isinstance(found, dict):
        raise strange(doctype, maybe_done=maybe_done)
    return found


def _objects(data: Any, name: str, doctype: str) -> list[Row]:
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise strange(doctype)
    return found


def strange(doctype: str, *, maybe_done: bool = False) -> NotReadable:
    """The error for an answer that is not what Frappe gives."""
    hint = "Check the url; a proxy may answer in the site's place."
    return NotReadable(f"the answer about {doctype} is none of ERPNext.", hint=hint,
                       maybe_done=maybe_done)  # fmt: skip

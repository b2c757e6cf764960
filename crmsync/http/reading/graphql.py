"""Reads GraphQL connections: page by page, and the connections within a record to their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crmsync.errors import NotReadable
from crmsync.http.reading.following import Fetch, Judge, follow, never
from crmsync.http.reading.rows import Guard, Row, Rows, data_of
from crmsync.model.stream import Page, reach
from crmsync.model.undecoded import Undecoded

More = Callable[[Row, str], Any]
"""Gives, for a record and a cursor, the answer's next part of one of its connections."""


def by_connection(
    fetch: Fetch,
    position: Any = None,
    *,
    at: str,
    nested: Mapping[str, More] | None = None,
    expired: Judge = never,
) -> Iterator[Page]:
    """The pages of a connection (Relay cursor connections) of which `fetch(cursor)` gives one.

    `at` is where the connection stands in an answer ("data.customers"): its records are `nodes` or
    the nodes of `edges`, and `pageInfo` holds `hasNextPage` and `endCursor`. `nested` names the
    connections within a record that may have more pages than came with it ("orders"), each with
    what fetches the next part for (record, cursor): that connection, as JSON. They are then read to
    their end, so that every record is whole. As `by_cursor` otherwise.
    """

    def rows(answer: Any) -> Rows:
        found = nodes_of(_connection(data_of(answer), at))
        return [_whole(dict(row), nested) for row in found] if nested else found

    def onward(answer: Any) -> Any:
        return _end(_connection(data_of(answer), at))

    return follow(fetch, position, rows=rows, onward=onward, expired=expired)


def nodes_of(connection: Mapping[str, Any]) -> Rows:
    """The records of a connection, whether it holds nodes or edges; NotReadable for neither."""
    found = connection.get("nodes")
    if isinstance(found, Undecoded):
        return found
    if found is None and isinstance(connection.get("edges"), list):
        found = [edge.get("node") for edge in connection["edges"] if isinstance(edge, Mapping)]
    if isinstance(found, list):
        return [node for node in found if isinstance(node, Mapping)]
    raise NotReadable("a connection has neither nodes nor edges.", hint=_HINT)


def _whole(record: dict[str, Any], nested: Mapping[str, More]) -> dict[str, Any]:
    """The record with its connections read to their end, each in the form in which it came."""
    for name, more in nested.items():
        connection = reach(record, name)
        if isinstance(connection, Mapping) and _end(connection):
            _put(record, name, _to_the_end(record, connection, more))
    return record


def _to_the_end(record: Row, connection: Mapping[str, Any], more: More) -> dict[str, Any]:
    found, guard = list(nodes_of(connection)), Guard()
    while (cursor := _end(connection)) is not None:
        connection = data_of(more(record, cursor))
        if not isinstance(connection, Mapping):
            raise NotReadable("a connection within a record is none.", hint=_HINT)
        part = nodes_of(connection)
        guard.see(part, _end(connection))
        found += part
    return {"nodes": found, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    """Put `value` at a path whose objects are there, without changing what came in the answer."""
    *above, name = path.split(".")
    for part in above:
        record[part] = record = dict(record[part])
    record[name] = value


def _connection(data: Any, at: str) -> Mapping[str, Any]:
    found = reach(data, at) if isinstance(data, Mapping) else None
    if not isinstance(found, Mapping):
        raise NotReadable(f"an answer has no connection at '{at}'.", hint=_HINT)
    return found


def _end(connection: Mapping[str, Any]) -> str | None:
    """The cursor behind which a connection goes on; None at its end."""
    info = connection.get("pageInfo") or {}
    if not info.get("hasNextPage"):
        return None
    if not info.get("endCursor"):
        raise NotReadable("a connection goes on, and does not say where.", hint=_HINT)
    return str(info["endCursor"])


_HINT = "The question must ask for nodes and pageInfo { hasNextPage endCursor }."

"""Joins lines that name their parent (Shopify's bulk results) to whole records, in bounded memory.

Lines may come in any order. They are dealt out by id into files of the system's, each small enough
to be joined by itself; a small result never leaves memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import IO, Any
from zlib import crc32

import orjson

from crmsync.errors import NotReadable

MEMORY = 64 << 20
"""Bytes of lines that are joined at once; they take several times as much while they are."""

Into = Callable[[Mapping[str, Any]], str]


def joined(
    lines: Iterable[bytes],
    *,
    into: Into = lambda child: "children",
    key: str = "id",
    parent: str = "__parentId",
    size: int = 0,
    parts: int = 0,
) -> Iterator[dict[str, Any]]:
    """The records of JSON lines, each with its children and theirs, as lists.

    A line with `parent` is a child of the record of that id; `into` names the list it goes into,
    by default "children", sorted by id, so that a record that has not changed reads the same.
    Two levels of children at most, which is all that Shopify gives. Children of a record that is
    not there (a result that was cut off) are left out. The order of the records depends on the
    lines and on `parts` alone; `size` (bytes of all lines) chooses them. NotReadable for a line
    that is no object, or a record without id.
    """
    join = _Join(into, key, parent, parts or parts_of(size))
    with ExitStack() as stack:
        yield from join.records(lines, stack)


def parts_of(size: int) -> int:
    """Into how many parts lines of so many bytes are dealt out."""
    return max(1, -(-size // MEMORY))


class _Deal:
    """Lines dealt out by an id into so many files, each kept in memory while it is small."""

    def __init__(self, parts: int, stack: ExitStack) -> None:
        share = MEMORY // (4 * parts)
        self._files: list[Any] = []
        for _ in range(parts):
            file = tempfile.SpooledTemporaryFile(max_size=share)  # noqa: SIM115 (the stack closes it)
            self._files.append(stack.enter_context(file))

    def put(self, identity: str, kind: bytes, line: bytes) -> None:
        """Put a line to those of the id, marked as what it is there."""
        self._files[crc32(identity.encode()) % len(self._files)].write(kind + line + b"\n")

    def parts(self) -> Iterator[Iterator[tuple[bytes, dict[str, Any]]]]:
        """The lines of each file with their marks, in the order in which they were put there."""
        for file in self._files:
            yield _marked(file)
            file.seek(0)
            file.truncate()


def _marked(file: IO[bytes]) -> Iterator[tuple[bytes, dict[str, Any]]]:
    file.seek(0)
    for line in file:
        yield line[:1], orjson.loads(line[1:])


ROOT, NODE, CHILD = b"R", b"N", b"C"
"""A line without parent; one that may itself have children; one as a child of its parent."""


class _Join:
    """Two rounds: children's children to the children, then the children to the records."""

    def __init__(self, into: Into, key: str, parent: str, parts: int) -> None:
        self._into, self._key, self._parent, self._parts = into, key, parent, parts

    def records(self, lines: Iterable[bytes], stack: ExitStack) -> Iterator[dict[str, Any]]:
        """The whole records."""
        first, second = _Deal(self._parts, stack), _Deal(self._parts, stack)
        for line in lines:
            self._deal(line, first)
        for part in first.parts():
            self._lower(part, second)
        for part in second.parts():
            yield from self._upper(part)

    def _deal(self, line: bytes, first: _Deal) -> None:
        row = _object(line)
        identity, above = row.get(self._key), row.get(self._parent)
        if above is None and identity is None:
            raise NotReadable("a record of a bulk result has no id.", hint=_HINT)
        if above is not None:
            first.put(str(above), CHILD, line)
        if identity is not None:
            first.put(str(identity), ROOT if above is None else NODE, line)

    def _lower(self, part: Iterator[tuple[bytes, dict[str, Any]]], second: _Deal) -> None:
        """Give the children their own children; then every child goes to where its parent is."""
        roots: dict[str, dict[str, Any]] = {}
        nodes: dict[str, dict[str, Any]] = {}
        children: list[dict[str, Any]] = []
        for kind, row in part:
            if kind == CHILD:
                children.append(row)
            else:
                (roots if kind == ROOT else nodes)[str(row[self._key])] = row
        for child in sorted(children, key=self._order):
            above = str(child[self._parent])
            if above in nodes:
                self._give(nodes[above], child)
            elif child.get(self._key) is None:
                second.put(above, CHILD, orjson.dumps(child))
        for identity, row in roots.items():
            second.put(identity, ROOT, orjson.dumps(row))
        for row in nodes.values():
            second.put(str(row[self._parent]), CHILD, orjson.dumps(row))

    def _upper(self, part: Iterator[tuple[bytes, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        roots: dict[str, dict[str, Any]] = {}
        children: list[dict[str, Any]] = []
        for kind, row in part:
            if kind == ROOT:
                roots[str(row[self._key])] = row
            else:
                children.append(row)
        for child in sorted(children, key=self._order):
            root = roots.get(str(child[self._parent]))
            if root is not None:
                self._give(root, child)
        yield from roots.values()

    def _order(self, child: Mapping[str, Any]) -> tuple[str, bytes]:
        identity = child.get(self._key)
        if identity is not None:
            return str(identity), b""
        return "", orjson.dumps(child, option=orjson.OPT_SORT_KEYS)

    def _give(self, above: dict[str, Any], child: dict[str, Any]) -> None:
        name = self._into(child)
        own = {field: value for field, value in child.items() if field != self._parent}
        above.setdefault(name, []).append(own)


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise NotReadable("a line of a bulk result is no JSON object.", hint=_HINT)
    return found


_HINT = "Whoever writes the connector: ask for `id` wherever a connection lies below."

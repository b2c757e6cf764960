"""The mapping of a stream, compiled once: from a raw record to what it tells, in our words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from pydantic import ValidationError

from crmsync.errors import ConfigError, RecordError
from crmsync.mapping.columns import map_page
from crmsync.mapping.draft import Draft, flatten
from crmsync.mapping.paths import Raw
from crmsync.mapping.shapes import Shape, Values
from crmsync.mapping.targets import MODELS
from crmsync.model.columns import Columns
from crmsync.model.stream import StreamKind
from crmsync.model.told import Told, ToldDelivery, ToldOrder

EMPTY = "is empty, and must not be"
MAPPER_VERSION = "2"
ROWS = "_rows"
"""Where a record made of several rows of a table holds them."""


class Mapper:
    """The compiled mapping of one stream.

    `where` names connection and stream in errors; `fields` is the table `map`, `lines` the table
    of the lines; `grouped` says that a record holds several rows (`ROWS`), the first of which
    tells the head. ConfigError when the mapping names a field that does not exist, leaves out one
    that is required, or uses a word outside a closed vocabulary.
    """

    def __init__(
        self,
        kind: StreamKind,
        fields: Mapping[str, Any],
        lines: Mapping[str, Any] | None = None,
        *,
        where: str,
        grouped: bool = False,
    ) -> None:
        self.where = where
        self._grouped = grouped
        self._settings = {"kind": kind, "map": fields, "lines": lines, "grouped": grouped}
        own, delivery = _split_delivery(kind, fields)
        draft = Draft(MODELS[kind], where).take(own)
        if lines is not None:
            draft.add_rows("lines", lines, rows=_rows if grouped else _itself)
        self._shape = draft.shape()
        self._delivery = Draft(ToldDelivery, f"{where}, delivery").take(delivery).shape()
        self._extra = bool(delivery)

    def __call__(self, raw: Raw) -> list[Told]:
        """What `raw` tells; RecordError names the field and the column, never the value."""
        if self._grouped:
            raw = {**raw[ROWS][0], ROWS: raw[ROWS]}
        shape = self._shape
        told = shape.full(raw)
        if "guest" in told and told.get("customer") is not None:
            del told["guest"]
        found = [_validated(shape, told, raw)]
        if self._extra:
            delivery = self._delivery.item(raw)
            if delivery:
                found.append(_validated(self._delivery, delivery, raw, before="delivery."))
        return found

    def page(self, raws: Sequence[Raw]) -> Columns | None:
        """What each of `raws` tells, one row each; None where one may be bad or tells more things.

        Equal to `Columns.of` what this mapper says of them one by one, which names what is wrong.
        """
        if self._extra or self._shape.inner:
            return None
        return map_page(self._shape, raws, rows=ROWS if self._grouped else None)

    def fingerprint(self) -> str:
        """A hash of everything that decides what this mapper makes of a record."""
        settings = orjson.dumps(self._settings, option=orjson.OPT_SORT_KEYS, default=str)
        return hashlib.sha256(MAPPER_VERSION.encode() + settings).hexdigest()[:16]

    def check_columns(self, columns: Iterable[str], *, place: str) -> None:
        """Return when a table with these `columns` can be mapped, or raise ConfigError."""
        require_columns(self.columns(), list(columns), where=self.where, place=place)

    def columns(self) -> set[str]:
        """The columns that a table must have."""
        return {*self._shape.columns(), *self._delivery.columns()}


def require_columns(needed: Iterable[str], known: Sequence[str], *, where: str, place: str) -> None:
    """Return when every needed column is known, itself or the object its dots reach into."""
    lacking = [name for name in needed if name not in known and name.split(".")[0] not in known]
    if lacking:
        names = ", ".join(repr(name) for name in sorted(lacking))
        raise ConfigError(
            f"{where}: {place} has no column {names}.",
            hint=f"Its columns are {', '.join(known)}. Correct the mapping, or mark the field "
            "with optional = true.",
        )


def _validated(shape: Shape, told: Values, raw: Raw, *, before: str = "") -> Told:
    try:
        return shape.model.__pydantic_validator__.validate_python(told)  # type: ignore[no-any-return]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field, column = shape.locate(first["loc"], raw)
        empty = first["type"] == "missing" or first["input"] is None
        reason = EMPTY if empty else _reason(first["type"], first.get("ctx", {}))
        in_column = f" (column {column!r})" if column else ""
        raise RecordError(f"{reason}{in_column}", field=before + field) from None


def _reason(kind: str, context: Mapping[str, Any]) -> str:
    """Why a value does not fit, in words that cannot hold the value."""
    if kind == "literal_error":
        return f"is none of {context.get('expected', 'the words allowed')}"
    if kind in ("string_type", "value_error"):
        return "is not a text"
    return f"is of the wrong kind ({kind.replace('_', ' ')})"


def _split_delivery(
    kind: StreamKind, fields: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The order's own fields, and those of the delivery told in the same record."""
    if MODELS[kind] is not ToldOrder:
        return dict(fields), {}
    start = "delivery."
    flat = dict(flatten(fields))
    own = {name: spec for name, spec in flat.items() if not name.startswith(start)}
    return own, {n[len(start) :]: spec for n, spec in flat.items() if n.startswith(start)}


def _rows(raw: Raw) -> Any:
    return raw[ROWS]


def _itself(raw: Raw) -> Any:
    return [raw]

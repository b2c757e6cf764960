"""How Tryton searches and what it tells of a record: domains, and the fields that are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

PARTS_OF_A_DAY = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def meets(domain: list[Any], row: Mapping[str, Any]) -> bool:
    """Whether a row meets a domain."""
    if not domain:
        return True
    if domain[0] in ("OR", "AND"):
        found = [meets(one, row) for one in domain[1:]]
        return any(found) if domain[0] == "OR" else all(found)
    if isinstance(domain[0], str):
        return leaf(domain, row)
    return all(meets(one, row) for one in domain)


def leaf(domain: list[Any], row: Mapping[str, Any]) -> bool:
    """Whether a row meets one clause."""
    path, sign, wanted = domain
    if "." in path:
        first, _, rest = path.partition(".")
        return leaf([rest, sign, wanted], row[f"{first}."])
    children = row.get(f"{path}.")
    if sign == "where" or (sign == "in" and isinstance(children, list)):
        inner = wanted if sign == "where" else [["id", "in", wanted]]
        return any(meets(inner, one) for one in children or ())
    if path in ("write_date", "create_date"):
        return by_time(row[f"!{path}"], sign, wanted)
    value = row.get("value" if path == "value_compact" else path)
    if path == "active":
        return bool((value not in (False, 0)) == wanted)
    match sign:
        case "=":
            return bool(value == wanted)
        case ">":
            return bool(value > wanted)
        case "in" | "not in":
            return bool((value in wanted) == (sign == "in"))
        case "ilike":
            return isinstance(value, str) and value.casefold() == wanted.casefold()
    raise AssertionError(domain)


def by_time(at: datetime | None, sign: str, wanted: Any) -> bool:
    """Whether a stamp meets a clause; none meets no bound."""
    if wanted is None or at is None:
        return wanted is None and at is None
    bound = datetime(**{name: wanted[name] for name in PARTS_OF_A_DAY}, tzinfo=UTC)
    return at >= bound if sign == ">=" else at < bound


def projected(row: Mapping[str, Any], fields: list[str]) -> dict[str, Any]:
    """The wanted fields of a row; those of other records under "relation."."""
    heads: dict[str, list[str]] = {}
    found = {name: row[name] for name in ("id", *fields) if name in row}
    for name in fields:
        first, dot, rest = name.partition(".")
        if dot:
            heads.setdefault(f"{first}.", []).append(rest)
    for name, inner in heads.items():
        value = row.get(name)
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            found[name] = [projected(one, inner) for one in value]
        elif isinstance(value, dict) and "id" in value:
            found[name] = projected(value, inner)
        elif name in row:
            found[name] = value
    return found

"""Compares a record with the schema that its tap has told, as far as taps use JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

UNFIT = "_unfit"
"""Where a record that does not fit says why; its mapper refuses it then."""

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (Mapping,),
    "array": (list,),
    "null": (type(None),),
}


def misfit(record: Any, schema: Mapping[str, Any]) -> str:
    """Where a record does not fit, and why ("phone: is no string"), never with the value; ""."""
    found = next(_problems(record, schema, ""), None)
    return "" if found is None else f"{found[0] or 'the record'}: {found[1]}"


def _problems(value: Any, schema: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(schema, Mapping):
        return
    kinds = _kinds(schema)
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield path, f"is no {' or '.join(kind for kind in kinds if kind != 'null')}"
        return
    ways = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(ways, list) and ways and all(_any(value, way, path) for way in ways):
        yield path, "fits none of the schema's ways"
    if isinstance(value, str) and not _is_time(value, schema, kinds):
        yield path, "is no time"
    yield from _inside(value, schema, path)


def _inside(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        known = schema.get("properties")
        for name in schema.get("required") or ():
            if name not in value:
                yield _join(path, name), "is missing"
        for name, inner in known.items() if isinstance(known, Mapping) else ():
            if name in value:
                yield from _problems(value[name], inner, _join(path, name))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _problems(item, schema.get("items"), _join(path, str(place)))


def _any(value: Any, schema: Any, path: str) -> bool:
    """Whether there is a problem."""
    return next(_problems(value, schema, path), None) is not None


def _kinds(schema: Mapping[str, Any]) -> Sequence[str]:
    told = schema.get("type")
    found = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return [kind for kind in found if kind in _KINDS]


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _KINDS[kind])


def _is_time(text: str, schema: Mapping[str, Any], kinds: Sequence[str]) -> bool:
    if schema.get("format") != "date-time" or "string" not in kinds:
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

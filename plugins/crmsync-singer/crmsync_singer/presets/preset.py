"""The words in which a preset tells of a tap's stream, and what several presets need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from crmsync.model.stream import StreamKind

Raw = Mapping[str, Any]
Prepare = Callable[[Raw], Raw | None]
Deletes = Literal["none", "tombstone", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One stream: what the tap calls it, its key, and the table of the mapping.

    `prepare` adds columns that the table reads and the tap has not; None is of no interest. It
    `reads` fields that the table does not name. `gone` and `merged_into` as in the settings.
    """

    kind: StreamKind
    stream: str
    key: str | list[str] = "id"
    map: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, Any] | None = None
    prepare: Prepare | None = None
    reads: tuple[str, ...] = ()
    together_with: tuple[str, ...] = ()
    deletes: Deletes = "none"
    gone: str | None = None
    merged_into: str | None = None


def part(raw: Any, path: str) -> Any:
    """What lies at a dotted path; None where it is not shown."""
    for name in path.split("."):
        if isinstance(raw, list) and name.isdecimal():
            raw = raw[int(name)] if int(name) < len(raw) else None
        elif isinstance(raw, Mapping):
            raw = raw.get(name)
        else:
            return None
    return raw


def rows(raw: Raw, name: str) -> list[Raw]:
    """The objects of a list."""
    found = raw.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def amount(value: Any) -> Decimal | None:
    """An amount as the tap tells it, exactly; None where there is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def flag(column: str, word: str) -> dict[str, Any]:
    """A yes that forbids something; a no allows nothing, it only was never forbidden."""
    return {"field": column, "values": {"true": word, "1": word}, "other": None}

"""A tap's catalog: which of its streams and fields it is to read, and how."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import orjson

from crmsync.errors import ConfigError, NotReadable

Json = Any
Entry = dict[str, Json]

METHODS = {"incremental": "INCREMENTAL", "full": "FULL_TABLE", "log": "LOG_BASED"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be read of a stream: its name, fields (None: all), and how.

    `others` are the streams that the tap must read as well.
    """

    stream: str
    fields: frozenset[str] | None
    others: tuple[str, ...] = ()
    replication: str | None = None
    replication_key: str | None = None


def read_catalog(text: bytes, *, tap: str, place: str) -> list[Entry]:
    """The streams in a catalog; NotReadable when it is none."""
    try:
        found = orjson.loads(text)["streams"]
        if all(isinstance(one, dict) and names_of(one) for one in found):
            return list(found)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        pass
    raise NotReadable(
        f"{place} is no catalog as Singer describes it.",
        hint=f"Whoever looks after {tap}: it must write one JSON object with 'streams' alone.",
    )


def names_of(entry: Mapping[str, Json]) -> set[str]:
    """What a stream is called: its id, its name, and its alias in messages."""
    names = (entry.get(key) for key in ("tap_stream_id", "stream", "stream_alias"))
    return {name for name in names if isinstance(name, str) and name}


def find(entries: Sequence[Entry], stream: str, *, where: str) -> Entry:
    """The entry of a stream; ConfigError that lists the streams there are."""
    for entry in entries:
        if stream in names_of(entry):
            return entry
    known = sorted({str(one.get("stream") or one.get("tap_stream_id")) for one in entries})
    few = ", ".join(known[:40]) + (f" and {len(known) - 40} more" if len(known) > 40 else "")
    raise ConfigError(
        f"{where}: the tap has no stream '{stream}'.", hint=f"Its streams are {few or 'none'}."
    )


def properties(entry: Mapping[str, Json]) -> Collection[str]:
    """The fields that a stream has at its top; none where its schema does not say."""
    schema = entry.get("schema")
    found = schema.get("properties") if isinstance(schema, dict) else None
    return list(found) if isinstance(found, dict) else []


def selected(entries: Sequence[Entry], choice: Choice) -> Entry:
    """The catalog in which nothing is selected but what is wanted."""
    streams = []
    for entry in entries:
        names = names_of(entry)
        own, other = choice.stream in names, bool(names & set(choice.others))
        chosen = deepcopy(entry) if own or other else dict(entry)
        metadata = _metadata(chosen)
        root = _of(metadata, ())
        root["selected"] = own or other
        chosen["selected"], chosen["metadata"] = own or other, metadata
        if own:
            _choose_fields(chosen, metadata, choice.fields)
            _choose_method(chosen, root, choice)
        streams.append(chosen)
    return {"streams": streams}


def _metadata(entry: Entry) -> list[Json]:
    """A copy of the entry's metadata, which old taps leave out."""
    told = entry.get("metadata")
    rows = told if isinstance(told, list) else []
    return [{**row, "metadata": dict(row.get("metadata") or {})} for row in rows
            if isinstance(row, dict)]  # fmt: skip


def _of(metadata: list[Json], breadcrumb: Sequence[str]) -> Entry:
    """What the metadata say of a place; added where they say nothing."""
    for row in metadata:
        if list(row.get("breadcrumb") or ()) == list(breadcrumb):
            told: Entry = row["metadata"]
            return told
    new: Entry = {}
    metadata.append({"breadcrumb": list(breadcrumb), "metadata": new})
    return new


def _choose_fields(entry: Entry, metadata: list[Json], fields: frozenset[str] | None) -> None:
    """Select fields with all that is in them; what the tap always or never reads stays so."""
    for name in properties(entry):
        _of(metadata, ("properties", name))
    for row in metadata:
        crumb = list(row.get("breadcrumb") or ())
        if len(crumb) < 2 or crumb[0] != "properties":
            continue
        inclusion = row["metadata"].get("inclusion")
        if inclusion == "unsupported":
            continue
        wanted = fields is None or crumb[1] in fields or inclusion == "automatic"
        row["metadata"]["selected"] = wanted


def _choose_method(entry: Entry, root: Entry, choice: Choice) -> None:
    if choice.replication is not None:
        method = METHODS[choice.replication]
        root["replication-method"] = entry["replication_method"] = method
    if choice.replication_key is not None:
        root["replication-key"] = entry["replication_key"] = choice.replication_key

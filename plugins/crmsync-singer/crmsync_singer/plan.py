"""Settles how a stream is read: what crmsync.toml says of it, before what the preset says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.errors import ConfigError
from crmsync.mapping import Mapper, stream_key
from crmsync.mapping.draft import flatten
from crmsync.model.stream import Also, Stream, StreamKind
from crmsync_singer.catalog import Choice
from crmsync_singer.presets import TAPS, presets
from crmsync_singer.presets.preset import Deletes, Prepare, Preset
from crmsync_singer.settings import SingerSettings, SingerStream

TOMBSTONE = "_sdc_deleted_at"
"""The field by which taps say that a record is gone, where no other one is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one stream is read and mapped; `own` are the fields that crmsync.toml itself names."""

    stream: Stream
    choice: Choice
    keys: Sequence[str]
    mapper: Mapper
    prepare: Prepare | None
    gone: Sequence[str]
    merged_into: str | None
    own: Sequence[str]


def plans(settings: SingerSettings, *, connection: str) -> list[Plan]:
    """The plan of each stream that is configured, or of all that the tap's preset has."""
    known = presets(settings.tap)
    wanted = settings.streams or [SingerStream(name=name) for name in known]
    if not wanted:
        raise ConfigError(
            f"{connection}: no streams are configured, and there is no preset for {settings.tap}.",
            hint=f"Name streams with kind, stream, key and map. Presets: {', '.join(TAPS)}.",
        )
    return [_plan(one, known.get(one.name), where=f"{connection}, {one.name}", known=known)
            for one in wanted]  # fmt: skip


def _plan(
    own: SingerStream, preset: Preset | None, *, where: str, known: Mapping[str, Preset]
) -> Plan:
    base = None if own.replaces else preset
    kind = own.kind or (base.kind if base else None)
    key = own.key or (base.key if base else None)
    if kind is None or key is None:
        told = f"The preset's streams are {', '.join(known)}; any other" if known else "It"
        raise ConfigError(f"{where}: kind and key are missing.", hint=f"{told} needs both.")
    keys = [key] if isinstance(key, str) else key
    table = {**(dict(flatten(base.map)) if base else {}), **dict(flatten(own.map))}
    lines = own.lines if own.lines is not None or base is None else base.lines
    deletes: Deletes = own.deletes or (base.deletes if base else "none")
    gone = own.gone or (base.gone if base else None)
    merged = own.merged_into or (base.merged_into if base else None)
    marks = [name for name in (gone, merged) if name]
    return Plan(
        stream=_stream(own.name, kind, keys, deletes, table),
        choice=_choice(own, base, [*keys, *marks, *_named(table, lines)]),
        keys=keys,
        mapper=Mapper(kind, table, lines, where=where),
        prepare=base.prepare if base else None,
        gone=[name for name in (TOMBSTONE, gone) if name],
        merged_into=merged,
        own=[*_named(own.map, own.lines), *([own.gone] if own.gone else [])],
    )


def _stream(
    name: str, kind: StreamKind, keys: Sequence[str], deletes: Deletes, table: Mapping[str, Any]
) -> Stream:
    """A log of what changed, by the tap's own state; a whole table where missing means gone."""
    return Stream(
        name=name,
        kind=kind,
        key=stream_key(keys),
        cursor="snapshot" if deletes == "missing" else "log",
        deletes=deletes,
        also=tuple(_also(kind, table)),
    )


def _also(kind: StreamKind, table: Mapping[str, Any]) -> Iterator[Also]:
    """What else the records tell, by the table."""
    firsts = {target.partition(".")[0] for target in table}
    if kind == "customers" and "consents" in firsts:
        yield "consents"
    if kind == "orders" and "guest" in firsts:
        yield "guests"
    if kind == "orders" and "delivery" in firsts:
        yield "deliveries"


def _choice(own: SingerStream, base: Preset | None, named: Sequence[str]) -> Choice:
    """No more is asked for than is mapped, unless somebody says so."""
    reads = base.reads if base else ()
    fields = frozenset(name.partition(".")[0] for name in [*named, *reads, *own.select])
    if own.replication_key:
        fields |= {own.replication_key}
    together = own.together_with
    if together is None:
        together = list(base.together_with) if base else []
    return Choice(
        stream=own.stream or (base.stream if base else own.name),
        fields=None if "*" in own.select else fields | {TOMBSTONE},
        others=tuple(together),
        replication=own.replication,
        replication_key=own.replication_key,
    )


def _named(table: Mapping[str, Any], lines: Mapping[str, Any] | None) -> list[str]:
    """Every field of the record that a mapping reads; those of inner lists belong to their list."""
    found = [name for _, spec in flatten(table) for name in _fields(spec)]
    if lines is None:
        return found
    return [*found, str(lines["from"])] if "from" in lines else [*found, *_named(lines, None)]


def _fields(spec: Any) -> Iterator[str]:
    if isinstance(spec, str):
        yield spec
    elif isinstance(spec, list):
        yield from (name for one in spec for name in _fields(one))
    elif isinstance(spec, Mapping):
        if "from" in spec:
            yield str(spec["from"])
            return
        yield from _fields(spec.get("field", []))
        inner = spec.keys() - _OPTIONS
        yield from (name for key in inner for name in _fields(spec[key]))


_OPTIONS = {"field", "const", "values", "other", "default", "join", "split", "format", "optional"}

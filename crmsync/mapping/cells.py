"""Compiles one entry of a mapping, a column name or a table of options, to a fast getter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from crmsync.errors import ConfigError, RecordError
from crmsync.mapping.convert import Convert, clean, day_format, to_amount, to_bool
from crmsync.mapping.paths import MISSING, Get, Steps, read_path, shared, steps_of
from crmsync.mapping.targets import Target


class CellSpec(BaseModel):
    """The options of one mapped field.

    `field` is a column (dots reach into objects) or several; `const` a fixed value. `values`
    translates the told word, `other` stands for every word it does not list, `default` for an
    empty cell. Several columns become one text with `join` between them; a list field is one cell
    taken apart at `split`. `format` is how a date is written (strptime). A column that is
    `optional` may be absent from a file.
    """

    model_config = ConfigDict(extra="forbid")

    field: str | list[str] = []
    const: Any = None
    values: dict[str, Any] | None = None
    other: Any = None
    default: Any = None
    join: str = " "
    split: str | None = None
    format: str | None = None
    optional: bool = False

    @property
    def fields(self) -> list[str]:
        """The columns this cell is read from."""
        return [self.field] if isinstance(self.field, str) else self.field


OPTIONS = frozenset(CellSpec.model_fields)


class Plain(NamedTuple):
    """A cell that one column fills, taken apart for the loop that reads all such cells.

    `parent` leads to the object that holds `leaf`; it is empty where the column has no dots. An
    empty cell gives `empty`; MISSING leaves the field out.
    """

    column: str
    parent: Steps
    leaf: tuple[str, int | None]
    convert: Convert | None
    empty: Any


class Joined(NamedTuple):
    """Makes one value of several columns: a text with `sign` between them, or a list."""

    sign: str | None

    def value(self, parts: Iterable[Any]) -> Any:
        """The filled parts together; MISSING where none is shown, None where all are empty."""
        found = [value for part in parts if (value := clean(part)) is not MISSING]
        if not found:
            return MISSING
        filled = [value for value in found if value is not None]
        return filled if self.sign is None else self.sign.join(map(str, filled)) or None


class Source(NamedTuple):
    """Where the values of a cell come from and what becomes of them, for a page at once.

    `ways` are its columns, several of which `joined` makes one. A cell that is not shown gives
    `absent`, an empty one `empty`.
    """

    ways: tuple[tuple[str, Steps], ...]
    joined: Joined | None
    convert: Convert | None
    empty: Any
    absent: Any

    def take(self, value: Any) -> Any:
        """What the cell tells where this is the value of its column."""
        value = clean(value)
        if value is MISSING:
            return self.absent
        if value is None:
            return self.empty
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class Cell:
    """A compiled entry: `label` names its columns for people, `get` reads it from a raw record.

    `plain` says the same for a cell of one column, without a call, `source` for a whole page;
    `columns` must be in every table that is read; `fixed` says the value does not come from the
    record.
    """

    label: str
    get: Get
    columns: tuple[str, ...] = ()
    plain: Plain | None = None
    source: Source | None = None
    fixed: bool = False


def compile_cell(spec: Any, target: Target, *, where: str) -> Cell:
    """The cell that fills `target` as `spec` says; ConfigError naming `where` when it cannot."""
    parsed = _parse(spec, where=where)
    given = parsed.model_fields_set
    if "const" in given:
        value = _check_word(parsed.const, target, where=where)
        return Cell("const", lambda _: value, fixed=True)
    if not parsed.fields:
        raise ConfigError(f"{where}: neither 'field' nor 'const' is given.")
    for word in [*(parsed.values or {}).values(), parsed.other, parsed.default]:
        _check_word(word, target, where=where)
    label = " + ".join(parsed.fields)
    columns = () if parsed.optional else tuple(parsed.fields)
    source = _source(parsed, target, _named(_converter(parsed, target), target, label))
    plain = None
    if len(source.ways) == 1 and "default" not in given:
        *parent, leaf = source.ways[0][1]
        plain = Plain(label, shared(tuple(parent)), leaf, source.convert, source.empty)
    return Cell(label, _getter(source), columns, plain, source)


def _parse(spec: Any, *, where: str) -> CellSpec:
    if isinstance(spec, (str, list)):
        spec = {"field": spec}
    try:
        return CellSpec.model_validate(spec)
    except ValidationError as error:
        wrong = ", ".join(
            str(part["loc"][0]) if part["loc"] else "entry" for part in error.errors()
        )
        raise ConfigError(
            f"{where}: cannot be understood ({wrong}).",
            hint=f"Give a column name, or a table with {', '.join(sorted(OPTIONS))}.",
        ) from None


def _check_word(value: Any, target: Target, *, where: str) -> Any:
    if value is not None and target.words and value not in target.words:
        raise ConfigError(
            f"{where}: {value!r} is no word of {target.name!r}.",
            hint=f"The words are {', '.join(target.words)}.",
        )
    return value


def _named(convert: Convert | None, target: Target, label: str) -> Convert | None:
    """`convert`, whose ValueErrors become a RecordError that names field and column."""
    if convert is None or convert in _SAFE:
        return convert

    def convert_or_name(value: Any) -> Any:
        try:
            return convert(value)
        except ValueError as error:
            raise RecordError(f"{error} (column {label!r})", field=target.name) from None

    return convert_or_name


def _source(spec: CellSpec, target: Target, convert: Convert | None) -> Source:
    joined = None
    if len(spec.fields) > 1:
        joined = Joined(spec.join if target.takes != "texts" else None)
    absent = spec.default if "default" in spec.model_fields_set else MISSING
    ways = tuple((field, steps_of(field)) for field in spec.fields)
    return Source(ways, joined, convert, _empty(spec, target), absent)


def _getter(source: Source) -> Get:
    readers = [read_path(column) for column, _ in source.ways]
    joined, take = source.joined, source.take
    if joined is None:
        (read,) = readers
        return lambda raw: take(read(raw))
    return lambda raw: take(joined.value(reader(raw) for reader in readers))


def _empty(spec: CellSpec, target: Target) -> Any:
    """What an empty cell says: None is "told to be empty", MISSING leaves the default."""
    if "default" in spec.model_fields_set:
        return spec.default
    if spec.values is not None and "" in spec.values:
        return spec.values[""]
    if target.takes == "texts":
        return ()
    return None if target.nullable or target.required else MISSING


def _converter(spec: CellSpec, target: Target) -> Convert | None:
    if spec.values is not None:
        return _translator(spec, target)
    if spec.format is not None:
        return day_format(spec.format)
    if target.takes == "texts":
        return _splitter(spec.split)
    return _BY_TYPE.get(target.takes)


def _translator(spec: CellSpec, target: Target) -> Convert:
    words = {word.strip(): meaning for word, meaning in (spec.values or {}).items()}
    folded = {word.casefold(): meaning for word, meaning in words.items()}
    rest = spec.other if "other" in spec.model_fields_set else MISSING

    def translate(value: Any) -> Any:
        word = str(value).strip()
        found = words.get(word, MISSING)
        if found is MISSING:
            found = folded.get(word.casefold(), rest)
        if found is MISSING:
            raise ValueError("holds a word that 'values' does not list")
        return found

    return translate


def _splitter(split: str | None) -> Convert:
    def take_apart(value: Any) -> tuple[str, ...]:
        parts = value if isinstance(value, list) else str(value).split(split) if split else [value]
        return tuple(text for part in parts if part is not None and (text := str(part).strip()))

    return take_apart


def _to_word(value: Any) -> Any:
    return value.lower() if value.__class__ is str else value


_SAFE = (to_amount, _to_word)
"""Converters that take whatever comes."""

_BY_TYPE: dict[str, Convert] = {
    "bool": to_bool,
    "amount": to_amount,
    "literal": _to_word,
}

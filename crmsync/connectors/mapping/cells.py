"""Compiles one entry of a mapping, a column name or a table of options, to a fast getter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from crmsync.connectors.mapping.convert import Convert, clean, day_format, to_amount, to_bool
from crmsync.connectors.mapping.targets import Target
from crmsync.errors import ConfigError, RecordError


class _Missing:
    """The one value that says: this record does not show the field."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
Raw = Mapping[str, Any]
Get = Callable[[Raw], Any]


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


Steps = tuple[tuple[str, int | None], ...]
"""The way into a record: at each step a name, and the place in a list it may also mean."""


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


@dataclass(frozen=True, slots=True)
class Cell:
    """A compiled entry: `label` names its columns for people, `get` reads it from a raw record.

    `plain` says the same for a cell of one column, without a call; `columns` must be in every table
    that is read; `fixed` says the value does not come from the record.
    """

    label: str
    get: Get
    columns: tuple[str, ...] = ()
    plain: Plain | None = None
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
    convert = _named(_converter(parsed, target), target, label)
    plain = None
    if len(parsed.fields) == 1 and "default" not in given:
        *parent, leaf = _steps(label)
        plain = Plain(label, _shared(tuple(parent)), leaf, convert, _empty(parsed, target))
    return Cell(label, _getter(parsed, target, convert), columns, plain)


def read_path(path: str) -> Get:
    """A getter for the value at `path`: a field of exactly that name, else dots reach inside.

    MISSING where the record does not show it, None where an object on the way is null.
    """
    return _reader(path)


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


def _reader(path: str) -> Get:
    *parent, leaf = _steps(path)
    if not parent:
        return lambda raw: raw.get(path, MISSING)
    way = (*parent, leaf)

    def reach(raw: Raw) -> Any:
        return raw[path] if path in raw else walk(raw, way)

    return reach


def _steps(path: str) -> Steps:
    if path == ".":
        return ((path, None),)
    return tuple((part, int(part) if part.isdigit() else None) for part in path.split("."))


@lru_cache
def _shared(parent: Steps) -> Steps:
    """One object for equal ways, so that they are known by identity."""
    return parent


def walk(found: Any, steps: Iterable[tuple[str, int | None]]) -> Any:
    """What lies at the end of `steps`: MISSING where it is not shown, None behind a null."""
    for name, place in steps:
        kind = found.__class__
        if kind is dict:
            found = found.get(name, MISSING)
        elif kind is list and place is not None:
            found = found[place] if place < len(found) else MISSING
        elif found is None or found is MISSING:
            return found
        elif isinstance(found, Mapping):
            found = found.get(name, MISSING)
        else:
            return MISSING
    return found


def _read_all(spec: CellSpec, target: Target) -> Get:
    """One value out of the columns of `spec`: a text joined of them, or the list of the filled."""
    readers = [_reader(field) for field in spec.fields]
    if len(readers) == 1:
        return readers[0]
    join = spec.join if target.takes != "texts" else None

    def read(raw: Raw) -> Any:
        found = [value for reader in readers if (value := clean(reader(raw))) is not MISSING]
        if not found:
            return MISSING
        filled = [value for value in found if value is not None]
        if join is None:
            return filled
        return join.join(map(str, filled)) or None

    return read


def _getter(spec: CellSpec, target: Target, convert: Convert | None) -> Get:
    read = _read_all(spec, target)
    empty = _empty(spec, target)
    absent = spec.default if "default" in spec.model_fields_set else MISSING

    def get(raw: Raw) -> Any:
        value = clean(read(raw))
        if value is MISSING:
            return absent
        if value is None:
            return empty
        return value if convert is None else convert(value)

    return get


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

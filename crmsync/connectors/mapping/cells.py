"""Compiles one entry of a mapping, a column name or a table of options, to a fast getter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Cell:
    """A compiled entry: `label` names its columns for people, `get` reads it from a raw record.

    `plain` is the column when nothing but an empty check is to be done to it; `columns` must be in
    every table that is read; `fixed` says the value does not come from the record.
    """

    label: str
    get: Get
    columns: tuple[str, ...] = ()
    plain: str | None = None
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
    convert = _converter(parsed, target)
    if convert is None and _is_plain(parsed, target):
        return Cell(label, _reader(label), columns, plain=label)
    return Cell(label, _getter(parsed, target, convert, label), columns)


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


def _is_plain(spec: CellSpec, target: Target) -> bool:
    only = len(spec.fields) == 1 and "." not in spec.fields[0]
    return only and target.nullable and "default" not in spec.model_fields_set


def _reader(path: str) -> Get:
    if not _is_dotted(path):
        return lambda raw: raw.get(path, MISSING)
    steps = [(part, int(part) if part.isdigit() else None) for part in path.split(".")]

    def reach(raw: Raw) -> Any:
        return raw[path] if path in raw else _walk(raw, steps)

    return reach


def _is_dotted(path: str) -> bool:
    return "." in path and path != "."


def _walk(found: Any, steps: Sequence[tuple[str, int | None]]) -> Any:
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


def _getter(spec: CellSpec, target: Target, convert: Convert | None, label: str) -> Get:
    """Read, strip, and convert in one call: this runs for every cell of every record."""
    read = _read_all(spec, target)
    empty = _empty(spec, target)
    absent = spec.default if "default" in spec.model_fields_set else MISSING
    name = target.name

    def get(raw: Raw) -> Any:
        value = read(raw)
        if value.__class__ is str:
            value = value.strip() or None
        elif value is MISSING:
            return absent
        if value is None:
            return empty
        try:
            return value if convert is None else convert(value)
        except ValueError as error:
            raise RecordError(f"{error} (column {label!r})", field=name) from None

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


_BY_TYPE: dict[str, Convert] = {
    "bool": to_bool,
    "amount": to_amount,
    "literal": _to_word,
}

"""Reads the targets of a mapping ("addresses.home.street") and drafts the shapes they fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmsync.errors import ConfigError
from crmsync.mapping.cells import OPTIONS, Cell, compile_cell
from crmsync.mapping.paths import read_path
from crmsync.mapping.shapes import Nested, Parts, Shape
from crmsync.mapping.targets import (
    ITEM_NAMES,
    ITEM_VALUE,
    Target,
    find_target,
    targets,
)
from crmsync.model.told import Told

Identity = tuple[str, ...]


@dataclass
class Draft:
    """A shape while its mapping is being read."""

    model: type[Told]
    where: str
    fixed: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    items: dict[str, dict[Identity, Draft]] = field(default_factory=dict)
    nested: dict[str, list[Nested]] = field(default_factory=dict)
    inner: dict[str, Draft] = field(default_factory=dict)

    def take(self, mapping: Mapping[str, Any]) -> Draft:
        """This draft with every entry of `mapping` in it; ConfigError names a wrong one."""
        for target, spec in flatten(mapping):
            self.add(target.split("."), spec)
        return self

    def add(self, path: Sequence[str], spec: Any) -> None:
        """Take one entry: `path` is the target taken apart at its dots."""
        found = find_target(self.model, path[0], where=self.where)
        if found.takes == "list":
            self._add_list(found, path[1:], spec)
        elif found.takes == "model":
            self._add_model(found, path[1:], spec)
        elif len(path) > 1:
            raise ConfigError(
                f"{self._at(path)}: {path[0]!r} has no fields of its own.",
                hint="A table for it names its column as 'field', or a fixed value as 'const'.",
            )
        else:
            cell = compile_cell(spec, found, where=self._at(path))
            if cell.fixed:
                self.fixed[found.name] = cell.get({})
            else:
                self.cells[found.name] = cell

    def add_rows(self, name: str, spec: Mapping[str, Any], *, rows: Any) -> None:
        """Fill the list `name` from a list inside the record, or else from `rows` (a getter).

        Without columns the objects of that list carry our own field names.
        """
        target = find_target(self.model, name, where=self.where)
        assert target.model is not None
        columns = {key: value for key, value in spec.items() if key != "from"}
        columns = columns or _own_names(target.model)
        path = str(spec.get("from", ""))
        shape = Draft(target.model, f"{self.where}, {name}").take(columns).shape()
        read = read_path(path) if path else rows
        self.nested.setdefault(name, []).append(Nested(path, read, shape))

    def shape(self) -> Shape:
        """The finished shape; ConfigError when a field that the model requires is not mapped."""
        told = {*self.cells, *self.fixed, *self.items, *self.nested, *self.inner}
        lacking = [
            t.name for t in targets(self.model).values() if t.required and t.name not in told
        ]
        if lacking:
            raise ConfigError(f"{self.where}: {', '.join(lacking)} must be mapped.")
        lists = {**dict.fromkeys(self.items), **dict.fromkeys(self.nested)}
        return Shape(
            model=self.model,
            cells=self.cells,
            plain=tuple((n, c.plain) for n, c in self.cells.items() if c.plain is not None),
            made=tuple((n, c.get) for n, c in self.cells.items() if c.plain is None),
            fixed=self.fixed,
            lists=tuple((name, self._parts(name)) for name in lists),
            inner=tuple((name, draft.shape()) for name, draft in self.inner.items()),
            need=ITEM_VALUE.get(self.model),
        )

    def _parts(self, name: str) -> Parts:
        items = tuple(draft.shape() for draft in self.items.get(name, {}).values())
        return Parts(name, items, tuple(self.nested.get(name, ())))

    def _add_model(self, found: Target, rest: Sequence[str], spec: Any) -> None:
        assert found.model is not None
        if not rest:
            raise ConfigError(f"{self.where}, {found.name}: name its fields, as in guest.name.")
        where = f"{self.where}, {found.name}"
        self.inner.setdefault(found.name, Draft(found.model, where)).add(rest, spec)

    def _add_list(self, found: Target, rest: Sequence[str], spec: Any) -> None:
        assert found.model is not None
        where = self._at([found.name, *rest])
        if not rest:
            for one in spec if isinstance(spec, list) else [spec]:
                one = {"from": one} if isinstance(one, str) else one
                if not isinstance(one, Mapping) or "from" not in one:
                    raise ConfigError(f"{where}: say with 'from' which list of the record it is.")
                self.add_rows(found.name, one, rows=None)
            return
        if found.model not in ITEM_NAMES:
            raise ConfigError(f"{where}: {found.name} are mapped by a table of their own.")
        self._add_item(found, rest, spec, where=where)

    def _add_item(self, found: Target, rest: Sequence[str], spec: Any, *, where: str) -> None:
        assert found.model is not None
        fixed, left = _item_names(found.model, rest, where=where)
        number = left.pop(0) if left and left[0].isdigit() else ""
        identity = (*fixed.values(), number)
        items = self.items.setdefault(found.name, {})
        draft = items.setdefault(identity, Draft(found.model, where, fixed=dict(fixed)))
        if left:
            draft.add(left, spec)
        else:
            draft.add_value(spec)

    def add_value(self, spec: Any) -> None:
        """Take the entry of a whole item: its main field, and what else its table names."""
        if self.model not in ITEM_VALUE:
            raise ConfigError(f"{self.where}: name the field, as in addresses.home.street.")
        options = spec
        if isinstance(spec, Mapping):
            options = {key: value for key, value in spec.items() if key in OPTIONS}
            for key in spec.keys() - OPTIONS:
                self.add([key], spec[key])
        self.add([ITEM_VALUE[self.model]], options)

    def _at(self, path: Sequence[str]) -> str:
        return f"{self.where}, {'.'.join(path)}"


def _own_names(model: type[Told]) -> dict[str, str]:
    return {t.name: t.name for t in targets(model).values() if t.takes not in ("list", "model")}


def flatten(mapping: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every entry with its dotted target; `a.b = "c"` without quotes is a table inside a table."""
    for name, spec in mapping.items():
        if isinstance(spec, Mapping) and not spec.keys() & {"field", "const", "from"}:
            yield from flatten(spec, f"{before}{name}.")
        else:
            yield f"{before}{name}", spec


def _item_names(
    model: type[Told], rest: Sequence[str], *, where: str
) -> tuple[dict[str, str], list[str]]:
    """What a dotted target says of its item (type, channel, purpose), and what is left of it."""
    fixed: dict[str, str] = {}
    left = list(rest)
    for name in ITEM_NAMES[model]:
        target = targets(model)[name]
        if left and left[0] in target.words:
            fixed[name] = left.pop(0)
        elif target.required or name == "type":
            word = left[0] if left else ""
            raise ConfigError(
                f"{where}: {word!r} is no {name}.", hint=f"Choose of {', '.join(target.words)}."
            )
    return fixed, left

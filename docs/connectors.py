"""A page for each connector that comes as a package, and the matrix of what all of them can do.

What a page says is read off the connector: its settings, its capabilities, and the streams it
offers to the fake backend that its suite runs against.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from crmsync.hookspecs import Connector
from crmsync.model.stream import Capabilities, Change, Stream, StreamKind
from crmsync.registry.catalog import GROUP
from crmsync.testing._suite import Suite
from crmsync.testing._trial import Trial

PLUGINS = Path(__file__).parents[1] / "plugins"
CURSORS = {
    "timestamp": "what changed since, by stamp",
    "version": "what changed since, by version",
    "log": "a log of changes",
    "snapshot": "everything, compared by hash",
}
DELETES = {
    "none": "not told",
    "tombstone": "told",
    "missing": "missing from what was read",
    "reconcile": "compared by id",
}


@dataclass(frozen=True)
class Shown:
    """A connector, where its package is, what it offers its fake, and the rules it cannot keep."""

    kind: type[Connector]
    package: Path
    streams: Sequence[Stream]
    bypassed: Mapping[str, str]


@cache
def packages() -> Mapping[str, Path]:
    """Where the package of each connector under plugins/ is, by the connector's name."""
    found = {}
    for file in sorted(PLUGINS.glob("*/pyproject.toml")):
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        named = project.get("entry-points", {}).get(GROUP, {})
        found |= dict.fromkeys(named, file.parent)
    return found


@cache
def shown(name: str) -> Shown:
    """The connector called `name`, from the first suite that proves it."""
    package = packages()[name]
    suite = next(one for one in _suites(package / "tests") if one.fake.connector.name == name)
    return Shown(suite.fake.connector, package, _streams(suite), suite.bypass)


def _suites(tests: Path) -> Iterator[type[Suite]]:
    if str(tests) not in sys.path:
        sys.path.append(str(tests))
    for file in sorted(tests.glob("test_*suite*.py")):
        spec = importlib.util.spec_from_file_location(f"docs_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, Suite) and one is not Suite:
                yield one


def _streams(suite: type[Suite]) -> Sequence[Stream]:
    """What is offered where a setting that may be left out is, texts apart."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        trial = Trial(suite.fake, Path(folder), stack)
        fields = suite.fake.connector.settings.model_fields
        own = trial.fake.settings()
        trial.configure({name: value for name, value in own.items()
                         if fields[name].is_required() or isinstance(value, str)})  # fmt: skip
        opened = stack.enter_context(trial.connector())
        return list(opened.streams())


def _all() -> list[tuple[str, Shown]]:
    return [(name, shown(name)) for name in packages()]


# the pages


def page(name: str) -> str:
    """The reference of one connector."""
    one = shown(name)
    title = one.package.name
    readme = f"../../../plugins/{title}/README.md"
    head = (
        f"# `{one.kind.name}`\n\nGenerated from the connector by `python -m docs.make`. What it is "
        f"for, which rights it needs and what its limits are: [{title}]({readme}).\n"
    )
    return "\n".join([head, _settings(one), _offers(one), _can(one), _cannot(one)]).rstrip() + "\n"


def _settings(one: Shown) -> str:
    rows = ["## Settings", "", "| key | takes | default | what |", "|---|---|---|---|"]
    told = descriptions(one.kind.settings)
    for name, field in one.kind.settings.model_fields.items():
        key = f"**`{name}`**" if field.is_required() else f"`{name}`"
        rows.append(f"| {key} | {_takes(field)} | {_default(field)} | {told.get(name, '')} |")
    return "\n".join([*rows, "", "**Bold** keys must be given.", ""])


def descriptions(model: type) -> dict[str, str]:
    """What stands below each attribute of a class, by the attribute's name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and text:
            found[before.target.id] = " ".join(str(after.value.value).split())  # type: ignore
    return found


def _takes(field: FieldInfo) -> str:
    return _kind(field.annotation) + _bounds(field)


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{word}`" if word else "nothing" for word in inner)
    if origin in (tuple, list):
        return "a list"
    if origin is dict:
        return "a table"
    if inner:
        return " or ".join(_kind(one) for one in inner if one is not type(None))
    plain = {SecretStr: "a secret", bool: "yes or no", int: "a number", float: "a number"}
    return plain.get(annotation, "a url" if "Url" in str(annotation) else "a text")


def _bounds(field: FieldInfo) -> str:
    ends = {key: getattr(part, key) for part in field.metadata for key in ("ge", "gt", "le", "lt")
            if hasattr(part, key)}  # fmt: skip
    low, high = ends.get("ge", ends.get("gt")), ends.get("le", ends.get("lt"))
    if low is not None and high is not None:
        return f", {low:,} to {high:,}"
    return f", at least {low:,}" if low is not None else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    default = field.get_default(call_default_factory=True)
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, bool):
        return "yes" if default else "no"
    if default in ("", None) or (hasattr(default, "__len__") and not len(default)):
        return ""
    if isinstance(default, Mapping):
        return ", ".join(f"`{key}` = `{value}`" for key, value in default.items())
    if isinstance(default, tuple | list):
        return ", ".join(f"`{value}`" for value in default)
    return f"`{default}`"


def _offers(one: Shown) -> str:
    rows = ["## Streams", "", "| stream | tells | what is read | lag | overlap | deletes |",
            "|---|---|---|---|---|---|"]  # fmt: skip
    for stream in one.streams:
        told = ", ".join((stream.kind, *stream.also))
        cells = (f"`{stream.name}`", told, CURSORS[stream.cursor], _span(stream.lag),
                 _span(stream.overlap), DELETES[stream.deletes])  # fmt: skip
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([*rows, ""])


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:g} s" if seconds else ""


def _can(one: Shown) -> str:
    can = one.kind.capabilities
    lines = ["## Capabilities", ""]
    if can.writes:
        lines.append(f"- Writes: {', '.join(can.writes)}; {_at_once(can)}.")
    else:
        lines.append("- Writes nothing.")
    lines.append(f"- Webhooks: {'read' if can.webhooks else 'none'}.")
    lines.append(f"- The backend's clock: {'asked' if can.server_time else 'not known'}.")
    return "\n".join([*lines, ""])


def _at_once(can: Capabilities) -> str:
    calls = "one call" if can.at_once == 1 else f"{can.at_once} calls"
    intents = "one change" if can.batch == 1 else f"{can.batch} changes"
    return f"up to {intents} a call, {calls} at once"


def _cannot(one: Shown) -> str:
    if not one.bypassed:
        return ""
    lines = [f"- `{name}`: {why}" for name, why in one.bypassed.items()]
    return "\n".join(["## Rules it cannot keep", "", *lines, ""])


# the matrix

KINDS: tuple[str, ...] = ("customers", "guests", *get_args(StreamKind)[1:])
CHANGES: tuple[str, ...] = get_args(Change)
MATRIX = """# Connectors: what each can do

Generated from the connectors by `python -m docs.make`. Each of them is proven by
[the suite](rules.md) against a backend that misbehaves.

What is read, and how: **c** what changed, by stamp, version or log; **a** all of it, compared by
hash. **d** behind it: deletes are noticed.
"""


def matrix() -> str:
    """The page with all connectors, one row each."""
    rows = [MATRIX, _row("connector", KINDS), "|---" * (len(KINDS) + 1) + "|"]
    for name, one in _all():
        rows.append(
            _row(
                f"[`{name}`](connectors/{name}.md)",
                [_ways(one, kind) for kind in KINDS],
            )
        )
    head = (*CHANGES, "a call", "at once", "webhooks", "clock")
    rows += ["", "## What is written", "", _row("connector", head), "|---" * (len(head) + 1) + "|"]
    for name, one in _all():
        rows.append(_row(f"`{name}`", _written(one.kind.capabilities)))
    return "\n".join([*rows, ""])


def _row(first: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"


def _ways(one: Shown, kind: str) -> str:
    found = {_way(stream) for stream in one.streams if kind in (stream.kind, *stream.also)}
    return ", ".join(sorted(found))


def _way(stream: Stream) -> str:
    read = "a" if stream.cursor == "snapshot" else "c"
    return read if stream.deletes == "none" else f"{read}d"


def _written(can: Capabilities) -> list[str]:
    changes = ["yes" if one in can.writes else "" for one in CHANGES]
    numbers = [str(can.batch), str(can.at_once)] if can.writes else ["", ""]
    return [*changes, *numbers, "yes" if can.webhooks else "", "yes" if can.server_time else ""]

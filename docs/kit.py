"""The page of what the kit for connectors offers, from its docstrings."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

ROOMS = {
    "crmsync.http": "A client, proofs of who asks, and budgets",
    "crmsync.http.reading": "Reading lists, windows, jobs and files",
    "crmsync.model.intent": "What is to be changed, and what came of it",
    "crmsync.http.writing": "Writing",
    "crmsync.http.webhooks": "Webhooks",
    "crmsync.mapping": "From their fields to ours",
    "crmsync.testing": "Proving",
}
HEAD = """# The kit

Generated from the docstrings by `python -m docs.make`. What an author of a connector may import
beside `crmsync.model`, `crmsync.errors` and `crmsync.hookspecs`; what has no name here is private.
How it goes together: [write a connector](../how-to/write-a-connector.md),
[prove a connector](../how-to/prove-a-connector.md).
"""


def page() -> str:
    """The reference of the kit, room by room."""
    parts = [HEAD]
    for name, title in ROOMS.items():
        room = importlib.import_module(name)
        parts += [f"## {title}", "", f"`{name}`", "", *_lines(room), ""]
    return "\n".join(parts)


def _lines(room: ModuleType) -> Iterator[str]:
    for name in sorted(_public(room), key=str.lower):
        thing = getattr(room, name)
        told = _told(thing)
        if told:
            yield f"- `{name}{_arguments(thing)}`: {told}"


def _public(room: ModuleType) -> list[str]:
    own = [name for name, thing in vars(room).items()
           if name[0] != "_" and getattr(thing, "__module__", "") == room.__name__]  # fmt: skip
    return list(getattr(room, "__all__", own))


def _told(thing: Any) -> str:
    """The first paragraph of its docstring; "" for what is no word of ours (a type, a constant)."""
    known = inspect.isclass(thing) or inspect.isfunction(thing) or inspect.ismodule(thing)
    if not known or not str(getattr(thing, "__module__", room_of(thing))).startswith("crmsync"):
        return ""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def room_of(thing: Any) -> str:
    """Where a module is."""
    return str(getattr(thing, "__name__", ""))


def _arguments(thing: Any) -> str:
    plain = inspect.isclass(thing) and issubclass(thing, Exception)
    if inspect.ismodule(thing) or plain:
        return ""
    names: list[str] = []
    for one in inspect.signature(thing).parameters.values():
        if one.kind is one.KEYWORD_ONLY and not any(name[0] == "*" for name in names):
            names.append("*")
        star = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        names.append(f"{star}{one.name}{'' if star or one.default is one.empty else '=…'}")
    return f"({', '.join(names)})"

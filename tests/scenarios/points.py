"""Finds the named points in the source, and every commit or file put in place that has none.

`crmsync/demo` is left out: it plays the foreign systems. So are the migrations, whose one commit
is named in `store/schema.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "crmsync"
FOREIGN = ("demo", "migrations")
KEPT_BY_CLIENTS = {"http/_folder.py", "http/_locks.py", "http/_record.py",
                   "http/auth/tokens.py", "http/budget/shared.py"}  # fmt: skip
"""Tokens, budgets and recordings, which no run commits; tests/http kills who writes them."""
STAGES = ("resolve", "tie", "profile", "habits", "ledger", "search", "till")
"""The stages of a project without plugins; the batch of each has a name of its own."""

BY_HAND = {"people/unmerge", "people/apart", "export/file", "import/begin", "import/batch",
           "import/finish", "report", "forecast/write", "value/write"}  # fmt: skip
"""What somebody asks for and asks for again after a kill; tests/cli/test_verdicts kills between,
and so does tests/engine/test_exchange."""

CARRIERS = {"work", "effect", "replaced", "files.put", "open_lock"}
"""What takes the name of a point."""
PLACING = {"rename", "hardlink_to", "symlink_to", "write_text", "write_bytes", "touch",
           "os.replace", "os.renames", "os.link", "os.symlink", "shutil.copy", "shutil.copyfile",
           "shutil.copy2", "shutil.copytree", "shutil.move"}  # fmt: skip
"""What puts a file in place, as methods of a path and as functions."""


@dataclass(slots=True)
class Found:
    """The points of some sources, and the places (file:line) that need one and have none."""

    points: set[str] = field(default_factory=set)
    nameless: list[str] = field(default_factory=list)


def of_the_source() -> Found:
    """What crmsync itself has."""
    found = Found()
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE)
        if not set(FOREIGN) & set(place.parts) and place.as_posix() not in KEPT_BY_CLIENTS:
            look(path.read_text(encoding="utf-8"), str(place), found)
    return found


def look(text: str, place: str, found: Found) -> None:
    """Add what one source text has."""
    for node, guarded in _calls(ast.parse(text), guarded=False):
        name = _name(node)
        if name in CARRIERS:
            said = _point(node, name)
            if said is None and not _passes_on(node):
                found.nameless.append(f"{place}:{node.lineno}")
            found.points |= _moments(name, said)
        elif name == "reach" and isinstance(node.args[0], ast.Constant):
            found.points.add(node.args[0].value)
        elif _takes_effect(node, name) and not guarded:
            found.nameless.append(f"{place}:{node.lineno}")


def _calls(node: ast.AST, *, guarded: bool) -> Iterator[tuple[ast.Call, bool]]:
    """Every call, and whether it is written inside a named effect."""
    if isinstance(node, ast.Call):
        yield node, guarded
    for _, value in ast.iter_fields(node):
        inside = guarded or (isinstance(node, ast.With) and _is_effect(node))
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield from _calls(one, guarded=inside)


def _is_effect(node: ast.With) -> bool:
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    return any(_name(call) in ("effect", "replaced") for call in calls)


def _name(node: ast.Call) -> str:
    """The name of what is called, with the module where that tells it from others."""
    whole = ast.unparse(node.func)
    return whole if whole in CARRIERS | PLACING else whole.rpartition(".")[2]


def _point(node: ast.Call, name: str) -> str | None:
    """The name as it is written, with {} for what is put in; None where there is none."""
    first = node.args[:1] if name in ("work", "effect") else []
    for value in (*first, *(one.value for one in node.keywords if one.arg == "point")):
        if isinstance(value, ast.Constant):
            return str(value.value)
        if isinstance(value, ast.JoinedStr):
            return "".join(
                part.value if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
                for part in value.values
            )
    return None


def _passes_on(node: ast.Call) -> bool:
    """Whether this call hands on the name that its own function was given."""
    names = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "point")]
    return any(isinstance(one, ast.Name) and one.id == "point" for one in names)


def _moments(name: str, said: str | None) -> set[str]:
    """The points of one carrier, all stages in the place of theirs."""
    if said is None or said.startswith("{point}") or said in BY_HAND:
        return set()
    moments = {
        "work": (":begin", ":before", ":after"),
        "effect": (":before", ":after"),
        "open_lock": (":before", ":after"),
    }.get(name, ("/write:before", "/write:after", "/replace:before", "/replace:after"))
    names = [said.replace("{stage.name}", one) for one in STAGES]
    return {f"{one}{moment}" for one in names for moment in moments}


def _takes_effect(node: ast.Call, name: str) -> bool:
    """Whether a call commits, puts a file in place, or opens one to write."""
    words = [str(one.value).upper() for one in node.args if isinstance(one, ast.Constant)]
    if name == "commit" or any(one.split()[:1] in (["COMMIT"], ["COMMIT;"]) for one in words):
        return True
    if name == "begin" and "engine" in ast.unparse(node.func):
        return True
    if name == "replace":  # of a path: os.replace(a, b), path.replace(b); of a text it has more
        return len(node.args) == 1 and not node.keywords and isinstance(node.func, ast.Attribute)
    if name in ("open", "fdopen"):
        return _writes(node)
    return name in PLACING


def _writes(node: ast.Call) -> bool:
    """Whether an open makes or changes a file."""
    values = [*node.args, *(one.value for one in node.keywords if one.arg in ("mode", "flags"))]
    modes = [one.value for one in values if isinstance(one, ast.Constant)]
    short = [one for one in modes if isinstance(one, str) and len(one) <= 3]
    return any(set(one) & set("wax+") for one in short) or "O_CREAT" in ast.unparse(node)

"""Writes the generated part of the docs: python -m docs.make; a test fails when it is stale."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click

from crmsync.cli.main import COMMANDS, cli
from crmsync.mapping.targets import MODELS, Target, targets
from crmsync.model.told import Told, ToldAddress, ToldConsent, ToldContact, ToldLine
from crmsync.testing._rules import RULES
from crmsync.testing._suite import PARTS
from docs import connectors, habits, kit

REFERENCE = Path(__file__).parent / "reference"


def commands() -> str:
    """The reference of the command line, from its own help texts."""
    settings = {**cli.context_settings, "max_content_width": 88, "terminal_width": 88}
    root = click.Context(cli, info_name="crmsync", **settings)
    parts = [_help("crmsync", cli, root)]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        parts += _tree(f"crmsync {name}", command, root)
    head = "# Commands\n\nGenerated from the help texts by `python -m docs.make`.\n"
    return "\n".join([head, *parts])


def _tree(path: str, command: click.Command, parent: click.Context) -> list[str]:
    info = path.split()[-1]
    context = click.Context(command, info_name=info, parent=parent, terminal_width=88)
    parts = [_help(path, command, context)]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            parts += _tree(f"{path} {name}", inner, context)
    return parts


def _help(path: str, command: click.Command, context: click.Context) -> str:
    return f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"


FIELDS = """# Fields: what a mapping may fill

Generated from the models by `python -m docs.make`. These are the words on the left side of a
`map`, and the arguments of what a connector's `map` gives back (`crmsync.model.told`).

A field that is set was told. A field that is empty was told to be empty. A field that is left out
is *not visible* and never overwrites what another system told. How to write a mapping:
[files and databases](files-and-sql.md#a-mapping).

Texts of times without a zone are in the connection's zone; amounts are in the major unit
("12,30", 12.30). **Bold** fields must be mapped.
"""

ITEMS: dict[str, type[Told]] = {
    "An address": ToldAddress,
    "A contact point": ToldContact,
    "A consent": ToldConsent,
    "A line": ToldLine,
}


def fields() -> str:
    """The reference of the fields that a mapping may fill, from the told models."""
    streams = [(f"Stream kind `{kind}`", model) for kind, model in MODELS.items()]
    inner = [(f"{title} in it", model) for title, model in ITEMS.items()]
    return "\n".join([FIELDS, *(_table(title, model) for title, model in [*streams, *inner])])


def _table(title: str, model: type[Told]) -> str:
    told = inspect.getdoc(model) or ""
    head = [f"## {title}", "", f"`{model.__name__}`: {told}", "", "| field | takes |", "|---|---|"]
    return "\n".join([*head, *(_row(model, target) for target in targets(model).values()), ""])


def _row(model: type[Told], target: Target) -> str:
    name = f"**`{target.name}`**" if target.required else f"`{target.name}`"
    return f"| {name} | {_takes(model, target)} |"


def _takes(model: type[Told], target: Target) -> str:
    if target.words:
        return "one of " + ", ".join(target.words)
    if target.model is not None:
        return f"`{target.model.__name__}`, " + ("a list" if target.takes == "list" else "one")
    leaves = set(_leaves(model.model_fields[target.name].annotation))
    if datetime in leaves:
        return "a moment or a day" if date in leaves else "a moment"
    if date in leaves:
        return "a day"
    return {"bool": "yes or no", "amount": "an amount", "texts": "texts"}.get(
        target.takes, "a text"
    )


def _leaves(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _leaves(part)


RULES_HEAD = """# Rules: what the suite proves of a connector

Generated from `crmsync.testing` by `python -m docs.make`. Each rule is a test of
`connector_suite` ([how to use it](../how-to/prove-a-connector.md)), and each is itself tested with
at least one broken connector that it must catch (`tests/testing/test_suite.py`).
"""


def rules() -> str:
    """The reference of the rules that the suite proves, by what they are about."""
    parts = [RULES_HEAD]
    for module in PARTS:
        own = [rule for rule in RULES.values() if rule.check.__module__ == module.__name__]
        title = (module.__doc__ or "").strip().removeprefix("Rules of ").rstrip(".")
        rows = [f"| `{one.name}` | {' '.join(one.says.split())} |" for one in own]
        head = f"{title[:1].upper()}{title[1:]}"
        parts.append("\n".join([f"## {head}", "", "| rule | says |", "|---|---|", *rows, ""]))
    return "\n".join(parts)


GENERATED: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "fields.md": fields,
    "rules.md": rules,
    "connectors.md": connectors.matrix,
    "kit.md": kit.page,
    "habits.md": habits.page,
    **{f"connectors/{name}.md": partial(connectors.page, name) for name in connectors.packages()},
}
"""The generated pages by their names in `docs/reference`."""

if __name__ == "__main__":
    for name, write in GENERATED.items():
        (REFERENCE / name).write_text(write(), encoding="utf-8")

"""Writes the generated part of the docs: python -m docs.make; a test fails when it is stale."""

from __future__ import annotations

from pathlib import Path

import click

from crmsync.cli.main import COMMANDS, cli

REFERENCE = Path(__file__).parent / "reference"


def commands() -> str:
    """The reference of the command line, from its own help texts."""
    root = click.Context(cli, info_name="crmsync", max_content_width=88, terminal_width=88)
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


if __name__ == "__main__":
    (REFERENCE / "commands.md").write_text(commands(), encoding="utf-8")

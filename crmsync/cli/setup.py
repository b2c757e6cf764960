"""init, doctor: start a project, and say what is wrong with one."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from crmsync import registry
from crmsync.cli import screen
from crmsync.config import FILE, Settings, load
from crmsync.engine.calls import blamed
from crmsync.engine.project import Project, connect, own_store
from crmsync.errors import ConfigError, CrmsyncError
from crmsync.identity.weights import in_use
from crmsync.store import Store, files
from crmsync.store.complaints import unwritable
from crmsync.store.leftover import leftover
from crmsync.till.settings import tills

TEMPLATE = Path(__file__).with_name("init.toml")

Finding = tuple[str, str, str]
"""How bad ("error" or "note"), what, and who must do what."""

Coded = tuple[int, Finding]
"""A finding with its exit code, 0 for a note."""


@click.command()
@click.option("--controller", default="Muster GmbH", help="The company answerable for the data.")
@click.pass_context
def init(ctx: click.Context, controller: str) -> int:
    """Write a commented crmsync.toml, readable by this user only; the first run makes the store."""
    folder = screen.folder(ctx)
    path = folder / FILE
    if path.exists():
        raise ConfigError(f"{path} is there already.", hint="Edit it, or choose another folder.")
    text = TEMPLATE.read_text(encoding="utf-8").replace('"Muster GmbH"', _quoted(controller))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.put(path, text.encode(), point="config")
    except OSError as error:
        raise unwritable("the configuration", path, error) from error
    load(folder)
    click.echo(f"{path} written. Fill in a connection, then: crmsync check")
    return 0


def _quoted(text: str) -> str:
    """A text as TOML writes it; TOML's basic strings are JSON's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@click.command()
@screen.json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> int:
    """Say what is wrong and who must act; the exit code is that of the first error."""
    folder = screen.folder(ctx)
    settings = load(folder)
    loaded = registry.load(base=folder)
    findings = [*_files(folder, settings), *_plugins(loaded), *_tills(settings)]
    findings += [*_model(settings), *_within(settings, loaded)]
    shown = [finding for _, finding in findings]
    if as_json:
        screen.show_json([dict(zip(("level", "what", "todo"), one, strict=True))
                          for one in shown])  # fmt: skip
    else:
        screen.table("Findings", ("", "what", "what to do"), shown)
    return next((code for code, _ in findings if code), 0)


def _files(folder: Path, settings: Settings) -> Iterator[Coded]:
    if not settings.connections:
        todo = f"The integrator: add one to {FILE}."
        yield 0, ("note", "no connection is configured", todo)
    for name, connection in settings.connections.items():
        if "production" not in connection.model_fields_set:
            todo = f"The integrator: write production = true or false in connections.{name}."
            yield 0, ("note", f"{name} counts as a test system, nothing says so", todo)
    for path in folder.glob("*.db"):
        if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield 1, ("error", f"others can read {path.name}", f"IT: chmod 600 {path.name}")
    todo = "IT: encrypt the disk, here and on tills."
    yield 0, ("note", "customer data lies on this disk", todo)


def _plugins(loaded: registry.Registry) -> Iterator[Coded]:
    for problem in registry.check(loaded):
        yield 1, ("error", problem, "The plugin's author must act.")


def _tills(settings: Settings) -> Iterator[Coded]:
    try:
        tills(settings)
    except ConfigError as error:
        yield error.exit_code, ("error", error.message, error.hint)


def _model(settings: Settings) -> Iterator[Coded]:
    try:
        in_use(settings.model_file())
    except ConfigError as error:
        yield error.exit_code, ("error", error.message, error.hint)


def _within(settings: Settings, loaded: registry.Registry) -> Iterator[Coded]:
    """What needs the store to be seen, or why it cannot be opened."""
    try:
        with closing(own_store(settings)) as store:
            yield from _damaged(store)
            yield from _left_behind(settings, store)
            yield from _connections(Project(settings, loaded, store))
    except CrmsyncError as error:
        yield error.exit_code, ("error", error.message, error.hint)


def _damaged(store: Store) -> Iterator[Coded]:
    if found := store.damage():
        todo = "IT: stop every run, and put the last good backup back."
        yield 1, ("error", f"the store is damaged: {found}", todo)


def _left_behind(settings: Settings, store: Store) -> Iterator[Coded]:
    """Connections that the store knows and the configuration no longer names."""
    with store.read() as work:
        found = leftover(work, settings.connections)
    for name, number in found.items():
        todo = f"The integrator: name it in {FILE} again, or: crmsync withdraw {name}"
        yield 0, ("note", f"{number} records of '{name}', which {FILE} does not name, stay", todo)


def _connections(project: Project) -> Iterator[Coded]:
    for name in project.settings.connections:
        try:
            connector = connect(project, name)
            try:
                with blamed(connector.name, "being checked"):
                    connector.check()
            finally:
                connector.close()
        except CrmsyncError as error:
            yield error.exit_code, ("error", screen.placed(name, error.message), error.hint)

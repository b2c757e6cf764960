"""Three shops in memory for tests of `--jobs`: every process makes the same ones by itself.

The plugin file of a project folder takes its connectors from here, so that a process that opens
the folder anew finds them; what goes wrong there is written into that file too.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

from crmsync.engine import intake
from crmsync.engine.project import open_project
from crmsync.engine.report import Report
from crmsync.engine.sync import sync
from crmsync.errors import SumsError, Unreachable
from crmsync.hookspecs import hookimpl
from crmsync.store import open_store, points
from tests.engine.backend import NOW, Content, connector
from tests.scenarios.canon import canon, cursors

NAMES = ("koeln", "berlin", "muenchen")
PLUGIN = """
from tests.engine import shops
crmsync_register_connectors = shops.registers()
"""
HEAD = """
[crmsync]
store = "{url}"
[controllers.muster]
name = "Muster GmbH"
"""
CONNECTION = """
[connections.{name}]
connector = "{name}"
controller = "muster"
"""


def content(name: str) -> Content:
    """What a shop holds: some people buy in every one of them, and each has its bad record."""
    found, place = Content(), NAMES.index(name)
    found.page = 10
    for number in range(40):
        person = number if number < 20 else 100 * place + number
        found.person(number, given=f"Vorname{person}", family=f"Nachname{person}",
                     email=f"kunde{person}@example.org")  # fmt: skip
        found.sale(number, number)
    found.customers["39"]["birth_date"] = "unlesbar"
    return found


def registers(*, unreachable: str = "") -> Any:
    """A hook that registers a connector for each shop, under its name; one may be out of reach."""

    @hookimpl
    def crmsync_register_connectors(register: Any) -> None:
        for name in NAMES:
            told = content(name)
            if name == unreachable:
                told.fails = Unreachable(f"{name}: no answer.", hint="Its operator must act.")
            kind = connector(told)
            kind.name = name  # type: ignore[attr-defined]
            register(kind)

    return crmsync_register_connectors


def in_process_of(name: str) -> bool:
    """Whether this is the process that takes in this connection."""
    return multiprocessing.current_process().name == f"crmsync {name}"


def die_at(name: str, point: str) -> None:
    """Kill the process of this connection when it first reaches `point`."""

    def watch(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    if in_process_of(name):
        points.watch = watch


def fail_in(name: str, how: str, *, everywhere: bool = False) -> None:
    """Let the taking in of this connection end or fail after its reading.

    It does so in its own process alone, or `everywhere`: in a program that is nothing but the sync.
    """

    def warn(one: intake.Intake) -> None:
        if one.name == name:
            FAULTS[how]()

    if everywhere or in_process_of(name):
        intake._warn = warn


def _bug() -> None:
    raise KeyError("Jürgen Beispiel")


def _sums() -> None:
    raise SumsError("the numbers of 'land' do not add up.")


def _say() -> None:
    logging.getLogger("httpx").info("GET https://example.org/?email=kunde1@example.org")
    logging.getLogger("crmsync.test").warning("the shop is %s", "slow", extra={"lost": Content()})


FAULTS = {
    "abort": os.abort,
    "exit": lambda: os._exit(3),
    "terminated": lambda: signal.raise_signal(signal.SIGTERM),
    "bug": _bug,
    "sums": _sums,
    "say": _say,
}


def write(folder: Path, url: str, *, plugin: str = "", names: tuple[str, ...] = NAMES) -> Path:
    """A project folder with these shops; `plugin` is put at the end of its plugin file."""
    folder.mkdir(exist_ok=True)
    connections = "".join(CONNECTION.format(name=name) for name in names)
    text = HEAD.format(url=url) + connections
    (folder / "crmsync.toml").write_text(text, encoding="utf-8")
    (folder / "crmsync_plugins.py").write_text(PLUGIN + plugin + "\n", encoding="utf-8")
    return folder


def run(folder: Path, *plugins: object, **options: Any) -> Report:
    """Sync the project in a folder."""
    with open_project(folder, plugins=plugins) as project:
        return sync(project, as_of="2026-11-21", now=NOW, **options)


def state(url: str) -> dict[str, Any]:
    """The canonical content of a store, its cursors too."""
    store = open_store(url)
    try:
        return {**canon(store), "(cursors)": cursors(store)}
    finally:
        store.close()

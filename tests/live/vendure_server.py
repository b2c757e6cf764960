"""A real Vendure shop for the tests: installed through npm, seeded and started."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from .lab import Process, Server, built, fingerprint, free_port, run
from .node import install, node_of
from .vendure_seed import fill
from .vendure_shopkeeper import Shopkeeper

HERE = Path(__file__).parent
APP = HERE / "vendure_app"
PACKAGE = APP / "package.json"
SOURCES = [APP / name for name in ("index.js", "initial-data.js", "products.csv")]
PYTHON_PARTS = [HERE / name for name in ("vendure_seed.py", "vendure_shopkeeper.py")]
NODE_MAJORS = ("v20.", "v22.")  # with 24.19 better-sqlite3 12 aborts during garbage collection
DATABASE, USER, PASSWORD = "shop.sqlite", "superadmin", "only-for-tests-2026"


def prepare(cache: Path, *, node: str | None = None) -> Path:
    """The directory that holds an installed Vendure and a seeded database.

    `node` is the program of this machine; where there is none that fits, the pip wheel brings it.
    """
    found, version = node_of(NODE_MAJORS, node)
    known = fingerprint(PACKAGE, version)
    modules = built(cache / f"vendure-app-{known}", lambda place: install(PACKAGE, place, found))
    seeded = fingerprint(known, *SOURCES, *PYTHON_PARTS, Path(__file__))
    return built(cache / f"vendure-{seeded}", lambda place: _seed(place, modules))


def _seed(place: Path, modules: Path) -> None:
    for source in SOURCES:
        shutil.copy(source, place)
    for name in ("node", "node_modules"):
        (place / name).symlink_to(modules / name)
    env = {"SHOP_DATABASE": str(place / DATABASE), **_environment(free_port())}
    run([place / "node", "index.js", "populate"], cwd=place, env=env)
    shop = Vendure(place, place)
    try:
        keeper = Shopkeeper(shop.start())
        fill(keeper)
        keeper.close()
    finally:
        shop.stop()


def _environment(port: int) -> dict[str, str]:
    return {"PORT": str(port), "SHOP_USER": USER, "SHOP_PASSWORD": PASSWORD}


class Vendure:
    """One running shop with its own copy of the seeded database."""

    def __init__(self, installed: Path, place: Path) -> None:
        self._installed, self._place = installed, place
        self._process: Process | None = None
        self.server = Server(url="", user=USER, password=PASSWORD)

    def start(self) -> Server:
        """Boot and return where it listens."""
        port, database = free_port(), self._place / DATABASE
        if self._place != self._installed:
            shutil.copy(self._installed / DATABASE, database)
        env = {"SHOP_DATABASE": str(database), **_environment(port)}
        place = self._installed
        command: list[str | Path] = [place / "node", place / "index.js", "serve"]
        self._process = Process(command, cwd=self._place, env=env)
        url = f"http://127.0.0.1:{port}"
        self._process.wait_for(lambda: httpx.get(f"{url}/health", timeout=5).status_code == 200)
        self.server = Server(url=url, user=USER, password=PASSWORD)
        return self.server

    def stop(self) -> None:
        """End the server."""
        if self._process:
            self._process.stop()

    def sql(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What the running shop's database holds, also what the shop does not show."""
        with closing(sqlite3.connect(self._place / DATABASE, timeout=30)) as database:
            return database.execute(question, values).fetchall()

    def shopkeeper(self) -> Shopkeeper:
        """Somebody who is logged in and changes data by hand."""
        return Shopkeeper(self.server)

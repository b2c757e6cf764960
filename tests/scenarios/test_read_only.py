"""A folder, a store or a file that may not be written or read: a sentence, and nothing harmed."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmsync.cli import outreach, setup, sync, till
from crmsync.cli.main import run
from crmsync.engine import behind
from crmsync.store import open_store
from tests.scenarios.canon import canon
from tests.scenarios.small_disk import as_anybody
from tests.scenarios.test_full_disk import check

LOADED_ONCE = (behind, outreach, setup, sync, till)

CONFIG = """
[crmsync]
store = "sqlite:///store/store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.crm]
connector = "files"
controller = "muster"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "crm/kunden.csv"
key = "Nr"
[connections.crm.streams.map]
family_name = "Name"
contacts.email = "Mail"
[[connections.crm.streams]]
name = "stores"
kind = "stores"
path = "crm/filialen.csv"
key = "Nr"
[connections.crm.streams.map]
key = "Nr"
name = "Name"
"""
HEAD = "Nr;Name;Mail\n"
LINES = [f"{number};Sommer{number};s{number}@example.de\n" for number in range(30)]
STORE_SAID = "may not be written"
FILE_SAID = "cannot be written: Permission denied"
Shut = dict[str, int]
"""Paths in the project, and the mode they are given."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that has run once, with a till file and a plan, and new customers since."""
    make(tmp_path)
    for words in (("sync",), ("till", "build", "--out", str(tmp_path / "out" / "till.db")),
                  ("outreach", "plan", "--out", "out/plan.json")):  # fmt: skip
        assert run(["--project", str(tmp_path), *words]) == 0
    export(tmp_path, 30)
    return tmp_path


def make(folder: Path) -> None:
    for name in ("store", "crm", "out"):
        (folder / name).mkdir()
    (folder / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "crm" / "filialen.csv").write_text("Nr;Name\n1;Köln\n", encoding="utf-8")
    export(folder, 20)


def export(folder: Path, number: int) -> None:
    (folder / "crm" / "kunden.csv").write_text(HEAD + "".join(LINES[:number]), encoding="utf-8")


@contextmanager
def shut(folder: Path, modes: Shut) -> Iterator[None]:
    """Give paths other modes in this block."""
    before = {name: (folder / name).stat().st_mode for name in modes}
    for name, mode in modes.items():
        (folder / name).chmod(mode)
    try:
        yield
    finally:
        for name, mode in before.items():
            (folder / name).chmod(mode)


def call(folder: Path, *words: str) -> Callable[[], tuple[int, str]]:
    """A command and what it says on stderr."""

    def work() -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = run(["--project", str(folder), *words])
        return code, said.getvalue()

    return work


def content(folder: Path) -> dict[str, list[str]]:
    store = open_store("sqlite:///store/store.db", base=folder)
    try:
        return canon(store)
    finally:
        store.close()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What two runs lead to that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    make(folder)
    assert run(["--project", str(folder), "sync"]) == 0
    export(folder, 30)
    assert run(["--project", str(folder), "sync"]) == 0
    return content(folder)


def test_modes_bind_who_tests(tmp_path: Path) -> None:
    """Else every test here would prove nothing."""
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o500)
    assert as_anybody(lambda: os.access(shut, os.W_OK)) is False


CASES: list[tuple[Shut, str]] = [
    ({"store": 0o500}, STORE_SAID),
    ({"store/store.db": 0o400}, STORE_SAID),
    ({"store/store.db": 0o000}, STORE_SAID),
    ({"store": 0o500, "store/store.db": 0o400, ".": 0o500}, STORE_SAID),
    ({"crmsync.store-id": 0o000}, "crmsync.store-id cannot be read: Permission denied"),
]


@pytest.mark.parametrize("modes,word", CASES)
@pytest.mark.parametrize("words", [("sync",), ("replay",)])
def test_a_store_that_may_not_be_written(
    folder: Path, expected: dict[str, list[str]], modes: Shut, word: str, words: tuple[str, ...]
) -> None:
    before = content(folder)
    with shut(folder, modes):
        code, said = as_anybody(call(folder, *words))
    assert (code, "Traceback" in said) == (1, False), said
    assert word in said
    assert "IT: " in said
    assert check(folder / "store" / "store.db") == ""
    assert content(folder) == before
    assert as_anybody(call(folder, "sync"))[0] == 0
    assert content(folder) == expected


def test_a_lease_of_another_user(folder: Path, expected: dict[str, list[str]]) -> None:
    leases = {f"store/{path.name}": 0o400 for path in (folder / "store").glob("*.lease-*")}
    assert len(leases) == 2
    with shut(folder, leases):
        code, said = as_anybody(call(folder, "sync"))
    assert code == 1
    assert FILE_SAID in said
    assert as_anybody(call(folder, "sync"))[0] == 0
    assert content(folder) == expected


@pytest.mark.parametrize("words", [("sync",), ("status",)])
def test_a_first_run_that_may_make_nothing(tmp_path: Path, words: tuple[str, ...]) -> None:
    make(tmp_path)
    with shut(tmp_path, {"store": 0o500}):
        code, said = as_anybody(call(tmp_path, *words))
    assert (code, "IT: check the rights of the folder" in said) == (1, True), said
    with shut(tmp_path, {".": 0o500}):  # the store may be made, its mark not
        code, said = as_anybody(call(tmp_path, *words))
    assert (code, "the store's mark" in said) == (1, True), said
    assert as_anybody(call(tmp_path, "sync"))[0] == 0


@pytest.mark.parametrize(
    "words",
    [("till", "build", "--out", "{}/till.db"), ("outreach", "plan", "--out", "{}/plan.json")],
)
def test_an_output_folder_that_may_not_be_written(folder: Path, words: tuple[str, ...]) -> None:
    out = folder / "out"
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with shut(folder, {"out": 0o500}):
        code, said = as_anybody(call(folder, *(word.format(out) for word in words)))
    assert (code, FILE_SAID in said) == (1, True), said
    assert "The file that was there is as it was." in said
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert as_anybody(call(folder, *(word.format(out) for word in words)))[0] == 0


def test_init_where_nothing_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "neu").mkdir(mode=0o500)
    code, said = as_anybody(call(tmp_path / "neu", "init"))
    assert (code, FILE_SAID in said) == (1, True), said
    code, said = as_anybody(call(tmp_path / "neu" / "mehr", "init"))
    assert (code, FILE_SAID in said) == (1, True), said


def test_a_file_that_may_not_be_read_stops_its_stream_alone(
    folder: Path, expected: dict[str, list[str]]
) -> None:
    (folder / "crm" / "filialen.csv").write_text("Nr;Name\n1;Köln\n2;Bonn\n", encoding="utf-8")
    with shut(folder, {"crm/kunden.csv": 0o000}):
        code, said = as_anybody(call(folder, "sync"))
    assert (code, "crm, customers: kunden.csv cannot be read (Permission denied)" in said) == (
        1,
        True,
    ), said
    assert len(content(folder)["shop"]) == 2
    (folder / "crm" / "filialen.csv").write_text("Nr;Name\n1;Köln\n", encoding="utf-8")
    assert as_anybody(call(folder, "sync"))[0] == 0
    assert content(folder)["source_customer"] == expected["source_customer"]


def test_a_folder_of_exports_need_not_be_writable(
    folder: Path, expected: dict[str, list[str]]
) -> None:
    with shut(folder, {"crm": 0o500, "crm/kunden.csv": 0o400}):
        assert as_anybody(call(folder, "sync"))[0] == 0
    assert content(folder) == expected

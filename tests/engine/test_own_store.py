"""A project's store that is gone, emptied or exchanged is refused, never made anew in silence."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmsync.cli.main import run
from crmsync.errors import StoreError
from tests.engine.backend import Content, project

MARKER = "crmsync.store-id"
WORDS = [("sync",), ("replay",), ("status",), ("till", "build"), ("parked", "retry")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that has run once."""
    text = '[crmsync]\nstore = "sqlite:///store.db"\n[controllers.muster]\nname = "Muster GmbH"\n'
    (tmp_path / "crmsync.toml").write_text(text, encoding="utf-8")
    assert run(["--project", str(tmp_path), "sync"]) == 0
    shutil.copy(tmp_path / "store.db", tmp_path / "backup")
    return tmp_path


def call(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run(["--project", str(folder), *words])
    return code, "".join(capsys.readouterr())


def lose(folder: Path) -> None:
    for path in folder.glob("store.db*"):
        path.unlink()


def empty(folder: Path) -> None:
    lose(folder)
    (folder / "store.db").touch()


def hollow(folder: Path) -> None:
    lose(folder)
    with sqlite3.connect(folder / "store.db") as database:
        database.execute("VACUUM")
    database.close()


def exchange(folder: Path) -> None:
    lose(folder)
    (folder / MARKER).rename(folder / "kept")
    assert run(["--project", str(folder), "sync"]) == 0
    (folder / "kept").replace(folder / MARKER)


@pytest.mark.parametrize("words", WORDS)
def test_a_store_that_is_gone_is_not_made_anew(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    lose(folder)
    code, said = call(folder, capsys, *words)
    assert code == 1
    assert f"{folder / 'store.db'} is gone" in said
    assert f"delete {folder / MARKER} first" in said
    assert not (folder / "store.db").exists()


@pytest.mark.parametrize(
    "loss,word", [(empty, "is empty"), (hollow, "holds no store"), (exchange, "is another store")]
)
def test_an_empty_and_another_store_are_refused_until_the_backup_is_back(
    folder: Path, capsys: pytest.CaptureFixture[str], loss: object, word: str
) -> None:
    assert callable(loss)
    loss(folder)
    code, said = call(folder, capsys, "sync")
    assert code == 1
    assert word in said
    assert word in " ".join(call(folder, capsys, "doctor", "--json")[1].split())
    lose(folder)
    shutil.copy(folder / "backup", folder / "store.db")
    assert call(folder, capsys, "sync")[0] == 0


def test_the_marker_holds_an_id_alone_and_its_deletion_allows_a_new_store(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marker = folder / MARKER
    before = marker.read_text(encoding="utf-8")
    assert str(uuid.UUID(before.strip())) == before.strip()
    assert stat.S_IMODE(marker.stat().st_mode) == 0o600
    lose(folder)
    marker.unlink()
    assert call(folder, capsys, "sync")[0] == 0
    assert marker.read_text(encoding="utf-8") != before


def test_a_store_without_a_marker_is_adopted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / MARKER).read_text(encoding="utf-8")
    (folder / MARKER).unlink()
    assert call(folder, capsys, "status")[0] == 0
    assert (folder / MARKER).read_text(encoding="utf-8") == before


def test_init_makes_no_store_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path / "neu", capsys, "init")[0] == 0
    assert [path.name for path in (tmp_path / "neu").iterdir()] == ["crmsync.toml"]


def test_an_emptied_schema_is_refused(tmp_path: Path, postgres_url: str) -> None:
    with project(tmp_path, postgres_url, Content()) as opened:
        engine = opened.store.engine
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
    with pytest.raises(StoreError, match=r"database t\d+ holds no store") as caught:
        project(tmp_path, postgres_url, Content()).__enter__()
    assert sa.make_url(postgres_url).render_as_string(hide_password=False) not in str(caught.value)
    (tmp_path / MARKER).unlink()
    with project(tmp_path, postgres_url, Content()) as opened:
        assert opened.store.damage() == ""


def test_the_doctor_lets_sqlite_look_for_damage(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(folder, capsys, "doctor")[0] == 0
    path = folder / "store.db"
    with sqlite3.connect(path) as database:
        (page,) = database.execute("PRAGMA page_size").fetchone()
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'parked'"
        (root,) = database.execute(query).fetchone()
    database.close()
    for other in folder.glob("store.db-*"):
        other.unlink()
    with path.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * page)
    code, said = call(folder, capsys, "doctor", "--json")
    assert code == 1
    assert "the store is damaged" in said

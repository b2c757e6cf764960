"""A bug of ours is told in one sentence, without what it says itself: that may be a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.cli.main import run


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which a sync ends in a bug."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("Jürgen Beispiel")

    monkeypatch.setattr("crmsync.cli.sync.run_sync", fail)
    text = '[crmsync]\nstore = "sqlite:///store.db"\n'
    (tmp_path / "crmsync.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_program_error_is_one_sentence_without_personal_data(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(broken), "sync"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    sentence, hint = told.err.splitlines()
    assert sentence.startswith("crmsync: program error: KeyError in crmsync.cli.sync, line ")
    assert "crmsync --debug" in hint
    assert "Jürgen" not in told.err


def test_debug_prints_the_traceback_too(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--debug", "--project", str(broken), "sync"]) == 1
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "Jürgen" in told
    assert "program error: KeyError" in told


def test_debug_keeps_the_exit_code_of_an_error_with_a_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--debug", "--project", str(tmp_path), "sync"]) == 2
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert "Run `crmsync init`" in told

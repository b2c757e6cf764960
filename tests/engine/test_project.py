"""Opening a project: where its store is may be a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.engine.project import open_project
from crmsync.errors import CredentialsError

CONFIG = '[crmsync]\nstore = "env:LADEN_STORE"\n'


def test_the_url_of_the_store_may_be_a_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("LADEN_STORE", "sqlite:///laden.db")
    with open_project(tmp_path) as project:
        assert project.store.dialect == "sqlite"
    assert (tmp_path / "laden.db").is_file()


def test_a_missing_reference_names_its_place(tmp_path: Path) -> None:
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    with pytest.raises(CredentialsError, match=r"crmsync\.store"), open_project(tmp_path):
        pass

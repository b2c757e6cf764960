"""Every page of the docs is followed from top to bottom, as a reader would."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks
from tests.docs.reader import Reader

DEMO = "<!-- in the demo -->"
"""The first line of a page that is read in the folder of the sample retailer."""

POSTGRES = "postgresql://crmsync@db.example/crmsync"
"""The database that the docs name; a test puts a real one in its place."""

LANGUAGES = {"console", "toml", "python", "csv", "json", "sql", "ini", "cron", "text"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_can_be_followed(
    page: Path, demo: Path, tmp_path: Path, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = tmp_path / "crmsync-demo"
    text = page.read_text(encoding="utf-8")
    if text.startswith(DEMO):
        shutil.copytree(demo, folder)
    else:
        folder.mkdir()
    reader = Reader(folder, demo, monkeypatch)
    if POSTGRES in text:
        reader.replaced[POSTGRES] = request.getfixturevalue("postgres_url")
    for block in blocks(page):
        if page.name != "README.md" or block.language != "python":
            reader.follow(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_says_what_it_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = list(blocks(page))
    assert text.count("\n```") == 2 * len(found), "a fence that is not closed, or indented"
    assert {block.language for block in found} <= LANGUAGES
    for block in found:
        assert block.language not in ("csv", "json", "sql") or block.note.startswith("file: ")

"""Every page of the docs is followed from top to bottom, as a reader would."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

import pytest

from tests.docs.pages import EXAMPLES, PAGES, ROOT, blocks
from tests.docs.reader import Reader

BEGINS = re.compile(r"<!-- in (.+) -->\n")
"""The first line of a page that is read in the folder of the demo or of an example."""

POSTGRES = "postgresql://crmsync@db.example/crmsync"
"""The database that the docs name; a test puts a real one in its place."""

README = ROOT / "README.md"
LANGUAGES = {"console", "toml", "python", "csv", "json", "sql", "ini", "cron", "text"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_can_be_followed(
    page: Path, demo: Path, tmp_path: Path, request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    text = page.read_text(encoding="utf-8")
    folder = tmp_path / "crmsync"
    _prepare(page, demo, folder)
    with contextlib.closing(Reader(folder, demo, monkeypatch)) as reader:
        if POSTGRES in text:
            reader.replaced[POSTGRES] = request.getfixturevalue("postgres_url")
        for block in blocks(page):
            if page != README or block.language != "python":
                reader.follow(block)


def _prepare(page: Path, demo: Path, folder: Path) -> None:
    """The folder in which the page is read: an example's own, the one it names, or an empty one."""
    begins = BEGINS.match(page.read_text(encoding="utf-8"))
    if page.is_relative_to(EXAMPLES):
        shutil.copytree(page.parent, folder)
    elif begins:
        shutil.copytree(demo if begins[1] == "the demo" else ROOT / begins[1], folder)
    else:
        folder.mkdir()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_says_what_it_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = list(blocks(page))
    assert text.count("\n```") == 2 * len(found), "a fence that is not closed, or indented"
    assert {block.language for block in found} <= LANGUAGES
    for block in found:
        assert block.language not in ("csv", "json", "sql") or block.note.startswith("file: ")

"""The generated reference is current, and what the docs name is there."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest

import dev
from crmsync.cli.main import cli
from crmsync.config.settings import Settings
from crmsync.connectors.files import FilesConnector
from crmsync.connectors.sql import SqlConnector
from crmsync.engine.project import about
from docs import make
from tests.docs.pages import DOCS, PAGES, ROOT, blocks

CONNECTOR = ROOT / "crmsync" / "demo" / "retailer" / "crmsync_plugins.py"
PROMISES = re.compile(r"`((?:tests|plugins)/[\w/.-]+?\.py)(?:::(\w+))?`")
SCHEDULED = re.compile(r"/bin/crmsync ([^;\n]*)")
NAMED = re.compile(r"`crmsync ([^`]+)`")


BUILT_IN: dict[str, Any] = {"files": FilesConnector, "sql": SqlConnector}


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", make.GENERATED)
def test_the_generated_pages_are_current(name: str) -> None:
    assert (make.REFERENCE / name).read_text(encoding="utf-8") == make.GENERATED[name]()


def _configurations() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for block in blocks(page, "toml"):
            if not block.note.startswith("more: "):
                yield page, block.text


@pytest.mark.parametrize(
    "page,text", [pytest.param(*one, id=_name(one[0])) for one in _configurations()]
)
def test_configuration_in_the_docs_is_read(page: Path, text: str) -> None:
    data = tomllib.loads(text)
    data.setdefault("controllers", {"beispiel": {"name": "Beispiel GmbH"}})
    settings = Settings(**data)
    for name, own in settings.connections.items():
        if own.connector in BUILT_IN:
            kind = BUILT_IN[own.connector]
            kind(kind.settings.model_validate(own.own), about(settings, name)).close()


def test_the_connector_in_the_readme_is_the_one_the_demo_runs() -> None:
    (shown,) = blocks(ROOT / "README.md", "python")
    assert shown.text in CONNECTOR.read_text(encoding="utf-8")
    assert len(shown.text.splitlines()) <= 40


def _mentioned() -> list[tuple[str, str]]:
    """Every `crmsync …` that stands in a sentence, in a timer or in a crontab, with its page."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found += [(_name(page), said) for said in NAMED.findall(text)]
        for language in ("ini", "cron"):
            for block in blocks(page, language):
                found += [(_name(page), said) for said in SCHEDULED.findall(block.text)]
    return sorted(set(found))


@pytest.mark.parametrize("page,said", _mentioned())
def test_a_command_that_is_named_is_there(page: str, said: str) -> None:
    words = [word for word in shlex.split(said) if word != "…"]
    context = click.Context(cli, info_name="crmsync")
    command: click.Command = cli
    while isinstance(command, click.Group):
        words = _after_options(words, command)
        if not words:
            return
        command, words = _inner(command, context, words[0]), words[1:]
    names = {name for option in command.params for name in option.opts}
    asked = {word.partition("=")[0] for word in words if word.startswith("-")}
    assert asked <= names


def _inner(group: click.Group, context: click.Context, name: str) -> click.Command:
    found = group.get_command(context, name)
    assert found is not None, f"there is no command {name}"
    return found


def _after_options(words: list[str], group: click.Group) -> list[str]:
    """The words behind the group's own options, of which those with a value take two."""
    options = [(name, option) for option in group.params for name in option.opts]
    takes = {name: not getattr(option, "is_flag", False) for name, option in options}
    while words and words[0].startswith("-"):
        assert words[0] in takes or words[0] in ("--help", "-h"), words[0]
        words = words[2:] if takes.get(words[0]) else words[1:]
    return words


def test_every_command_of_dev_that_is_named_is_there() -> None:
    for page in PAGES:
        named = re.findall(r"python3 dev\.py (\w+)", page.read_text(encoding="utf-8"))
        assert set(named) <= set(dev.COMMANDS), page


def test_the_pictures_are_pictures() -> None:
    pictures = list((DOCS / "pictures").iterdir())
    assert pictures
    for picture in pictures:
        assert ElementTree.parse(picture).getroot().get("viewBox")
        assert any(picture.name in page.read_text(encoding="utf-8") for page in PAGES)


def test_units_can_be_read() -> None:
    for page in PAGES:
        for block in blocks(page, "ini"):
            unit = configparser.ConfigParser(strict=False)
            unit.optionxform = str  # type: ignore[assignment,method-assign]
            unit.read_string(block.text)
            assert unit.sections()


LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]+))?\)")


def _links(page: Path) -> Iterator[tuple[Path, str]]:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            yield (page.parent / target).resolve() if target else page, anchor


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target, anchor in _links(page):
        assert target.exists(), target
        if anchor:
            assert anchor in _anchors(target), anchor


def test_every_page_is_reached_from_the_index() -> None:
    seen, todo = set[Path](), [DOCS / "README.md"]
    while todo:
        page = todo.pop()
        if page not in seen and page.suffix == ".md":
            seen.add(page)
            todo += [target for target, _ in _links(page) if target.is_file()]
    assert set(DOCS.rglob("*.md")) - seen == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_test_that_is_named_is_there(page: Path) -> None:
    for path, function in PROMISES.findall(page.read_text(encoding="utf-8")):
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {function or 'test_'}" in text or "TestCase" in text, path

"""The generated reference is current, and what the docs show has been run."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.config.settings import Settings
from crmsync.demo.run import run_demo
from docs import make

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
CONNECTOR = ROOT / "crmsync" / "demo" / "retailer" / "crmsync_plugins.py"


def _blocks(language: str) -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for found in re.finditer(
            rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S
        ):
            yield page, found.group(1)


def _commands() -> list[tuple[str, int]]:
    """Every `$ crmsync …` line of the docs with its exit code ("# exit 3"), each once."""
    lines = {
        line[2:]
        for _, block in _blocks("console")
        for line in block.splitlines()
        if line.startswith("$ crmsync ")
    }
    return [(line.split("#")[0], _code(line)) for line in sorted(lines)]


def _code(line: str) -> int:
    found = re.search(r"# exit (\d+)", line)
    return int(found.group(1)) if found else 0


def test_the_command_reference_is_current() -> None:
    written = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert written == make.commands()


@pytest.mark.parametrize(
    "page,text", [pytest.param(*one, id=one[0].name) for one in _blocks("toml")]
)
def test_configuration_in_the_docs_is_read(page: Path, text: str) -> None:
    data = tomllib.loads(text)
    data.setdefault("controllers", {"beispiel": {"name": "Beispiel GmbH"}})
    assert Settings(**data)


def test_the_connector_in_the_readme_is_the_one_the_demo_runs() -> None:
    shown = [block for page, block in _blocks("python") if page.name == "README.md"]
    assert shown
    code = CONNECTOR.read_text(encoding="utf-8")
    for block in shown:
        assert block in code


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample retailer, small, as the docs' commands find it."""
    folder = tmp_path_factory.mktemp("docs") / "crmsync-demo"
    run_demo(folder, people=150, as_of="2026-11-21")
    return folder


@pytest.mark.parametrize("command,code", _commands())
def test_a_command_in_the_docs_runs(
    command: str, code: int, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = shlex.split(command)[1:]
    monkeypatch.chdir(tmp_path if arguments[0] in ("init", "demo") else demo)
    assert run(arguments) == code

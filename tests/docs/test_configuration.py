"""The page of the configuration has every key that the program reads, with its default."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from crmsync.config.settings import (
    ConnectionSettings,
    ControllerSettings,
    CoreSettings,
    IdentitySettings,
    OutreachSettings,
    ReportSettings,
    ServiceSettings,
    Settings,
    ValueSettings,
)
from crmsync.connectors.files.settings import FilesSettings, FileStream
from crmsync.connectors.sql.settings import Child, SqlSettings, SqlStream
from crmsync.mapping.cells import CellSpec
from crmsync.mapping.settings import MappedStream
from tests.docs.pages import DOCS

PAGE = (DOCS / "reference" / "configuration.md").read_text(encoding="utf-8")
FILES_AND_SQL = (DOCS / "reference" / "files-and-sql.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| .+ \|$", re.M)

SECTIONS: dict[str, type[BaseModel]] = {
    "## `[crmsync]`": CoreSettings,
    "## `[controllers.NAME]`": ControllerSettings,
    "## `[connections.NAME]`": ConnectionSettings,
    "## `[identity]`": IdentitySettings,
    "## `[outreach]`": OutreachSettings,
    "## `[report]`": ReportSettings,
    "## `[service]`": ServiceSettings,
    "## `[value]`": ValueSettings,
    "## Every mapped stream: `[[connections.NAME.streams]]`": MappedStream,
    "### of `files`": FileStream,
    "### of `sql`": SqlStream,
}
"""Each section of the page, and the model that reads it."""

AGAIN = {"### of `files`": {"key"}}
"""What a stream of files says of a key that every stream has."""


def _rows(head: str) -> dict[str, str]:
    """The keys of a section with their defaults as written."""
    _, _, rest = PAGE.partition(f"{head}\n")
    section = re.split(r"^#+ ", rest, flags=re.M)[0]
    return dict(ROW.findall(section))


def _keys(head: str) -> set[str]:
    """The keys that the model of a section reads and no section above it has."""
    model = SECTIONS[head]
    inherited = set(MappedStream.model_fields) if head.startswith("###") else set()
    return (set(model.model_fields) - inherited) | AGAIN.get(head, set())


@pytest.mark.parametrize("head", SECTIONS)
def test_every_key_is_there_and_no_other(head: str) -> None:
    assert set(_rows(head)) == _keys(head)


@pytest.mark.parametrize("head", SECTIONS)
def test_every_default_is_the_programs(head: str) -> None:
    for name, written in _rows(head).items():
        field = SECTIONS[head].model_fields[name]
        assert (written == "required") == field.is_required(), name
        if written.startswith("`"):
            assert tomllib.loads(f"x = {written.strip('`')}")["x"] == _default(field), name
        elif written != "required" and name not in ("key", "objection_notice"):
            assert _default(field) is None, name


def _default(field: FieldInfo) -> Any:
    default = field.get_default(call_default_factory=True)
    return list(default) if isinstance(default, tuple) else default


def test_every_table_has_its_section() -> None:
    tables = {head.split("`")[1].strip("[]").split(".")[0] for head in SECTIONS if "`[" in head}
    assert tables == set(Settings.model_fields) - {"base"}


def test_the_settings_of_connection_and_children_are_named() -> None:
    for model in (FilesSettings, SqlSettings, Child):
        for name in model.model_fields:
            assert f"`{name}`" in PAGE


def test_every_option_of_a_mapping_is_there() -> None:
    table = FILES_AND_SQL.partition("## A mapping\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| .*", table, re.M))))
    assert set(CellSpec.model_fields) <= named

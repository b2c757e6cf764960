"""The page about files and databases: every block of it is a configuration that works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from crmsync.connectors.files import FilesConnector
from crmsync.connectors.files.settings import FilesSettings
from crmsync.connectors.sql import SqlConnector, SqlSettings
from crmsync.mapping.cells import OPTIONS
from crmsync.model.stream import Connection

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "files-and-sql.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_is_a_configuration(block: str) -> None:
    for name, own in tomllib.loads(block)["connections"].items():
        kind = own.pop("connector")
        connection = Connection(name=name, controller=own.pop("controller"))
        made: FilesConnector | SqlConnector
        if kind == "files":
            made = FilesConnector(FilesSettings.model_validate(own), connection)
        else:
            made = SqlConnector(SqlSettings.model_validate(own), connection)
        assert len(made.streams()) == len(own["streams"])
        made.close()


def test_the_page_has_every_option() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) | {"join"} == OPTIONS


def test_the_page_has_every_setting() -> None:
    from crmsync.connectors.files import FileStream
    from crmsync.connectors.sql import SqlStream

    named = {*FileStream.model_fields, *SqlStream.model_fields, *SqlSettings.model_fields}
    assert {name for name in named if not re.search(rf"\b{name}\b", TEXT)} == set()

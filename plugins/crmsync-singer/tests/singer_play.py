"""Plays a tap: a script in a process of its own that says what a test wants said."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crmsync_singer import Singer
from crmsync_singer.settings import SingerSettings

from crmsync.model.stream import Connection, Page, Window

HEAD = """
import json, os, sys, time
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
def put(text):
    sys.stdout.write(text + "\\n")
    sys.stdout.flush()
def say(**message):
    put(json.dumps(message))
def record(stream="people", version=None, **fields):
    more = {} if version is None else {"version": version}
    say(type="RECORD", stream=stream, record=fields, **more)
def state(value):
    say(type="STATE", value=value)
config = json.load(open(given["--config"]))
if "--discover" in sys.argv:
    print(json.dumps({"streams": [{"stream": "people", "tap_stream_id": "people",
        "key_properties": ["id"], "metadata": [],
        "schema": {"properties": {"id": {}, "name": {}, "mail": {}, "house": {}}}}]}))
    sys.exit()
catalog = json.load(open(given["--catalog"]))
before = json.load(open(given["--state"])) if "--state" in given else None
"""
PEOPLE: dict[str, Any] = {
    "name": "people",
    "kind": "customers",
    "key": "id",
    "map": {"name": "name", "contacts.email": "mail"},
}


def tap(folder: Path, body: str, **settings: Any) -> Singer:
    """The connector to a tap that does what `body` says."""
    script = folder / "tap_play.py"
    script.write_text(HEAD + body, encoding="utf-8")
    own = {
        "tap": "tap-play",
        "command": [sys.executable, "-I", "-S", str(script)],
        "streams": [PEOPLE],
        "silence": 20,
        **settings,
    }
    connection = Connection(name="crm", controller="haus", base=str(folder))
    return Singer(SingerSettings.model_validate(own), connection)


def pages(singer: Singer, position: Any = None) -> list[Page]:
    """What the tap's only stream brings; nothing but pages that say something."""
    return list(singer.read(singer.streams()[0], Window(), position))


def told(found: Sequence[Page]) -> list[Mapping[str, Any]]:
    """The records of pages."""
    return [record for page in found for record in page.records]


def until_error(singer: Singer, position: Any = None) -> tuple[list[Page], Exception | None]:
    """The pages that come before an error, and the error."""
    found: list[Page] = []
    try:
        for page in singer.read(singer.streams()[0], Window(), position):
            found.append(page)
    except Exception as error:  # noqa: BLE001
        return found, error
    return found, None


def left(folder: Path) -> list[Path]:
    """What files of a run still lie there."""
    return sorted((folder / ".crmsync" / "singer").glob("crm/run-*"))

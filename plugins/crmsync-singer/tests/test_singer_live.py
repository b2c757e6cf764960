"""A tap that others wrote, installed from the package index and read through the bridge."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from crmsync_singer import Singer
from crmsync_singer.settings import SingerSettings
from singer_play import left, pages, told

from crmsync.cli.main import run
from crmsync.connectors import taps
from crmsync.errors import CredentialsError, CrmsyncError
from crmsync.model.stream import Connection
from crmsync.model.told import ToldCustomer

PEOPLE = [
    {"nr": "7", "name": "Änne Quittenbaum", "home": {"ort": "Köln"}},
    {"nr": "8", "name": "Jörg Rübsamen", "home": {"ort": "Leipzig"}},
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with tap-jsonl, which is built on Meltano's SDK; skipped without an index."""
    folder = tmp_path_factory.mktemp("bridge")
    code = run(["--project", str(folder), "bridge", "install", "tap-jsonl"])
    if code and not os.environ.get("CI"):
        pytest.skip("the package index has no tap-jsonl here")
    assert code == 0
    return folder


def connector(project: Path, **config: object) -> Singer:
    settings = {
        "tap": "tap-jsonl",
        "config": {"primary_keys": ["nr"], "stream_name": "people", **config},
        "check_records": True,
        "streams": [
            {
                "name": "people",
                "kind": "customers",
                "key": "nr",
                "map": {"name": "name", "addresses.home.city": "home.ort"},
            }
        ],
    }
    own = Connection(name="crm", controller="haus", base=str(project))
    return Singer(SingerSettings.model_validate(settings), own)


@pytest.mark.slow
def test_a_tap_of_meltanos_sdk(project: Path) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in PEOPLE)
    (project / "people.jsonl").write_text(lines, encoding="utf-8")
    singer = connector(project, path=str(project / "people.jsonl"))
    singer.check()
    (stream,) = singer.streams()
    found = pages(singer)
    (first, second) = (next(iter(singer.map(stream, one))) for one in told(found))
    assert isinstance(first, ToldCustomer)
    assert isinstance(second, ToldCustomer)
    assert [first.name, second.addresses[0].city] == ["Änne Quittenbaum", "Leipzig"]
    assert found[-1].next_position["state"] is not None
    assert len(told(pages(singer, found[-1].next_position))) == 2
    assert left(project) == []


@pytest.mark.slow
def test_a_config_that_the_tap_refuses(project: Path) -> None:
    singer = connector(project, path="people.jsonl", primary_keys=7)
    with pytest.raises(CrmsyncError, match=r"^tap-jsonl ended with exit code 1 ") as caught:
        singer.check()
    assert not isinstance(caught.value, CredentialsError)
    assert [one.name for one in taps.installed(project)] == ["tap-jsonl"]

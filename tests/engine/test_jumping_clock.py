"""The machine's clock set back and forth by a day between runs makes no difference."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmsync.engine import cursor
from crmsync.engine import sync as engine
from crmsync.model.stream import Stream
from tests.engine.backend import NOW, Content, connector, project
from tests.scenarios.canon import canon, cursors
from tests.scenarios.killing import backend

DAYS = ("2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24")
AHEAD, BEHIND = timedelta(days=1), timedelta(days=-1)


def states(kind: str) -> list[Content]:
    """Four states of a backend whose own clock is right: the last has a merge."""
    found = [*backend(40), backend(40)[1], backend(40)[1]]
    found[2].person(2, given="Anders", greeting="withdrawn")
    found[-1].merged = [("5", "6")]
    for number, content in enumerate(found):
        content.cursor, content.clock = kind, NOW + timedelta(hours=number)
        content.deletes = "missing" if kind == "snapshot" else "none"
    return found


def _standing_at(moment: datetime) -> type:
    return type("Clock", (datetime,), {"now": lambda _zone: moment})


def after(
    folder: Path, url: str, kind: str, jumps: list[timedelta], patch: pytest.MonkeyPatch
) -> tuple[Any, Any]:
    """What four runs lead to, each with the machine's clock off by its jump."""
    folder.mkdir()
    for number, (day, content) in enumerate(zip(DAYS, states(kind), strict=True)):
        clock = NOW + timedelta(hours=number) + jumps[number]
        patch.setattr(engine, "datetime", _standing_at(clock))
        with project(folder, url, content) as opened:
            assert engine.sync(opened, as_of=day).exit_code() in (0, 3)
            found = canon(opened.store), cursors(opened.store)
    return found


@pytest.mark.parametrize("kind", ["snapshot", "timestamp"])
@pytest.mark.parametrize(
    "jumps", [[AHEAD, BEHIND, AHEAD, timedelta()], [BEHIND, AHEAD, timedelta(), BEHIND]]
)
def test_a_clock_that_jumps_makes_no_difference(
    kind: str,
    jumps: list[timedelta],
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = f"sqlite:///{tmp_path / 'right.db'}"
    expected = after(tmp_path / "right", right, kind, [timedelta()] * 4, monkeypatch)
    assert len(expected[0]["profile"]) > 20
    assert after(tmp_path / "wrong", store_url, kind, jumps, monkeypatch) == expected


def test_without_a_clock_of_its_own_a_backend_is_read_whole_after_a_jump_back() -> None:
    blind = connector(Content())
    del blind.server_time
    stream = Stream(name="orders", kind="orders", cursor="timestamp", deletes="none")
    one = blind(None, None)
    wrong = cursor.finish(cursor.begin({}, stream, cursor.BackendTime(one, NOW + AHEAD)), stream)
    assert cursor.window(cursor.begin(wrong, stream, cursor.BackendTime(one, NOW))).since is None
    right = cursor.finish(cursor.begin({}, stream, cursor.BackendTime(one, NOW)), stream)
    since = cursor.window(cursor.begin(right, stream, cursor.BackendTime(one, NOW + AHEAD))).since
    assert since == NOW - stream.lag - stream.overlap

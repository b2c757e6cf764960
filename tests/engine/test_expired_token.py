"""A page token that expired while nobody read restarts its window, not the stream."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmsync.engine.sync import sync
from crmsync.errors import Unreachable
from crmsync.http.reading import Expired, by_cursor
from crmsync.model.stream import Page, Stream, Window
from tests.engine import backend
from tests.engine.backend import NOW, Content


class Tokens:
    """Pages of ten customers behind tokens that end with the process that was given them."""

    def __init__(self, content: Content) -> None:
        self.content, self.life, self.breaks = content, 0, True
        self.windows: list[tuple[Window, Any]] = []

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        if stream.name != "customers":
            return
        self.life += 1
        self.windows.append((window, position))

        def fetch(token: Any) -> Any:
            life, start = token.split("-") if token else (self.life, 0)
            if int(life) != self.life:
                raise Expired("shop.example no longer knows the page token.")
            if self.breaks and int(start) == 30:
                raise Unreachable("shop.example answers 502.")
            rows = list(self.content.customers.values())[int(start) :]
            more = f"{life}-{int(start) + 10}" if len(rows) > 10 else None
            return {"rows": rows[:10], "next": more}

        yield from by_cursor(fetch, position, records="rows", cursor="next")


def test_the_window_is_read_again_from_its_start(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = Content()
    content.cursor, content.deletes = "timestamp", "none"
    for number in range(45):
        content.person(number)
    tokens = Tokens(content)
    made = backend.connector(content)
    monkeypatch.setattr(made, "read", lambda self, *asked: tokens.read(*asked))
    monkeypatch.setattr(backend, "connector", lambda _: made)
    with backend.project(tmp_path, store_url, content) as opened:
        first = sync(opened, as_of="2026-11-21", now=NOW)
        assert first.lands["shop/customers"]["new"] == 30
        tokens.breaks = False
        second = sync(opened, as_of="2026-11-21", now=NOW + timedelta(hours=5))
    assert second.lands["shop/customers"]["new"] == 15
    assert second.lands["shop/customers"]["unchanged"] == 30
    (before, _), (again, position) = tokens.windows
    assert before == again
    assert position == {"after": "1-30"}

"""Writes requests and answers down for a bug report, with everything personal or secret masked."""

from __future__ import annotations

import itertools
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson

from crmsync.http import _masks

VARIABLE = "CRMSYNC_RECORD"
"""The environment variable that names a folder into which every client writes."""

log = logging.getLogger("crmsync.http")


class Recorder:
    """A folder into which each request goes with its answer, one file a pair, for its owner alone.

    What a login or a token endpoint is asked and answers is not among them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, itertools.count(1)

    def write(self, request: httpx.Request, answer: httpx.Response | None, seconds: float) -> None:
        """Put down one pair; no answer where none came. A disk that takes nothing stops no run."""
        pair = {"request": _asked(request), "answer": _answered(answer), "ms": int(seconds * 1000)}
        try:
            self._put(orjson.dumps(pair, option=orjson.OPT_INDENT_2))
        except OSError as error:
            log.warning("a recording could not be written (%s).", type(error).__name__)

    def _put(self, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns()}-{os.getpid()}-{next(self._numbers):06d}.json"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with open(os.open(self._folder / name, flags, 0o600), "wb") as file:
            file.write(content)


def recorder(folder: Path | str | None) -> Recorder | None:
    """What writes into `folder`, or into the one that CRMSYNC_RECORD names; None for neither."""
    named = folder or os.environ.get(VARIABLE)
    return Recorder(Path(named)) if named else None


def _asked(request: httpx.Request) -> Mapping[str, Any]:
    return {
        "method": request.method,
        "host": request.url.host,
        "path": _masks.path(request.url.path),
        "parameters": [[_masks.parameter(key), _masks.text(value)]
                       for key, value in request.url.params.multi_items()],
        "headers": _masks.headers(request.headers),
        "body": _content(request),
    }  # fmt: skip


def _content(request: httpx.Request) -> Any:
    try:
        return _masks.body(request.content, request.headers.get("content-type", ""))
    except httpx.RequestNotRead:
        return "a stream"


def _answered(answer: httpx.Response | None) -> Mapping[str, Any] | None:
    if answer is None:
        return None
    kind = answer.headers.get("content-type", "")
    try:
        body = _masks.body(answer.content, kind)
    except httpx.ResponseNotRead:
        body = "a stream"
    return {"status": answer.status_code, "headers": _masks.headers(answer.headers), "body": body}

"""What a connector asks for: one request in its words, before it is httpx's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from crmsync.http import _faults


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `json`, `form` or `content` is its body."""

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    json: Any = None
    form: Mapping[str, Any] | None = None
    content: bytes | None = None
    undecoded: str = ""
    accept: Collection[int] = ()
    cost: float = 1.0

    def of(self, http: httpx.Client) -> httpx.Request:
        """The request as `http` sends it."""
        return http.build_request(
            self.method,
            self.path,
            params=self.params,
            headers=self.headers,
            json=self.json,
            data=self.form,
            content=self.content,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON (None where it is empty), its headers and its status."""

    data: Any
    headers: httpx.Headers
    status: int = 200

    @property
    def server_time(self) -> datetime | None:
        """The backend's clock when it answered, in whole seconds; None when it does not tell."""
        return _faults.http_date(self.headers.get("date", ""))


class Streamed:
    """A successful answer that is read as it comes: its headers, its status, and its lines."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.headers, self.status = answer.headers, answer.status_code

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they come, decompressed; Unreachable when the rest stays away."""
        asked = self._answer.request
        try:
            yield from self._answer.iter_bytes()
        except httpx.HTTPError as error:
            raise _faults.broken(error, asked.url.host, request=asked) from None

    def lines(self) -> Iterator[bytes]:
        """The lines, each with the end it has, as a file opened for bytes gives them.

        Only a line feed ends a line: JSON may hold what Unicode calls one. Unreachable as `chunks`;
        a line without its end is the last one.
        """
        parts: list[bytes] = []
        for chunk in self.chunks():
            *whole, last = chunk.split(b"\n")
            for part in whole:
                yield b"".join([*parts, part, b"\n"])
                parts = []
            parts += [last] if last else []
        if parts:
            yield b"".join(parts)

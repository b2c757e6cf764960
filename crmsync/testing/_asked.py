"""What a fake backend is asked, and what it answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: `number` counts from 1, header names are lower case."""

    number: int
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        """The path without its query."""
        return unquote(urlsplit(self.target).path)

    @cached_property
    def parts(self) -> list[str]:
        """The path's parts: `/api/customers/7` is `["api", "customers", "7"]`."""
        return [part for part in self.path.split("/") if part]

    @cached_property
    def queries(self) -> dict[str, list[str]]:
        """Every value of every parameter."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @cached_property
    def query(self) -> dict[str, str]:
        """The last value of every parameter."""
        return {name: values[-1] for name, values in self.queries.items()}

    @cached_property
    def json(self) -> Any:
        """The body's JSON; {} where there is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @cached_property
    def form(self) -> dict[str, str]:
        """The last value of every field of a form, or of a flat JSON object."""
        if self.headers.get("content-type", "").startswith("application/json"):
            return {name: str(value) for name, value in self.json.items()}
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}

    @cached_property
    def bearer(self) -> str:
        """The token of an Authorization header, "" where there is none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""

    @cached_property
    def basic(self) -> tuple[str, str]:
        """User and password of an Authorization header, ("", "") where there are none."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return "", ""
        user, _, password = base64.b64decode(token).decode().partition(":")
        return user, password


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: `data` as JSON, or `body` as it is.

    `wait` is how many real seconds pass before it is sent. Of what is sent the connection breaks
    after the share `cut` (0: before the first byte); None is the whole of it.
    """

    status: int = 200
    data: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    cut: float | None = None

    def content(self) -> bytes:
        """The bytes of the body."""
        if self.body is not None:
            return self.body
        return b"" if self.status == 204 else json.dumps(self.data, ensure_ascii=False).encode()


class Refused(Exception):
    """Ends what a dialect is doing with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with {answer.status}")
        self.answer = answer

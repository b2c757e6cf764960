"""The settings that every mapped stream has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from crmsync.model.stream import StreamKind


def check_names(streams: Sequence[MappedStream]) -> None:
    """Return when every stream has a name of its own; ValueError otherwise."""
    names = [stream.name for stream in streams]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"several streams are called {', '.join(twice)}")


class MappedStream(BaseModel):
    """What the streams of the files and the SQL connector have in common.

    `key` is the column, or the columns, of the external id; `map` says which field of ours comes
    from which column, `lines` the same for the lines of an order or return.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    kind: StreamKind
    key: str | list[str]
    map: dict[str, Any]
    lines: dict[str, Any] | None = None

    @property
    def keys(self) -> list[str]:
        """The columns of the external id."""
        return [self.key] if isinstance(self.key, str) else self.key

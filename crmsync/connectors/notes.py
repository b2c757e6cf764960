"""The connector "notes": what people write down with `crmsync note`, kept in the store alone.

There is no backend to ask. A note is landed when it is written, and from then on it is a record
like any other: it has a history, it is replayed, it follows its customer through merges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from crmsync.hookspecs import CONTRACT
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told, ToldInteraction

STREAM = Stream(name="notes", kind="interactions", cursor="log")
UNSAID = frozenset(("id", "by"))
"""What a note holds beside what it tells: its external id, and who wrote it."""


class NotesSettings(BaseModel):
    """The settings of a connection with `connector = "notes"`: there are none."""

    model_config = ConfigDict(extra="forbid")


class NotesConnector:
    """Reads nothing and maps the notes that were landed."""

    name: ClassVar[str] = "notes"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = NotesSettings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: NotesSettings, connection: Connection) -> None:
        del settings, connection  # a note says all of itself

    def check(self) -> None:
        """Return: there is nobody who might not answer."""

    def streams(self) -> Sequence[Stream]:
        """The one stream, "notes"."""
        return (STREAM,)

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """No page: every note is in the store already."""
        return iter(())

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """The note as an interaction."""
        told: dict[str, Any] = {name: raw[name] for name in raw if name not in UNSAID}
        yield ToldInteraction(**told)

    def close(self) -> None:
        """Nothing is open."""

"""The settings of the files connector: which files a stream is, how they are written and mapped."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from crmsync.model.stream import StreamKind

Format = Literal["csv", "jsonl", "json", "parquet", "excel"]


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


class FileStream(MappedStream):
    """One stream of files.

    `path` is a pattern, or several, below the folder of crmsync.toml. `deletes = "missing"` says
    that the files together are a complete export: what is absent is gone. `group` names the column
    whose equal values lie together and make one record of several rows. The rest is found out from
    the file where it is not given: `format`, `encoding`, `separator`, `quote`; `skip` lines lie
    before the head, `columns` replaces a missing head, `sheet` is the name of an Excel sheet.
    """

    path: str | list[str]
    key: str | list[str] = []
    deletes: Literal["none", "missing"] = "none"
    group: str | list[str] | None = None
    format: Format | None = None
    encoding: str | None = None
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    skip: int = Field(default=0, ge=0)
    columns: list[str] = []
    sheet: str | None = None

    @property
    def paths(self) -> list[str]:
        """The patterns of the files."""
        return [self.path] if isinstance(self.path, str) else self.path

    @property
    def keys(self) -> list[str]:
        """The columns of the external id; those of the group where no key is named."""
        return super().keys or self.groups

    @property
    def groups(self) -> list[str]:
        """The columns whose equal values make one record; none when each row is a record."""
        return [self.group] if isinstance(self.group, str) else self.group or []


class FilesSettings(BaseModel):
    """The settings of a connection with `connector = "files"`."""

    model_config = ConfigDict(extra="forbid")

    streams: list[FileStream] = Field(min_length=1)

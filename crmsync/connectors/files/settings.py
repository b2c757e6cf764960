"""The settings of the files connector: which files a stream is, how they are written and mapped."""

from __future__ import annotations

import codecs
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from crmsync.mapping import MappedStream, check_names

Format = Literal["csv", "jsonl", "json", "parquet", "excel"]


class FileStream(MappedStream):
    """One stream of files.

    `path` is a pattern, or several, below the folder of crmsync.toml. `deletes = "missing"` says
    that the files together are a complete export: what is absent is gone. `group` names the column
    whose equal values lie together and make one record of several rows. The rest is found out from
    the file where it is not given: `format`, `encoding`, `separator`, `quote`; `skip` lines lie
    before the head, `columns` replaces a missing head, `sheet` is the name of an Excel sheet.
    """

    path: str | list[str]
    key: str | list[str] = Field(default_factory=list)
    deletes: Literal["none", "missing"] = "none"
    group: str | list[str] | None = None
    format: Format | None = None
    encoding: str | None = None
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    skip: int = Field(default=0, ge=0)
    columns: list[str] = Field(default_factory=list)
    sheet: str | None = None

    @field_validator("encoding")
    @classmethod
    def _known(cls, encoding: str | None) -> str | None:
        try:
            return codecs.lookup(encoding).name if encoding else None
        except LookupError:
            raise ValueError(f"there is no encoding {encoding!r}") from None

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

    @model_validator(mode="after")
    def _named_apart(self) -> FilesSettings:
        check_names(self.streams)
        return self

"""The settings of the SQL connector: the database, and which rows a stream is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from crmsync.mapping import MappedStream, check_names


class Child(BaseModel):
    """Rows that belong to a record, such as an order's items; they become the list `name` in it.

    `query` is asked once a page with the records' keys as `:keys` ("... WHERE order_id IN :keys");
    `key` is its column that holds the record's key.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    query: str = Field(pattern=r"(?s)(?i).*\bIN\s*\(?\s*:keys\b")
    key: str


class SqlStream(MappedStream):
    """One stream: the rows of a `table` ("schema.table" too) or of a `query`.

    Without `cursor` every read is complete. With it, later reads bring what changed since: the
    column holds the time of the last change (`cursor_type = "timestamp"`), or a number that every
    change raises ("number"); rows without a value in it are always read. `overlap` is read again
    each time, for changes that were committed late: seconds, or numbers. `stamps_in` is the time
    zone of stamps that tell none; where it is not known, 14 hours more are read again.
    """

    table: str | None = None
    query: str | None = None
    cursor: str | None = None
    cursor_type: Literal["timestamp", "number"] = "timestamp"
    overlap: int | None = Field(default=None, ge=0)
    stamps_in: str | None = None
    deletes: Literal["none", "missing", "reconcile"] = "none"
    children: list[Child] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits(self) -> SqlStream:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either 'table' or 'query'")
        if not self.keys:
            raise ValueError("'key' is missing")
        if self.cursor is not None and self.deletes == "missing":
            raise ValueError("with a cursor a read is not complete; say deletes = 'reconcile'")
        if self.children and len(self.keys) > 1:
            raise ValueError("children need a key of one column")
        return self


class SqlSettings(BaseModel):
    """The settings of a connection with `connector = "sql"`.

    `url` is an SQLAlchemy URL; a path in an SQLite URL is below the folder of crmsync.toml.
    `password` may stand apart from the URL, as a reference to a secret.
    """

    model_config = ConfigDict(extra="forbid")

    url: SecretStr
    password: SecretStr | None = None
    streams: list[SqlStream] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_apart(self) -> SqlSettings:
        check_names(self.streams)
        return self

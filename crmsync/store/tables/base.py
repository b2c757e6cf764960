"""The metadata every table hangs on, and the few column shapes they share.

Stamps are UTC texts, days are local ISO texts, documents are JSON texts: both databases sort and
store them alike, and a person can read them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


def table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table of the store; WITHOUT ROWID where SQLite can cluster it by its key."""
    return sa.Table(name, metadata, *columns)


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    """A text column, '' rather than null unless `null`."""
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    """A 64-bit integer column whose values crmsync gives out itself."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, primary_key=key, nullable=null, autoincrement=False)


def flag(name: str) -> sa.Column[Any]:
    """A yes/no column."""
    return sa.Column(name, sa.Boolean, nullable=False)


def blob(name: str, *, null: bool = False) -> sa.Column[Any]:
    """A column of bytes."""
    return sa.Column(name, sa.LargeBinary, nullable=null)

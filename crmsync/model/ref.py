"""Where a record comes from: its Ref, and how it is written and read."""

from __future__ import annotations

from typing import NamedTuple

LONGEST = 500
"""Signs of a text that an index holds: PostgreSQL's take no more than 2,704 bytes."""


def can_be_kept(external_id: str) -> bool:
    """Whether a store can hold this external id: not too long, no NUL, no half of an emoji."""
    if len(external_id) > LONGEST or "\0" in external_id:
        return False
    if external_id.isascii():
        return True
    try:
        external_id.encode()
    except UnicodeEncodeError:
        return False
    return True


class Ref(NamedTuple):
    """One object of one backend: connection, stream, external id. Written `crm/customers/4711`."""

    connection: str
    stream: str
    external_id: str

    def __str__(self) -> str:
        return f"{self.connection}/{self.stream}/{self.external_id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """The Ref written in `text`; ValueError if it has fewer than three parts."""
        connection, stream, external_id = text.split("/", 2)
        return cls(connection, stream, external_id)

"""Where a record comes from: its Ref, and how it is written and read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

LONGEST = 500
"""Signs of a text that an index holds: PostgreSQL's take no more than 2,704 bytes."""


EXACT = 2**53
"""From here on a float stands for several whole numbers."""


def whole(value: float) -> float | int:
    """A float as the integer it says, where it says one: programs write 7 as 7.0."""
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def id_text(value: Any) -> str | None:
    """What is told as an external id as text, a whole number without its fraction (7.0 is "7").

    None for what names nothing, or perhaps two: nothing, yes and no, a fraction, a list.
    """
    if value.__class__ is str:
        return str(value)
    if isinstance(value, float):
        value = whole(value)
    elif isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


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

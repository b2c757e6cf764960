"""Contact points: each customer's e-mail addresses and numbers, clean and each once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from crmsync.model.columns import Items
from crmsync.model.customer import ContactPoint
from crmsync.normalize.email import clean_email
from crmsync.normalize.phone import to_e164


def clean_contacts(
    told: Items | None, size: int, *, country: str
) -> list[tuple[ContactPoint, ...]]:
    """The contact points of each of `size` customers, each once, in the order told.

    `country` is where numbers without a country code are from. A text that is no number or address
    is kept with an empty value; an empty one is left out.
    """
    if told is None:
        return [()] * size
    columns = told.columns
    channels, raws = columns.column("channel"), columns.texts("value")
    cleaned = [
        clean_email(raw) if channel == "email" else (to_e164(raw, country), False)
        for channel, raw in zip(channels, raws, strict=True)
    ]
    points = list(
        map(
            ContactPoint, channels, [value for value, _ in cleaned], raws,
            columns.column("verified", False), columns.column("preferred", False),
            [role for _, role in cleaned],
        )
    )  # fmt: skip
    return [_each_once(some) for some in told.by_owner(points, size)]


def _each_once(points: Sequence[ContactPoint]) -> tuple[ContactPoint, ...]:
    if len({point.value or point.raw for point in points if point.raw}) == len(points):
        return tuple(points)
    found: dict[tuple[str, str], ContactPoint] = {}
    for point in points:
        if point.raw:
            group = "phone" if point.channel == "mobile" else point.channel
            key = (group, point.value or point.raw)
            found[key] = _joined(found[key], point) if key in found else point
    return tuple(found.values())


def _joined(first: ContactPoint, second: ContactPoint) -> ContactPoint:
    """One contact point out of two equal ones; "mobile" says more than "phone"."""
    return replace(
        first,
        channel="mobile" if second.channel == "mobile" else first.channel,
        verified=first.verified or second.verified,
        preferred=first.preferred or second.preferred,
    )

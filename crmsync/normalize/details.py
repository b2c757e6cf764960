"""What an interaction says in detail, cleaned: points, promises, a score, whom it can belong to."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from crmsync.errors import RecordError
from crmsync.model.detail import Details, write_details
from crmsync.model.stream import Connection
from crmsync.model.told import Amount, ToldInteraction
from crmsync.normalize.email import clean_email
from crmsync.normalize.phone import to_e164
from crmsync.normalize.when import day


def clean_details(told: ToldInteraction, *, zone: str) -> str:
    """The details as JSON, "" for none; RecordError names what cannot be read."""
    return write_details(
        Details(
            points=_texts(told.points),
            answers=tuple(sorted({_number(one) for one in told.answers if one.strip()})),
            promise=(told.promise or "").strip(),
            promise_by=day(told.promise_by, zone, field="promise_by"),
            kept=told.kept,
            closes=told.closes,
            privileges=_texts(told.privileges),
            wishes=_texts(told.wishes),
            marks=_texts(told.marks),
            ended=_texts(told.ended),
            leaving=(told.leaving or "").strip(),
            score=_score(told),
        )
    )


def clean_contact(told: str | None, *, country: str) -> str:
    """The compared form of an e-mail address, or the E.164 number; "" when it is neither.

    `country` is where numbers without a country code are from.
    """
    raw = (told or "").strip()
    return clean_email(raw)[0] if "@" in raw else to_e164(raw, country)


def clean_thread(told: ToldInteraction, *, connection: Connection) -> str:
    """What the interaction shares with all of its thread, "" where it stands alone."""
    if about := (told.about or "").strip():
        return about
    key = (told.thread or "").strip()
    return f"{connection.name}/{key}" if key else ""


def _texts(told: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for one in told if (text := one.strip())))


def _number(told: str) -> int:
    if told.strip().isdecimal() and int(told) > 0:
        return int(told)
    raise RecordError("is no number of a point", field="answers", hint="Points count from 1.")


def _score(told: ToldInteraction) -> int | None:
    """The score between 0 and 100, halves rounded down; None where none is told."""
    if told.score is None or not str(told.score).strip():
        return None
    score, worst, best = (_decimal(one) for one in (told.score, told.score_worst, told.score_best))
    low, high = sorted((worst, best))
    if low == high or not low <= score <= high:
        raise RecordError("lies outside of its scale", field="score")
    return int(100 * (score - worst) / (best - worst))


def _decimal(told: Amount) -> Decimal:
    try:
        found = Decimal(str(told).strip().replace(",", "."))
    except InvalidOperation:
        raise RecordError("is no number", field="score") from None
    if not found.is_finite():
        raise RecordError("is no number", field="score")
    return found

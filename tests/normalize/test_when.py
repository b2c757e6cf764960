"""Times: UTC stamps and the shop's own day, on ordinary days and on the odd ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import ConfigError, RecordError
from crmsync.normalize.when import Moment, day, moment

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    "told, at, local, hour",
    [
        ("2026-11-21T09:30:00Z", "2026-11-21T09:30:00Z", "2026-11-21", 10),
        ("2026-11-21T10:30:00+01:00", "2026-11-21T09:30:00Z", "2026-11-21", 10),
        ("2026-11-21T10:30:00+0100", "2026-11-21T09:30:00Z", "2026-11-21", 10),
        ("2026-11-21 10:30:00", "2026-11-21T09:30:00Z", "2026-11-21", 10),
        ("2026-11-21T10:30:00.123456", "2026-11-21T09:30:00Z", "2026-11-21", 10),
        ("2026-11-21", "2026-11-20T23:00:00Z", "2026-11-21", 0),
        ("21.11.2026", "2026-11-20T23:00:00Z", "2026-11-21", 0),
        ("21.11.2026 14:05", "2026-11-21T13:05:00Z", "2026-11-21", 14),
        ("1.7.2026, 14:05:09 Uhr", "2026-07-01T12:05:09Z", "2026-07-01", 14),
        ("2026-12-31T23:30:00Z", "2026-12-31T23:30:00Z", "2027-01-01", 0),
        (datetime(2026, 7, 1, 8, 0), "2026-07-01T06:00:00Z", "2026-07-01", 8),
        (datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "2026-07-01T08:00:00Z", "2026-07-01", 10),
        (date(2026, 7, 1), "2026-06-30T22:00:00Z", "2026-07-01", 0),
    ],
)
def test_moment(told: datetime | date | str, at: str, local: str, hour: int) -> None:
    found = moment(told, BERLIN, field="placed_at")
    assert found == Moment(at, local, hour, date.fromisoformat(local).isoweekday())


def test_the_hour_that_comes_twice_is_the_first() -> None:
    found = moment("2026-10-25 02:30", BERLIN, field="at")
    assert found == Moment("2026-10-25T00:30:00Z", "2026-10-25", 2, 7)


def test_the_hour_that_does_not_exist_is_counted_on() -> None:
    found = moment("2026-03-29 02:30", BERLIN, field="at")
    assert found == Moment("2026-03-29T01:30:00Z", "2026-03-29", 3, 7)


@pytest.mark.parametrize(
    "nothing", [None, "", "  ", "0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "0001-01-01",
                "0001-01-01T00:00:00Z", date(1, 1, 1), datetime(1, 1, 1)],
)  # fmt: skip
def test_empty_dates(nothing: datetime | date | str | None) -> None:
    assert moment(nothing, BERLIN, field="at") is None
    assert day(nothing, BERLIN, field="since") == ""


@pytest.mark.parametrize(
    "text",
    [
        "gestern",
        "31.02.2026",
        "2026-13-01",
        "21.11.26",
        "11/21/2026",
        "2026-11-21Tnoon",
        "20261121",
    ],
)
def test_unreadable_dates_name_the_field_and_not_the_value(text: str) -> None:
    with pytest.raises(RecordError) as error:
        moment(text, BERLIN, field="placed_at")
    assert error.value.field == "placed_at"
    assert text not in str(error.value)


def test_dates_beyond_the_calendar_are_record_errors() -> None:
    with pytest.raises(RecordError):
        moment("9999-12-31T23:30:00-05:00", BERLIN, field="at")


def test_unknown_zone() -> None:
    with pytest.raises(ConfigError, match="Mond/Krater"):
        moment("2026-01-01", "Mond/Krater", field="at")


@pytest.mark.parametrize(
    "told, expected",
    [
        ("1980-02-29", "1980-02-29"),
        ("29.02.1980", "1980-02-29"),
        ("1980-02-29T00:00:00Z", "1980-02-29"),
        ("1980-02-28T23:00:00Z", "1980-02-29"),
        (date(1980, 2, 29), "1980-02-29"),
        (datetime(1980, 2, 29, 1, tzinfo=timezone(timedelta(hours=1))), "1980-02-29"),
        ("2026-11-21 23:59:59", "2026-11-21"),
    ],
)
def test_day(told: date | str, expected: str) -> None:
    assert day(told, BERLIN, field="birth_date") == expected


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_a_stamp_and_its_text_agree_in_every_zone(at: datetime) -> None:
    for zone in (BERLIN, "America/New_York", "Asia/Kolkata"):
        local = at.astimezone(ZoneInfo(zone))
        expected = Moment(
            at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            local.date().isoformat(),
            local.hour,
            local.isoweekday(),
        )
        assert moment(at, zone, field="at") == expected
        assert moment(at.isoformat(), zone, field="at") == expected

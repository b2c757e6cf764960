"""The small fixed formatter: turns the dates and parts of a card into German lines at look-up.

Standard library only: a till uses it without anything installed. Days are ISO texts, hours 0 to 23
of the shop's wall clock. A card never holds what these functions give back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from crmsync.model.greeting import Greeting, GreetingParts
from crmsync.till.card import Card, Care, Usual, Visit

MORNING_ENDS = 10
EVENING_STARTS = 18
NOON = 12
APOLOGY_DAYS = 30
"""How long after a late delivery an apology is still due."""

JUBILEE_DAYS = 14
"""How long after the day a round anniversary is still worth a word."""

JUBILEES = frozenset({5, 10, 15, 20, 25, 30, 40, 50, 60})


def spoken(parts: GreetingParts, *, hour: int) -> Greeting:
    """The greeting to say at `hour`; an empty one for whoever is not to be greeted."""
    if not parts.form:
        return Greeting()
    opening = _opening(parts, hour)
    return Greeting(parts.call, f"{opening}, {parts.call}!" if parts.call else f"{opening}!")


def _opening(parts: GreetingParts, hour: int) -> str:
    if parts.language == "en":
        if hour < NOON:
            return "Good morning"
        return "Good evening" if hour >= EVENING_STARTS else "Good afternoon"
    if hour < MORNING_ENDS:
        return "Guten Morgen"
    if hour >= EVENING_STARTS:
        return "Guten Abend"
    return "Hallo" if parts.form == "du" else "Guten Tag"


def lines(card: Card, *, today: str) -> list[str]:
    """What the clerk reads below the name, most useful first."""
    care = [care_line(item, today=today) for item in card.care]
    found = [
        *[*filter(None, care), jubilee_line(card.since, today=today)][:2],
        *(usual_line(item, today=today) for item in card.usual),
        last_line(card.last, today=today),
        since_line(card.since),
        *card.pref,
    ]
    return [line for line in found if line]


def care_line(item: Care, *, today: str) -> str:
    """What the clerk should have in mind; '' when its time is over."""
    if item.k == "reklamation":
        since = f" (seit {short_day(item.on)})" if item.on else ""
        return f"Offene Reklamation{since} – bitte ansprechen"
    return _apology(item.on) if 0 <= _days(item.on, today) <= APOLOGY_DAYS else ""


def jubilee_line(first: str, *, today: str) -> str:
    """A round anniversary of the first day, on that day and two weeks after; else ''."""
    years = whole_years(first, today)
    if years not in JUBILEES or _days(anniversary(first, years), today) > JUBILEE_DAYS:
        return ""
    return f"Seit {years} Jahren bei uns – ein Dankeschön wert"


def _apology(on: str) -> str:
    return f"Lieferung ({short_day(on)}) kam zu spät – bitte entschuldigen"


def usual_line(item: Usual, *, today: str) -> str:
    """A habit: "Hausmischung 500 g", with rhythm and what is due where it is known."""
    parts = [item.n, _rhythm(item.every, bool(item.n)), _due(item.due, item.every, today)]
    return ", ".join(part for part in parts if part)


def _rhythm(every: int, named: bool) -> str:
    if not every:
        return ""
    what = "jeden Tag" if every == 1 else f"alle {every} Tage"
    return what if named else f"Kommt etwa {what}"


def _due(due: str, every: int, today: str) -> str:
    """Said only while it is true of a living habit: from two days before to one rhythm after."""
    late = _days(due, today)
    if late < -2 or late > max(every, 7):
        return ""
    if late < 0:
        return f"wieder um den {short_day(due)}"
    if late == 0:
        return "heute fällig"
    return f"seit {late} {'Tag' if late == 1 else 'Tagen'} fällig"


def last_line(visit: Visit | None, *, today: str) -> str:
    """The last purchase: "Zuletzt am 03.11., Ehrenfeld"; with the year once it is another."""
    if visit is None:
        return ""
    year = "" if visit.on[:4] == today[:4] else visit.on[:4]
    said = f"Zuletzt am {short_day(visit.on)}{year}"
    return f"{said}, {visit.at}" if visit.at else said


def since_line(since: str) -> str:
    """How long the customer has been with us: "Bei uns seit 2014"."""
    return f"Bei uns seit {since[:4]}" if since else ""


def short_day(day: str) -> str:
    """An ISO day as a German till says it: "12.10."; '' stays ''."""
    return f"{day[8:10]}.{day[5:7]}." if len(day) >= len("2026-11-21") else day


def _days(start: str, end: str) -> int:
    """Days from `start` to `end`; a very large number where one of them cannot be read."""
    first, last = _parsed(start), _parsed(end)
    return (last - first).days if first and last else 10**6


def whole_years(first: str, today: str) -> int:
    """Full years from one ISO day to another; -1 where one of them cannot be read."""
    start, end = _parsed(first), _parsed(today)
    if not start or not end:
        return -1
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def anniversary(first: str, years: int) -> str:
    """The day `years` years after an ISO day; 1 March for a 29 February that is not there."""
    year = f"{int(first[:4]) + years:04d}"
    day = year + first[4:10]
    return day if _parsed(day) else f"{year}-03-01"


def _parsed(day: str) -> date | None:
    try:
        return date.fromisoformat(day[:10])
    except ValueError:
        return None


def telling_apart(hits: Sequence[tuple[str, str]]) -> list[str]:
    """For (name words, tell) pairs: the tell of each whose words another one shares, else ''."""
    names = [" ".join(sorted(set(words.split()))) for words, _ in hits]
    return [
        tell if names.count(name) > 1 else "" for name, (_, tell) in zip(names, hits, strict=True)
    ]

"""German words for what pages show: days, money, events, patterns, groups."""

from __future__ import annotations

from decimal import Decimal

from crmsync.normalize.money import exponent
from crmsync.profile.watch.events import Event
from crmsync.profile.watch.patterns import Pattern

WEEKDAYS = (
    "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag",
)  # fmt: skip
SIGNS = {"EUR": "€", "CHF": "CHF", "USD": "$", "GBP": "£"}
GROUPS = {
    "champions": "die Besten", "loyal": "treu", "active": "aktiv", "new": "neu",
    "promising": "vielversprechend", "needs_attention": "braucht Aufmerksamkeit",
    "at_risk": "gefährdet", "previously_loyal": "früher treu", "almost_lost": "fast verloren",
    "dormant": "schläft", "prospects": "noch ohne Kauf",
}  # fmt: skip
FIELDS = {
    "name": "Name", "anrede": "Anrede", "address": "Anschrift", "email": "E-Mail",
    "phone": "Telefon", "birth_date": "Geburtsdatum",
}  # fmt: skip
CIRCUMSTANCES = {
    "product": "Artikel", "category": "Warengruppe", "store": "Filiale", "carrier": "Versender",
    "route": "Tour",
}  # fmt: skip


def day(iso: str) -> str:
    """An ISO day as it is written here: 21.11.2026."""
    year, month, number = iso.split("-")
    return f"{int(number)}.{int(month)}.{year}"


def days(count: int) -> str:
    """A number of days: 1 Tag, 2 Tage."""
    return "1 Tag" if count == 1 else f"{n(count)} Tage"


def n(count: int) -> str:
    """A number with points between the thousands: 12.345."""
    return f"{count:,}".replace(",", ".")


def money(minor: int, currency: str = "EUR") -> str:
    """An amount in minor units as it is written here: 1.234,50 €."""
    places = exponent(currency)
    amount = f"{Decimal(minor).scaleb(-places):,.{places}f}"
    turned = amount.translate(str.maketrans(",.", ".,"))
    return f"{turned} {SIGNS.get(currency, currency)}".strip()


def factor(ratio: float) -> str:
    """How many times as often: 2,5-mal."""
    return f"{ratio:.1f}".replace(".", ",") + "-mal"


def said(event: Event) -> str:
    """What happened, in a few words."""
    if event.trouble == "complaint":
        reason = f": {event.reason}" if event.reason else ""
        return f"{'offene ' if event.open else ''}Beschwerde vom {day(event.day)}{reason}"
    if event.open:
        return f"Lieferung seit {days(event.days_late)} überfällig"
    sure = "geliefert" if event.evidence == "exact" else "verschickt"
    return f"{days(event.days_late)} zu spät {sure} am {day(event.day)}"


def cause(pattern: Pattern) -> str:
    """A pattern as a headline: verdorben: Warengruppe Kühlware, Tour Nord."""
    what = "verspätet" if pattern.about == "late" else pattern.reason
    return f"{what}: {', '.join(_circumstance(*one) for one in pattern.where)}"


def _circumstance(what: str, value: str) -> str:
    if what == "weekday":
        return WEEKDAYS[int(value) - 1]
    return f"{CIRCUMSTANCES[what]} {value}"

"""Makes the card of a customer from profile and habits; days, never what they mean today."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from crmsync.model.customer import Profile, SourceCustomer
from crmsync.model.greeting import GreetingParts
from crmsync.model.habit import Favourite, Habits
from crmsync.model.name import PersonName
from crmsync.normalize.spoken import natural, surname_of
from crmsync.till.allowed import denied, forbidden, shown, streets, wishes
from crmsync.till.card import LIMITS, Card, Care, Usual, Visit, card_id, fit
from crmsync.till.greeting import greetable, minor
from crmsync.till.settings import TillSettings

NAMELESS = "Ohne Namen"
TWICE = 2_000
"""What is usual was taken twice at least: lines times share per thousand."""


class Showing(Protocol):
    """Gives a text back if it may be shown in the field `field` of this customer's card."""

    def __call__(self, text: str, field: str) -> str: ...


def compose(
    profile: Profile,
    habits: Habits,
    parts: GreetingParts,
    *,
    visit: Visit | None,
    settings: TillSettings,
    as_of: str,
) -> Card:
    """The card of a customer whose basis for one has been proved; its id makes up its size.

    `parts` is how to greet; it is dropped for whoever may not be greeted. `visit` is the last
    purchase. A minor's card has the name alone.
    """
    customer = profile.customer
    show = _showing(customer)
    name = _name(customer, parts)
    bare = Card(id=card_id(profile.customer_id), n=name, tell=show(tell(customer), "tell"))
    if minor(customer, as_of=as_of):
        return fit(bare)
    full = replace(
        bare,
        say=show(customer.pronunciation, "say"),
        since=_since(customer, habits),
        last=visit and Visit(visit.on, show(visit.at, "at")),
        usual=tuple(_usual(habits, show, settings))[:3],
        care=tuple(_care(habits))[:2],
        pref=tuple(_pref(customer, show, settings))[:3],
    )
    return fit(_greeted(full, customer, parts, as_of))


def _name(customer: SourceCustomer, parts: GreetingParts) -> str:
    """The name to read, or what to call the customer where something else got into the name."""
    never = forbidden(customer)
    tries = (shown(name, LIMITS["n"], never=never) for name in (display(customer), parts.call))
    return next(filter(None, tries), NAMELESS)


def _showing(customer: SourceCustomer) -> Showing:
    never = forbidden(customer) | streets(customer)
    return lambda text, field: shown(text, LIMITS[field], never=never)


def _greeted(card: Card, customer: SourceCustomer, parts: GreetingParts, as_of: str) -> Card:
    """The card with its greeting; a call that may not be shown whole is left out."""
    if not greetable(customer, as_of=as_of):
        return card
    whole = shown(parts.call, LIMITS["call"], never=forbidden(customer)) == parts.call
    language = "" if parts.language == "de" else parts.language
    return replace(card, call=parts.call if whole else "", form=parts.form, lang=language)


def display(customer: SourceCustomer) -> str:
    """The name to read on the card: firm with contact person, or title, first and last name."""
    person = _person(customer.name) if customer.name else ""
    if not customer.company or customer.kind != "firm":
        return person or customer.company
    return f"{customer.company} ({person})" if person else customer.company


def _person(name: PersonName) -> str:
    if not name.sure:
        return name.full
    first = natural(f"{name.given} {name.additional}".strip())
    ordered = (surname_of(name), first) if name.family_first else (first, surname_of(name))
    return " ".join(part for part in (*name.titles, *ordered, name.suffix) if part)


def tell(customer: SourceCustomer) -> str:
    """What tells namesakes apart, and no more: city and the last two digits of a phone."""
    city = next((address.city for address in customer.addresses if address.city), "")
    phones = sorted(c.value for c in customer.contacts if c.channel in ("phone", "mobile"))
    ending = next((f"Tel. …{phone[-2:]}" for phone in phones if phone), "")
    room = LIMITS["tell"] - len(ending) - 3
    return " · ".join(part for part in (city[:room].strip(), ending) if part)


def _since(customer: SourceCustomer, habits: Habits) -> str:
    return min((day for day in (customer.since, habits.first_order_on) if day), default="")


def _usual(habits: Habits, show: Showing, settings: TillSettings) -> list[Usual]:
    """The favourite, product or category, unless denied; then the rhythm of coming."""
    found = []
    favourite = show(_favourite(habits.top_product) or _favourite(habits.top_category), "usual")
    category = habits.top_category.key if habits.top_category else ""
    if favourite and not denied(f"{favourite} {category}", settings.denied):
        found.append(Usual(favourite))
    due = habits.next_expected_on or habits.overdue_since
    if due and habits.cadence_days:
        found.append(Usual("", max(round(habits.cadence_days), 1), due))
    return found


def _favourite(favourite: Favourite | None) -> str:
    """Its name, '' for what was taken only once."""
    if favourite is None or favourite.share * favourite.n < TWICE:
        return ""
    return favourite.name or favourite.key


def _care(habits: Habits) -> list[Care]:
    found = []
    if habits.open_complaints:
        found.append(Care("reklamation"))
    if habits.late_deliveries_90d and habits.last_late_on:
        found.append(Care("verspaetung", habits.last_late_on))
    return found


def _pref(customer: SourceCustomer, show: Showing, settings: TillSettings) -> list[str]:
    return [
        text for wish in wishes(customer.wishes, settings.wishes) if (text := show(wish, "pref"))
    ]

"""A source customer: one customer as one backend tells it, normalized."""

from __future__ import annotations

from typing import Literal

from crmsync.model.name import PersonName
from crmsync.model.record import Record
from crmsync.model.words import ContactChannel

CustomerKind = Literal["person", "firm", "couple"]


class Address(Record, frozen=True):
    """A postal address; country is ISO 3166-1 alpha-2, `key` compares equal addresses equal.

    `key` is folded postal code, street and house number ("" when one of them is missing).
    """

    type: str = "other"
    recipient: str = ""
    company: str = ""
    street: str = ""
    house_number: str = ""
    extra: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    key: str = ""


class ContactPoint(Record, frozen=True):
    """A contact point: `value` is E.164 or the compared form of an e-mail address.

    `value` is '' when the raw text is no valid number or address; it is then kept but never used
    for matching or sending. `role` marks mailboxes of a function or a family (info@, familie@).
    """

    channel: ContactChannel
    value: str
    raw: str = ""
    verified: bool = False
    preferred: bool = False
    role: bool = False


class SourceCustomer(Record, frozen=True):
    """One customer as one backend tells it, cleaned. Days are ISO texts ("1980-02-29").

    `hidden` names the fields the backend does not show: they never overwrite anything. A field
    that is empty and not hidden was told to be empty. "name.salutation" and "name.titles" are
    parts of a visible name that are not shown, "company.told" says that a firm's name stood in the
    name. `changed_at` is the UTC stamp at which the backend says it last changed the customer, ''
    where it does not say.
    """

    kind: CustomerKind = "person"
    name: PersonName | None = None
    company: str = ""
    vat_id: str = ""
    birth_date: str = ""
    language: str = ""
    customer_number: str = ""
    loyalty_card: str = ""
    addresses: tuple[Address, ...] = ()
    contacts: tuple[ContactPoint, ...] = ()
    store: str = ""
    since: str = ""
    form: str = ""
    pronunciation: str = ""
    privileges: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    do_not_greet: bool = False
    blocked: bool = False
    deceased: bool = False
    guest: bool = False
    hidden: tuple[str, ...] = ()
    changed_at: str = ""


class Golden(Record, frozen=True):
    """One chosen value of a profile: which source customer gave it, by which rule, when."""

    value: object
    source: str
    rule: str
    at: str


class Profile(Record, frozen=True):
    """The golden profile of a customer: the fields of a SourceCustomer, each chosen with reason.

    `customer_id` is a UUIDv7 and never changes; `controller` is the company answerable for the
    data; `sources` are the Refs of the source customers, sorted; `provenance` maps a field to its
    Golden.
    """

    customer_id: str
    controller: str
    customer: SourceCustomer
    sources: tuple[str, ...]
    provenance: dict[str, Golden]

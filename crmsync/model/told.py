"""What a mapper yields: the backend's words in our fields, not yet cleaned.

Three things are kept apart. A field that is **set** to a value was told; a field **set to None**
was told to be empty; a field that is **left out** is not visible to us and never overwrites what
we know. So a mapper leaves out what the backend does not show.

Amounts are decimals or their text in the currency's major unit ("12.30"); times are ISO 8601 text
or datetimes, with a zone or, without one, in the connection's zone.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from crmsync.model.ref import LONGEST
from crmsync.model.words import (
    Channel,
    ConsentState,
    InteractionKind,
    LegalBasis,
    OrderStatus,
    Purpose,
)

Text = Annotated[str, Field(coerce_numbers_to_str=True)]
Key = Annotated[str, Field(coerce_numbers_to_str=True, max_length=LONGEST)]
"""A text by which the store finds a record again."""
Amount = Annotated[str | int | Decimal, Field(union_mode="left_to_right")]
Moment = Annotated[str | datetime, Field(union_mode="left_to_right")]
Day = Annotated[str | date, Field(union_mode="left_to_right")]


class Told(BaseModel):
    """The base of everything a mapper yields: frozen, no unknown fields.

    What checks the fields is built for the first record: whoever maps pages needs none of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ToldAddress(Told):
    """One postal address; `lines` holds what the backend has only as free lines."""

    type: Literal["home", "work", "billing", "shipping", "other"] = "other"
    recipient: Text | None = None
    company: Text | None = None
    street: Text | None = None
    house_number: Text | None = None
    lines: tuple[str, ...] = ()
    postal_code: Text | None = None
    city: Text | None = None
    region: Text | None = None
    country: Text | None = None


class ToldContact(Told):
    """One contact point: an e-mail address, a phone, mobile or fax number."""

    channel: Literal["email", "phone", "mobile", "fax"]
    value: Text
    verified: bool = False
    preferred: bool = False


class ToldConsent(Told):
    """What a backend says a customer allowed or forbade, for one contact point or for all.

    `contact` is the e-mail address or number it belongs to; None means every contact point of that
    channel. `evidence` names the proof (form, text version, message id); without it a consent
    restricts but never grants.
    """

    channel: Channel
    purpose: Purpose = "marketing"
    state: ConsentState
    contact: Text | None = None
    at: Moment | None = None
    basis: LegalBasis | None = None
    source: Text | None = None
    evidence: Text | None = None
    expires_on: Day | None = None


class ToldCustomer(Told):
    """One customer as one backend tells it. At most one a raw record.

    `changed_at` is when the backend last changed it; of two values the newer one counts.
    """

    kind: Literal["person", "firm", "couple"] | None = None
    salutation: Text | None = None
    titles: Text | None = None
    given_name: Text | None = None
    nobility: Text | None = None
    family_name: Text | None = None
    name_suffix: Text | None = None
    name: Text | None = None
    family_name_first: bool = False
    company: Text | None = None
    vat_id: Text | None = None
    birth_date: Day | None = None
    language: Text | None = None
    customer_number: Text | None = None
    loyalty_card: Text | None = None
    addresses: tuple[ToldAddress, ...] = ()
    contacts: tuple[ToldContact, ...] = ()
    consents: tuple[ToldConsent, ...] = ()
    store: Text | None = None
    since: Day | None = None
    form: Literal["sie", "du"] | None = None
    pronunciation: Text | None = None
    privileges: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    do_not_greet: bool = False
    blocked: bool = False
    deceased: bool = False
    changed_at: Moment | None = None


class ToldLine(Told):
    """One line of an order or return; the amount is for the whole line, tax as the order says.

    `cost` is what the goods of the whole line cost the retailer, without tax.
    """

    sku: Text | None = None
    gtin: Text | None = None
    title: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    size: Text | None = None
    quantity: Amount = 1
    amount: Amount
    discount: Amount = 0
    tax_rate: Amount | None = None
    returned: bool = False
    gift_card: bool = False
    cost: Amount | None = None


class ToldOrder(Told):
    """One receipt, order or invoice. At most one a raw record.

    `customer` is the customer's external id in `customer_stream` of the same connection; a guest
    is told as `guest`; neither means an anonymous sale. `prices_include_tax` is about the lines'
    amounts.
    """

    number: Text | None = None
    customer: Text | None = None
    customer_stream: str = "customers"
    guest: ToldCustomer | None = None
    channel: Channel = "web"
    store: Text | None = None
    placed_at: Moment
    status: OrderStatus = "completed"
    currency: Text | None = None
    prices_include_tax: bool = True
    shipping: Amount = 0
    lines: tuple[ToldLine, ...] = ()
    test: bool = False
    staff_purchase: bool = False


class ToldReturn(Told):
    """Goods or money given back; lines are positive, as in the order they undo."""

    order: Text | None = None
    order_stream: str = "orders"
    customer: Text | None = None
    customer_stream: str = "customers"
    number: Text | None = None
    returned_at: Moment
    store: Text | None = None
    channel: Channel = "web"
    currency: Text | None = None
    prices_include_tax: bool = True
    lines: tuple[ToldLine, ...] = ()
    reason: Text | None = None
    part: Key = "return"


class ToldDelivery(Told):
    """One delivery of an order: what was promised, what happened.

    `order` is None when the delivery belongs to the order of the same record. `route` is the tour
    of the lorry or of the rider, if known.
    """

    order: Text | None = None
    order_stream: str = "orders"
    method: Literal["ship", "pickup", "local"] = "ship"
    promised_on: Day | Moment | None = None
    shipped_at: Day | Moment | None = None
    delivered_at: Day | Moment | None = None
    carrier: Text | None = None
    route: Text | None = None
    part: Key = "delivery"


class ToldInteraction(Told):
    """One touch between customer and company that is not an order.

    Whose it is, is said by `customer`, by `record` (a customer's record in any connection of the
    same controller, as connection/stream/id), by `order`, or by `contact`: an e-mail address or
    phone number that exactly one customer has. `thread` is the key that belongs to a whole
    conversation in the backend, `about` the Ref of an interaction that this one answers.

    `points` are what an enquiry asks for, `answers` the numbers (from 1) of the points that this
    answers, `promise` what was promised to be done until `promise_by`, `kept` that what the
    interaction it is about promised was done, `closes` that nothing is left to do. `ended` are
    privileges, wishes and marks told before that no longer hold. `leaving` is why he leaves (price,
    competitor …).
    `score` is an answer to "how satisfied are you" between `score_worst` and `score_best`.
    An `order` is an id of the stream `order_stream` of the same connection.
    """

    customer: Text | None = None
    customer_stream: str = "customers"
    record: Text | None = None
    contact: Text | None = None
    order: Text | None = None
    order_stream: str = "orders"
    at: Moment
    channel: Channel
    kind: InteractionKind
    direction: Literal["in", "out", "internal"] = "in"
    status: Literal["open", "waiting", "done"] = "done"
    subject: Text | None = None
    reason: Text | None = None
    due_on: Day | None = None
    resolved_at: Moment | None = None
    store: Text | None = None
    thread: Text | None = None
    about: Text | None = None
    points: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    promise: Text | None = None
    promise_by: Day | None = None
    kept: bool = False
    closes: bool = False
    privileges: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    leaving: Text | None = None
    score: Amount | None = None
    score_worst: Amount = 0
    score_best: Amount = 10
    part: Key = "interaction"


class ToldConsentEvent(ToldConsent):
    """A consent that comes as a record of its own, naming its customer."""

    customer: Text
    customer_stream: str = "customers"
    part: Key = "consent"


class ToldProduct(Told):
    """One product or variant: where a line has only the sku, category and brand come from here.

    `cost` is what one of it costs the retailer, without tax, in `currency` or else in that of the
    connection.
    """

    sku: Key
    name: Text
    gtin: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    size: Text | None = None
    cost: Amount | None = None
    currency: Text | None = None
    part: Key = "product"


class ToldStore(Told):
    """One shop or branch; `zone` is its IANA time zone, `route` the tour that supplies it."""

    key: Text
    name: Text
    zone: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    route: Text | None = None
    part: Key = "store"


AnyTold = (
    ToldCustomer
    | ToldOrder
    | ToldReturn
    | ToldDelivery
    | ToldInteraction
    | ToldConsentEvent
    | ToldProduct
    | ToldStore
)

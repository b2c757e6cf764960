"""Whatever the mapping and the records: a page mapped at once is what its records tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.mapping import ROWS, Mapper
from tests.connectors.telling import Raw, customers, one_by_one, same

CELLS = st.sampled_from([
    "Köln", " Ursula ", "von der Weißenberg", "", "  ", "ja", "Nein", " X", "P", "f", "granted",
    "Denied", "email", "billing", "03.11.1958", "a, b,,c", "Dr.\u00a0", "7", "19,99", "completed",
    None, None, 0, 1, 7, -3, 2**70, 2.5, 19.99, -0.0, 1e22, float("nan"), True, False,
    [], ["Tee", None, " Wein "], [1, 2], {}, {"x": 1}, "\ud800", "²",
])  # fmt: skip
GOOD = st.sampled_from(["Köln", " Ursula ", "ja", "nein", "", "7", None])
MOSTLY = st.one_of(GOOD, GOOD, GOOD, GOOD, CELLS)
NAMES = ("a", "b", "c", "d", "e.f")


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Raw]:
    return st.dictionaries(st.sampled_from(NAMES), values, max_size=5)


ROW = st.one_of(some(MOSTLY), some(GOOD), some(GOOD))
LISTS = st.one_of(
    st.lists(ROW, max_size=3),
    st.lists(ROW, max_size=3),
    st.lists(st.one_of(ROW, MOSTLY), max_size=3),
    st.sampled_from(['[{"a": "Köln", "b": "7"}]', "[{broken", "", '{"a": 1}', None, "Köln", 5]),
    ROW,
)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys("abcd", MOSTLY),
        "e.f": MOSTLY,
        "o": st.one_of(ROW, ROW, ROW, MOSTLY),
        "e": st.one_of(some(GOOD), MOSTLY),
        "deep": st.fixed_dictionaries({}, optional={"o": st.one_of(ROW, MOSTLY), "l": LISTS}),
        "l": LISTS,
        "m": LISTS,
    },
)
FULL = st.fixed_dictionaries(
    {**dict.fromkeys("abcd", GOOD), "o": some(GOOD), "l": st.lists(some(GOOD), max_size=3)}
)
GROUPED = st.fixed_dictionaries({ROWS: st.lists(ROW, min_size=1, max_size=3)})

COLUMN = st.sampled_from(
    ["a", "b", "c", "d", "e.f", "o.a", "o.b", "deep.o.a", "deep.l.1.b", "l.0.a", "l.0.b", "m.2.c",
     "l.0", "m.a", "x.y.z"]
)  # fmt: skip


def spec(*, const: Any, values: dict[str, Any]) -> st.SearchStrategy[Any]:
    """One entry of a mapping: a column, or a table of options."""
    (word, *_) = values.values()
    options = {
        "values": st.sampled_from([values, {**values, "": word}]),
        "other": st.sampled_from([word, None]),
        "default": st.sampled_from([word, None]),
        "optional": st.booleans(),
        "join": st.sampled_from([" ", "", " / "]),
        "split": st.just(","),
        "format": st.just("%d.%m.%Y"),
    }
    field = st.one_of(COLUMN, st.lists(COLUMN, min_size=1, max_size=3))
    return st.one_of(
        COLUMN,
        COLUMN,
        st.lists(COLUMN, min_size=1, max_size=3),
        st.fixed_dictionaries({"const": st.just(const)}),
        st.fixed_dictionaries({"field": field}, optional=options),
    )


TEXT = spec(const="Köln", values={"Köln": "Cologne", "7": 7, "ja": "yes"})
MOMENT = spec(const="2025-07-01", values={"7": "2025-07-07", "Köln": "2025-08-01"})
BOOL = spec(const=True, values={"ja": 1, "nein": 0, "Köln": False})
AMOUNT = spec(const=3, values={"7": "7.50", "Köln": 1.5, "ja": 2})
TEXTS = spec(const=["Tee", "Wein"], values={"ja": ["Tee"], "nein": []})
STATE = spec(
    const="granted", values={**dict.fromkeys(("ja", "Köln", "7"), "granted"), "nein": "denied"}
)
CHANNEL = spec(const="email", values={"ja": "email", "nein": "phone", "Köln": "email", "7": "fax"})
ADDRESS = {
    "street": TEXT, "city": TEXT, "lines": TEXTS, "type": spec(const="work", values={"ja": "work"}),
}  # fmt: skip
LINE = {"sku": TEXT, "title": TEXT, "quantity": AMOUNT, "tax_rate": AMOUNT, "returned": BOOL}
FROM = st.sampled_from(["l", "m", "deep.l", "a", "o"])


def under(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}.{field}": spec for field, spec in fields.items()}


CUSTOMER = {
    "given_name": TEXT, "company": TEXT, "customer_number": TEXT, "birth_date": TEXT,
    "kind": spec(const="person", values={"ja": "person", "nein": "firm"}),
    "blocked": BOOL, "do_not_greet": BOOL, "marks": TEXTS, "changed_at": MOMENT,
    "contacts.email": TEXT, "contacts.phone": TEXT, "contacts.phone.2": TEXT,
    "contacts.email.verified": BOOL,
    **under("addresses.home", ADDRESS), **under("addresses.billing", ADDRESS),
    "consents.email.marketing": STATE, "consents.email.marketing.at": MOMENT,
    "consents.letter": STATE,
    "addresses": st.fixed_dictionaries({"from": FROM}, optional=ADDRESS),
    "contacts": st.fixed_dictionaries({"from": FROM, "channel": CHANNEL, "value": TEXT}),
    "consents": st.fixed_dictionaries(
        {"from": FROM, "channel": CHANNEL, "state": STATE}, optional={"evidence": TEXT}
    ),
}  # fmt: skip
NEEDS = {
    "contacts.email.verified": "contacts.email",
    "consents.email.marketing.at": "consents.email.marketing",
}


@st.composite
def customer_mapping(draw: st.DrawFn) -> Mapper:
    names = draw(st.lists(st.sampled_from(sorted(CUSTOMER)), min_size=1, max_size=6, unique=True))
    wanted = dict.fromkeys([*names, *(NEEDS[name] for name in names if name in NEEDS)])
    return customers({name: draw(CUSTOMER[name]) for name in wanted})


@st.composite
def order_mapping(draw: st.DrawFn, *, grouped: bool) -> Mapper:
    fields = {
        "placed_at": TEXT, "number": TEXT, "customer": TEXT, "shipping": AMOUNT, "test": BOOL,
        "status": spec(const="open", values={"ja": "open", "nein": "cancelled"}),
        "channel": CHANNEL, "customer_stream": TEXT,
    }  # fmt: skip
    names = draw(st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True))
    lines = draw(st.fixed_dictionaries({"amount": AMOUNT}, optional=LINE))
    if draw(st.booleans()) and not grouped:
        lines["from"] = draw(FROM)
    chosen = {name: draw(fields[name]) for name in dict.fromkeys(["placed_at", *names])}
    return Mapper("orders", chosen, lines, where="shop, orders", grouped=grouped)


def never_otherwise(mapper: Mapper, raws: Sequence[Raw]) -> None:
    page = mapper.page(raws)
    if page is not None and raws:
        same(page, mapper, raws)


@settings(max_examples=300, deadline=None)
@given(customer_mapping(), st.lists(st.one_of(RECORD, FULL), max_size=4))
def test_a_page_of_messy_customers(mapper: Mapper, raws: list[Raw]) -> None:
    never_otherwise(mapper, raws)


@settings(max_examples=200, deadline=None)
@given(order_mapping(grouped=False), st.lists(st.one_of(RECORD, FULL), max_size=4))
def test_a_page_of_messy_orders(mapper: Mapper, raws: list[Raw]) -> None:
    never_otherwise(mapper, raws)


@settings(max_examples=200, deadline=None)
@given(order_mapping(grouped=True), st.lists(GROUPED, max_size=3))
def test_a_page_of_messy_groups(mapper: Mapper, raws: list[Raw]) -> None:
    never_otherwise(mapper, raws)


@settings(max_examples=100, deadline=None)
@given(customer_mapping(), st.lists(FULL, min_size=1, max_size=4))
def test_only_what_may_be_bad_is_left_to_the_records(mapper: Mapper, raws: list[Raw]) -> None:
    if one_by_one(mapper, raws) is not None:
        same(mapper.page(raws), mapper, raws)

"""The page of the habits: each with its definition and what it is for an invented customer."""

from __future__ import annotations

import inspect
from dataclasses import asdict, replace
from datetime import date
from typing import Any, get_args

from crmsync.model.habit import Cuts, RfmGroup, rfm, rfm_group, seen_on
from crmsync.profile.compute import compute
from crmsync.profile.definitions import DEFINITIONS, PREDICTIONS, Definition
from crmsync.profile.deny import SENSITIVE
from crmsync.profile.predicting import bought, predict
from crmsync.store.facts import SHAPES, Facts, table

TODAY = "2026-11-21"

HEAD = f"""# Habits: the definitions

Generated from `crmsync/profile/definitions.py` and the query itself by `python -m docs.make`. What
they are for, and what counts: [habits](../explanation/habits.md).

Days are the shop's local days, money is integer minor units (cents), shares and rates are integers
per thousand, rounded down. **Null means: too little to tell.** It is never a zero, and a zero is
never a guess. A favourite has its `key`, its `share` and its support `n`.

## An example

What Frau Beispiel bought, seen on {TODAY}; every example below is what the query makes of it:
"""

BOUGHT = (
    ("2026-08-03", "10", "Köln", (("S1", "Sockenwolle", "Wolle", 1000, 1190, 1000, 0),)),
    ("2026-08-31", "10", "Köln", (("S1", "Sockenwolle", "Wolle", 1000, 1190, 1000, 0),)),
    ("2026-09-28", "17", "Köln", (("S1", "Sockenwolle", "Wolle", 1000, 1190, 1000, 0),
                                  ("N7", "Nadelspiel", "Nadeln", 1000, 952, 800, 238))),
    ("2026-10-26", "10", "Bonn", (("S1", "Sockenwolle", "Wolle", 2000, 2380, 2000, 0),)),
)  # fmt: skip
"""Day, hour, store, and of each line: sku, title, category, quantity, gross, net, discount."""

BACK = ("2026-10-01", ("N7", "Nadelspiel", "Nadeln", 1000, 952, 800, 0))
LETTERS = ("2026-08-25", "2026-09-20", "2026-10-20", "2026-07-28")


def page() -> str:
    """The reference of the habits."""
    found = _example()
    parts = [
        HEAD,
        *_bought(),
        "## The habits",
        "",
        *_definitions(DEFINITIONS, found),
        "",
        *_predictions(),
        *_groups(),
        *_denied(),
    ]
    return "\n".join(parts)


def _bought() -> list[str]:
    rows = ["| day | | store | lines |", "|---|---|---|---|"]
    for day, hour, store, lines in BOUGHT:
        told = "; ".join(
            f"{q // 1000} {title}, {gross} cents" for _, title, _, q, gross, *_ in lines
        )
        rows.append(f"| {day} | order, {hour} h | {store} | {told} |")
    rows.append(f"| {BACK[0]} | return | | {BACK[1][1]}, {BACK[1][4]} cents |")
    rows += [f"| {day} | letter from us | | |" for day in sorted(LETTERS)]
    return [*rows, ""]


def _facts() -> Facts:
    """What the example is made of, as the query reads it."""
    receipts = [("sale", *one) for one in BOUGHT] + [("return", BACK[0], "12", "Köln", (BACK[1],))]
    orders = [
        ("c1", number, "", f"shop/{kind}s/{number}", "shop", kind, "completed", "pos", store,
         f"{day}T{hour}:07:00Z", day, int(hour), date.fromisoformat(day).isoweekday(), "EUR", True)
        for number, (kind, day, hour, store, _) in enumerate(receipts)
    ]  # fmt: skip
    lines = [
        (number, "", sku, title, category, "", "", *amounts, False, False, None)
        for number, (*_, told) in enumerate(receipts)
        for sku, title, category, *amounts in told
    ]
    talks = [("c1", "campaign", "done", "letter", "out", day, None, None) for day in LETTERS]
    rows = (orders, lines, [], [], talks)
    return Facts(**{
        name: table(SHAPES[name], told) for name, told in zip(SHAPES, rows, strict=True)
    })  # fmt: skip


def _example() -> dict[str, Any]:
    """The habits of the example, by name."""
    [computed] = compute(_facts(), as_of=TODAY)
    assert computed.habits is not None
    cuts = Cuts(250, ("2025-11-02", "2026-03-30", "2026-08-01", "2026-10-20"), (2, 2, 3, 4),
                (1000, 2500, 6000, 9000))  # fmt: skip
    habits = replace(computed.habits, abc="B", rfm=rfm(computed.habits, cuts))
    return asdict(habits) | asdict(seen_on(habits, TODAY))


def _definitions(these: dict[str, Definition], found: dict[str, Any]) -> list[str]:
    rows = ["| habit | definition | example | null when | support | worked out in | elsewhere |",
            "|---|---|---|---|---|---|---|"]  # fmt: skip
    return [*rows, *(_row(name, one, found[name]) for name, one in these.items())]


def _predictions() -> list[str]:
    [(currency, columns)] = bought(_facts(), as_of=TODAY, deny=()).items()
    [found] = predict(columns, TODAY, currency)[0].values()
    return [
        "## What is expected", "",
        "`crmsync forecast` works this out of everybody's purchase days, once a night "
        "([predictions](../explanation/predictions.md)); `crmsync habits CUSTOMER` shows it. A "
        "purchase day is one on which a piece was kept, money is net of what came back. The "
        f"example stands alone, so the gate is closed and the model is `{found.model}`.", "",
        *_definitions(PREDICTIONS, asdict(found)), "",
    ]  # fmt: skip


def _row(name: str, one: Definition, example: Any) -> str:
    cells = (f"`{name}`", one.says, _plain(example), one.unknown, one.support, f"`{one.source}`",
             one.elsewhere)  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _plain(value: Any) -> str:
    if value is None or value == ():
        return "null" if value is None else "empty"
    if isinstance(value, tuple):
        return "; ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {told}" for key, told in value.items() if told not in (None, ""))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _groups() -> list[str]:
    told = (inspect.getdoc(rfm_group) or "").replace("\n", " ")
    names = ", ".join(f"`{name}`" for name in get_args(RfmGroup))
    return [
        "## The groups of recency, frequency and money", "",
        f"{names}: the names are those that shops know, the thresholds are ours. {told} Who has "
        "no order is a prospect. The groups follow from everybody else, so they are worked out "
        "when habits are read, and nobody's stored habits change because others bought.", "",
    ]  # fmt: skip


def _denied() -> list[str]:
    words = ", ".join(SENSITIVE)
    return [
        "## Categories that enter nothing", "",
        "A category that holds one of these parts of words (folded: ä is ae) may reveal health, "
        "belief, sex life or opinion (DSGVO Art. 9(1)) and enters no habit; `deny_categories` adds "
        f"to them, by name or by level: {words}.", "",
    ]  # fmt: skip

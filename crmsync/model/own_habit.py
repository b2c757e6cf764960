"""Habits of a retailer's own: what a plugin hands over, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from crmsync.model.habit import Habits

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

Ask = Callable[[Mapping[str, Any], str], Any]
"""Takes pyarrow tables by name and the run's local day (ISO); gives a pyarrow table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitDefinition:
    """A habit that a plugin computes, by one query in DuckDB's SQL or by one Python function.

    Either sees the customers of a batch and nobody else, in these tables: `goods` (a row for each
    line that counts), `baskets` (a row for each receipt), `deliveries`, `interactions`, and `asked`
    (one row, `as_of`). What they hold stands in crmsync/profile/goods.sql; what is denied, tests
    and gift cards are in none of them. Either gives one row for each customer that has the habit:

    - `customer_id`, `value` (text, whole number, fraction, yes or no, day; null: too little to
      tell), and the support `n`: how many cases it rests on;
    - and where the value depends on the day, `since` (from which day it holds) and `turns_on` (the
      day on which it must be computed again): days as day numbers, dates or ISO texts.

    `says` is the definition in one sentence. Another `version` has everybody computed anew.
    """

    name: str
    version: str
    says: str
    sql: str = ""
    function: Ask | None = None


class GivenHabit(NamedTuple):
    """A habit and the plugin it came from; `sign` changes when either does."""

    plugin: str
    sign: str
    definition: HabitDefinition

    @property
    def where(self) -> str:
        """How an error names it."""
        return f"the plugin '{self.plugin}': habit '{self.definition.name}'"


BUILT_IN = frozenset(one.name for one in fields(Habits))


def problem(told: object, taken: Collection[str]) -> str:
    """What is wrong with a definition beside those that are `taken`, '' where nothing is."""
    if not isinstance(told, HabitDefinition):
        return f"a {type(told).__name__} is no HabitDefinition"
    if not NAME.fullmatch(told.name):
        return f"{told.name!r} is no name: write small letters, digits and _"
    if told.name in BUILT_IN:
        return f"'{told.name}' is a habit of crmsync; choose another name"
    if told.name in taken:
        return f"'{told.name}' is a habit of another plugin already; choose another name"
    if not told.version.strip() or not told.says.strip():
        return f"'{told.name}' lacks a version or its definition in words (says)"
    if bool(told.sql.strip()) == (told.function is not None):
        return f"'{told.name}' needs either sql or a function"
    return ""

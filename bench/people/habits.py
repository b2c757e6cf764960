"""What each source asks for and how its clerks write it."""

from __future__ import annotations

from typing import NamedTuple


class Habit(NamedTuple):
    """How one source keeps its customers: shares of its records that have a field, and its style.

    `nickname` and `plain` multiply the rates of the table.
    """

    birth: float
    mail: float
    mobile: float
    landline: float
    street: float
    code: float
    card: float
    given: float  # the given name, not only an initial of it
    second: float  # the second given name, of those who have one
    title: float
    nickname: float = 1.0
    plain: float = 1.0
    placeholder: float = 1.0


HABITS = {
    "crm": Habit(0.84, 0.70, 0.60, 0.45, 0.88, 0.92, 0.30, 0.98, 0.25, 0.8, 0.8),
    "erp": Habit(0.30, 0.50, 0.35, 0.60, 0.95, 0.97, 0.0, 0.93, 0.15, 0.6, 0.5, 3.0),
    "shop": Habit(0.14, 1.0, 0.60, 0.12, 0.82, 0.85, 0.12, 0.99, 0.04, 0.1, 1.4, 1.2, 0.0),
    "guest": Habit(0.0, 1.0, 0.60, 0.10, 1.0, 1.0, 0.0, 0.97, 0.03, 0.05, 1.6, 1.5, 0.0),
    "till": Habit(0.72, 0.40, 0.55, 0.16, 0.60, 0.82, 1.0, 0.93, 0.05, 0.2, 1.5, 1.0, 1.6),
}

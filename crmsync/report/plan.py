"""The plan of a year: what the retailer expects each of his regulars to buy, in a file of his own.

A CSV file with a header line, `customer` and `net`, and where it says more than one year or
currency, `year` and `currency`; cells are parted by semicolons or commas. `customer` is a record
("erp/customers/4711") or a customer's id, `net` an amount without tax ("12.500,00").
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from crmsync.errors import ConfigError, RecordError
from crmsync.identity.read import customer_of
from crmsync.normalize.money import currency_code, minor
from crmsync.store import Work

NEEDED = ("customer", "net")
KNOWN = (*NEEDED, "year", "currency")

_UNSURE = re.compile(r"\d{1,3}[.,]\d{3}")
"""12.500: twelve and a half in one country, twelve thousand five hundred in another."""


class Planned(NamedTuple):
    """What is planned for a customer in a year, net, in minor units; `place` says it."""

    net: int
    currency: str
    place: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one year by customer id, and the lines that cannot be used, in words.

    The words name a line and a column, never what stands there.
    """

    of: dict[str, Planned] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_plan(work: Work, path: Path, *, year: int, currency: str) -> Plan:
    """The plan of `year` in the file at `path`; `currency` is that of lines without one.

    ConfigError when there is no such file, or it has not the columns.
    """
    plan = Plan()
    for number, row in _rows(path):
        place = f"{path.name}, line {number}"
        try:
            if (net := _net(row, year, currency)) is None:
                continue
            name = _customer(work, row["customer"], plan)
        except RecordError as error:
            plan.problems.append(f"{place}: {error.message}.")
        else:
            plan.of[name] = Planned(*net, place)
    return plan


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of the file by the names of their columns, each with the number of its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(
            f"the plan {path} cannot be read: {why}.", hint="See `plan` in [report]."
        ) from error
    lines = text.splitlines()
    semicolons = ";" in (lines[0] if lines else "")
    reader = csv.DictReader(lines, delimiter=";" if semicolons else ",", restval="")
    names = [name.strip() for name in reader.fieldnames or ()]
    wrong = [f"has no column {name!r}" for name in NEEDED if name not in names]
    wrong += [f"has an unknown column {name!r}" for name in names if name not in KNOWN]
    if wrong:
        raise ConfigError(f"the plan {path} {wrong[0]}.", hint=f"Known: {', '.join(KNOWN)}.")
    reader.fieldnames = names
    for row in reader:
        yield reader.line_num, {name: (row[name] or "").strip() for name in names}


def _net(row: Mapping[str, str], year: int, currency: str) -> tuple[int, str] | None:
    """What a line plans, None for a line of another year; RecordError says what is wrong."""
    told = row.get("year") or str(year)
    if not (told.isdecimal() and len(told) == 4):
        raise RecordError("is no year", field="year")
    if int(told) != year:
        return None
    unit = currency_code(row.get("currency"), currency)
    if _UNSURE.fullmatch(row["net"]):
        raise RecordError('may be thousands or decimals, write "12500" or "12500,00"', field="net")
    try:
        net = minor(row["net"], unit)
    except RecordError as error:
        raise RecordError(error.reason, field="net") from None
    if net < 0:
        raise RecordError("is below zero", field="net")
    return net, unit


def _customer(work: Work, told: str, plan: Plan) -> str:
    """The id of the customer whom a line names; RecordError when it is nobody, or planned twice."""
    name = customer_of(work, told) if told else None
    if name is None:
        raise RecordError("is nobody who is known", field="customer")
    if name in plan.of:
        raise RecordError(f"is planned in {plan.of[name].place} already", field="customer")
    return name

"""A merge taken back is as if it had never been: links, profiles, consents, orders, habits, cards.

Compared is the whole store but its history (events, log, runs), also when records came in between.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from crmsync.engine import decide
from crmsync.engine.decide import Verdict
from crmsync.engine.project import Project
from crmsync.engine.sync import sync
from crmsync.identity.read import customer_of
from crmsync.model.ref import Ref
from crmsync.store import Store, Work, tables
from crmsync.store.links import families
from tests.properties.house import CONNECTIONS, Backend, project
from tests.properties.machine import LINES, PEOPLE
from tests.properties.view import differences, view

DAY = "2026-11-01"
HISTORY = {"link_event", "decision_event", "change", "watermark", "counter", "run", "lease"}
"""What tells how the store came about."""
NUMBERS = "123"
SMALL = settings(
    max_examples=15, phases=[Phase.explicit, Phase.generate], deadline=None, derandomize=True,
    database=None, suppress_health_check=list(HealthCheck),
)  # fmt: skip

Told = Mapping[tuple[str, str], Mapping[str, Any]]
WHO = st.tuples(st.sampled_from(CONNECTIONS), st.sampled_from(NUMBERS))
EVERYBODY = st.dictionaries(WHO, PEOPLE, min_size=2, max_size=6)
SALES = st.dictionaries(WHO, st.tuples(st.sampled_from(NUMBERS), LINES), max_size=4)


def put(house: Mapping[str, Backend], people: Told) -> None:
    """Let the backends hold these people."""
    for (where, number), told in people.items():
        said = "2026-10-01" if told["greeting"] else None
        house[where].put("customers", {"id": number, "said": said, **told})


def sell(house: Mapping[str, Backend], sales: Any) -> None:
    """Let them have bought."""
    for (where, number), (customer, lines) in sales.items():
        row = {"id": number, "customer": customer, "at": "2026-10-05T10:00:00+02:00",
               "lines": lines}  # fmt: skip
        house[where].put("orders", row)


@contextmanager
def retailer(people: Told, sales: Any) -> Iterator[tuple[Path, dict[str, Backend]]]:
    """A folder whose store knows these people and what they bought."""
    house = {name: Backend() for name in CONNECTIONS}
    put(house, people)
    sell(house, sales)
    with TemporaryDirectory(prefix="crmsync-unmerge-") as folder:
        path = Path(folder) / "one"
        path.mkdir()
        run(path, house)
        yield path, house


def run(folder: Path, house: Mapping[str, Backend]) -> None:
    """One run over both backends."""
    with project(folder, house) as opened:
        sync(opened, as_of=DAY)


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table but the history, without the numbers that order the cards.

    The tombstone of a card is history too: tills read it once.
    """
    with store.read() as work:
        return {
            name: sorted(_rows(work, table))
            for name, table in tables.metadata.tables.items()
            if name not in HISTORY and not name.startswith("search_")
        }


def _rows(work: Work, table: sa.Table) -> Iterator[str]:
    for row in work.all(sa.select(table)):
        if table is not tables.card or row.doc is not None:
            yield repr({name: one for name, one in row._mapping.items() if name != "seq"})


def homes(opened: Project, people: Told) -> dict[Ref, str | None]:
    """The customer of each person."""
    with opened.store.read() as work:
        refs = [Ref(where, "customers", number) for where, number in sorted(people)]
        return {ref: customer_of(work, str(ref)) for ref in refs}


def two_customers(opened: Project, people: Told, data: st.DataObject) -> tuple[Ref, Ref]:
    """Two people who are two customers now."""
    found = homes(opened, people)
    pairs = [(a, b) for a in found for b in found if a < b and found[a] != found[b]]
    assume(pairs)
    return data.draw(st.sampled_from(pairs))


def merge(opened: Project, a: Ref, b: Ref) -> None:
    """Decide that two are one."""
    decide.save(opened, Verdict(a, b, "same", "JB"))
    decide.follow(opened, as_of=DAY)


@SMALL
@given(people=EVERYBODY, sales=SALES, data=st.data(), again=st.booleans())
def test_merge_and_unmerge_is_nothing(
    people: Told, sales: Any, data: st.DataObject, again: bool
) -> None:
    with retailer(people, sales) as (folder, house), project(folder, house) as opened:
        a, b = two_customers(opened, people, data)
        before, names = everything(opened.store), homes(opened, people)
        merge(opened, a, b)
        merged = homes(opened, people)
        assert merged[a] == merged[b]
        assert merged[a] in (names[a], names[b])
        if again:
            sync(opened, as_of=DAY)
        asked: list[Any] = [(str(a), b), (str(b), a)]
        with opened.store.read() as work:
            aliases = {names[a], names[b]} & {*families(work, [str(merged[a])])}
        how = data.draw(st.sampled_from([*asked, *((name, None) for name in aliases)]))
        decide.unmerge(opened, *how, by="JB", as_of=DAY)
        if again:
            sync(opened, as_of=DAY)
        assert everything(opened.store) == before


@SMALL
@given(people=EVERYBODY, sales=SALES, later=EVERYBODY, bought=SALES, data=st.data())
def test_who_came_in_between_is_where_he_would_be_without_the_merge(
    people: Told, sales: Any, later: Told, bought: Any, data: st.DataObject
) -> None:
    new = {who: told for who, told in later.items() if who not in people}
    with retailer(people, sales) as (folder, house):
        with project(folder, house) as opened:
            a, b = two_customers(opened, people, data)
        other = folder.with_name("two")
        shutil.copytree(folder, other)
        with project(folder, house) as opened:
            merge(opened, a, b)
        put(house, new)
        sell(house, bought)
        run(folder, house)
        run(other, house)
        with project(other, house) as opened:
            expected, names = view(opened.store), homes(opened, people)
            assume(names[a] != names[b])  # else what came has made them one by itself
        with project(folder, house) as opened:
            decide.unmerge(opened, str(a), b, by="JB", as_of=DAY)
            found = view(opened.store)
            assert differences(found, expected) == []
            assert homes(opened, people) == names

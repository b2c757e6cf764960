"""Any history of two backends and of runs over them ends like one run over what they hold now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from crmsync.engine import behind, intake, normalize
from crmsync.engine.sync import sync
from crmsync.store import Store, Work, records
from tests.properties.house import CONNECTIONS, KINDS, Backend, project
from tests.properties.view import View, differences, view

FIRST_DAY = date(2026, 11, 1)
NUMBERS = st.sampled_from("123")
WHERE = st.sampled_from([*CONNECTIONS, CONNECTIONS[0]])
PEOPLE = st.fixed_dictionaries(
    {
        "given": st.sampled_from(["Karl", "Anna", ""]),
        "family": st.sampled_from(["Huber", "Groß", ""]),
        "born": st.sampled_from([None, None, "1951-03-04", "1979-09-12"]),
        "junior": st.booleans(),
        "email": st.sampled_from(["", "a@beispiel.example", "b@beispiel.example"]),
        "greeting": st.sampled_from([None, "granted", "granted", "withdrawn"]),
    }
)
LINES = st.lists(
    st.tuples(st.sampled_from(["KAFFEE", "TEE"]), st.sampled_from(["5.00", "19.90", "120.00"])),
    min_size=1, max_size=2,
)  # fmt: skip
PAGES = st.sampled_from([1, 2, 3, 100])
BATCHES = st.sampled_from([1, 2, 5, 5000])


class Crash(Exception):
    """What a process that dies looks like to the code around a commit."""


@contextmanager
def crashing(commits: int, *, after: bool) -> Iterator[None]:
    """Raise Crash just before or just after so many commits have been made."""
    left, real = commits, Store.work

    @contextmanager
    def work(self: Store, *told: Any, **more: Any) -> Iterator[Work]:
        nonlocal left
        left -= 1
        with real(self, *told, **more) as opened:
            yield opened
            if left < 0 and not after:
                raise Crash
        if left < 0:
            raise Crash

    with mock.patch.object(Store, "work", work), suppress(Crash):
        yield


@contextmanager
def batches_of(size: int) -> Iterator[None]:
    """Let every stage work in batches of this size."""
    with (
        mock.patch.object(intake, "BATCH", size),
        mock.patch.object(behind, "BATCH", size),
        mock.patch.object(normalize, "PAGE", size),
    ):
        yield


class AnyHistory(RuleBasedStateMachine):
    """Two backends, and a store that follows them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory(prefix="crmsync-any-")
        self.house = {name: Backend() for name in CONNECTIONS}
        self.gone: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.day = FIRST_DAY
        self.said: list[tuple[tuple[str, str], tuple[str, str]]] = []

    @initialize(modes=st.tuples(*[st.sampled_from(["snapshot", "log"])] * 2), people=PEOPLE)
    def begin(self, modes: Any, people: Any) -> None:
        for backend, mode in zip(self.house.values(), modes, strict=True):
            backend.mode = mode
        self.person("shop", "1", people)

    @rule(where=WHERE, number=NUMBERS, told=PEOPLE)
    def person(self, where: str, number: str, told: dict[str, Any]) -> None:
        """A customer is there, or says something else.

        What he allows is newer than what he said before, and is never left unsaid again: the ledger
        rightly keeps what was said once.
        """
        if told["greeting"]:
            moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=len(self.said))
            self.said.append(((where, number), (told["greeting"], moment.isoformat())))
        self._put_customer(where, {"id": number, **told})

    def _put_customer(self, where: str, row: dict[str, Any]) -> None:
        greeting, said = dict(self.said).get((where, row["id"]), (None, None))
        self.house[where].put("customers", {**row, "greeting": greeting, "said": said})

    @rule(where=WHERE, number=NUMBERS, customer=st.none() | NUMBERS, lines=LINES,
          ago=st.integers(0, 400))  # fmt: skip
    def sale(self, where: str, number: str, customer: str | None, lines: Any, ago: int) -> None:
        """An order is there, perhaps of another customer, who may not be there."""
        at = f"{FIRST_DAY - timedelta(days=ago)}T10:00:00+01:00"
        row = {"id": number, "customer": customer, "at": at, "lines": lines}
        self.house[where].put("orders", row)

    @rule(where=WHERE, number=NUMBERS, order=NUMBERS, amount=st.sampled_from(["5.00", "19.90"]))
    def giving_back(self, where: str, number: str, order: str, amount: str) -> None:
        """Something is given back, of an order that may not be there."""
        row = {"id": number, "order": order, "amount": amount, "at": "2026-11-01T12:00:00+01:00"}
        self.house[where].put("returns", row)

    @rule(where=WHERE, name=st.sampled_from(["KAFFEE", "TEE"]), category=st.sampled_from("AB"))
    def product(self, where: str, name: str, category: str) -> None:
        """A product is there, or comes under another category."""
        self.house[where].put("products", {"id": name, "category": category})

    @rule(where=WHERE, kind=st.sampled_from(KINDS), data=st.data())
    def vanish(self, where: str, kind: str, data: st.DataObject) -> None:
        """A record is deleted. A customer merged away is not: nothing could tell us."""
        backend = self.house[where]
        losers = {loser for loser, _ in backend.merged} if kind == "customers" else set()
        names = sorted(backend.rows[kind].keys() - losers)
        if names:
            row = backend.drop(kind, data.draw(st.sampled_from(names)))
            self.gone.setdefault((where, kind), []).append(row)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        """What was deleted is there again, as it was, but for what he allowed since."""
        where, kind = data.draw(st.sampled_from(sorted(self.gone)))
        row = data.draw(st.sampled_from(self.gone[where, kind]))
        if row["id"] in self.house[where].rows[kind]:
            return
        if kind == "customers":
            self._put_customer(where, row)
        else:
            self.house[where].put(kind, row)

    @rule(where=WHERE, data=st.data())
    def merge(self, where: str, data: st.DataObject) -> None:
        """The backend merges two customers."""
        names = sorted(self.house[where].rows["customers"])
        if len(names) > 1:
            loser, winner, *_ = data.draw(st.permutations(names))
            self.house[where].merge(loser, winner)

    @rule(where=WHERE, kind=st.sampled_from(["customers", "orders"]), number=NUMBERS)
    def spoil(self, where: str, kind: str, number: str) -> None:
        """A record becomes such as no mapper can use."""
        row = self.house[where].rows[kind].get(number)
        if row:
            self.house[where].put(kind, {**row, "bad": True})

    @rule(where=WHERE, version=st.sampled_from("123"))
    def new_mapper(self, where: str, version: str) -> None:
        """The mapper says other things of the same records."""
        self.house[where].version = version

    @rule(days=st.integers(1, 60))
    def time_goes_by(self, days: int) -> None:
        """Days pass, and with them what is expected."""
        self.day += timedelta(days=days)

    @rule(where=WHERE, page=PAGES, order=st.permutations(KINDS), backwards=st.booleans())
    def answer_otherwise(self, where: str, page: int, order: Any, backwards: bool) -> None:
        """The backend tells the same in other pages, another order, other streams first."""
        backend = self.house[where]
        backend.page, backend.order, backend.backwards = page, order, backwards

    @rule()
    def run_all(self) -> None:
        """A run as it should be."""
        self.sync(5000)

    @rule(batch=BATCHES, only=st.none() | WHERE, read=st.booleans(), behind=st.booleans())
    def run(self, batch: int, only: str | None, read: bool, behind: bool) -> None:
        """A run over one connection or all, perhaps without reading or without resolving."""
        self.sync(batch, connections=[only] if only else [], read=read, behind=behind)

    @rule(batch=BATCHES, commits=st.integers(0, 25), after=st.booleans())
    def crash(self, batch: int, commits: int, after: bool) -> None:
        """A run dies at a commit."""
        with crashing(commits, after=after):
            self.sync(batch)

    @rule(batch=BATCHES, where=WHERE, pages=st.integers(0, 3))
    def break_off(self, batch: int, where: str, pages: int) -> None:
        """A backend stops answering between two pages."""
        self.house[where].fails_after = pages
        self.sync(batch)
        self.house[where].fails_after = None

    @rule(batch=BATCHES, where=WHERE, kind=st.sampled_from(KINDS))
    def replay(self, batch: int, where: str, kind: str) -> None:
        """A stream is mapped again, from raw."""
        with project(self.path, self.house) as opened, opened.store.work() as work:
            for row in records.all_streams(work).values():
                if (row.connection, row.name) == (where, kind):
                    records.enqueue_stream(work, row)
        self.sync(batch, read=False)

    def sync(self, batch: int, **more: Any) -> Any:
        """One run; gives its report."""
        with project(self.path, self.house) as opened, batches_of(batch):
            return sync(opened, as_of=self.day.isoformat(), accept_deletes=True, **more)

    @property
    def path(self) -> Path:
        """The project's folder."""
        return Path(self.folder.name)

    def teardown(self) -> None:
        """Mend what is spoilt, run once more: the store is as one made from nothing.

        What cannot be used, or names what is not there, keeps its last good version: only who was
        there in time can have that.
        """
        try:
            self.finish()
        finally:
            self.folder.cleanup()

    def finish(self) -> None:
        """AssertionError unless the store is as one that has only seen the end."""
        for where, backend in self.house.items():
            before = {*backend.rows["customers"]}
            backend.mend()
            for name in sorted({*backend.rows["customers"]} - before):
                self._put_customer(where, backend.rows["customers"][name])
        report = self.sync(5000)
        assert report.exit_code() == 0, report.as_json()
        found = self.look(self.path)
        with TemporaryDirectory(prefix="crmsync-new-") as folder:
            for backend in self.house.values():
                backend.page, backend.order, backend.backwards = 100, KINDS, False
            with project(Path(folder), self.house) as opened:
                sync(opened, as_of=self.day.isoformat())
            expected = self.look(Path(folder))
        told = differences(found, expected)
        assert told == [], "\n".join(told)

    def look(self, folder: Path) -> View:
        """What a user sees of the store in `folder`."""
        with project(folder, self.house) as opened:
            return view(opened.store)

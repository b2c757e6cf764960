"""A fake backend: a real HTTP server that speaks a vendor's dialect and misbehaves on demand."""

from __future__ import annotations

import os
import secrets
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

from crmsync.hookspecs import Connector
from crmsync.model.stream import reach
from crmsync.testing._asked import Answer, Asked, Refused
from crmsync.testing._dialect import Dialect
from crmsync.testing._faults import Fault, Planned, Where, anywhere, too_many
from crmsync.testing._server import Server
from crmsync.testing._tables import Row, drop, put


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the log: no body, no query."""

    number: int
    method: str
    path: str
    status: int
    ticks: float


class FakeBackend(Dialect):
    """What a connector is proven against; a vendor's dialect is a class derived from it.

    A dialect says `connector`, `tables`, `settings`, `answer`, `customer` and `order`. What a
    vendor can besides is declared: `merges` and `null_stamps` name
    streams, `capped` how many rows a question lists.
    """

    connector: ClassVar[type[Connector]]
    merges: ClassVar[tuple[str, ...]] = ()
    """Streams in which the vendor tells merges."""
    null_stamps: ClassVar[tuple[str, ...]] = ()
    """Streams with rows that have no stamp until they are changed for the first time."""
    versions: ClassVar[bool] = False
    """Whether a change of an older version of a row is refused."""
    duplicates: ClassVar[bool] = False
    """Whether the vendor refuses to make somebody who is there already."""
    late: ClassVar[timedelta] = timedelta(0)
    """How long after its stamp a row may still be invisible, as far as the vendor is known."""
    naive: ClassVar[bool] = False
    """Whether the vendor writes times without their zone: two hours of a year are one then."""
    limit: ClassVar[tuple[int, float] | None] = None
    """The vendor's published limit, calls in so many seconds; the connector must keep to it."""
    bears: ClassVar[int | None] = None
    """How many requests at the same time the vendor bears; the connector must keep to it."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.heard: list[Asked] = []
        self.bugs: list[str] = []
        self.most_at_once = self.over_limit = self.impatient = 0
        self.rate = self.limit
        self._plans: list[Planned] = []
        self._lock, self._counting = threading.RLock(), threading.Lock()
        self._closing, self._under_way = threading.Event(), 0
        self._called: deque[float] = deque()
        self._pause_ends = 0.0
        self._environment: list[str] = []
        self._server = Server(self)
        self.url = f"http://127.0.0.1:{self._server.port}"

    # what a dialect says

    def settings(self) -> Mapping[str, Any]:
        """The connection's keys in crmsync.toml; secrets as `self.secret("name")`."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer:
        """The vendor's answer to a request; what it must not see raises `Refused`."""
        raise NotImplementedError

    def relabel(self, stream: str, row: Row, n: int) -> None:
        """Give a row the name that the n-th would have."""
        path = self.tables[stream].name
        self.change(stream, row.id, {path: reach(self.row(stream, n), path)})

    def poison(self, stream: str, row: Row) -> None:
        """Make a row such that `map` cannot use it; by default its name becomes an object."""
        self.change(stream, row.id, {self.tables[stream].name: {"kaputt": [1, None]}})

    def mend(self, stream: str, row: Row, data: Mapping[str, Any]) -> None:
        """Put a poisoned row right again: `data` is what it was."""
        row.data = deepcopy(dict(data))
        self.bump(stream, row)

    def price(self, row: Row, amount: str) -> None:
        """Let an order come to `amount`, gross, in the currency's major unit."""
        self.change("orders", row.id, {self.tables["orders"].amount: amount})

    def place(self, row: Row, moment: Any) -> None:
        """Let an order be placed at a moment."""
        self.change("orders", row.id, {self.tables["orders"].placed: self.stamped(moment)})

    def hide(self, stream: str, row: Row) -> None:
        """Let a row be answered as somebody without the rights sees it, and be read again."""
        table = self.tables[stream]
        for path in table.hidden:
            if table.hides == "absent":
                drop(row.data, path)
            else:
                put(row.data, path, None)
        self.bump(stream, row)

    def version_of(self, row: Row) -> str:
        """What the vendor calls the state of a row; `Intent.version` says it back."""
        return str(row.version) if self.versions else ""

    def consents(self, row: Row) -> bool:
        """Whether the backend may send adverts by e-mail to this customer."""
        raise NotImplementedError("consents() must say what a customer allowed")

    def suppress(self, row: Row) -> None:
        """Let a customer have objected to adverts by e-mail, as the vendor notes it."""
        raise NotImplementedError("suppress() must note an objection")

    def members(self, audience: str) -> set[str]:
        """The external ids of those who belong to an audience."""
        raise NotImplementedError("members() must say who belongs to an audience")

    # secrets

    def secret(self, name: str) -> str:
        """The reference to an invented secret, for `settings`; its value is `secrets[name]`."""
        if name not in self.secrets:
            self.secrets[name] = f"geheim-{secrets.token_urlsafe(18)}"
            self.private.add(self.secrets[name])
        variable = f"CRMSYNC_FAKE_{self._server.port}_{name.upper()}"
        os.environ[variable] = self.secrets[name]
        self._environment.append(variable)
        return f"env:{variable}"

    # misbehaving

    def misbehave(
        self,
        fault: Fault,
        *,
        first: int = 1,
        every: int = 1,
        times: int | None = 1,
        where: Where = anywhere,
        writes: bool = False,
        keep: bool = False,
    ) -> Planned:
        """Plan a fault; by default the next answer. See `Planned` for the words."""
        plan = Planned(fault, first, every, times, where, writes, keep)
        with self._lock:
            self._plans.append(plan)
        return plan

    def heal(self) -> None:
        """Forget every planned fault, and let in again whom a fault had locked out."""
        with self._lock:
            self._plans.clear()
            self.lock_out(locked=False)

    def pause_until(self, seconds: float) -> None:
        """Who asks within so many seconds from now is counted as impatient."""
        self._pause_ends = self.ticks + seconds

    # serving

    def serve(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Answer, int]:
        """The answer to a request, which is logged and counted, and its number."""
        with self._counted():
            with self._lock:
                asked = Asked(len(self.requests) + 1, method, target, headers, body)
                self._remember(headers)
                answer = self._reply(asked)
                self.requests.append(
                    Request(asked.number, method, asked.path, answer.status, self.ticks)
                )
            if answer.wait:
                self._closing.wait(answer.wait)
        return answer, asked.number

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            yield
        finally:
            with self._counting:
                self._under_way -= 1

    def _remember(self, headers: Mapping[str, str]) -> None:
        """What came in a header that proves who asks is to be found in no log."""
        for name in ("authorization", "cookie"):
            if name in headers:
                self.private.add(headers[name].rpartition(" ")[2])

    def _reply(self, asked: Asked) -> Answer:
        if self.ticks < self._pause_ends - 0.5:
            self.impatient += 1
        if self._is_over_limit():
            self.over_limit += 1
            return too_many(int(self.rate[1]) + 1 if self.rate else 1)(self, asked, Answer)
        for plan in self._plans:
            if not plan.writes and plan.strikes(asked):
                return plan.fault(self, asked, lambda: self._plain(asked))
        return self._written(asked)

    def _written(self, asked: Asked) -> Answer:
        """The plain answer, or a fault's where the request changed something."""
        plans = [plan for plan in self._plans if plan.writes]
        before, kept = self.changes, deepcopy(self.kept) if plans else {}
        answer = self._plain(asked)
        if self.changes == before:
            return answer
        for plan in plans:
            if plan.strikes(asked):
                if not plan.keep:
                    self.kept = kept
                return plan.fault(self, asked, lambda: answer)
        return answer

    def _plain(self, asked: Asked) -> Answer:
        self.heard.append(asked)
        try:
            return self.answer(asked)
        except Refused as refused:
            return refused.answer
        except Exception:  # a dialect's bug must be told as such, not as a backend's failure
            self.bugs.append(f"{asked.method} {asked.path}\n{traceback.format_exc()}")
            return Answer(status=500, data={"error": "the fake backend has a bug"})

    def _is_over_limit(self) -> bool:
        if self.rate is None:
            return False
        calls, seconds = self.rate
        while self._called and self._called[0] <= self.ticks - seconds:
            self._called.popleft()
        self._called.append(self.ticks)
        return len(self._called) > calls

    # counts

    @property
    def count(self) -> int:
        """How many requests came."""
        return len(self.requests)

    def most_within(self, seconds: float = 1.0) -> int:
        """The most requests that came within so many seconds."""
        ticks = [one.ticks for one in self.requests]
        return max((sum(begin <= one < begin + seconds for one in ticks) for begin in ticks),
                   default=0)  # fmt: skip

    # opening and closing

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        """Put customers and orders there, and move the clock an hour on."""
        for number in range(1, customers + 1):
            self.add("customers", number)
        if "orders" in self.tables:
            for number in range(1, orders + 1):
                self.add("orders", number)
        self.advance(hours=1)
        return self

    def close(self) -> None:
        """Stop serving, and forget the secrets."""
        self._closing.set()
        self._server.close()
        for variable in self._environment:
            os.environ.pop(variable, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

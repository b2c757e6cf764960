"""A fake backend serves over HTTP, keeps rows, counts, and misbehaves when it is told to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest

from crmsync.testing import START, Answer, Asked, FakeBackend, Table, faults, person
from tests.testing.kontor import Kontor


class Small(FakeBackend):
    """A list by number, by offset and by cursor, and a token endpoint."""

    connector = Kontor
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="changed", version="v", name="name.last", email="mails.0.to")
    }

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "secret": self.secret("secret")}

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"id": n, "name": {"last": who.family}, "mails": [{"to": who.email}]}

    def answer(self, asked: Asked) -> Answer:
        rows = self.rows("customers", since=asked.query.get("since"), order="stamp")
        match asked.parts:
            case ["numbers"]:
                page = self.by_number(rows, asked.query.get("page"))
            case ["offsets"]:
                page = self.by_offset(rows, asked.query.get("offset"), asked.query.get("limit"))
            case ["cursors"]:
                page = self.by_cursor(rows, asked.query.get("cursor"))
            case ["token"]:
                return self.grant(asked, secret="secret", rotating=True)
            case ["make"]:
                return Answer(data={"id": self.make("customers", asked.json).id})
            case ["graphql"]:
                return Answer(data=self.operation(asked))
            case _:
                raise RuntimeError("no such path")
        return Answer(data={"items": page.data, "total": page.total, "next": page.next})


@pytest.fixture
def fake() -> Iterator[Small]:
    with Small() as opened:
        for number in range(1, 8):
            opened.add("customers", number)
        yield opened


@pytest.fixture
def web(fake: Small) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=fake.url, timeout=5) as opened:
        yield opened


def walk(web: httpx.Client, path: str, name: str) -> list[int]:
    found, params = list[int](), dict[str, Any]()
    while True:
        page = web.get(path, params=params).json()
        found += [row["id"] for row in page["items"]]
        if page["next"] is None:
            return found
        params = {name: page["next"]}


@pytest.mark.parametrize(
    "path,name", [("/numbers", "page"), ("/offsets", "offset"), ("/cursors", "cursor")]
)
def test_a_list_is_walked_whole(web: httpx.Client, path: str, name: str) -> None:
    assert walk(web, path, name) == [1, 2, 3, 4, 5, 6, 7]


def test_a_filter_on_stamps_meets_no_row_without_one(fake: Small, web: httpx.Client) -> None:
    fake.add("customers", 8, stamped=False)
    late = fake.add("customers", 9, at=START + timedelta(hours=1))
    told = web.get("/offsets", params={"since": late.data["changed"]}).json()
    assert [row["id"] for row in told["items"]] == [9]


def test_a_row_is_changed_by_paths_and_stamped(fake: Small) -> None:
    before = fake.kept["customers"]["3"].data["v"]
    row = fake.change("customers", 3, {"name.last": "Neu", "mails.0.to": "neu@example.org"})
    assert (row.data["name"], row.data["mails"]) == ({"last": "Neu"}, [{"to": "neu@example.org"}])
    assert row.data["v"] > before
    assert datetime.fromisoformat(row.data["changed"]) == fake.now
    assert fake.find("customers", "mails.0.to", "NEU@example.org") == [row]


def test_deletes_come_back_and_merges_name_the_winner(fake: Small) -> None:
    fake.delete("customers", 1)
    fake.merge("customers", 2, 3)
    assert [row.id for row in fake.gone("customers")] == ["1", "2"]
    assert fake.kept["customers"]["2"].merged_into == "3"
    fake.restore("customers", 1)
    assert fake.get("customers", 1) is not None


def test_the_clock_goes_with_the_answers(fake: Small, web: httpx.Client) -> None:
    fake.advance(hours=3)
    told = web.get("/offsets").headers["date"]
    assert told == fake.now.strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_a_connection_is_kept_and_the_log_holds_no_query(fake: Small, web: httpx.Client) -> None:
    for _ in range(3):
        web.get("/offsets", params={"offset": 0})
    assert len(fake._server.open) == 1
    assert [(one.number, one.path, one.status) for one in fake.requests] == [
        (1, "/offsets", 200), (2, "/offsets", 200), (3, "/offsets", 200)
    ]  # fmt: skip
    assert fake.most_within(60) == 3


def test_calls_at_once_are_counted(fake: Small) -> None:
    fake.misbehave(faults.slow(0.2), times=None)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: httpx.get(f"{fake.url}/offsets"), range(5)))
    assert 1 < fake.most_at_once <= 5


def test_faults_strike_when_they_are_planned(fake: Small, web: httpx.Client) -> None:
    fake.misbehave(faults.failing(503), first=2, every=2, times=2)
    codes = [web.get("/offsets").status_code for _ in range(6)]
    assert codes == [200, 503, 200, 503, 200, 200]
    fake.misbehave(faults.failing(500), where=lambda asked: asked.parts == ["numbers"])
    assert [web.get(path).status_code for path in ("/offsets", "/numbers")] == [200, 500]


def test_a_pause_is_told_in_seconds_or_as_a_date(fake: Small, web: httpx.Client) -> None:
    fake.misbehave(faults.too_many(5))
    fake.misbehave(faults.too_many(5, as_date=True))
    first, second = web.get("/offsets"), web.get("/offsets")
    assert (first.status_code, first.headers["retry-after"]) == (429, "5")
    told = datetime.strptime(second.headers["retry-after"], "%a, %d %b %Y %H:%M:%S GMT")
    assert told.replace(tzinfo=UTC) - fake.now.replace(microsecond=0) == timedelta(seconds=5)
    assert fake.impatient == 1


@pytest.mark.parametrize("fault", [faults.dropped(), faults.cut_body(), faults.done_then_dropped()])
def test_a_connection_breaks(fake: Small, web: httpx.Client, fault: Any) -> None:
    fake.misbehave(fault)
    with pytest.raises(httpx.RemoteProtocolError):
        web.get("/offsets")
    assert web.get("/offsets").status_code == 200


@pytest.mark.parametrize("keep,rows", [(True, 8), (False, 7)])
def test_a_write_is_done_or_undone_before_its_answer_is_lost(
    fake: Small, web: httpx.Client, keep: bool, rows: int
) -> None:
    fake.misbehave(faults.done_then_dropped(), writes=True, keep=keep)
    assert web.get("/offsets").status_code == 200
    with pytest.raises(httpx.RemoteProtocolError):
        web.post("/make", json={"name": {"last": "Neu"}})
    assert len(fake.living("customers")) == rows


def test_what_says_nothing(fake: Small, web: httpx.Client) -> None:
    for fault in (faults.html(), faults.broken_json(), faults.empty()):
        fake.misbehave(fault)
    bodies = [web.get("/offsets").content for _ in range(3)]
    assert bodies[0].startswith(b"<!doctype")
    assert bodies[1].startswith(b'{"items"')
    assert bodies[2] == b""


def test_a_limit_is_enforced_by_the_fakes_clock(fake: Small, web: httpx.Client) -> None:
    fake.rate = (2, 10.0)
    codes = [web.get("/offsets").status_code for _ in range(3)]
    fake.advance(seconds=11)
    assert [*codes, web.get("/offsets").status_code] == [200, 200, 429, 200]
    assert fake.over_limit == 1


def test_cursors_end(fake: Small, web: httpx.Client) -> None:
    cursor = web.get("/cursors").json()["next"]
    fake.end_cursors()
    assert web.get("/cursors", params={"cursor": cursor}).status_code == 400


def test_tokens_are_given_for_the_secret_and_rotate(fake: Small, web: httpx.Client) -> None:
    fake.settings()
    assert web.post("/token", data={"client_secret": "falsch"}).status_code == 401
    first = web.post("/token", data={"client_secret": fake.secrets["secret"]}).json()
    assert fake.knows(first["access_token"])
    again = {"refresh_token": first["refresh_token"]}
    assert web.post("/token", json=again).status_code == 200
    assert web.post("/token", json=again).status_code == 401
    fake.advance(hours=2)
    assert not fake.knows(first["access_token"])


@pytest.mark.parametrize(
    "document,name",
    [
        ("query Customers($n: Int) { customers { id } }", "Customers"),
        ("mutation Save { save { id } }", "Save"),
        ("{ found: orders { id } }", "orders"),
    ],
)
def test_an_operation_has_a_name(web: httpx.Client, document: str, name: str) -> None:
    told = web.post("/graphql", json={"query": document, "variables": {"n": 1}}).json()
    assert told == [name, {"n": 1}]


def test_a_bug_of_the_dialect_is_kept_as_such(fake: Small, web: httpx.Client) -> None:
    assert web.get("/anderswo").status_code == 500
    assert "RuntimeError: no such path" in fake.bugs[0]


def test_people_are_invented_and_differ() -> None:
    people = [person(number) for number in range(900)]
    assert len({one.email for one in people}) == len(people)
    assert people[7] == person(7)

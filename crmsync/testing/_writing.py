"""Rules of writing: each intent is done once or not at all, and its result says which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Change, reach
from crmsync.testing import _faults as faults
from crmsync.testing._faults import Fault
from crmsync.testing._guard import heard, hurried
from crmsync.testing._quiet import quiet, values_of
from crmsync.testing._rules import rule
from crmsync.testing._tables import Row, drop
from crmsync.testing._trial import NotApplicable, Trial, require, some
from crmsync.writeback import push

STREAM = "customers"
NEW = 60
"""From this number on people are not customers yet."""
TRIES = 4
"""So often an intent that was not done is tried again."""
BAD = "kein-at-zeichen"
"""No e-mail address; every backend refuses it."""


class Writing:
    """A filled backend, and intents that a connector is handed."""

    def __init__(self, trial: Trial, change: Change = "save") -> None:
        self.trial, self.fake = trial, trial.filled().fake
        self.own = trial.kind.connector.capabilities
        if change not in self.own.writes:
            raise NotApplicable(f"it does not write '{change}'")
        self.table = self.fake.tables[STREAM]
        if change == "save":
            require(self.table.email, "a fake that is written to must say where the e-mail stands")

    def push(self, intents: Sequence[Intent]) -> dict[str, Result]:
        """The result of each intent by its id; Broken unless there is one for each."""
        with self.trial.connector() as opened:
            results = list(push(opened, self.own, intents))
        require(not self.fake.bugs, f"the fake backend has a bug: {self.fake.bugs[:1]}")
        found = Counter(one.id for one in results)
        require(found == Counter(one.id for one in intents), "not one result for each intent")
        return {one.id: one for one in results}

    def until_done(self, intents: Sequence[Intent]) -> dict[str, Result]:
        """The results once nothing is to be tried again: what is, is handed over again."""
        results, open_ones = dict[str, Result](), list(intents)
        for _ in range(TRIES):
            results |= self.push(open_ones)
            open_ones = [one for one in intents if results[one.id].outcome in ("again", "unknown")]
            if not open_ones:
                break
            self.fake.advance(hours=1)
        return results

    def new(self, number: int, **fields: Any) -> Intent:
        """A customer who is to be made."""
        who = self.fake.person(NEW + number)
        told = {"given_name": who.given, "family_name": who.family, "contacts.email": who.email}
        told |= fields
        name = f"neu-{number}"
        return Intent(id=name, key=f"k-{name}", fields=told, whole=told)

    def edit(self, row: Row, number: int, **fields: Any) -> Intent:
        """A customer who is there and gets the family name of another person."""
        told = fields or {"family_name": self.fake.person(NEW + number).family}
        name = f"alt-{row.id}-{number}"
        return Intent(id=name, key=f"k-{name}", external_id=row.id, fields=told,
                      whole=self.whole(row) | told, version=self.fake.version_of(row))  # fmt: skip

    def whole(self, row: Row) -> dict[str, Any]:
        """A customer with every field that the suite knows of."""
        told = {"family_name": reach(row.data, self.table.name),
                "contacts.email": reach(row.data, self.table.email)}  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}

    def other(self, change: Change, row: Row, **fields: Any) -> Intent:
        """A consent, an audience or an erasure of a customer who is there."""
        name = f"{change}-{row.id}-{len(fields)}"
        return Intent(id=name, key=f"k-{name}", change=change, external_id=row.id, fields=fields,
                      whole=self.whole(row) | fields)  # fmt: skip

    def with_email(self, intent: Intent) -> list[Row]:
        """The rows that have the e-mail address of an intent."""
        return self.fake.find(STREAM, self.table.email, intent.fields["contacts.email"])

    def rows(self) -> list[Row]:
        """The customers who are there."""
        return self.fake.living(STREAM)

    def consent(self, row: Row, state: str, **more: Any) -> Intent:
        """What a customer says about adverts by e-mail."""
        contact = reach(row.data, self.table.email)
        return self.other("consent", row, channel="email", purpose="marketing", state=state,
                          contact=contact, at=self.fake.now.isoformat(), **more)  # fmt: skip


@rule
def one_result_for_each_intent(trial: Trial) -> None:
    """Each intent gets one result; *done* stands at the backend, once, under the id it names."""
    on = Writing(trial)
    intents = [on.new(number) for number in range(2 * on.own.batch + 3)]
    intents += [on.edit(row, 20 + place) for place, row in enumerate(on.rows()[:4])]
    results = on.push(intents)
    late = [one.id for one in intents if results[one.id].outcome != "done"]
    require(not late, f"{some(late)} were not done though nothing was in the way")
    for one in intents:
        _stands(on, one, results[one.id])


def _stands(on: Writing, intent: Intent, result: Result) -> None:
    """The change of an intent that is done stands at the backend, once."""
    row = on.fake.get(STREAM, result.external_id)
    require(row, f"{intent.id} is done under an id that is not there")
    assert row is not None
    name = intent.fields["family_name"]
    require(reach(row.data, on.table.name) == name, f"{intent.id} is not done as it says")
    if "contacts.email" in intent.fields:
        found = len(on.with_email(intent))
        require(found == 1, f"{intent.id} was made {found} times")


@rule
def only_what_is_asked_changes(trial: Trial) -> None:
    """A change leaves every field alone that it does not name."""
    on = Writing(trial)
    row = on.rows()[1]
    before = _rest(on, row)
    on.until_done([on.edit(row, 1)])
    require(_rest(on, row) == before, "fields changed that the intent does not name")


def _rest(on: Writing, row: Row) -> Any:
    """What a row says beside its name and stamps."""
    kept = deepcopy(row.data)
    for path in (on.table.name, on.table.stamp, on.table.version):
        if path:
            drop(kept, path)
    return kept


@rule
def who_is_there_is_not_made_again(trial: Trial) -> None:
    """Whoever is there already, by his e-mail address, is changed or named, and not made again."""
    on = Writing(trial)
    row = on.rows()[2]
    intent = on.new(2, **{"contacts.email": reach(row.data, on.table.email)})
    result = on.until_done([intent])[intent.id]
    _once(on, intent)
    known = result.external_id == row.id if result.outcome == "done" else row.id in result.found
    require(known, f"{intent.id} is {result.outcome}, and names not who is there")


@rule
def done_though_no_answer_came(trial: Trial) -> None:
    """What was done before its answer was lost is not done twice."""
    lost: list[Fault] = [
        faults.done_then_dropped(), faults.cut_body(0.5), faults.failing(502), faults.time_out(),
        faults.html(), faults.broken_json(), faults.empty(),
    ]  # fmt: skip
    for fault in lost:
        for times in (1, 3):
            with trial.apart() as one:
                on = Writing(one)
                one.fake.misbehave(fault, times=times, writes=True, keep=True)
                _in_the_end(on, [on.new(number) for number in range(3)])


@rule
def not_done_and_tried_again(trial: Trial) -> None:
    """What was not done, and no answer came or one that says later, is done in the end."""
    for fault in (faults.too_many(3), faults.failing(503), faults.failing(500), faults.dropped()):
        with trial.apart() as one:
            on = Writing(one)
            one.fake.misbehave(fault, times=2, writes=True)
            _in_the_end(on, [on.new(number) for number in range(3)])
        with trial.apart() as one:
            on = Writing(one)
            one.fake.misbehave(fault, times=2, writes=True)
            _in_the_end(on, [on.edit(row, 1 + place) for place, row in enumerate(on.rows())])


def _in_the_end(on: Writing, intents: Sequence[Intent]) -> None:
    """Nothing is refused, and what is done stands there once."""
    with hurried(0.3):
        first = on.push(intents)
    for one in first.values():
        require(one.outcome != "refused", f"{one.id} was refused: {one.reason}")
        if one.outcome == "done":
            _stands(on, next(intent for intent in intents if intent.id == one.id), one)
    on.fake.advance(hours=1)
    with hurried(2.0):
        left = on.until_done([one for one in intents if first[one.id].outcome != "done"])
    results = first | left
    late = [name for name, one in results.items() if one.outcome != "done"]
    require(not late, f"{some(late)} were never done, though the backend is well again")
    for intent in intents:
        _stands(on, intent, results[intent.id])


def _once(on: Writing, intent: Intent) -> None:
    found = len(on.with_email(intent))
    require(found == 1, f"{intent.id} stands there {found} times")


@rule
def part_of_a_batch_is_refused(trial: Trial) -> None:
    """What is refused is refused alone, with a reason; the rest of its batch is done."""
    on = Writing(trial)
    wrong = on.new(1, **{"contacts.email": BAD})
    new = [on.new(0), wrong, on.new(2), on.new(3)]
    bad = on.edit(on.rows()[1], 31, **{"contacts.email": BAD})
    old = [on.edit(on.rows()[0], 30), bad, *(on.edit(on.rows()[n], 30 + n) for n in (2, 3))]
    results = on.until_done([*new, *old])
    for one in (*new, *old):
        result = results[one.id]
        if one in (wrong, bad):
            require(result.outcome == "refused", f"{one.id} cannot be done, is {result.outcome}")
            require(result.reason.strip(), f"{one.id} was refused without a reason")
        else:
            require(result.outcome == "done", f"{one.id} is {result.outcome}: {result.reason}")
            _stands(on, one, result)
    refused = [row for row in on.rows() if reach(row.data, on.table.email) == BAD]
    require(not refused, "what was refused stands at the backend")


@rule
def a_change_meanwhile(trial: Trial) -> None:
    """A record that was changed since it was compared is not overwritten."""
    on = Writing(trial)
    if not on.fake.versions:
        raise NotApplicable("the backend compares no versions")
    row = on.rows()[1]
    stale = on.edit(row, 1)
    on.fake.relabel(STREAM, row, NEW + 7)
    kept = reach(row.data, on.table.name)
    result = on.push([stale])[stale.id]
    require(result.outcome == "refused", f"a change of an older version is {result.outcome}")
    require(reach(row.data, on.table.name) == kept, "a change made meanwhile was overwritten")
    fresh = on.edit(row, 2)
    require(on.push([fresh])[fresh.id].outcome == "done", "a change of the version is not done")


@rule
def a_duplicate_is_named(trial: Trial) -> None:
    """A customer whom somebody else makes meanwhile is found, or named, and not made again."""
    with trial.apart() as one:
        on = Writing(one)
        if not on.fake.duplicates:
            raise NotApplicable("the backend knows no duplicates")
        on.push([on.new(0)])
        count = one.fake.count
    for stop in range(1, count + 1):
        with trial.apart() as one:
            on = Writing(one)
            intent = on.new(0)
            one.fake.misbehave(faults.meanwhile(_make_the_same), first=stop)
            result = on.until_done([intent])[intent.id]
            _once(on, intent)
            row = on.with_email(intent)[0]
            named = row.id in (result.external_id, *result.found)
            require(named, f"{intent.id} is {result.outcome}, and names not who is there")


def _make_the_same(fake: Any) -> None:
    fake.make(STREAM, fake.customer(NEW))


@rule
def no_more_calls_than_declared(trial: Trial) -> None:
    """There are never more calls at the same time than declared, and they are used."""
    on = Writing(trial)
    on.fake.misbehave(faults.slow(0.02), times=None)
    intents = [on.new(number) for number in range(6 * on.own.batch)]
    with trial.connector() as opened:
        opened.check()
    on.push(intents)
    most = on.fake.most_at_once
    require(most <= on.own.at_once, f"{most} calls at the same time, declared are {on.own.at_once}")


@rule
def credentials_refused_while_writing(trial: Trial) -> None:
    """Credentials that are refused cost nothing: what was not done is tried again."""
    on = Writing(trial)
    intents = [on.new(number) for number in range(on.own.batch + 2)]
    on.fake.misbehave(faults.locked_out(), times=None)
    for one in on.push(intents).values():
        require(one.outcome == "again", f"{one.id} is {one.outcome} though nobody was let in")
    on.fake.heal()
    _in_the_end(on, intents)


@rule
def writing_tells_nothing_personal(trial: Trial) -> None:
    """No secret and nothing personal stands in a log or a result, whatever is written."""
    on = Writing(trial)
    with heard(trial.kind.connector.__module__.partition(".")[0]) as text:
        wrong = on.new(1, **{"contacts.email": BAD})
        told = [repr(_results(on, [on.new(0), wrong, on.edit(on.rows()[0], 5)]))]
        private = " ".join(values_of(on.fake))
        for place, status in enumerate((400, 401, 403, 404, 409, 422, 500, 200)):
            on.fake.misbehave(faults.telling(status, private), times=None, writes=True)
            told.append(repr(_results(on, [on.new(10 + place), on.edit(on.rows()[1], place)])))
            on.fake.heal()
    quiet(on.fake, [*told, text.getvalue()])


def _results(on: Writing, intents: Sequence[Intent]) -> list[tuple[str, str, str]]:
    """What results say in words."""
    return [(one.reason, one.field, str(one.found)) for one in on.push(intents).values()]


@rule
def an_objection_arrives(trial: Trial) -> None:
    """Whoever objects is written to no more, and says it twice without harm."""
    on = Writing(trial, "consent")
    row = _who(on, lambda one: on.fake.consents(one))
    for state in ("objected", "withdrawn"):
        results = on.until_done([on.consent(row, state)])
        require(all(one.outcome == "done" for one in results.values()), f"{state} is not done")
        require(not on.fake.consents(row), f"the backend does not know that somebody {state}")


@rule
def an_objection_stands(trial: Trial) -> None:
    """A suppression at the backend is lifted by nothing but a newer consent with evidence."""
    on = Writing(trial, "consent")
    row = on.rows()[0]
    on.fake.suppress(row)
    bare = on.consent(row, "granted")
    result = on.push([bare])[bare.id]
    require(result.outcome == "refused", f"a consent without evidence is {result.outcome}")
    require(not on.fake.consents(row), "a consent without evidence lifted a suppression")
    others = [on.other("audience", row, name="stammkunden", member=True)]
    same = {"contacts.email": reach(row.data, on.table.email)} if on.table.email else {}
    others += [on.edit(row, 3), on.new(3, **same)]
    on.until_done([one for one in others if one.change in on.own.writes])
    require(not on.fake.consents(row), "a change of something else lifted a suppression")


@rule
def belonging_to_an_audience(trial: Trial) -> None:
    """Customers come into an audience and out of it, and twice does no harm."""
    on = Writing(trial, "audience")
    rows = on.rows()[:3]
    for member in (True, True, False, False):
        intents = [on.other("audience", row, name="stammkunden", member=member) for row in rows]
        results = on.until_done(intents)
        require(all(one.outcome == "done" for one in results.values()), "an audience is not done")
        there = {row.id for row in rows} & on.fake.members("stammkunden")
        wanted = {row.id for row in rows} if member else set()
        require(there == wanted, f"{len(there)} belong to the audience, not {len(wanted)}")


@rule
def erasing_a_customer(trial: Trial) -> None:
    """Whoever is to be erased is gone at the backend, and nobody else; twice does no harm."""
    on = Writing(trial, "erase")
    row, others = on.rows()[1], {one.id for one in on.rows()} - {on.rows()[1].id}
    for _ in range(2):
        results = on.until_done([on.other("erase", row)])
        require(all(one.outcome == "done" for one in results.values()), "an erasure is not done")
        require(on.fake.get(STREAM, row.id) is None, "somebody erased is still there")
    require({one.id for one in on.rows()} == others, "an erasure erased somebody else")


def _who(on: Writing, holds: Callable[[Row], bool]) -> Row:
    found = [row for row in on.rows() if holds(row)]
    require(found, "the fake has no customer who allowed anything")
    return found[0]

"""Rules of keeping quiet: nothing personal and no secret is told, and only the backend is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote, quote_plus

from crmsync.errors import CrmsyncError
from crmsync.testing import _faults as faults
from crmsync.testing._backend import FakeBackend
from crmsync.testing._guard import heard, only_here
from crmsync.testing._rules import few_requests, rule
from crmsync.testing._trial import NotApplicable, Trial, require, said

TIGHT = (4, 2.0)
"""A limit that every run meets: four calls in two seconds."""


@rule
def nothing_personal_is_told(trial: Trial) -> None:
    """No secret and nothing personal stands in a log, an error, the report or what is parked."""
    for stop in few_requests(trial):
        with trial.apart() as one, heard(_package(one)) as text:
            _go_wrong(one.filled(), stop)
            told = [text.getvalue(), _all_of(one)]
        quiet(one.fake, told)


def _go_wrong(trial: Trial, stop: int) -> None:
    """Everything that makes a connector talk: bad records, and answers full of what is private."""
    fake = trial.fake
    for stream in trial.streams:
        if fake.tables[stream.name].name:
            fake.poison(stream.name, fake.living(stream.name)[1])
    trial.sync()
    private = " ".join(values_of(fake))
    for status in (400, 401, 403, 404, 409, 422, 500):
        fake.misbehave(faults.telling(status, private), first=stop, times=None)
        print(json.dumps(trial.sync().as_json()))  # noqa: T201
        with suppress(CrmsyncError), trial.connector() as opened:
            try:
                opened.check()
            except CrmsyncError as error:
                print(error, repr(error))  # noqa: T201
        fake.heal()


def _all_of(trial: Trial) -> str:
    """What is set aside, as `crmsync parked list` shows it."""
    return json.dumps(trial.parked(), ensure_ascii=False)


def values_of(fake: FakeBackend) -> list[str]:
    """Everything that must be told nowhere."""
    people = [value for one in fake.people.values() for value in one.told]
    return [*people, *fake.private]


def quiet(fake: FakeBackend, told: Iterable[str]) -> None:
    """Broken when one of the texts holds what is private, however it is written."""
    for text in told:
        for value in values_of(fake):
            forms = {value, quote(value), quote_plus(value), json.dumps(value)[1:-1]}
            found = next((form for form in forms if form in text), None)
            if found is not None:
                place = text.index(found)
                around = text[max(0, place - 80) : place].splitlines()[-1:]
                require(False, f"something private was told, after {around}")


def _package(trial: Trial) -> str:
    return trial.kind.connector.__module__.partition(".")[0]


@rule
def nobody_else_is_asked(trial: Trial) -> None:
    """Only the backend is asked: no other machine, by no name and no address."""
    with only_here() as asked:
        trial.filled().sync()
        with suppress(CrmsyncError), trial.connector() as opened:
            opened.check()
    require(not asked, f"somebody else was asked: {', '.join(sorted(set(asked)))}")


@rule
def a_limit_that_is_enforced(trial: Trial) -> None:
    """A backend that allows only few calls gets them as slowly as it asks, and nothing is lost."""
    fake = trial.fake
    fake.rate = TIGHT
    trial.filled()
    report = trial.sync()
    require(not fake.impatient, "somebody asked again before the pause had passed")
    require(report.exit_code() == 0, f"a limit that is enforced ended {said(report)}")
    fake.rate = fake.limit
    trial.complete()


@rule
def the_limit_that_is_known(trial: Trial) -> None:
    """The limits that the vendor publishes are kept without being told."""
    fake = trial.fake
    if fake.limit is None and fake.bears is None:
        raise NotApplicable("the vendor publishes no limits")
    count = 2 * fake.page * (fake.limit[0] if fake.limit else 3)
    fake.misbehave(faults.slow(0.01), times=None)
    trial.filled(customers=min(count, 300), orders=5).clean()
    require(not fake.over_limit, f"{fake.over_limit} requests were above the vendor's limit")
    most = fake.most_at_once
    require(most <= (fake.bears or most), f"{most} requests at once, the vendor bears {fake.bears}")

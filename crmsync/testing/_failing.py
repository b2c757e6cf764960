"""Rules of failing: whatever a backend answers, nothing is lost, and the exit code is right."""

from __future__ import annotations

from crmsync.engine.report import Report
from crmsync.testing import _faults as faults
from crmsync.testing._faults import Fault
from crmsync.testing._guard import hurried
from crmsync.testing._rules import few_requests, rule
from crmsync.testing._trial import NotApplicable, Trial, require, said

MANY = 60
"""More requests than this for a backend that always fails are no trying again, but a storm."""


@rule
def a_pause_in_seconds(trial: Trial) -> None:
    """429 with Retry-After in seconds: nobody asks before it has passed, and the run ends well."""
    _pauses(trial, faults.too_many(7))


@rule
def a_pause_as_a_date(trial: Trial) -> None:
    """429 with Retry-After as a date: nobody asks before it has come, and the run ends well."""
    _pauses(trial, faults.too_many(7, as_date=True))


def _pauses(trial: Trial, fault: Fault) -> None:
    for stop in few_requests(trial):
        with trial.apart() as one:
            one.filled().fake.misbehave(fault, first=stop)
            report = one.sync()
            require(not one.fake.impatient, "somebody asked again before the pause had passed")
            require(report.exit_code() == 0, f"a short pause was not waited for: {said(report)}")
            one.complete()


@rule
def a_pause_too_long(trial: Trial) -> None:
    """429 for a whole day: the run ends with exit code 5, and a later one goes on."""
    for stop in few_requests(trial):
        with trial.apart() as one:
            one.filled().fake.misbehave(faults.too_many(86_400), first=stop, times=None)
            report = one.sync()
            require(report.exit_code() == 5, f"a pause of a day ended {said(report)}")
            require(max(one.slept, default=0) < 3600, "the run waited for a pause of a day")
            one.fake.heal()
            one.fake.advance(days=2)
            one.clean()
            one.complete()


@rule
def a_server_that_fails_once(trial: Trial) -> None:
    """500, 502, 503 and 504 are tried again, and the run ends well."""
    for place, stop in enumerate(few_requests(trial)):
        with trial.apart() as one:
            status = (500, 502, 503, 504)[place % 4]
            one.filled().fake.misbehave(faults.failing(status), first=stop)
            _well(one, f"{status} at request {stop}")


@rule
def a_server_that_fails_for_good(trial: Trial) -> None:
    """An error that lasts ends the run with exit code 1, soon; a later run brings everything."""
    for fault in (faults.failing(500), faults.failing(503), faults.dropped()):
        with trial.apart() as one:
            one.filled().fake.misbehave(fault, times=None)
            report = one.sync()
            require(report.exit_code() == 1, f"a backend that fails for good ended {said(report)}")
            count = one.fake.count
            require(count <= MANY, f"{count} requests went to a backend that always fails")
            _later(one)


@rule
def no_answer_in_time(trial: Trial) -> None:
    """A request that is not answered in time is tried again, and the run ends well."""
    for stop in few_requests(trial):
        with trial.apart() as one:
            one.filled().fake.misbehave(faults.time_out(), first=stop)
            with hurried(0.3) as endless:
                _well(one, f"no answer to request {stop}")
            require(not endless, "a request has no time-out: it would wait for ever")


@rule
def an_answer_cut_off(trial: Trial) -> None:
    """A connection that breaks before or within the answer: tried again, and the run ends well."""
    for stop in few_requests(trial):
        for fault in (faults.cut_body(0.5), faults.dropped()):
            with trial.apart() as one:
                one.filled().fake.misbehave(fault, first=stop)
                _well(one, f"a connection that broke at request {stop}")


@rule
def a_web_page_instead(trial: Trial) -> None:
    """A web page with 200 counts as no answer: nothing is lost, nothing is deleted."""
    _unreadable(trial, faults.html())


@rule
def broken_json(trial: Trial) -> None:
    """JSON without its end counts as no answer: nothing is lost, nothing is deleted."""
    _unreadable(trial, faults.broken_json())


@rule
def an_empty_body(trial: Trial) -> None:
    """200 without a body counts as no answer: nothing is lost, nothing is deleted."""
    _unreadable(trial, faults.empty())


@rule
def a_token_that_ends(trial: Trial) -> None:
    """A token that ends in the middle of a run is renewed, and the run ends well."""
    with trial.apart() as one:
        one.filled().clean()
        if not one.fake.tokens:
            raise NotApplicable("the backend gives no tokens that end")
    for stop in few_requests(trial):
        with trial.apart() as one:
            one.filled().fake.misbehave(faults.expired(), first=stop)
            _well(one, f"a token that ended before request {stop}")


@rule
def rights_taken_away(trial: Trial) -> None:
    """Credentials that are refused in the middle of a run end it with exit code 4."""
    for stop in few_requests(trial):
        with trial.apart() as one:
            one.filled().fake.misbehave(faults.locked_out(), first=stop, times=None)
            report = one.sync()
            require(report.exit_code() == 4, f"credentials that are refused ended {said(report)}")
            require(one.fake.count <= stop + MANY, "refused credentials were tried again and again")
            _later(one)


def _well(trial: Trial, what: str) -> None:
    report = trial.sync()
    require(report.exit_code() == 0, f"{what}: the run ended {said(report)}")
    trial.complete()


def _unreadable(trial: Trial, fault: Fault) -> None:
    for stop in few_requests(trial):
        with trial.apart() as one:
            one.filled().fake.misbehave(fault, first=stop)
            _told(one, one.sync())
            _later(one)
    with trial.apart() as one:
        one.filled().clean()
        before = {stream.name: one.alive(stream.name) for stream in one.streams}
        for stop in few_requests(trial):
            plan = one.fake.misbehave(fault, first=stop, times=None)
            report = one.sync()
            unnoticed = plan.struck and report.exit_code() == 0
            require(not unnoticed, "answers that say nothing passed unnoticed")
            after = {stream.name: one.alive(stream.name) for stream in one.streams}
            require(before == after, "answers that say nothing deleted something")
            one.fake.heal()
        _later(one)


def _told(trial: Trial, report: Report) -> None:
    """Either it was tried again and all is there, or the run says that it failed."""
    if report.exit_code() == 0:
        trial.complete()
    else:
        require(report.exit_code() == 1, f"an answer that says nothing ended {said(report)}")


def _later(trial: Trial) -> None:
    """Once the backend is well again, the next run brings everything."""
    trial.fake.heal()
    trial.clean()
    trial.complete()

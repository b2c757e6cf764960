"""Rules of reading: everything arrives, once, whatever happens to the pages on their way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from crmsync.model.stream import Stream, reach
from crmsync.testing._backend import FakeBackend
from crmsync.testing._faults import failing, lost_cursors, meanwhile
from crmsync.testing._rules import every_request, rule
from crmsync.testing._trial import NotApplicable, Trial, require, said, same, some

FRESH = 700
"""From this number on rows are new ones."""


@rule
def everything_arrives(trial: Trial) -> None:
    """After the first run the store has every row of the backend, and each order its customer."""
    report = trial.filled().clean()
    trial.complete()
    require(not report.pending, "records wait for others though all are there")
    path = trial.fake.tables["orders"].customer if "orders" in trial.fake.tables else ""
    content = trial.content() if path else {}
    for row in trial.fake.living("orders") if path else ():
        owners = {fact["source_id"] for fact in content[f"orders/{row.id}"]["facts"]}
        told = f"customers/{reach(row.data, path)}"
        require(told in owners, f"orders/{row.id} is not linked to {told}")


@rule
def reading_twice_changes_nothing(trial: Trial) -> None:
    """A second run of an unchanged backend changes no record and doubles none."""
    trial.filled().clean()
    before = trial.content()
    report = trial.clean()
    same(before, trial.content(), "the second run changed what nobody had changed")
    for where, counts in report.lands.items():
        found = counts["new"] + counts["changed"]
        require(not found, f"{where}: the second run counted {found} new or changed records")


@rule
def changes_arrive(trial: Trial) -> None:
    """What was changed or added since the last run arrives with the next one."""
    trial.filled().clean()
    for stream in trial.streams:
        row = trial.fake.living(stream.name)[1]
        trial.fake.relabel(stream.name, row, FRESH)
        trial.fake.add(stream.name, FRESH + 1)
    trial.clean()
    trial.complete()


@rule
def goes_on_where_it_stopped(trial: Trial) -> None:
    """Stopped at any request, the next run ends as an undisturbed one, and reads at most a page of
    what was committed again (but for streams that are read whole to see who is missing)."""
    with trial.apart() as one:
        one.filled().clean()
        whole, count = one.content(), one.fake.count
    for stop in every_request(trial):
        with trial.apart() as one:
            _stopped(one.filled(), stop)
            before, first = one.met(), len(one.readings)
            one.clean(later=False)
            same(whole, one.content(), f"stopped at request {stop} of {count}, then run again")
            again = one.met(first, whole=False) & before
            require(
                again.total() <= one.fake.page,
                f"stopped at request {stop}, the next run read {again.total()} records again",
            )


def _stopped(trial: Trial, stop: int) -> None:
    """Run with a backend that fails from its `stop`-th request on, and mend it."""
    trial.fake.misbehave(failing(503), first=stop, times=None)
    report = trial.sync()
    require(report.exit_code() == 1, f"a backend that fails for good ended {said(report)}")
    trial.fake.heal()


@rule
def many_rows_of_one_stamp(trial: Trial) -> None:
    """Rows with one and the same stamp arrive though they are more than a page holds."""
    fake = trial.filled().fake
    trial.clean()
    for stream in trial.those(_has_stamp(trial), "has stamps"):
        at, cap = fake.now, fake.capped.get(stream.name, 2 * fake.page + 1)
        for number in range(min(cap, 2 * fake.page + 1)):
            fake.add(stream.name, FRESH + number, at=at)
    trial.clean()
    trial.complete()


@rule
def the_edge_of_a_window(trial: Trial) -> None:
    """A row stamped exactly where one window ends and the next begins arrives."""
    streams = trial.those(lambda one: one.cursor == "timestamp", "reads by stamps")
    trial.filled().clean()
    for stream in streams:
        end = trial.until(stream.name)
        trial.fake.add(stream.name, FRESH, at=end)
        trial.fake.add(stream.name, FRESH + 1, at=end + trial.fake.precision)
    trial.clean()
    trial.complete()
    trial.clean()
    for stream in streams:
        trial.fake.add(stream.name, FRESH + 2, at=trial.until(stream.name))
    trial.clean()
    trial.complete()


@rule
def rows_that_move_between_pages(trial: Trial) -> None:
    """Rows that change or vanish while pages are read make no other row be missed."""
    for stop in every_request(trial, most=6):
        with trial.apart() as one:
            one.filled(customers=9).fake.misbehave(meanwhile(_change_the_first), first=stop)
            one.sync()
            one.clean()
            one.complete()
        with trial.apart() as one:
            _vanish_in_the_second_run(one.filled(customers=21, orders=11), stop)


def _vanish_in_the_second_run(trial: Trial, stop: int) -> None:
    """A row vanishes while everything is read again: all others must stay."""
    trial.clean()
    for stream in trial.streams:
        for row in trial.fake.living(stream.name):
            trial.fake.bump(stream.name, row)
    trial.fake.misbehave(meanwhile(_delete_the_first), first=stop)
    trial.sync()
    for stream in trial.streams:
        lost = {row.id for row in trial.fake.living(stream.name)} - trial.alive(stream.name)
        require(not lost, f"{stream.name}: {some(lost)} counted as gone when another row vanished")
    trial.clean()
    trial.current()


def _change_the_first(fake: FakeBackend) -> None:
    fake.advance(minutes=10)
    for stream in fake.tables:
        fake.relabel(stream, fake.living(stream)[0], FRESH)


def _delete_the_first(fake: FakeBackend) -> None:
    fake.advance(minutes=10)
    for stream in fake.tables:
        if len(fake.living(stream)) > 1:
            fake.delete(stream, fake.living(stream)[0].id)


@rule
def rows_that_show_late(trial: Trial) -> None:
    """A row that shows only some time after its stamp arrives, as late as the vendor says."""
    fake, late = trial.filled().fake, trial.kind.late
    streams = trial.those(
        lambda one: one.cursor == "timestamp" and max(one.lag, late), "declares a lag"
    )
    trial.clean()
    for stream in streams:
        fake.add(stream.name, FRESH, at=fake.now - max(stream.lag, late) + fake.precision)
    trial.clean()
    trial.complete()


@rule
def rows_without_a_stamp(trial: Trial) -> None:
    """Rows that have no stamp until they are changed arrive all the same."""
    fake = trial.filled().fake
    streams = trial.those(lambda one: one.name in fake.null_stamps, "has rows without a stamp")
    for step in range(2):
        for stream in streams:
            for number in range(fake.page + 1):
                fake.add(stream.name, FRESH + 50 * step + number, stamped=False)
        trial.clean()
        trial.complete()
    fake.relabel(streams[0].name, fake.living(streams[0].name)[-1], FRESH + 200)
    trial.clean()
    trial.complete()


@rule
def a_stamp_in_the_future(trial: Trial) -> None:
    """A row stamped in the future does not make the rows be missed that change after it."""
    fake = trial.filled().fake
    streams, late = trial.those(_has_stamp(trial), "has stamps"), set[str]()
    for stream in streams:
        late.add(fake.add(stream.name, FRESH, at=fake.now + timedelta(days=900)).id)
    trial.clean()
    for stream in streams:
        fake.relabel(stream.name, fake.living(stream.name)[0], FRESH + 1)
        fake.add(stream.name, FRESH + 2)
    trial.clean()
    trial.complete(but=sorted(late))


@rule
def the_backends_clock_counts(trial: Trial) -> None:
    """A clock of this machine that is days ahead makes no change be missed."""
    fake = trial.filled().fake
    streams = trial.those(lambda one: one.cursor == "timestamp", "reads by stamps")
    trial.sync(ahead=timedelta(days=2))
    for number in range(2):
        for stream in streams:
            fake.relabel(stream.name, fake.living(stream.name)[number], FRESH + number)
            fake.add(stream.name, FRESH + 10 + number)
        trial.sync(ahead=timedelta(days=2))
    trial.complete()


@rule
def more_rows_than_the_cap(trial: Trial) -> None:
    """More rows than one question lists arrive, in the first run and in later ones."""
    fake = trial.fake
    streams = trial.those(lambda one: one.name in fake.capped, "has a cap")
    fake.fill(customers=1, orders=1)
    for stream in streams:
        for number in range(fake.capped[stream.name] + 3):
            fake.add(stream.name, FRESH + number, at=fake.now + timedelta(minutes=number))
    fake.advance(days=1)
    trial.clean()
    trial.complete()
    for stream in streams:
        for number, row in enumerate(fake.living(stream.name)):
            fake.relabel(stream.name, row, 2 * FRESH + number)
            fake.advance(minutes=1)
    trial.clean()
    trial.complete()


@rule
def a_page_cursor_that_ends(trial: Trial) -> None:
    """A page cursor the backend forgot, within a run or between two, costs no row."""
    with trial.apart() as one:
        one.filled().clean()
        if not one.fake.gave_cursors:
            raise NotApplicable("the backend gives no page cursors")
    for stop in every_request(trial, most=5):
        with trial.apart() as one:
            one.filled().fake.misbehave(lost_cursors(), first=stop)
            one.sync()
            one.sync()
            one.clean()
            one.complete()
        with trial.apart() as one:
            _stopped(one.filled(), stop)
            one.fake.end_cursors()
            one.sync(later=False)
            one.clean(later=False)
            one.complete()


def _has_stamp(trial: Trial) -> Callable[[Stream], bool]:
    def has_stamp(stream: Stream) -> bool:
        return bool(trial.fake.tables[stream.name].stamp)

    return has_stamp

"""Rules of deleting: what is gone at the backend goes, comes back, merges; nothing else does."""

from __future__ import annotations

from crmsync.testing._rules import rule
from crmsync.testing._trial import NotApplicable, Trial, require, said, some

ENOUGH = 21
"""So many rows that one of them may vanish without a brake."""


@rule
def a_row_that_was_deleted(trial: Trial) -> None:
    """A row that was deleted is gone after the next run, and no other."""
    fake = trial.filled(customers=ENOUGH, orders=ENOUGH).fake
    streams = trial.those(lambda one: one.deletes != "none", "tells what was deleted")
    trial.clean()
    for stream in streams:
        fake.delete(stream.name, fake.living(stream.name)[3].id)
    trial.clean()
    trial.complete()


@rule
def a_row_that_comes_back(trial: Trial) -> None:
    """A row that was deleted and comes back is there again."""
    fake = trial.filled(customers=ENOUGH, orders=ENOUGH).fake
    streams = trial.those(lambda one: one.deletes != "none", "tells what was deleted")
    trial.clean()
    rows = {stream.name: fake.living(stream.name)[3] for stream in streams}
    for name, row in rows.items():
        fake.delete(name, row.id)
    trial.clean()
    for name, row in rows.items():
        fake.restore(name, row.id)
    trial.clean()
    trial.complete()


@rule
def an_empty_answer(trial: Trial) -> None:
    """A backend that suddenly has nothing deletes nobody: a brake stops it, with exit code 6."""
    fake = trial.filled(customers=ENOUGH, orders=ENOUGH).fake
    trial.clean()
    before = {stream.name: trial.alive(stream.name) for stream in trial.streams}
    fake.empty = True
    report = trial.sync()
    compared = any(stream.deletes in ("missing", "reconcile") for stream in trial.streams)
    wanted = 6 if compared else 0
    require(report.exit_code() == wanted, f"an empty backend ended {said(report)}")
    for name, there in before.items():
        lost = there - trial.alive(name)
        require(not lost, f"{name}: an empty answer deleted {some(lost)}")
    fake.empty = False
    trial.clean()
    trial.complete()


@rule
def two_rows_merged(trial: Trial) -> None:
    """A merge at the backend links the loser to the winner."""
    fake = trial.filled(customers=ENOUGH, orders=ENOUGH).fake
    if not fake.merges:
        raise NotApplicable("the backend tells no merges")
    trial.clean()
    pairs = {name: [row.id for row in fake.living(name)[3:5]] for name in fake.merges}
    for name, (loser, winner) in pairs.items():
        fake.merge(name, loser, winner)
    trial.clean()
    content = trial.content()
    for name, (loser, winner) in pairs.items():
        found = content[f"{name}/{loser}"]["merged_into"]
        require(found == f"{name}/{winner}", f"{name}/{loser} was merged, the store says {found}")

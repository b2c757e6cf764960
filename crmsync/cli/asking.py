"""Asks a human on the terminal, one pair after the other; every answer is saved at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import click

from crmsync.cli.keyboard import END
from crmsync.cli.pair import Words, show_pair, words
from crmsync.cli.people import history_lines
from crmsync.engine import decide
from crmsync.engine.decide import Verdict
from crmsync.engine.project import Project
from crmsync.identity import history as past
from crmsync.identity import queue
from crmsync.identity.queue import Waiting
from crmsync.model.clock import stamp
from crmsync.model.words import Band
from crmsync.store.links import DecisionRow


class Asking:
    """A human working through the queue; `answered` is what he has decided and not undone."""

    def __init__(
        self,
        project: Project,
        found: Sequence[Waiting],
        *,
        by: str,
        language: str,
        key: Callable[[], str],
    ) -> None:
        self.answered: list[tuple[int, Band, DecisionRow | None]] = []
        self._project = project
        self._found = found
        self._by = by
        self._key = key
        self._language = language
        self._place = 0
        self._words: Words = words(language)

    def count(self, band: Band) -> int:
        """How many pairs he found to be `band`."""
        return sum(one == band for _, one, _ in self.answered)

    def work_through(self) -> None:
        """Show pair after pair until the last is answered or he quits; the screen is left clean."""
        keys: Mapping[str, Callable[[], None]] = {
            "s": lambda: self._answer("same"), "a": lambda: self._answer("apart"),
            "k": self._skip, "n": self._skip, "u": self._undo, "o": self._open,
            "q": self._quit, END: self._quit,
        }  # fmt: skip
        while self._place < len(self._found):
            self._show()
            while (key := self._key().lower()) not in keys:
                click.echo(self._words.keys)
            keys[key]()
        click.clear()

    def _show(self) -> None:
        waiting = self._found[self._place]
        with self._project.store.read() as work:
            sides = queue.sides(work, (waiting.review.a, waiting.review.b))
        click.clear()
        click.echo(f"{self._place + 1} / {len(self._found)}")
        show_pair(waiting, sides, self._language)

    def _answer(self, band: Band) -> None:
        one = self._found[self._place].review
        with self._project.store.read() as work:
            before = queue.held(work, one.a, one.b)
        decide.save(self._project, Verdict(one.a, one.b, band, self._by))
        self.answered.append((self._place, band, before))
        self._place += 1

    def _skip(self) -> None:
        self._place += 1

    def _undo(self) -> None:
        """Take the last answer back, and show its pair again."""
        if not self.answered:
            return
        self._place, _, before = self.answered.pop()
        one = self._found[self._place].review
        at = stamp(datetime.now(UTC))
        with self._project.store.work("people/decide") as work:
            queue.take_answer_back(work, one.a, one.b, before, by=self._by, at=at)

    def _open(self) -> None:
        """Tell the history of both customers, and wait for a key."""
        one = self._found[self._place].review
        with self._project.store.read() as work:
            found = [past.history(work, name) for name in (one.a_customer, one.b_customer)]
        for history in found:
            click.echo("\n" + "\n".join(history_lines(history, self._language)))
        click.echo(f"\n{self._words.back}")
        self._key()

    def _quit(self) -> None:
        self._place = len(self._found)

"""Lands what people write down: a note is a record of the connection of its controller's notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from crmsync.config import FILE
from crmsync.engine.batches import land_batch
from crmsync.engine.cursor import BackendTime
from crmsync.engine.gather import Batch
from crmsync.engine.intake import prepare
from crmsync.engine.newid import new_id
from crmsync.engine.project import Project, connect
from crmsync.engine.report import Report
from crmsync.engine.sync import silent, sync
from crmsync.engine.taking import Intake
from crmsync.errors import ConfigError
from crmsync.model.ref import LONGEST, Ref, can_be_kept
from crmsync.model.stream import Page
from crmsync.model.thread import answered, threads
from crmsync.model.touch import Touch
from crmsync.store import keys, links, records
from crmsync.store.records import StreamRow, decoded
from crmsync.store.touches import touches_of

CONNECTOR = "notes"
VOLATILE = ("at", "id")
"""What a second attempt at the same note may say otherwise."""


class Place(NamedTuple):
    """Where a note goes: the connection, the customer, and the record that stands for him."""

    connection: str
    customer_id: str
    record: Ref


def place(project: Project, customer_id: str, named: str = "") -> Place:
    """Where a note about a customer goes; `named` is the record that was named, or no record.

    ConfigError when the customer has no record any more, and when no connection, or more than one,
    holds the notes of his controller.
    """
    with project.store.read() as work:
        owner = links.load_customers(work, [customer_id])[customer_id].controller
        sources = [link.source_id for link in links.links_to(work, [customer_id])]
        refs = sorted(keys.refs_of(work, sources).values())
    if not refs:
        raise ConfigError(f"the customer '{customer_id}' has no record any more.")
    record = next((ref for ref in refs if str(ref) == named), refs[0])
    return Place(_connection(project, owner), customer_id, record)


def _connection(project: Project, controller: str) -> str:
    configured = project.settings.connections.items()
    mine = [name for name, one in configured if one.connector == CONNECTOR]
    found = [name for name in mine if project.settings.connections[name].controller == controller]
    if len(found) == 1:
        return found[0]
    many = "no connection holds" if not found else f"{' and '.join(found)} both hold"
    raise ConfigError(
        f"{many} the notes of the controller '{controller}'.",
        hint=f"The integrator: let {FILE} have one table such as [connections.notes] with "
        f'connector = "{CONNECTOR}" and controller = "{controller}".',
    )


def named(project: Project, customer_id: str, ref: Ref) -> Touch:
    """The interaction of a customer that a note is about; ConfigError when he has none such."""
    with project.store.read() as work:
        found = [one for one in touches_of(work, [customer_id]) if one.ref == ref]
    if not found:
        raise ConfigError(
            f"{ref} is no interaction of this customer.",
            hint="`crmsync service --customer` lists what is open, with the record of each.",
        )
    return found[0]


def open_points(project: Project, customer_id: str, ref: Ref) -> set[int]:
    """The points of an interaction (numbers from 1) that nobody has answered yet."""
    with project.store.read() as work:
        told = touches_of(work, [customer_id])
    for thread in threads(told):
        for one in thread.touches:
            if one.ref == ref:
                return set(range(1, len(one.details.points) + 1)) - answered(one, thread).keys()
    return set()


def write(project: Project, connection: str, note: Mapping[str, Any], *, key: str = "") -> Ref:
    """Land a note; gives its Ref. With a `key` that was used for the same note, nothing is landed.

    ConfigError when the key was used for another note, LeaseHeld while a run reads the connection.
    """
    if key and not can_be_kept(key):
        raise ConfigError(f"a key has at most {LONGEST} signs, and none that cannot be stored.")
    now = datetime.now(UTC)
    raw = {**note, "id": key or new_id(now)}
    with _intake(project, connection, now) as intake:
        [(row, stream)] = intake.rows.values()
        if not (key and _is_there(project, row, raw)):
            land_batch(intake, row, stream, Batch([Page(records=[raw])], 1))
    return Ref(connection, row.name, raw["id"])


@contextmanager
def _intake(project: Project, connection: str, now: datetime) -> Iterator[Intake]:
    """The connection of the notes being taken in, under its lease."""
    report = Report(new_id(now), now.date().isoformat())
    lease = project.store.lease(f"connection:{connection}", holder=report.run_id)
    with lease as held, closing(connect(project, connection)) as connector:
        time = BackendTime(connector, now)
        intake = Intake(project, connection, report, time, silent, held, connector)
        prepare(intake)
        yield intake


def _is_there(project: Project, row: StreamRow, raw: Mapping[str, Any]) -> bool:
    """Whether this very note was landed under its key; ConfigError when another one was."""
    with project.store.read() as work:
        numbers = records.numbers_of(work, row.id, [raw["id"]])
        payloads = [
            one for some in records.load_raw(work, numbers.values()) for one in some.payloads
        ]
    if not payloads:
        return False
    if _said(decoded(payloads[0]) or {}) != _said(raw):
        raise ConfigError("this key was used for another note.", hint="Give each note its own key.")
    return True


def _said(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name not in VOLATILE}


def follow(project: Project, connection: str, *, as_of: str = "") -> Report:
    """Bring everything up to date that a note concerns; no backend is asked."""
    return sync(project, connections=[connection], as_of=as_of, read=False, verb="note")

"""The whole way: extract, land, normalize, resolve, profile, habits, feed; and the run's report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from crmsync.config import FILE
from crmsync.engine.connections import Terms, refuse_given, take_in_each
from crmsync.engine.newid import new_id
from crmsync.engine.project import Project, require_connections
from crmsync.engine.report import Progress, Report
from crmsync.engine.sums import check_against_store
from crmsync.errors import CrmsyncError, StoreError, SumsError
from crmsync.model.clock import stamp
from crmsync.store import parking, records, runs
from crmsync.store.leftover import leftover


def silent(_what: str, _where: str, _more: int) -> None:
    """The progress of somebody who does not watch."""


def sync(
    project: Project,
    *,
    connections: Sequence[str] = (),
    as_of: str = "",
    now: datetime | None = None,
    progress: Progress = silent,
    read: bool = True,
    behind: bool = True,
    accept_deletes: bool = False,
    whole: bool = False,
    verb: str = "sync",
    jobs: int = 0,
) -> Report:
    """Run every stage over `connections` (all of them when empty); gives the report.

    `as_of` is the local day the run counts from (ISO), by default today in the configured zone.
    A connection that fails is named in the report, the others go on. Without `read` nothing is
    asked of a backend: what is in the store is brought up to date. Without `behind` the run ends
    after normalize. With `whole` every stream is read from its beginning. Up to `jobs` connections
    are taken in at once, each in a process of its own; 0 means as many as crmsync.toml says.

    ConfigError, and nothing is done, when one of `connections` is not configured, when the model
    that is configured is none, or when several are to be taken in at once and one has a connector
    that was handed over in Python, which no other process finds.
    """
    require_connections(project.settings, connections)
    _require_model(project)
    now = now or datetime.now(UTC)
    day = as_of or now.astimezone(ZoneInfo(project.settings.crmsync.zone)).date().isoformat()
    report = Report(new_id(now), day)
    names = list(dict.fromkeys(connections)) or list(project.settings.connections)
    jobs = min(jobs or project.settings.crmsync.jobs, len(names))
    if jobs > 1:
        refuse_given(project, names)
    _start(project, report, names, verb, now)
    report.hear(
        project.registry.tell("crmsync_sync_started", run_id=report.run_id, connections=names)
    )
    try:
        terms = Terms(now, read=read, accept_deletes=accept_deletes, whole=whole)
        ours = _take_in(project, names, terms, jobs, report, progress)
        _complete(project, report)
        check_against_store(project.store, report)
        _name_leftovers(project, report)
        _name_absent(project, report)
        if behind and (ours or not names):  # else the run that has them all goes on
            _behind(project, report, progress, now)
    except KeyboardInterrupt:
        report.interrupted = True
    except SumsError as error:
        report.fail("sums", error)
    return _end(project, report)


def _require_model(project: Project) -> None:
    """ConfigError when the retailer's own model is none; the one that crmsync brings is one."""
    if file := project.settings.model_file():
        from crmsync.identity.weights import in_use  # numpy too, which only resolve needs else

        in_use(file)


def _start(
    project: Project, report: Report, names: Sequence[str], verb: str, now: datetime
) -> None:
    """Write that the run began; LeaseHeld at once when a run of the same work is committing."""
    row = (report.run_id, verb, report.as_of, stamp(now))
    try:
        with project.store.work("run/start", soon=True) as work:
            runs.start(work, *row)
    except StoreError:
        project.store.refuse_beside(["resolve", *(f"connection:{name}" for name in names)])
        # it is another program's commit: wait for its end
        with project.store.work("run/start") as work:
            runs.start(work, *row)


def _take_in(
    project: Project,
    names: Sequence[str],
    terms: Terms,
    jobs: int,
    report: Report,
    progress: Progress,
) -> bool:
    """Take in the connections, in this process or in several; False when other runs have all."""
    if jobs < 2:
        return take_in_each(project, names, terms, report=report, progress=progress)
    from crmsync.engine.jobs import take_in_together  # loaded only where it is asked for

    return take_in_together(project, names, terms, jobs=jobs, report=report, progress=progress)


def _complete(project: Project, report: Report) -> None:
    """Make the indexes that a filled store has; without them it is slower, and nothing is lost."""
    try:
        project.store.complete()
    except StoreError as error:
        report.fail("indexes", error)


def _name_leftovers(project: Project, report: Report) -> None:
    """Warn of connections that are configured no more, and whose customers are still in use."""
    with project.store.read() as work:
        found = leftover(work, project.settings.connections)
    for name, number in found.items():
        report.warn(
            name,
            f"its {number} records are still in use, though {FILE} names it no more.",
            hint=f"The integrator: name it in {FILE} again; under a new name everything is read "
            f"twice. Or take them out of use: crmsync withdraw {name}",
        )


def _name_absent(project: Project, report: Report) -> None:
    """Warn of plugins that did not load: a feed, a greeting or a veto may be missing."""
    for plugin in project.registry.absent():
        report.warn(
            plugin.name,
            "this plugin did not load; the run went on without it.",
            hint="`crmsync plugins check` says why; its author must act.",
        )


def _behind(project: Project, report: Report, progress: Progress, now: datetime) -> None:
    from crmsync.engine.behind import run_behind  # loaded only by runs that go so far

    try:
        run_behind(project, report, progress, now)
    except CrmsyncError as error:
        report.fail("resolve", error)


def _end(project: Project, report: Report) -> Report:
    """Count what is set aside, write the run, tell the plugins."""
    with project.store.read() as work:
        report.parked = parking.count(work)
        report.pending = records.any_waiting(work)
    report.hear(
        project.registry.tell(
            "crmsync_sync_finished", run_id=report.run_id, report=report.as_json()
        )
    )
    with project.store.work("run/end") as work:
        finished = stamp(datetime.now(UTC))
        runs.finish(work, report.run_id, finished, report.exit_code(), report.as_json())
    return report

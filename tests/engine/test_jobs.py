"""`--jobs`: several connections at once come to the same store, the same report, the same hooks."""

from __future__ import annotations

import errno
import json
import logging
import pickle
import subprocess
import sys
from collections import Counter
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pytest

from crmsync import errors
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import ConfigError, CrmsyncError, RateLimited, RecordError
from crmsync.store import open_store, runs
from tests.engine.backend import Content, plugin
from tests.engine.shops import NAMES, run, state, write
from tests.engine.test_hooks import Listener
from tests.scenarios.killing import differences, fresh

BY_PLUGIN = "crmsync_register_connectors = shops.registers(unreachable='berlin')"


def told(report: Any) -> dict[str, Any]:
    """What the report says, without its id."""
    return {**report.as_json(), "run": ""}


def both_ways(folder: Path, url: str, **how: Any) -> list[tuple[Any, Listener, Counter[Any], Any]]:
    """A run in one process and one in three, each in an empty store."""
    found = []
    for jobs in (1, 3):
        fresh(url, folder)
        listener, steps = Listener(), Counter[Any]()

        def progress(what: str, where: str, more: int, steps: Counter[Any] = steps) -> None:
            steps[what, where] += more

        report = run(write(folder, url, **how), listener, jobs=jobs, progress=progress)
        found.append((report, listener, steps, state(url)))
    return found


def place(folder: Path, store_url: str) -> tuple[Path, str]:
    """A folder of its own for the project, and a store in it or on the server."""
    inside = f"sqlite:///{folder / 'project' / 'store.db'}"
    return folder / "project", inside if store_url.startswith("sqlite") else store_url


def test_three_at_once_come_to_the_same(tmp_path: Path, store_url: str) -> None:
    folder, url = place(tmp_path, store_url)
    one, three = both_ways(folder, url, plugin=BY_PLUGIN)
    assert told(three[0]) == told(one[0])
    assert list(three[0].lands) == list(one[0].lands)
    assert [failure.where for failure in three[0].failures] == ["berlin/orders", "berlin/customers"]
    assert three[0].failures == one[0].failures
    assert three[0].parked == 2
    assert list(three[0].profile()) == list(one[0].profile())
    assert three[1].heard["batch"] == one[1].heard["batch"]
    assert three[1].heard["started"] == [(three[0].run_id, list(NAMES))]
    assert len(three[1].heard["finished"]) == 1
    assert three[2] == one[2]
    assert differences(three[3], one[3]) == []
    assert len(one[3]["customer"]) == 58


def test_a_second_run_changes_nothing(tmp_path: Path, store_url: str) -> None:
    folder, url = place(tmp_path, store_url)
    write(folder, url)
    run(folder, jobs=3)
    before = state(url)
    report = run(folder, jobs=2)
    assert {counts["new"] + counts["changed"] for counts in report.lands.values()} == {0}
    assert differences(state(url), before) == []


@pytest.mark.parametrize("jobs,names", [(1, NAMES), (8, NAMES[:1])])
def test_one_connection_or_one_job_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, names: tuple[str, ...]
) -> None:
    def started(*_args: Any, **_more: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("crmsync.engine.jobs.take_in_together", started)
    write(tmp_path, "sqlite:///store.db", names=names)
    assert run(tmp_path, jobs=jobs).exit_code() == 3
    with pytest.raises(AssertionError, match="a process"):
        run(write(tmp_path, "sqlite:///store.db"), jobs=2)


def test_a_process_takes_one_connection_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, started = SpawnProcess.start, list[SpawnProcess]()

    def count(process: SpawnProcess) -> None:
        started.append(process)
        start(process)

    monkeypatch.setattr(SpawnProcess, "start", count)
    report = run(write(tmp_path, "sqlite:///store.db"), jobs=2)
    assert len(started) == 2
    assert [report.lands[f"{name}/customers"]["new"] for name in NAMES] == [40, 40, 40]


def test_the_configuration_may_say_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        "crmsync.engine.jobs.take_in_together", lambda *_a, jobs, **_m: bool(asked.append(jobs))
    )
    write(tmp_path, "sqlite:///store.db")
    text = (tmp_path / "crmsync.toml").read_text(encoding="utf-8")
    configured = text.replace("[crmsync]", "[crmsync]\njobs = 2")
    (tmp_path / "crmsync.toml").write_text(configured, encoding="utf-8")
    run(tmp_path)
    run(tmp_path, jobs=9)
    assert asked == [2, 3]


WRONG = {
    "plugin": ("\n[connections.x]\nconnector = 'y'\ncontroller = 'muster'\n",
               "\nfrom nowhere import nothing", ("x", "koeln")),
    "secret": ("\n[connections.x]\nconnector = 'sql'\ncontroller = 'muster'\n"
               "url = 'env:CRMSYNC_TEST_NOT_SET'\nstreams = []\n", "", ("koeln", "x")),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_in_the_same_words(tmp_path: Path, what: str) -> None:
    more, broken, names = WRONG[what]
    url = f"sqlite:///{tmp_path / 'project' / 'store.db'}"
    reports = []
    for jobs in (1, 2):
        fresh(url, tmp_path / "project")
        folder = write(tmp_path / "project", url, plugin=broken)
        with (folder / "crmsync.toml").open("a", encoding="utf-8") as file:
            file.write(more)
        reports.append(told(run(folder, connections=names, jobs=jobs)))
    assert reports[1] == reports[0]
    assert reports[0]["exit_code"] in (2, 4)
    assert reports[0]["failures"]


def test_an_unknown_connection_is_refused_before_anything_begins(tmp_path: Path) -> None:
    said = []
    for jobs in (1, 2):
        with pytest.raises(ConfigError) as refused:
            run(write(tmp_path, "sqlite:///store.db"), connections=("koeln", "x"), jobs=jobs)
        said.append(str(refused.value))
    assert said[1] == said[0]


def test_a_held_lease_is_left_to_its_run(tmp_path: Path, store_url: str) -> None:
    folder, url = place(tmp_path, store_url)
    fresh(url, folder)
    write(folder, url, names=NAMES[:2])
    store = open_store(url)
    with store.lease("connection:koeln", holder="other"):
        report = run(folder, jobs=2)
        assert [(one.where, one.code) for one in report.failures] == [("koeln", "lease")]
        assert report.exit_code() == 7
        assert "resolve" in report.stages
        with store.lease("connection:berlin", holder="other"):
            report = run(folder, jobs=2)
    store.close()
    assert [one.code for one in report.failures] == ["lease", "lease"]
    assert report.stages == {}


def test_a_connector_that_only_this_process_knows_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "sqlite:///store.db")
    text = (tmp_path / "crmsync.toml").read_text(encoding="utf-8")
    (tmp_path / "crmsync.toml").write_text(text.replace('"berlin"', '"memory"'), encoding="utf-8")
    with open_project(tmp_path, plugins=[plugin(Content())]) as project:
        with pytest.raises(ConfigError, match="'memory' was handed over in Python"):
            sync(project, as_of="2026-11-21", jobs=2)
        with project.store.read() as work:
            assert runs.last(work) == []
        assert sync(project, connections=("koeln", "muenchen"), jobs=2).exit_code() == 3


def test_numbers_that_do_not_add_up_end_the_run(tmp_path: Path) -> None:
    both = "shops.fail_in('koeln', 'sums')\nshops.fail_in('berlin', 'sums')"
    report = run(write(tmp_path, "sqlite:///store.db", plugin=both), jobs=2)
    assert [(one.where, one.code) for one in report.failures] == [("sums", "sums")]
    assert "resolve" not in report.stages
    assert report.lands["berlin/customers"]["new"] == 40
    assert "muenchen/customers" not in report.lands  # it had not begun


def test_no_process_to_be_had_is_the_failure_of_its_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, asked = SpawnProcess.start, list[SpawnProcess]()

    def refuse(process: SpawnProcess) -> None:
        asked.append(process)
        if len(asked) == 1:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        start(process)

    monkeypatch.setattr(SpawnProcess, "start", refuse)
    report = run(write(tmp_path, "sqlite:///store.db"), jobs=2)
    assert [(one.where, one.code) for one in report.failures] == [("koeln", "process")]
    assert "Cannot allocate memory" in report.failures[0].message
    assert report.lands["muenchen/customers"]["new"] == 40


def test_what_a_process_logs_goes_where_its_parent_says(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "sqlite:///store.db", plugin="shops.fail_in('koeln', 'say')")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    run(tmp_path, jobs=3)
    said = [(one.name, one.getMessage()) for one in caplog.records]
    assert ("crmsync.test", "the shop is slow") in said
    assert all(name != "httpx" for name, _ in said)


def call(folder: Path, *words: str) -> tuple[int, str]:
    """The program, run by itself: its exit code and what it says on stderr."""
    command = [sys.executable, "-m", "crmsync", *words[:-1], "--project", str(folder), "sync",
               "--jobs", words[-1]]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stderr


def test_a_bug_is_told_as_ever_and_nothing_of_a_person(tmp_path: Path) -> None:
    said = []
    for jobs in ("1", "2"):
        folder = tmp_path / jobs
        write(folder, "sqlite:///store.db",
              plugin="shops.fail_in('koeln', 'bug', everywhere=True)")  # fmt: skip
        said.append(call(folder, jobs))
    assert said[1] == said[0]
    assert said[0][0] == 1
    assert "program error: KeyError in" in said[0][1]
    assert "Jürgen" not in said[0][1]
    assert "KeyError: 'Jürgen Beispiel'" in call(tmp_path / "2", "--debug", "2")[1]


PROGRAM = """
import json
from crmsync import open_project, sync
from pathlib import Path
with open_project(Path(".")) as project:
    print(json.dumps(sync(project, jobs=2).as_json()))
"""


def test_a_program_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    write(tmp_path, "sqlite:///store.db")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, env={"PYTHONPATH": root},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert json.loads(done.stdout)["exit_code"] == 3


def _kinds(kind: type[CrmsyncError] = CrmsyncError) -> list[type[CrmsyncError]]:
    return [kind, *(one for below in kind.__subclasses__() for one in _kinds(below))]


@pytest.mark.parametrize("kind", [one for one in _kinds() if one.__module__ == errors.__name__])
def test_every_error_travels_with_all_its_fields(kind: type[CrmsyncError]) -> None:
    error = kind("shop: no answer.", hint="Its operator must act.")
    if isinstance(error, RateLimited):
        error = RateLimited("shop: too many.", retry_after=2.5, hint="Wait.")
    if isinstance(error, RecordError):
        error = RecordError("is no date", field="birth_date", hint="Mend it.")
    other = pickle.loads(pickle.dumps(error))
    assert type(other) is kind
    assert vars(other) == vars(error)
    assert str(other) == str(error)

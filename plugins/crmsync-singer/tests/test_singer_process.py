"""A tap is a foreign process: it may die, hang, flood and leak, and harms nobody but itself."""

from __future__ import annotations

import json
import logging
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from singer_play import left, pages, tap, told, until_error

from crmsync.errors import (
    BackendError,
    ConfigError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    QuotaSpent,
    RateLimited,
    Unreachable,
)
from crmsync.model.stream import Window

KEEP = "record(id=1, name='Jörg')\nstate({'n': 1})\n"


def test_a_tap_that_dies_is_named_and_what_it_told_stays(tmp_path: Path) -> None:
    body = KEEP + "record(id=2, name='Zoë')\nraise KeyError('Frau Moorbach')\n"
    found, error = until_error(tap(tmp_path, body))
    assert [one["id"] for one in told(found)] == [1, 2]
    assert found[-1].next_position["state"] == {"n": 1}
    assert isinstance(error, BackendError)
    message = "tap-play ended with exit code 1 (KeyError) while reading people."
    assert error.message == message
    assert "Moorbach" not in str(error)
    assert left(tmp_path) == []


def test_half_a_line_of_a_dead_tap_is_not_taken(tmp_path: Path) -> None:
    body = KEEP + 'sys.stdout.write(\'{"type": "REC\')\nsys.stdout.flush()\nos._exit(9)\n'
    found, error = until_error(tap(tmp_path, body))
    assert len(told(found)) == 1
    assert error is not None
    assert "exit code 9" in str(error)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_tap_that_is_killed(tmp_path: Path) -> None:
    found, error = until_error(tap(tmp_path, KEEP + "os.kill(os.getpid(), 9)\n"))
    assert len(told(found)) == 1
    assert "was ended by signal 9" in str(error)


WORDS: list[tuple[str, type[CrmsyncError]]] = [
    ("requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: x", CredentialsError),
    ("CRITICAL HTTP-error-code: 403, Error: Invalid credentials", CredentialsError),
    ("tap_klaviyo.utils.KlaviyoUnauthorizedError: no", CredentialsError),
    ("ERROR 429 Client Error: Too Many Requests", RateLimited),
    ("CRITICAL Terminating replication due to allotted quota of 80%", QuotaSpent),
    ("requests.exceptions.ConnectionError: Max retries exceeded", Unreachable),
    ("singer_sdk.exceptions.RetriableAPIError: 503 Server Error: x", Unreachable),
    ("INFO got status 401 once, trying again", BackendError),
    ("ValueError: 4012 rows", BackendError),
]


@pytest.mark.parametrize(("words", "kind"), WORDS)
def test_who_must_act(tmp_path: Path, words: str, kind: type[CrmsyncError]) -> None:
    _, error = until_error(tap(tmp_path, f"sys.stderr.write({words!r} + '\\n')\nsys.exit(1)\n"))
    assert type(error) is kind


def test_an_error_that_was_got_over_is_not_the_one_that_ended_it(tmp_path: Path) -> None:
    body = "sys.stderr.write('ERROR 401 Client Error, with another token now\\n')\n"
    _, error = until_error(tap(tmp_path, body + "raise KeyError('x')\n"))
    assert type(error) is BackendError
    chained = "sys.stderr.write('')\ntry:\n    raise OSError('401 Client Error')\n"
    chained += "except OSError as why:\n    raise KeyError('x') from why\n"
    _, error = until_error(tap(tmp_path, chained))
    assert isinstance(error, CredentialsError)
    assert "(KeyError)" in error.message


def test_a_tap_that_hangs_is_ended_with_all_it_has_started(tmp_path: Path) -> None:
    body = (
        KEEP
        + "import subprocess\n"
        + (
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
            "open('pids', 'w').write(f'{os.getpid()} {child.pid}')\n"
            "time.sleep(600)\n"
        )
    )
    found, error = until_error(tap(tmp_path, body, silence=2))
    assert len(told(found)) == 1
    assert isinstance(error, Unreachable)
    assert "tap-play has said nothing for 2 seconds while reading people" in error.message
    assert not any(_runs(int(one)) for one in (tmp_path / "pids").read_text().split())


def _runs(pid: int) -> bool:
    """Whether a process is at work; one that only waits to be collected is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_an_interrupted_run_ends_the_tap(tmp_path: Path) -> None:
    body = KEEP + "open('pids', 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    singer = tap(tmp_path, body)
    reading = singer.read(singer.streams()[0], Window(), None)
    page = next(reading)
    assert len(page.records) == 1
    while not (tmp_path / "pids").exists():
        next(reading)  # a tap that says nothing gives an empty page now and then
    reading.close()  # type: ignore[attr-defined]
    assert not _runs(int((tmp_path / "pids").read_text()))
    assert left(tmp_path) == []


def test_close_ends_the_tap(tmp_path: Path) -> None:
    body = KEEP + "open('pids', 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    singer = tap(tmp_path, body)
    reading = singer.read(singer.streams()[0], Window(), None)
    next(reading)
    while not (tmp_path / "pids").exists():
        next(reading)
    singer.close()
    assert not _runs(int((tmp_path / "pids").read_text()))


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_tap_that_will_not_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsync_singer.process.PATIENCE", 0.5)
    body = (
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "open('pids', 'w').write(str(os.getpid()))\n" + KEEP + "time.sleep(600)\n"
    )
    _, error = until_error(tap(tmp_path, body, silence=1))
    assert isinstance(error, Unreachable)
    assert not _runs(int((tmp_path / "pids").read_text()))
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN


def test_a_line_of_a_hundred_megabytes(tmp_path: Path) -> None:
    body = KEEP + "part = 'x' * 2**20\nfor _ in range(100):\n    sys.stdout.write(part)\n"
    found, error = until_error(tap(tmp_path, body))
    assert len(told(found)) == 1
    assert isinstance(error, NotReadable)
    assert "tap-play wrote a line of more than 64 MB" in error.message


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_tap_that_is_quicker_than_its_reader_waits(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "how")
    body = """
import select
waited = False
for n in range(40_000):
    if not waited and not select.select([], [1], [], 1.0)[1]:
        waited = True
        open("how", "w").write(f"waits at {n}")
    record(id=n, name="x" * 400)
if not waited:
    open("how", "w").write("never waits")
"""
    singer = tap(tmp_path, body)
    reading = singer.read(singer.streams()[0], Window(), None)
    next(reading)
    assert (tmp_path / "how").read_text().startswith("waits at ")  # comes when the tap says it
    assert sum(len(page.records) for page in reading) + 500 == 40_000


def test_a_flood_of_log_lines_holds_nobody_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    body = "for n in range(20_000):\n    sys.stderr.write('INFO Käthe Moorbach ' * 5 + '\\n')\n"
    with caplog.at_level(logging.DEBUG):
        found = pages(tap(tmp_path, body + KEEP))
    assert len(told(found)) == 1
    assert "20000 INFO" in caplog.text
    assert "Moorbach" not in caplog.text


SECRET = "geheim-4711-0815"


def test_secrets_are_in_no_argument_no_variable_and_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_SECRET", SECRET)
    body = """
name = given["--config"]
open("seen", "w").write(json.dumps({
    "arguments": open("/proc/self/cmdline").read() if os.path.exists("/proc") else str(sys.argv),
    "environment": dict(os.environ), "mode": os.stat(name).st_mode & 0o777,
    "folder": os.stat(os.path.dirname(name)).st_mode & 0o777,
    "catalog": os.stat(given["--catalog"]).st_mode & 0o777}))
sys.stderr.write("ERROR token " + config["token"] + " of Moorbach\\n")
sys.exit(1)
"""
    with caplog.at_level(logging.DEBUG):
        singer = tap(tmp_path, body, config={"token": SECRET, "more": {"key": SECRET}},
                     environment={"TAP_OWN": "yes"}, log="tap.log")  # fmt: skip
        _, error = until_error(singer)
    seen: dict[str, Any] = json.loads((tmp_path / "seen").read_text())
    assert SECRET not in seen["arguments"]
    assert SECRET not in json.dumps(seen["environment"])
    assert seen["environment"]["TAP_OWN"] == "yes"
    assert (seen["mode"], seen["folder"], seen["catalog"]) == (0o600, 0o700, 0o600)
    assert SECRET not in str(error) + caplog.text + repr(singer.__dict__)
    log = (tmp_path / "tap.log").read_text()
    assert "token *** of" in log
    assert (tmp_path / "tap.log").stat().st_mode & 0o777 == 0o600
    assert left(tmp_path) == []


def test_what_a_tap_writes_back_into_its_config_is_kept(tmp_path: Path) -> None:
    body = """
record(id=1, name=config["refresh"])
config["refresh"] = config["refresh"] + "+"
json.dump(config, open(given["--config"], "w"))
"""
    for wanted in ("one", "one+", "one++"):
        (record,) = told(pages(tap(tmp_path, body, config={"refresh": "one", "shop": "a"})))
        assert record["name"] == wanted
    kept = tmp_path / ".crmsync" / "singer" / "crm" / "config.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    (record,) = told(pages(tap(tmp_path, body, config={"refresh": "two", "shop": "a"})))
    assert record["name"] == "two"


@pytest.mark.skipif(os.name != "posix", reason="processes by number")
def test_what_killed_runs_left_is_removed(tmp_path: Path) -> None:
    home = tmp_path / ".crmsync" / "singer" / "crm"
    (home / "run-999999999-dead").mkdir(parents=True)
    (home / f"run-{os.getpid()}-alive").mkdir()
    pages(tap(tmp_path, KEEP))
    assert [one.name for one in left(tmp_path)] == [f"run-{os.getpid()}-alive"]
    assert (tmp_path / ".crmsync" / ".gitignore").read_text() == "*\n"


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    _, error = until_error(tap(tmp_path, "", command=["/gibt/es/nicht"]))
    assert isinstance(error, ConfigError)
    assert "crmsync bridge install tap-play" in error.hint
    _, error = until_error(tap(tmp_path, "", command=[]))
    assert isinstance(error, ConfigError)
    assert "is not installed here" in error.message

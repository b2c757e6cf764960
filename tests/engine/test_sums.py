"""The numbers add up, in the report and against the store; when they do not, the run fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmsync.engine.report import balance
from crmsync.engine.sync import sync
from crmsync.errors import SumsError
from crmsync.store import Work, records
from crmsync.store.bulk import Same
from tests.engine.backend import NOW, Content, project


def filled() -> Content:
    content = Content()
    for number in range(6):
        content.person(number)
        content.sale(number, number)
    return content


def run(opened: Any) -> Any:
    return sync(opened, as_of="2026-11-21", now=NOW)


@pytest.mark.parametrize(
    "stage,counts",
    [
        ("land", {"read": 3, "new": 1, "changed": 1}),
        ("normalize/shop", {"taken": 3, "mapped": 1, "parked": 1}),
        ("habits", {"taken": 3, "changed": 4}),
    ],
)
def test_parts_that_do_not_make_the_whole(stage: str, counts: dict[str, int]) -> None:
    with pytest.raises(SumsError):
        balance(stage, counts)


def test_a_row_lost_on_its_way_into_the_store_fails_the_run(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = records.land

    def lossy(work: Work, stream_id: int, landed: records.Landed, *, new: bool) -> None:
        columns = [one if isinstance(one, Same) else one[1:] for one in landed]
        whole(work, stream_id, records.Landed(*columns), new=new)

    with project(tmp_path, store_url, filled()) as opened:
        monkeypatch.setattr(records, "land", lossy)
        report = run(opened)
        assert report.exit_code() == 1
        assert report.failures[0].code == "sums"


def test_a_record_without_a_fate_fails_the_run(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = records.land

    def lossy(work: Work, stream_id: int, landed: records.Landed, *, new: bool) -> None:
        states = ["", *["mapped"] * (len(landed.ids) - 1)]
        whole(work, stream_id, landed._replace(states=states), new=new)

    with project(tmp_path, store_url, filled()) as opened:
        monkeypatch.setattr(records, "land", lossy)
        report = run(opened)
        assert report.exit_code() == 1
        assert report.failures[0].code == "sums"


def test_every_report_adds_up_and_agrees_with_the_store(tmp_path: Path, store_url: str) -> None:
    content = filled()
    with project(tmp_path, store_url, content) as opened:
        for change in (lambda: None, lambda: content.person(9), lambda: content.customers.pop("0")):
            change()
            report = run(opened)
            assert report.exit_code() == 0
            for counts in report.lands.values():
                balance("land", {k: v for k, v in counts.items() if k not in ("deleted", "merged")})
            for name, counts in report.stages.items():
                balance(name, counts)
        with opened.store.read() as work:
            assert records.count_all(work) == 13
            assert records.states(work) == {"mapped": 12, "withdrawn": 1}
            assert records.backlog(work) == 0

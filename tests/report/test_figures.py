"""The figures of the report against the habits and the orders they are made of."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from msgspec import structs

from crmsync.engine.project import Project
from crmsync.errors import ConfigError
from crmsync.model.document import write_document
from crmsync.profile.habits import load_habits
from crmsync.profile.profiles import load_profiles
from crmsync.report.figures import LISTED, Figures, controller_of, gather
from crmsync.report.survey import MONTHS, months
from crmsync.store import tables as t
from crmsync.store.customers import alive
from tests.report.conftest import DAY


@pytest.fixture
def figures(project: Project) -> Figures:
    return gather(project, controller_of(project, ""), DAY)


def test_the_months_shown_end_with_the_one_of_the_day() -> None:
    assert months("2026-01-31")[0] == "2025-01"
    assert months("2026-01-31")[-2:] == ["2025-12", "2026-01"]
    assert len(months("2024-02-29")) == MONTHS


def test_revenue_and_orders_are_those_of_the_habits(project: Project, figures: Figures) -> None:
    with project.store.read() as work:
        habits = load_habits(work, alive(work))
    bought = [one for one in habits.values() if one.orders]
    assert sorted(one.net for one in figures.revenues) == sorted(one.revenue_net for one in bought)
    nets = [one.net for one in figures.revenues]
    assert nets == sorted(nets, reverse=True)
    first = Counter(str(one.first_order_on)[:7] for one in bought)
    began = {month: first[month] for month in months(DAY) if first[month]}
    assert {month: count for (month, later), count in figures.survey.cohorts.items()
            if later == 0} == began  # fmt: skip
    groups = Counter(one.rfm.group for one in habits.values() if one.rfm)
    assert figures.survey.groups == groups


def test_every_order_of_the_span_is_in_a_month_and_in_a_moment(figures: Figures) -> None:
    assert sum(figures.survey.orders.values()) == sum(figures.survey.moments.values()) > 500
    assert set(figures.survey.orders) <= set(months(DAY))


def test_a_cohort_never_grows_beyond_its_first_month(figures: Figures) -> None:
    cohorts = figures.survey.cohorts
    for (began, later), count in cohorts.items():
        assert 0 <= later < MONTHS
        assert count <= cohorts[began, 0]


def test_regulars_are_measured_until_the_same_day_of_last_year(
    project: Project, figures: Figures
) -> None:
    one = max(figures.survey.turnover, key=lambda told: told.planned)
    with project.store.read() as work:
        rows = work.all(
            t.orders.select()
            .join(t.link, t.link.c.source_id == t.orders.c.source_id)
            .where(t.link.c.customer_id == one.customer_id, t.orders.c.counts)
        )
    money = {(row.record_id, row.part): (row.day, row.net - row.refund_net) for row in rows}

    def between(first: str, last: str) -> int:
        return sum(net for day, net in money.values() if first <= day <= last)

    assert one.planned == between("2025-01-01", "2025-11-21")
    assert one.actual == between("2026-01-01", DAY)
    assert one.year == between("2025-01-01", "2025-12-31")
    behind = [told.actual - told.planned for told in figures.behind]
    assert behind == sorted(behind)
    assert all(short < 0 for short in behind)
    assert len(behind) <= LISTED


def test_data_quality_counts_records_and_customers(project: Project, figures: Figures) -> None:
    with project.store.read() as work:
        people = alive(work)
        sources = len(work.all(t.source_customer.select()))
        profiles = load_profiles(work, people).values()
    assert sum(figures.quality.records.values()) == sources
    assert figures.quality.customers == len(people) < sources
    reach = {one.field: one.customers for one in figures.quality.reach}
    assert reach["email"] == sum(
        any(point.channel == "email" for point in one.customer.contacts) for one in profiles
    )


def test_who_is_deceased_or_blocked_is_counted_but_not_named(
    project: Project, figures: Figures
) -> None:
    first, second = figures.risks[0].customer_id, figures.risks[1].customer_id
    with project.store.work() as work:
        told = load_profiles(work, [first, second])
        for name, change in ((first, {"deceased": True}), (second, {"blocked": True})):
            customer = structs.replace(told[name].customer, **change)
            doc = write_document(structs.replace(told[name], customer=customer))
            work.run(t.profile.update().where(t.profile.c.customer_id == name).values(doc=doc))
    again = gather(project, figures.controller, DAY)
    assert again.risks_in_all == figures.risks_in_all
    assert not {first, second} & {one.customer_id for one in again.risks}
    assert not {first, second} & set(again.names)


def test_a_day_of_the_calendar_changes_the_span(project: Project) -> None:
    early = gather(project, controller_of(project, ""), "2026-06-30")
    assert max(early.survey.orders) == "2026-06"
    assert date.fromisoformat(early.as_of) < date.fromisoformat(DAY)


def test_an_unknown_controller_is_named(project: Project) -> None:
    with pytest.raises(ConfigError, match="there is no controller 'nobody'") as error:
        controller_of(project, "nobody")
    assert "feinkost" in (error.value.hint or "") or "Name one of" in (error.value.hint or "")

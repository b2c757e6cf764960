"""What is worked out of everybody at once: predictions and values, written, read and forgotten."""

from __future__ import annotations

from crmsync.store import Store, Work, forecasts, tables, values
from crmsync.store import habits as kept
from crmsync.store.forecasts import ForecastRow, ModelRow
from crmsync.store.habits import HabitRow
from crmsync.store.values import ClassRow, ValueRow


def standing(name: str, currency: str, abc: str | None) -> HabitRow:
    return HabitRow(name, "moden", f"shop/customers/{name}", "2026-11-21", b"h", 3, currency, 900,
                    "2026-11-01", abc, "{}")  # fmt: skip


def filled(work: Work) -> None:
    kept.write_habits(work, [
        standing("a", "EUR", "A"), standing("b", "CHF", "B"), standing("c", "EUR", None),
    ])  # fmt: skip
    forecasts.write_forecasts(work, [
        ForecastRow("a", "moden", "2026-11-21", 4711, '{"a":1}'),
        ForecastRow("b", "moden", "2026-10-01", 815, '{"b":1}'),
        ForecastRow("x", "andere", "2026-11-21", 1, '{"x":1}'),
    ])  # fmt: skip
    forecasts.write_models(work, "moden", [ModelRow("moden", "EUR", "2026-11-21", '{"m":1}')])
    values.write_values(work, [
        ValueRow("a", "moden", "less", '{"v":1}'), ValueRow("b", "moden", "even", '{"v":2}'),
        ValueRow("x", "andere", "more", '{"v":3}'),
    ])  # fmt: skip
    values.write_classes(work, "moden", [ClassRow("moden", "EUR", "A", '{"n":1}'),
                                         ClassRow("moden", "CHF", "B", '{"n":2}')])  # fmt: skip
    values.write_classes(work, "andere", [ClassRow("andere", "EUR", "A", '{"n":3}')])


def test_what_is_written_is_read(store: Store) -> None:
    with store.work() as work:
        filled(work)
    with store.read() as work:
        assert values.standings(work, ["a", "b", "c", "d"]) == [
            ("a", "EUR", "A"),
            ("b", "CHF", "B"),
        ]
        assert values.expected(work, ["a", "b", "c"]) == {
            "a": ("2026-11-21", 4711), "b": ("2026-10-01", 815),
        }  # fmt: skip
        assert forecasts.forecast_docs(work, ["a", "c"]) == {"a": '{"a":1}'}
        assert forecasts.model_docs(work, "moden") == {"EUR": '{"m":1}'}
        assert values.value_docs(work, ["a", "c"]) == {"a": '{"v":1}'}
        assert values.uneven(work, "moden") == [("a", '{"v":1}')]
        assert list(values.class_docs(work, "moden")) == [("CHF", "B"), ("EUR", "A")]


def test_a_controller_starts_over_alone(store: Store) -> None:
    with store.work() as work:
        filled(work)
        values.start_over(work, "moden")
        assert forecasts.drop_older(work, "moden", ["b"]) == 1
    with store.read() as work:
        assert values.value_docs(work, ["a", "b", "x"]) == {"x": '{"v":3}'}
        assert values.class_docs(work, "moden") == {}
        assert values.class_docs(work, "andere") == {("EUR", "A"): '{"n":3}'}
        assert set(forecasts.forecast_docs(work, ["a", "b", "x"])) == {"b", "x"}


def test_habits_that_go_take_both_along(store: Store) -> None:
    with store.work() as work:
        filled(work)
        kept.remove_habits(work, ["a"])
    with store.read() as work:
        assert values.value_docs(work, ["a", "b"]) == {"b": '{"v":2}'}
        assert set(forecasts.forecast_docs(work, ["a", "b"])) == {"b"}


def test_what_is_forgotten_is_gone_for_everybody(store: Store) -> None:
    with store.work() as work:
        filled(work)
        values.forget(work)
        forecasts.forget(work)
    with store.read() as work:
        for table in (tables.customer_value, tables.class_value, tables.forecast,
                      tables.forecast_model):  # fmt: skip
            assert work.all(table.select()) == []

"""Says the habits queries in the SQL of other engines, and refuses what would change in silence.

The queries are written in DuckDB's dialect. sqlglot, of the extra `spark`, parses them and writes
another dialect; what it would write differently in meaning is either written by us, exactly, or
refused. Whatever is on no list is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from crmsync.errors import ConfigError
from crmsync.profile.compute import Queries, query

if TYPE_CHECKING:
    from sqlglot import exp

Dialect = Literal["spark", "snowflake", "bigquery"]

FUNCTIONS = frozenset({
    "CASE", "CAST", "CEIL", "COALESCE", "COUNT", "FLOOR", "GREATEST", "IF", "LAG", "LEAST", "MAX",
    "MEDIAN", "MIN", "NULLIF", "ROW_NUMBER", "SUBSTRING", "SUM",
})  # fmt: skip
"""Functions that mean the same everywhere, as they are used here, or that we write ourselves."""

NODES = frozenset({
    "Add", "Alias", "And", "Between", "Boolean", "CTE", "Column", "Cross", "DataType", "Distinct",
    "Div", "EQ", "From", "GT", "GTE", "Group", "Having", "Identifier", "In", "IntDiv", "Is", "Join",
    "LT", "LTE", "Literal", "Mul", "NEQ", "Neg", "Not", "Null", "Or", "Order", "Ordered", "Paren",
    "Select", "Star", "Sub", "Subquery", "Table", "TableAlias", "Union", "Where", "Window",
    "WindowSpec", "With",
})  # fmt: skip
"""Parts of a statement that mean the same everywhere."""

TYPES = frozenset({"BIGINT", "DOUBLE"})

HINT = "Write it in the subset that crmsync/profile/goods.sql names."


def translate(name: Queries, dialect: Dialect) -> str:
    """One of the habits queries as one statement of another engine, over the same relations.

    ConfigError where sqlglot is missing.
    """
    return translated(query(name), dialect)


def translated(text: str, dialect: Dialect) -> str:
    """A query in DuckDB's dialect, said in another; ConfigError for what cannot be said alike.

    Refused are a function, type or kind of clause that is on no list; a place in an order without
    an order; and a division of whole numbers by `/`. Texts must compare by their bytes there, as
    they do in each of these engines unless a collation was set.
    """
    try:
        import sqlglot
    except ImportError as error:
        raise ConfigError(
            "sqlglot is missing.", hint="IT: pip install 'crmsync[spark]'."
        ) from error
    if dialect not in get_args(Dialect):
        known = ", ".join(get_args(Dialect))
        raise ConfigError(f"there is no dialect {dialect!r}.", hint=f"There are {known}.")
    try:
        [tree] = sqlglot.parse(text, read="duckdb")
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        raise ConfigError("this is not one statement of DuckDB's SQL.", hint=HINT) from error
    if not isinstance(tree, sqlglot.exp.Select | sqlglot.exp.SetOperation):
        raise ConfigError("this is not one statement of DuckDB's SQL.", hint=HINT)
    _refuse(tree)
    meant = _as_it_is_meant(tree, dialect)
    told: str = meant.sql(
        dialect=dialect, pretty=True, comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    return told


class Step(NamedTuple):
    """One definition of a query, in another engine's SQL; `readers` other steps read it."""

    name: str
    text: str
    readers: int


def steps(name: Queries, dialect: Dialect) -> list[Step]:
    """One of the habits queries in steps, each a statement that reads the steps before it.

    The last is the answer. For an engine that would work a definition out anew for every reader.
    """
    from sqlglot import exp, parse_one

    tree: Any = parse_one(translate(name, dialect), read=dialect)
    read = Counter(table.name for table in tree.find_all(exp.Table))
    defined = [(cte.alias, cte.this) for cte in tree.ctes]
    tree.find(exp.With).pop()
    said = [(alias, one.sql(dialect=dialect)) for alias, one in (*defined, (name, tree))]
    return [Step(alias, text, read[alias]) for alias, text in said]


def _refuse(tree: Any) -> None:
    """Raise ConfigError for the first thing that another engine may understand otherwise."""
    from sqlglot import exp

    for node in tree.walk():
        kind = type(node).__name__
        if isinstance(node.parent, exp.Ordered) and _is_row(node):
            continue
        if isinstance(node, exp.Func) and not isinstance(node, exp.And | exp.Or):
            _known(node.sql_name() if kind != "Anonymous" else node.name.upper(), FUNCTIONS)
        else:
            _known(kind, NODES)
        if isinstance(node, exp.DataType):
            _known(node.sql(dialect="duckdb"), TYPES)
        if isinstance(node, exp.Star) and any(node.args.values()):
            _known("a * that leaves out or replaces", NODES)
        if isinstance(node, exp.Window):
            _placed(node)
        if isinstance(node, exp.Div):
            _fraction(node)


def _is_row(node: Any) -> bool:
    """Whether it is ROW(a, b), which sqlglot does not know."""
    from sqlglot import exp

    return isinstance(node, exp.Anonymous) and node.name.upper() == "ROW"


def _known(name: str, known: frozenset[str]) -> None:
    if name not in known:
        raise ConfigError(f"{name} may mean something else elsewhere.", hint=HINT)


def _placed(window: exp.Window) -> None:
    """What stands at a place in an order needs the order."""
    from sqlglot import exp

    if isinstance(window.this, exp.RowNumber | exp.Lag) and not window.args.get("order"):
        raise ConfigError("a place in an order needs ORDER BY.", hint=HINT)


def _fraction(division: exp.Div) -> None:
    """Engines differ in what 7 / 2 is; CAST one side AS DOUBLE, or divide whole numbers by //."""
    from sqlglot import exp

    sides = (division.this.unnest(), division.expression.unnest())
    if not any(isinstance(side, exp.Cast) and side.to.is_type("double") for side in sides):
        raise ConfigError("a / needs a side that is CAST AS DOUBLE.", hint=HINT)


def _as_it_is_meant(tree: Any, dialect: Dialect) -> Any:
    """The tree with what sqlglot would not say exactly written by us, inner parts first."""
    from sqlglot import parse_one

    written = _WRITTEN[dialect]
    _spread(tree)
    for node in reversed(list(tree.walk())):
        write = written.get(type(node).__name__)
        if write is not None:
            sides = [node.this, *node.expressions, *filter(None, [node.args.get("expression")])]
            said = write([one.sql(dialect=dialect) for one in sides])
            node.parent.set(node.arg_key, parse_one(said, read=dialect), node.index)
    return tree


def _spread(tree: Any) -> None:
    """ORDER BY ROW(a, b) as ORDER BY a, b: few engines order by rows."""
    from sqlglot import exp

    for order in tree.find_all(exp.Order):
        told = []
        for ordered in order.expressions:
            parts = ordered.this.expressions if _is_row(ordered.this) else [ordered.this]
            told += [exp.Ordered(**{**ordered.args, "this": part.copy()}) for part in parts]
        order.set("expressions", told)


def _whole(sides: Sequence[str]) -> str:
    """Snowflake divides to six places and rounds; a multiple it divides exactly."""
    a, b = (f"({side})" for side in sides)
    return f"CAST(({a} - MOD({a}, {b})) / {b} AS BIGINT)"


def _middle(sides: Sequence[str]) -> str:
    """BigQuery has no exact median beside GROUP BY: the mean of the two in the middle."""
    (one,) = sides
    listed = f"ARRAY_AGG({one} IGNORE NULLS ORDER BY {one})"
    lower, upper = (f"{listed}[SAFE_OFFSET(DIV(COUNT({one}){less}, 2))]" for less in (" - 1", ""))
    return f"(CAST({lower} + {upper} AS FLOAT64) / 2)"


def _known_ones(function: str) -> Callable[[Sequence[str]], str]:
    """BigQuery's GREATEST and LEAST are null as soon as one side is; DuckDB's pass it by."""

    def write(sides: Sequence[str]) -> str:
        turned = [", ".join([*sides[at:], *sides[:at]]) for at in range(len(sides))]
        return f"{function}({', '.join(f'COALESCE({one})' for one in turned)})"

    return write


_WRITTEN: dict[Dialect, dict[str, Callable[[Sequence[str]], str]]] = {
    "spark": {},
    "snowflake": {"IntDiv": _whole},
    "bigquery": {
        "Median": _middle,
        "Greatest": _known_ones("GREATEST"),
        "Least": _known_ones("LEAST"),
    },
}
"""What we write ourselves, for each dialect, by the kind of the node."""

"""Public sets: who is compared by whom, and what the weights alone say of them."""

from __future__ import annotations

from pathlib import Path

from bench.identity.public import LESS, _beside, blocked, resolved
from bench.identity.table import Line
from bench.identity.truth import Score
from bench.identity.weighing import weighed

COLUMNS = ("given", "family", "birth", "town", "email", "truth")
ROWS = [
    dict(zip(COLUMNS, row, strict=True))
    for row in (
        ("Julia", "Taylor", "1985-10-29", "London", "julia.taylor@post.example", "1"),
        ("Julia", "Taylor", "1985-10-29", "", "julia.taylor@post.example", "1"),
        ("Emma", "Taylor", "1985-10-29", "London", "julia.taylor@post.example", "1"),
        ("Noah", "Hill", "1990-01-05", "Leeds", "", "2"),
        ("noah", "Hull", "1971-12-24", "leeds", "", "2"),
        ("Ivan", "Berg", "", "", "", "3"),
    )
]


def test_who_shares_what_splink_compares() -> None:
    # the first three by birth date and mailbox, Noah by given name and town in any case
    assert blocked(ROWS) == [(0, 1), (0, 2), (1, 2), (3, 4)]


def test_weights_without_vetoes_of_our_pairs_and_of_others(tmp_path: Path) -> None:
    found = resolved(tmp_path / "set", ROWS)
    assert found.clusters[0] == found.clusters[1] != found.clusters[2]
    pairs = weighed(tmp_path / "set", found.places, blocked(ROWS))
    met = {tuple(sorted(pair[:2])): pair[2] for pair in pairs.met}
    told = {pair[:2]: pair[2] for pair in pairs.told}
    assert met.keys() == {(0, 1), (0, 2)}  # a town alone is not compared: 0 and 1 stand for both
    assert told.keys() == {(0, 1), (0, 2), (1, 2), (3, 4)}
    assert {pair: told[pair] for pair in met} == met
    assert told[1, 2] == told[0, 2]
    assert told[0, 1] > 100 > told[0, 2]  # another given name, whatever is forbidden
    assert told[0, 2] > told[3, 4]


def test_what_is_less_than_splink_by_more_than_the_bar() -> None:
    its = Line(9, "its", Score(100, 100, 99))
    near, far = (Line(9, "our", Score(100, 100, right)) for right in (99, 98))
    assert _beside(near, its) == f"+0.0000 (holds the bar of {-LESS})"
    assert _beside(far, its) == f"-0.0100 (misses the bar of {-LESS})"

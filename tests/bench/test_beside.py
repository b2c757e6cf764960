"""Ours beside Splink: what is handed over, and what is printed of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.identity import beside, splinked
from bench.identity.clean import Clean
from bench.identity.found import Found, Hidden
from bench.identity.ours import Run
from bench.identity.splinked import Timed
from bench.identity.truth import Score
from bench.measure import own_peak, peak_of_children, pipe

PEER = """#!{python}
import json, pathlib, sys
records, answer, what, model = sys.argv[2:]
assert pathlib.Path(records).exists()
if what == "--learn":
    pathlib.Path(model).write_text("learned")
    pathlib.Path(answer).write_text(json.dumps({{"train": 9.0, "peak": 1.0}}))
else:
    assert (what, pathlib.Path(model).read_text()) == ("--model", "learned")
    score = {{"true": 3, "found": 4, "right": 2, "large": 0, "tainted": 0}}
    told = {{"predict": 1.5, "cluster": 0.5, "peak": 250.0, "pairs": 7, "default": score}}
    pathlib.Path(answer).write_text(json.dumps(told))
"""


def test_splink_learns_in_one_process_and_links_in_another(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    python = tmp_path / "python"
    python.write_text(PEER.format(python=sys.executable), encoding="utf-8")
    python.chmod(0o700)
    records = tmp_path / "records.parquet"
    splinked.export(records, [Clean("anna"), Clean("ben")], [1, 2])
    timed = splinked.predict(str(python), records, splinked.learn(str(python), records))
    assert timed == Timed(1.5, 0.5, 250.0, 7, Score(3, 4, 2))
    assert timed.seconds == 2.0


def test_how_many_times_as_long() -> None:
    hidden = [Hidden("crm", f"{key}", who, who, "single", ()) for key, who in enumerate((1, 1, 2))]
    ran = Run(5.0, 500.0, 1234, Found(hidden, ["x", "x", "y"]))
    assert beside.shown(3, ran) == (
        "3 records: crmsync resolves in 5.0 s, 500 MB (bar 3072); 1,234 pairs, F1 1.0000"
    )
    first, second = beside.compared(ran, Timed(1.5, 0.5, 250.0, 7, Score(3, 4, 2))).splitlines()
    assert first == ("Splink predicts in 1.5 s and clusters in 0.5 s, 250 MB; 7 pairs, F1 0.5714")
    assert second == "crmsync takes 2.50 times as long (bar 4), with 2.00 times the memory"


def test_the_peak_of_a_process_is_its_own(tmp_path: Path) -> None:
    grown = bytearray(300 * 2**20)
    grown[::4096] = b"1" * len(grown[::4096])
    assert own_peak() > 300
    text = tmp_path / "peak"
    code = f"from bench.measure import own_peak; open({str(text)!r}, 'w').write(str(own_peak()))"
    figures = pipe([sys.executable, "-c", code])
    if sys.platform == "linux":
        assert 1 < float(text.read_text()) < 200
    assert figures.peak > 1
    assert peak_of_children() > 1

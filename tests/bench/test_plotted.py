"""The picture of the calibration: every number that it shows, and the bar in both halves."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.identity.calibration import Decile
from bench.identity.plotted import BEYOND, WITHIN, draw_deciles, draw_tenths, plot

figures = pytest.importorskip("matplotlib.figure")

NEAR = Decile(1_200, 0.1, 0.3, 0.20, 0.225)
FAR = Decile(40, 0.8, 0.9, 0.85, 0.75)


def test_tenths_stand_where_they_are_with_their_number_and_the_bar() -> None:
    axes = figures.Figure().subplots()
    draw_tenths(axes, [NEAR, FAR])
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert [(list(one.get_xdata()), list(one.get_ydata())) for one in points] == [
        ([0.20], [0.225]), ([0.85], [0.75])
    ]  # fmt: skip
    assert [one.get_color() for one in points] == [WITHIN, BEYOND]
    assert [text.get_text() for text in axes.texts] == ["1,200", "40"]
    (bar,) = axes.collections
    corners = {(round(x, 2), round(y, 2)) for x, y in bar.get_paths()[0].vertices.tolist()}
    assert corners == {(0.0, -0.03), (0.0, 0.03), (1.0, 0.97), (1.0, 1.03)}


def test_deciles_are_so_many_points_off() -> None:
    axes = figures.Figure().subplots()
    draw_deciles(axes, [NEAR, FAR])
    allowed, *bars = axes.patches
    assert [round(bar.get_height(), 6) for bar in bars] == [2.5, -10.0]
    assert (allowed.get_y(), allowed.get_height()) == (-3, 6)
    assert [text.get_text() for text in axes.texts] == ["+2.50", "-10.00"]
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "0.100\n0.300\n1,200", "0.800\n0.900\n40"
    ]  # fmt: skip
    low, high = axes.get_ylim()
    assert low < -10 < 2.5 < high


def test_a_picture_is_written(tmp_path: Path) -> None:
    plot(tmp_path / "calibration.png", [NEAR, FAR], [NEAR], "some pairs")
    written = (tmp_path / "calibration.png").read_bytes()
    assert written.startswith(b"\x89PNG")
    assert len(written) > 10_000

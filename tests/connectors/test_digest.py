"""The digest of a file: gone on with it is the same as made anew, and no rewrite goes unseen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.connectors.files import folder
from crmsync.connectors.files.folder import Finished, Position, Stamp, digest
from crmsync.connectors.files.lines import START
from crmsync.errors import CursorError


def finished(path: Path, size: int) -> Finished:
    return Finished(Stamp(size, 0), digest(path, size), START, 0, open=False, grows=True)


@given(text=st.binary(max_size=200), share=st.floats(0, 1), more=st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_going_on_gives_what_reading_it_all_gives(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, share: float, more: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "grown"
    path.write_bytes(text)
    begun, size = sorted(round(part * len(text)) for part in (share, more))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder, "CHUNK", 8)
        patch.setattr(folder, "BLOCK", 32)
        known = finished(path, begun)
        assert digest(path, size, begun=known) == digest(path, size)
        assert len(digest(path, size)) == 16 * -(-size // 32)
        assert digest(path, size, begun=replace(known, digest="")) == digest(path, size)


@given(text=st.binary(min_size=1, max_size=200), place=st.integers(0, 199), bit=st.integers(0, 7))
@settings(max_examples=200, deadline=None)
def test_any_flipped_bit_is_seen(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, place: int, bit: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "rewritten"
    place %= len(text)
    path.write_bytes(text)
    before = digest(path, len(text))
    path.write_bytes(text[:place] + bytes([text[place] ^ (1 << bit)]) + text[place + 1 :])
    assert digest(path, len(text)) != before


def test_only_what_follows_the_last_whole_block_is_read_for_the_new_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "CHUNK", 4)
    monkeypatch.setattr(folder, "BLOCK", 8)
    path = tmp_path / "k.csv"
    path.write_bytes(b"Nummer\n1\n")
    known = finished(path, 9)
    path.write_bytes(b"X" * 8 + b"\n2\n")  # the first block is not looked at any more
    assert digest(path, 11, begun=known)[:16] == known.digest[:16] != digest(path, 11)[:16]
    path.write_bytes(b"Nummer\n1\n2\n")
    assert digest(path, 11, begun=known) == digest(path, 11)


@pytest.mark.parametrize("told", ["", "0" * 32, "0" * 7])
def test_a_digest_of_another_kind_is_not_gone_on_with(tmp_path: Path, told: str) -> None:
    path = tmp_path / "k.csv"
    path.write_bytes(b"Kundennummer\n1\n")
    begun = Finished(Stamp(5, 0), told, START, 0, open=False, grows=True)
    assert digest(path, 15, begun=begun) == digest(path, 15)


@pytest.mark.parametrize("told", [None, 7, "no number"])
def test_a_damaged_digest_is_a_damaged_place(told: object) -> None:
    file = [5, 0, told, 5, 1, 0, False, True]
    with pytest.raises(CursorError):
        Position.from_json({"how": "x", "done": {"k.csv": file}, "at": None}, how="x")

"""The codec: what goes in comes out, damage is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import StoreError
from crmsync.store import codec


@given(st.binary(max_size=3000))
def test_a_payload_comes_back(payload: bytes) -> None:
    assert codec.unpack(codec.pack(payload)) == payload


def test_a_large_payload_shrinks() -> None:
    assert len(codec.pack(b'{"name": "Mueller"}' * 100)) < 200


@pytest.mark.parametrize("stored", [b"\x01damaged", b"\x63unknown"])
def test_damage_is_noticed(stored: bytes) -> None:
    with pytest.raises(StoreError):
        codec.unpack(stored)

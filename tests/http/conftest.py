"""A server that gives tokens, for whoever asks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.authority import Authority
from tests.http.server import serving


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    with serving(authority) as found:
        yield found

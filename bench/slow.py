"""The plugin of bench.jobs: files whose every page takes as long as an answer over the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from crmsync.connectors.files import FilesConnector
from crmsync.hookspecs import Connector, hookimpl
from crmsync.model.stream import Json, Page, Stream, Window

PAGE_SECONDS = 0.1
"""A usual time for an answer of 500 records."""


class SlowConnector(FilesConnector):
    """The connector "slow"."""

    name = "slow"

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The pages of the files, each after a while."""
        for page in super().read(stream, window, position):
            time.sleep(PAGE_SECONDS)
            yield page


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Hand over the connector "slow"."""
    register(SlowConnector)

"""What the tests of the journal do again and again: open, read, publish, look what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmsync_hubspot import HubSpot
from crmsync_hubspot.settings import HubSpotSettings
from fake_journal import FakeByJournal

from crmsync.model.stream import Connection, Page, Window

OPEN: list[HubSpot] = []


def opened(fake: FakeByJournal, folder: Path, **more: Any) -> HubSpot:
    own = {**fake.settings(), **fake.secrets, **more}
    connection = Connection(name="crm", controller="haus", base=str(folder))
    OPEN.append(HubSpot(HubSpotSettings.model_validate(own), connection))
    return OPEN[-1]


def pages(hubspot: HubSpot, position: Any = None, name: str = "customers") -> list[Page]:
    (stream,) = [one for one in hubspot.streams() if one.name == name]
    return list(hubspot.read(stream, Window(), position))


def loaded(fake: FakeByJournal, hubspot: HubSpot, name: str = "customers") -> Any:
    """Where a stream stands that was read, and from which nothing before is searched again."""
    position = pages(hubspot, name=name)[-1].next_position
    fake.advance(hours=1)
    return pages(hubspot, position, name)[-1].next_position


def publish_two(fake: FakeByJournal) -> None:
    """Two customers change, each told in a file of its own."""
    for number in range(2):
        fake.relabel("customers", fake.living("customers")[number], 50 + number)
        fake.publish()


def ids(found: list[Page]) -> list[str]:
    return [str(row["id"]) for page in found for row in page.records]


def deleted(found: list[Page]) -> list[str]:
    return [one for page in found for one in page.deleted]


def merged(found: list[Page]) -> list[tuple[str, str]]:
    return [one for page in found for one in page.merged]


def searches(fake: FakeByJournal, since: int) -> int:
    return sum(one.path.endswith("/search") for one in fake.requests[since:])

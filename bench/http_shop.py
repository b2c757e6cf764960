"""The connector of bench.http, as an integrator writes it: all that a customer tells, by `map`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT, Connector, hookimpl
from crmsync.http import Client
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import ToldAddress, ToldConsent, ToldContact, ToldCustomer

PAGE = 250


class Settings(BaseModel):
    """Where the shop is."""

    url: str


class Shop:
    """A shop that pages by cursor."""

    name: ClassVar[str] = "shop"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = Settings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self.client = Client(settings.url)

    def check(self) -> None:
        """Return when it answers."""
        self.client.get("/0")

    def streams(self) -> list[Stream]:
        """Its customers."""
        return [Stream(name="customers", kind="customers", cursor="snapshot")]

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        """Page after page."""
        place = position or 0
        while place is not None:
            page = self.client.get(f"/{place}", undecoded="items").data
            place = page["next"]
            yield Page(records=page["items"], next_position=place)

    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterator[ToldCustomer]:
        """All that is of use."""
        yield ToldCustomer(
            customer_number=raw["customer_number"],
            salutation=raw["salutation"],
            titles=raw["title"],
            given_name=raw["first_name"],
            family_name=raw["last_name"],
            company=raw["company"],
            vat_id=raw["vat_id"],
            birth_date=raw["birth_date"],
            language=raw["language"],
            store=raw["store"],
            contacts=tuple(
                ToldContact(channel=channel, value=raw[channel])
                for channel in ("email", "phone", "mobile")
                if raw[channel]
            ),
            addresses=tuple(ToldAddress(**one) for one in raw["addresses"]),
            consents=tuple(
                ToldConsent(channel=one["channel"], state=one["state"], at=one["at"])
                for one in raw["consents"]
            ),
        )

    def close(self) -> None:
        """Let go of the connection."""
        self.client.close()


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Hand over the connector "shop"."""
    register(Shop)

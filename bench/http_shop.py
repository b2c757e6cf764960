"""The connector of bench.http, all that a customer tells, by a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT, Connector, hookimpl
from crmsync.http import Client
from crmsync.mapping import Mapper
from crmsync.model.columns import Columns
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import Told

PAGE = 250
PARTS = ("street", "postal_code", "city", "country")
CUSTOMER = Mapper(
    "customers",
    {
        "customer_number": "customer_number",
        "salutation": "salutation",
        "titles": "title",
        "given_name": "first_name",
        "family_name": "last_name",
        "company": "company",
        "vat_id": "vat_id",
        "birth_date": "birth_date",
        "language": "language",
        "store": "store",
        "contacts": {"email": "email", "phone": "phone", "mobile": "mobile"},
        "addresses": {
            name: {part: f"addresses.{place}.{part}" for part in PARTS}
            for place, name in enumerate(("billing", "shipping"))
        },
        "consents": {
            name: {"marketing": {"field": f"consents.{place}.state", "at": f"consents.{place}.at"}}
            for place, name in enumerate(("email", "letter"))
        },
    },
    where="shop",
)


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

    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Told]:
        """What the table says."""
        return CUSTOMER(raw)

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Any]]) -> Columns | None:
        """The same of a page at once."""
        return CUSTOMER.page(raws)

    def close(self) -> None:
        """Let go of the connection."""
        self.client.close()


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Hand over the connector "shop"."""
    register(Shop)

"""The sample shop's connector: accounts, guests and orders over its JSON interface."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from crmsync.hookspecs import CONTRACT, Connector, hookimpl
from crmsync.http import Bearer, Client
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import ToldCustomer, ToldDelivery, ToldLine, ToldOrder, ToldReturn


class Settings(BaseModel):
    url: str
    token: SecretStr


class BeispielShop:
    name: ClassVar[str] = "beispielshop"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(server_time=True)
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self.client = Client(settings.url, auth=Bearer(settings.token.get_secret_value()))

    def check(self) -> None:
        self.client.get("/api/status")

    def server_time(self) -> datetime:
        return self.client.get("/api/status").server_time or datetime.now(UTC)

    def streams(self) -> list[Stream]:
        return [Stream(name=n, kind=n, cursor="timestamp") for n in ("customers", "orders")]

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        span = {"updated_since": window.since, "updated_until": window.until}
        asked = {key: moment.isoformat() for key, moment in span.items() if moment}
        while True:
            query = {**asked, "cursor": position} if position else asked
            page = self.client.get(f"/api/{stream.name}", params=query).data
            yield Page(records=page["items"], next_position=page["next"])
            if not (position := page["next"]):
                return

    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterator[Any]:
        return map_customer(raw) if stream.name == "customers" else map_order(raw)

    def close(self) -> None:
        self.client.close()


def map_customer(raw: Mapping[str, Any]) -> Iterator[Any]:
    email = {
        "channel": "email",
        "value": raw["email"],
        "verified": raw.get("email_verified", False),
    }
    phone = {"channel": "phone", "value": raw["phone"]} if raw["phone"] else None
    home = {"street": raw["street"], "postal_code": raw["zip"], "city": raw["city"]}
    yield ToldCustomer(
        salutation=raw["salutation"],
        given_name=raw["first_name"],
        family_name=raw["last_name"],
        company=raw["company"],
        birth_date=raw.get("birthday"),
        loyalty_card=raw.get("member_card"),
        addresses=[{"type": "home", "country": raw["country"], **home}],
        contacts=[contact for contact in (email, phone) if contact],
        consents=[newsletter(raw)] if raw.get("newsletter") else [],
    )


def newsletter(raw: Mapping[str, Any]) -> dict[str, Any]:
    told = raw["newsletter"]
    state = {"confirmed": "granted", "pending": "pending"}.get(told["state"], "unknown")
    proof = {"at": told["at"], "evidence": told["proof"], "basis": "consent"}
    return {"channel": "email", "state": state, "contact": raw["email"], **proof}


def map_order(raw: Mapping[str, Any]) -> Iterator[Any]:
    ship, refund, guest = raw["shipping"], raw["refund"], raw["guest"]
    yield ToldOrder(
        number=raw["number"],
        customer=raw["customer_id"],
        guest=next(map_customer(guest)) if guest else None,
        placed_at=raw["placed_at"],
        status=raw["status"],
        shipping=ship["cost"],
        lines=[map_line(item) for item in raw["items"]],
    )
    yield ToldDelivery(
        promised_on=ship["promised_on"],
        shipped_at=ship["shipped_on"],
        delivered_at=ship["delivered_on"],
        carrier=ship["carrier"],
    )
    if refund:
        lines = [map_line(item) for item in refund["items"]]
        yield ToldReturn(returned_at=refund["at"], reason=refund["reason"], lines=lines)


def map_line(item: Mapping[str, Any]) -> ToldLine:
    kept = ("sku", "category", "brand", "quantity", "discount", "tax_rate")
    told = {name: item[name] for name in kept}
    return ToldLine(title=item["name"], amount=item["total"], **told)


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    register(BeispielShop)

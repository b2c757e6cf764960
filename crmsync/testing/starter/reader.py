"""Reads the customers of Muster, all of them each time; crmsync finds what changed and who left."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from crmsync.hookspecs import CONTRACT
from crmsync.http import Bearer, Client
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import ToldCustomer


class MusterSettings(BaseModel, extra="forbid"):
    url: str
    token: SecretStr


class Muster:
    name: ClassVar[str] = "muster"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = MusterSettings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: MusterSettings, connection: Connection) -> None:
        self.http = Client(settings.url, auth=Bearer(settings.token.get_secret_value()))

    def check(self) -> None:
        self.http.get("/customers")

    def streams(self) -> Sequence[Stream]:
        return [Stream(name="customers", kind="customers", cursor="snapshot", deletes="missing")]

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        while rows := self.http.get("/customers", params={"after": position or ""}).data["items"]:
            yield Page(records=rows, next_position=(position := rows[-1]["id"]))

    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterator[Any]:
        mail = [{"channel": "email", "value": raw["email"]}]
        yield ToldCustomer(given_name=raw["first"], family_name=raw["last"], contacts=mail)

    def close(self) -> None:
        self.http.close()

"""The connector to Muster: reads customers and orders, writes customers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from crmsync.errors import CrmsyncError
from crmsync.hookspecs import CONTRACT
from crmsync.http import Bearer, Client
from crmsync.http.writing import failed, looked_up
from crmsync.model.intent import Intent, Result, done, refused
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import ToldCustomer, ToldLine, ToldOrder

FIELDS = {"given_name": "first", "family_name": "last", "contacts.email": "email"}


class MusterSettings(BaseModel, extra="forbid"):
    """The keys of a connection in crmsync.toml."""

    url: str
    token: SecretStr


class Muster:
    """One shop."""

    name: ClassVar[str] = "muster"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = MusterSettings
    capabilities: ClassVar[Capabilities] = Capabilities(writes=("save",), batch=10, at_once=2)
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: MusterSettings, connection: Connection) -> None:
        self.http = Client(settings.url, auth=Bearer(settings.token.get_secret_value()))

    def check(self) -> None:
        """Return when Muster answers and the token is right."""
        self.http.get("/customers", params={"after": 0})

    def streams(self) -> Sequence[Stream]:
        """Customers and orders, each with a version that grows with every change."""
        return [
            Stream(name="customers", kind="customers", cursor="version", deletes="tombstone"),
            Stream(name="orders", kind="orders", cursor="version", deletes="tombstone"),
        ]

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        """What changed after the version at which the last reading ended."""
        path = f"/{stream.name}"
        while rows := self.http.get(path, params={"after": position or 0}).data["items"]:
            gone = [row for row in rows if row.get("deleted") is True]
            there, ids = [row for row in rows if row not in gone], [str(x["id"]) for x in gone]
            yield Page(records=there, deleted=ids, next_position=(position := rows[-1]["version"]))

    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterator[Any]:
        """One row in our words; what Muster does not show is left out."""
        if stream.name == "orders":
            line = ToldLine(sku=raw["sku"], amount=raw["amount"])
            yield ToldOrder(number=raw["number"], customer=raw["customer"], placed_at=raw["placed"],
                            lines=(line,))  # fmt: skip
            return
        mail = {"contacts": [{"channel": "email", "value": raw["email"]}]} if "email" in raw else {}
        yield ToldCustomer(given_name=raw["first"], family_name=raw["last"], **mail)

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """One customer after the other: who is there already is changed, not made again."""
        return [self.save(one) for one in intents]

    def save(self, intent: Intent) -> Result:
        """What came of one change; an error says whether it may have been done all the same."""
        try:
            return looked_up(intent, self.look, self.make, self.change)
        except CrmsyncError as error:
            return failed(intent, error)

    def look(self, intent: Intent) -> Sequence[Any]:
        """The ids of those who have this e-mail address."""
        found = self.http.get("/search", params={"email": intent.fields["contacts.email"]}).data
        return [row["id"] for row in found["items"]]

    def make(self, intent: Intent) -> Result:
        """Whoever is new; never sent twice without looking."""
        return said(intent, self.http.post("/customers", json=wire(intent), repeatable=False).data)

    def change(self, intent: Intent, identity: str) -> Result:
        """Whoever is there."""
        path = f"/customers/{identity}"
        return said(intent, self.http.send("PATCH", path, json=wire(intent)).data)


def wire(intent: Intent) -> dict[str, Any]:
    """The fields of an intent under Muster's names."""
    return {FIELDS[name]: value for name, value in intent.fields.items() if name in FIELDS}


def said(intent: Intent, answer: Mapping[str, Any]) -> Result:
    """Muster says in a 200 what it refuses."""
    if "refused" in answer:
        return refused(intent, "Muster refuses it", field=answer["refused"])
    return done(intent, answer["id"])

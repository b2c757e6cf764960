"""The connector "mailbox": messages as interactions, new ones only, nothing marked as read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel

from crmsync.connectors.mailbox import message
from crmsync.connectors.mailbox.login import Login
from crmsync.connectors.mailbox.server import Fetched, Server
from crmsync.connectors.mailbox.settings import MailboxSettings
from crmsync.errors import CursorError
from crmsync.hookspecs import CONTRACT
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told, ToldInteraction

STREAM = Stream(name="messages", kind="interactions", cursor="log")
MOST = 10
"""More recipients than this make a circular of it, which is no talk with any of them."""

Position = dict[str, tuple[int, int]]
"""Of each folder its UIDVALIDITY, and the last UID that was read."""


class MailboxConnector:
    """Reads folders of one mailbox.

    The external id of a message is its Message-ID: moved to another folder, or read again because a
    folder was made anew (UIDVALIDITY), it is the same record.
    """

    name: ClassVar[str] = "mailbox"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = MailboxSettings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: MailboxSettings, connection: Connection) -> None:
        self._own = settings
        self._server = Server(settings, Login(settings, connection))

    def check(self) -> None:
        """Return when the server lets us in and every folder is there."""
        for name in (*self._own.folders, *self._own.sent):
            self._server.open_folder(name)

    def streams(self) -> Sequence[Stream]:
        """The one stream, "messages"."""
        return (STREAM,)

    def asks(self, stream: Stream) -> str:
        """What decides which messages are read, and how much of them."""
        own = self._own
        return repr((own.folders, own.sent, own.bodies, own.since))

    def fingerprint(self, stream: Stream) -> str:
        """What decides whose word a message is."""
        return repr(sorted(one.strip().lower() for one in self._own.addresses))

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The messages that came to each folder since the last time, in the order of their UIDs."""
        at = _position(position)
        for name in (*self._own.folders, *self._own.sent):
            validity = self._server.open_folder(name)
            known, last = at.get(name, (validity, 0))
            last = last if known == validity else 0
            uids = self._server.uids_after(last, self._own.since)
            for start in range(0, len(uids), self._own.page_size):
                some = uids[start : start + self._own.page_size]
                records = [self._record(name, validity, one) for one in self._fetched(some)]
                at = {**at, name: (validity, some[-1])}
                yield Page(records=records, next_position=at, source=name)

    def _fetched(self, uids: Sequence[int]) -> list[Fetched]:
        return self._server.fetch(uids, whole=self._own.bodies)

    def _record(self, folder: str, validity: int, one: Fetched) -> dict[str, Any]:
        told = message.record(one.content, fallback=f"{folder}:{validity}:{one.uid}")
        told |= {"received": _stamp(one.received), "sent": folder in self._own.sent}
        if self._own.bodies:
            told["body"] = message.body(one.content)
        if told["report"]:  # a machine wrote it, to tell what became of ours: it is read whole
            [whole] = self._server.fetch([one.uid], whole=True) or [one]
            told["bounce"] = message.bounced(whole.content)
        return told

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """An interaction with whoever wrote it, or with each to whom we wrote it.

        Nothing for newsletters, circulars, and what we write to ourselves.
        """
        if raw.get("bounce"):
            yield _bounce(raw)
            return
        own = self._own.addresses
        sender, receivers = raw["from"], list(message.others(raw["to"], own))
        if raw["sent"] or not list(message.others(sender, own)):
            if len(receivers) <= MOST:
                for number, one in enumerate(receivers):
                    yield _told(raw, one, "out", f"to-{number}" if number else "interaction")
        elif not raw["bulk"] and not raw["report"]:
            yield _told(raw, sender[0], "in", "interaction")

    def close(self) -> None:
        """Close the connection to the server."""
        self._server.close()


def _told(
    raw: Mapping[str, Json], contact: str, direction: Literal["in", "out"], part: str
) -> ToldInteraction:
    """An automatic reply of ours acknowledges and answers nothing; one of his wants no answer."""
    automatic = raw["auto"] != "no"
    status: Literal["open", "waiting", "done"] = "open" if direction == "in" else "done"
    if automatic:
        status = "waiting" if direction == "out" else "done"
    return ToldInteraction(
        at=raw["received"],
        channel="email",
        kind="note" if automatic and direction == "in" else "enquiry",
        direction=direction,
        status=status,
        subject=raw["subject"],
        contact=contact,
        thread=(raw["references"] or [raw["id"]])[0],
        part=part,
    )


def _bounce(raw: Mapping[str, Json]) -> ToldInteraction:
    found = raw["bounce"]
    return ToldInteraction(
        at=raw["received"],
        channel="email",
        kind="bounce",
        subject=raw["subject"],
        contact=found["address"],
        thread=next(iter([*found["references"], *found["of"], raw["id"]])),
    )


def _stamp(received: str) -> str:
    """An IMAP date-time ("20-Nov-2026 10:00:00 +0100") as ISO 8601."""
    return datetime.strptime(received.strip(), "%d-%b-%Y %H:%M:%S %z").isoformat()


def _position(position: Json) -> Position:
    try:
        return {name: (int(one[0]), int(one[1])) for name, one in (position or {}).items()}
    except (AttributeError, TypeError, ValueError, IndexError):
        raise CursorError("the place to read on in this mailbox is damaged.") from None

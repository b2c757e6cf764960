"""Talks IMAP (RFC 3501) to one mailbox, reading only; its errors are ours."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any, NamedTuple

from crmsync.connectors.mailbox.login import Login
from crmsync.connectors.mailbox.settings import MailboxSettings
from crmsync.errors import ConfigError, NotReadable, Unreachable

HEADERS = (
    "DATE FROM TO CC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES AUTO-SUBMITTED PRECEDENCE LIST-ID "
    "LIST-UNSUBSCRIBE CONTENT-TYPE"
)
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Fetched(NamedTuple):
    """A message as the server gives it: its UID, when it came (RFC 3501 date-time), its bytes."""

    uid: int
    received: str
    content: bytes


class Server:
    """One mailbox; the connection is opened when it is first needed."""

    def __init__(self, settings: MailboxSettings, login: Login) -> None:
        self._own, self._login = settings, login
        self._live: imaplib.IMAP4 | None = None

    def open_folder(self, name: str) -> int:
        """Open a folder for reading; gives its UIDVALIDITY. ConfigError when there is none."""
        with _plain(self._own.host):
            live = self._opened()
            told, _ = live.select(_quoted(name), readonly=True)
            if told != "OK":
                raise ConfigError(
                    f"the mailbox has no folder {name!r}.",
                    hint="Write it as the server does, with INBOX. in front where it wants that.",
                )
            _, [validity] = live.response("UIDVALIDITY")
            return int(validity or 0)

    def uids_after(self, uid: int, since: str) -> list[int]:
        """The UIDs of the open folder above `uid` that came on or after the day `since`, sorted."""
        asked = f"UID {uid + 1}:*" + (f" SINCE {_imap_day(since)}" if since else "")
        [told] = self._asked("SEARCH", asked)
        return sorted(found for one in (told or b"").split() if (found := int(one)) > uid)

    def fetch(self, uids: Sequence[int], *, whole: bool) -> list[Fetched]:
        """These messages of the open folder: their headers, or the `whole`; none is marked read."""
        part = "BODY.PEEK[]" if whole else f"BODY.PEEK[HEADER.FIELDS ({HEADERS})]"
        told = self._asked("FETCH", ",".join(map(str, uids)), f"(UID INTERNALDATE {part})")
        return list(_messages(told))

    def close(self) -> None:
        """Say goodbye."""
        live, self._live = self._live, None
        if live is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                live.logout()

    def _asked(self, command: str, *arguments: str) -> list[Any]:
        with _plain(self._own.host):
            answer, told = self._opened().uid(command, *arguments)
            if answer != "OK":
                raise NotReadable(f"{self._own.host} refused {command}.")
            return list(told)

    def _opened(self) -> imaplib.IMAP4:
        if self._live is None:
            live = self._connected()
            try:
                self._login(live)
            except BaseException:
                with suppress(OSError):
                    live.shutdown()
                raise
            self._live = live
        return self._live

    def _connected(self) -> imaplib.IMAP4:
        own, safe = self._own, ssl.create_default_context()
        if own.security == "tls":
            return imaplib.IMAP4_SSL(own.host, own.port, ssl_context=safe, timeout=own.timeout)
        live = imaplib.IMAP4(own.host, own.port, timeout=own.timeout)
        if own.security == "starttls":
            live.starttls(safe)
        return live


def _messages(told: Sequence[Any]) -> Iterator[Fetched]:
    """The messages of an answer to FETCH: a pair each, what stands behind it on its own."""
    for place, one in enumerate(told):
        if isinstance(one, tuple):
            behind = told[place + 1] if place + 1 < len(told) else b""
            said = one[0] + (behind if isinstance(behind, bytes) else b"")
            uid, received = _UID.search(said), _DATE.search(said)
            if uid and received:
                yield Fetched(int(uid[1]), received[1].decode("ascii", "replace"), one[1])


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _imap_day(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.day}-{_MONTHS[found.month - 1]}-{found.year}"


@contextmanager
def _plain(host: str) -> Iterator[None]:
    """Turn what the network or the protocol says into one clear error, without what was sent."""
    try:
        yield
    except (imaplib.IMAP4.abort, EOFError) as error:
        raise Unreachable(f"{host} broke off the connection.") from error
    except ssl.SSLError as error:
        raise ConfigError(
            f"{host} cannot be trusted, or speaks no TLS there ({error.reason or 'TLS'}).",
            hint='IT: check host, port and certificate, or say security = "starttls".',
        ) from error
    except OSError as error:
        raise Unreachable(
            f"{host} does not answer ({error.strerror or type(error).__name__})."
        ) from error
    except imaplib.IMAP4.error as error:
        raise NotReadable(f"{host} does not speak as IMAP promises.") from error

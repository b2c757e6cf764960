"""Where the engine calls a connector: whatever it raises becomes one of our errors.

A mapper's failure parks one record; a reader's failure ends its stream, and the cursor stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from crmsync.errors import NOBODYS_FAULT, CrmsyncError, PluginError, RecordError
from crmsync.hookspecs import Connector, ListsIds, MapsPages
from crmsync.model.columns import Columns
from crmsync.model.ref import can_be_kept
from crmsync.model.stream import Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync.model.undecoded import Undecoded, are_plain, read_keys


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a record is parked: a code, the field, and a reason without the value."""

    code: str
    field: str
    reason: str


def map_record(
    connector: Connector, stream: Stream, raw: Mapping[str, Any]
) -> list[Told] | Refusal:
    """What the mapper says of one raw record, or why it cannot be used."""
    try:
        return list(connector.map(stream, raw))
    except RecordError as error:
        return Refusal(error.code, error.field, error.reason)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        return Refusal("record", ".".join(map(str, problem["loc"])), _reason(problem["msg"]))
    except NOBODYS_FAULT:
        raise
    except BaseException as error:  # a mapper's bug costs one record, not the run
        return Refusal("mapper", "", f"the mapper failed with {type(error).__name__}")


def map_page(
    connector: Connector, stream: Stream, raws: Sequence[Mapping[str, Any]]
) -> Columns | None:
    """What the mapper says of a page, where it maps pages; None: the records are asked for one
    by one, and what is wrong with which of them is told then."""
    if not isinstance(connector, MapsPages):
        return None
    try:
        return connector.map_page(stream, raws)
    except NOBODYS_FAULT:
        raise
    except BaseException:  # a mapper's bug costs one record, not a page
        return None


def read_pages(
    connector: Connector, stream: Stream, window: Window, position: Json
) -> Iterator[Page]:
    """The pages of a stream; PluginError when the connector fails with anything but our errors.

    What they call deleted or merged under a name that no store can hold is unknown, and left out.
    """
    with blamed(connector.name, f"reading {stream.name}"):
        for page in connector.read(stream, window, position):
            yield _without_unknown(page) if page.deleted or page.merged else page


def with_bytes(page: Page, stream: Stream) -> Page:
    """The page with the bytes of its undecoded records, and their ids where all are plain."""
    if page.payloads or not isinstance(page.records, Undecoded):
        return page
    keys = read_keys(page.records.payloads, stream.key)
    ids = list(map(str, keys)) if keys and are_plain(keys) else ()
    return replace(page, payloads=page.records.payloads, ids=ids)


def _without_unknown(page: Page) -> Page:
    deleted = [name for name in page.deleted if can_be_kept(name)]
    merged = [pair for pair in page.merged if all(map(can_be_kept, pair))]
    return replace(page, deleted=deleted, merged=merged)


def read_ids(connector: ListsIds, name: str, stream: Stream) -> Iterator[Sequence[str]]:
    """The external ids the backend has, in chunks; PluginError as `read_pages`."""
    with blamed(name, f"listing the ids of {stream.name}"):
        for chunk in connector.ids(stream):
            yield [name for name in chunk if can_be_kept(name)]


@contextmanager
def blamed(connector: str, doing: str) -> Iterator[None]:
    """Turn whatever a connector raises beside our errors into a PluginError that names it."""
    try:
        yield
    except (CrmsyncError, *NOBODYS_FAULT):
        raise
    except BaseException as error:  # a connector's bug ends its own work with a clear sentence
        raise PluginError(
            f"the connector '{connector}' failed with {type(error).__name__} while {doing}.",
            hint="Its author must act; the cursor has not moved.",
        ) from error


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")

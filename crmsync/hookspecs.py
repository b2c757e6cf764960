"""Everything a plugin may add to crmsync: the connector's Protocol and the typed hooks.

Hooks work per run or per batch, never per record. Their names tell their kind: *register* is
called once and adds something; *decide* takes the first answer, a default always exists; *veto*
may forbid and never allow; *told* hooks hear of what has been committed, and whatever they do,
the run stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

import pluggy

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crmsync.model.columns import Columns
    from crmsync.model.customer import Profile
    from crmsync.model.greeting import Form, GreetingParts
    from crmsync.model.intent import Event, Intent, Result
    from crmsync.model.own_habit import HabitDefinition
    from crmsync.model.pair import PairRule, SourcePair
    from crmsync.model.play import Play, Proposal
    from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
    from crmsync.model.told import Told

PROJECT = "crmsync"
CONTRACT = 1
"""The version of the plugin contract; a connector built for another one is told so."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@runtime_checkable
class Connector(Protocol):
    """Talks to one kind of backend. A class; crmsync makes one object per connection.

    Written in plain synchronous code; one thread uses an object at a time. Raises the errors of
    `crmsync.errors` and nothing else on purpose.
    """

    name: ClassVar[str]
    contract: ClassVar[int]
    settings: ClassVar[type[BaseModel]]
    capabilities: ClassVar[Capabilities]
    mapper_version: ClassVar[str]

    def __init__(self, settings: Any, connection: Connection) -> None: ...

    def check(self) -> None:
        """Return when the backend answers and the credentials work; raise what is wrong."""

    def streams(self) -> Sequence[Stream]:
        """The streams this connection offers, in the order they are to be read."""

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The pages of `stream` within `window`, going on at `position` (None: from the start)."""

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """What one raw record says in our words; RecordError when it cannot be used.

        Pure: no request, no clock. An empty answer means the record is of no interest.
        """

    def close(self) -> None:
        """Let go of connections and files."""


@runtime_checkable
class ListsIds(Protocol):
    """A connector with `Capabilities.ids`: it can list every external id that exists now."""

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every external id of `stream` the backend holds now, in chunks."""


@runtime_checkable
class TellsTime(Protocol):
    """A connector with `Capabilities.server_time`: it knows its backend's clock."""

    def server_time(self) -> datetime:
        """The backend's clock now, with zone."""


@runtime_checkable
class TellsFingerprint(Protocol):
    """A connector whose mapping depends on its configuration, not on `mapper_version` alone."""

    def fingerprint(self, stream: Stream) -> str:
        """What decides how `map` reads this stream; when it changes, records are mapped again."""


@runtime_checkable
class TellsWhatItAsks(Protocol):
    """A connector whose settings decide what it asks its backend for: which fields, which rows."""

    def asks(self, stream: Stream) -> str:
        """What decides it for this stream; when it changes, the stream is read from its start."""


@runtime_checkable
class MapsPages(Protocol):
    """A connector that can also map a page of records at once, column by column: it is quicker."""

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """What `map` says of each record, as one row each; None to be asked record by record.

        Equal to `Columns.of` the told objects. None wherever a record says nothing, more than one
        thing, or cannot be used: `map` then says what is wrong with which. Whatever is raised
        counts as None.
        """


@runtime_checkable
class Writes(Protocol):
    """A connector with `Capabilities.writes`: it changes what its backend holds."""

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each intent, one result each; at most `Capabilities.batch` of them.

        Called from up to `Capabilities.at_once` threads. Raises only what concerns them all, and
        only while surely none is done: RateLimited, Unreachable before anything was sent,
        CredentialsError, QuotaSpent. What may have been done in spite of an error is *unknown*.
        """


@runtime_checkable
class HearsWebhooks(Protocol):
    """A connector with `Capabilities.webhooks`: it reads what its backend sends by itself."""

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The events of one delivery to `url`, as far as they concern a stream.

        CredentialsError where the signature, or its age, is not right; RecordError for a body
        that cannot be read. Pure but for the clock.
        """


@runtime_checkable
class Authorizes(Protocol):
    """A connector whose backend asks somebody in a browser (OAuth 2.0, authorization code)."""

    def authorize_link(self, state: str) -> str:
        """The address at which somebody consents; ConfigError where the settings need no consent.

        The backend then sends the browser to a registered address, with a code and `state`.
        """

    def authorize(self, code: str) -> None:
        """Take the code, and return when what it brought works; CredentialsError otherwise."""


class Feed(Protocol):
    """Takes what changed to where it is used: till cards, the ledger, plans, backends.

    `name` is its watermark's name, `topics` what it listens to, `order` where it stands among the
    feeds (lower first). It runs inside a unit of work; output and watermark commit together.
    """

    name: str
    topics: tuple[str, ...]
    order: int

    def take(self, work: Any, changes: Sequence[Any], *, as_of: str) -> Mapping[str, int]:
        """Bring the feed up to date with `changes`; the counts go into the run report.

        `work` is the store's unit of work (`crmsync.store.Work`), `changes` its change log rows,
        each entity once; `as_of` is the run's local day. The counts must hold "taken" and add up:
        taken = the sum of the others.
        """


@runtime_checkable
class TakesSettings(Protocol):
    """A feed that wants to know crmsync.toml and the hooks before it runs."""

    def configured(self, settings: Any, hook: Any) -> Feed:
        """The feed for these settings; `hook` calls the plugins' hooks."""


@hookspec(historic=True)
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Called once: hand every connector class to `register`."""


@hookspec(historic=True)
def crmsync_register_feeds(register: Callable[[Feed], None]) -> None:
    """Called once: hand every feed to `register`; it then runs at the end of every sync."""


@hookspec(firstresult=True)
def crmsync_greet(
    profiles: Sequence[Profile], forms: Sequence[Form], as_of: str
) -> Sequence[GreetingParts] | None:
    """Decide: what to call these customers at the till, one answer each, in their order.

    Called once for a batch of cards. `forms` are the shop's choice for each ("sie" or "du"),
    `as_of` the run's local day. None leaves the batch to the next plugin, in the end to our German
    default. Whoever may not be greeted (minors, do_not_greet) is not, whatever is answered.
    """


@hookspec(firstresult=True)
def crmsync_decide_pairs(pairs: Sequence[SourcePair]) -> Sequence[PairRule | None] | None:
    """Decide: who of these pairs of source customers is the same, for review, or apart.

    Called with batches of pairs; one answer each, in their order: a rule of the house, or None to
    leave the pair to the next plugin, in the end to the evidence. None instead of all answers
    leaves the batch. An answer must be a function of the pair alone: no clock, no file that
    changes, no memory of other pairs, so that who came first decides nothing. What a human
    decided stands above it, and two controllers are never asked about. A plugin that fails, or
    answers anything else, stops linking until it works again.
    """


@hookspec(historic=True)
def crmsync_register_plays(register: Callable[[Play], None]) -> None:
    """Called once: hand every play to `register`; `crmsync outreach plan` then plans it."""


@hookspec(historic=True)
def crmsync_register_habits(register: Callable[[HabitDefinition], None]) -> None:
    """Called once: hand every habit of your own to `register`.

    It is computed in the stage of the habits, for the customers that are touched, from what counts
    as bought alone: denied categories, tests and gift cards are not there.
    """


@hookspec
def crmsync_veto_contact(  # type: ignore[empty-body]
    proposals: Sequence[Proposal], as_of: str
) -> Mapping[str, str]:
    """Veto: which of these contacts are forbidden, as contact id to reason; {} for none.

    Called once per batch of contacts that are allowed otherwise. Any plugin may forbid, none can
    allow; a plugin that fails, or answers anything else, forbids the whole batch.
    """


@hookspec
def crmsync_sync_started(run_id: str, connections: Sequence[str]) -> None:
    """Told: a run has begun on these connections."""


@hookspec
def crmsync_batch_committed(run_id: str, stage: str, counts: Mapping[str, int]) -> None:
    """Told: a stage has committed a batch; `counts` are its numbers."""


@hookspec
def crmsync_profiles_changed(run_id: str, profiles: Sequence[Profile]) -> None:
    """Told: these golden profiles were written and committed, one call a batch."""


@hookspec
def crmsync_sync_finished(run_id: str, report: Mapping[str, Any]) -> None:
    """Told: the run is over; `report` is what `--json` prints."""

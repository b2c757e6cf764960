"""What a connection by a Singer tap needs: the tap, its own configuration, and its streams."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Secret, model_validator

from crmsync.model.stream import StreamKind

TAP = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


def _nothing() -> Secret[dict[str, Any]]:
    return Secret({})


class SingerStream(BaseModel):
    """One stream: of the tap's preset, changed by what is said here, or one of your own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """The stream's name; that of the preset's stream where it is to be read."""
    kind: StreamKind | None = None
    """What its records are."""
    stream: str | None = None
    """What the tap calls it."""
    key: str | list[str] | None = None
    """The field, or the fields, of a record that make its external id."""
    map: dict[str, Any] = {}
    """Which field of ours comes from which of the tap's; it goes before what the preset says."""
    lines: dict[str, Any] | None = None
    """The same for the lines of an order or return."""
    select: list[str] = []
    """Fields to ask for beside those that are mapped; "*" asks for all."""
    together_with: list[str] | None = None
    """Streams of the tap that it must read as well, for instance the parents of this one."""
    replication: Literal["incremental", "full", "log"] | None = None
    """How the tap is to read it, where it leaves the choice."""
    replication_key: str | None = None
    """The field by which an incremental reading goes on, where the tap leaves the choice."""
    deletes: Literal["none", "tombstone", "missing"] | None = None
    """How one sees what is gone: it is told, or it is missing from a whole table."""
    gone: str | None = None
    """A field that is filled, or true, in a record that is gone."""
    merged_into: str | None = None
    """A field of a record that is gone, with the key of the one it was merged into."""

    @property
    def replaces(self) -> bool:
        """Whether it stands without a preset."""
        return self.kind is not None and self.key is not None


class SingerSettings(BaseModel):
    """What a connection by a Singer tap needs: the tap, its own configuration, and its streams."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tap: str = Field(pattern=TAP)
    """The tap's command, as `crmsync bridge install` has installed it."""
    config: Secret[dict[str, Any]] = Field(default_factory=_nothing)
    """What the tap's own documentation asks for; secrets in it as references."""
    streams: list[SingerStream] = []
    """The streams to read; all of the tap's preset where none are named."""
    command: list[str] = []
    """The command that starts the tap, where it is installed in some other way."""
    environment: Secret[dict[str, str]] = Field(default_factory=_nothing)
    """Variables that the tap is to see; of ours it sees but the path, the language, proxies and
    certificates."""
    catalog: str = ""
    """A file with the tap's catalog; without it the tap is asked for it in every run."""
    state: str = ""
    """A file with the state that another runner of the tap has left; the first reading goes on
    there."""
    properties: bool = False
    """Hands the catalog over as `--properties`, as old taps want it."""
    check_records: bool = False
    """Compares each record with the tap's schema; one that does not fit is set aside."""
    silence: int = Field(900, ge=1)
    """For so many seconds the tap may say nothing before it is ended."""
    log: str = ""
    """A file that takes down what the tap says of itself; it may hold personal data."""

    @model_validator(mode="after")
    def _named_apart(self) -> SingerSettings:
        names = [stream.name for stream in self.streams]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"several streams are called {', '.join(twice)}")
        return self

"""Reads crmsync.toml: the retailer's defaults, controllers and connections."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from crmsync.errors import ConfigError

FILE = "crmsync.toml"


class Strict(BaseModel):
    """The base of every settings table: frozen, unknown keys refused; built once, as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class CoreSettings(Strict):
    """The table [crmsync]: where the store is, and the defaults for what records leave open.

    `brake_share` is the share of a stream's records (0 to 1) that may vanish in one run. `jobs` is
    how many connections are taken in at once, each in a process of its own.
    """

    store: str = "sqlite:///crmsync.db"
    country: str = Field("DE", min_length=2, max_length=2)
    zone: str = "Europe/Berlin"
    currency: str = Field("EUR", min_length=3, max_length=3)
    language: str = "de"
    deny_categories: tuple[str, ...] = ()
    brake_share: float = Field(0.1, ge=0, le=1)
    till_file: str = "till.db"
    jobs: int = Field(1, ge=1)

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone; write for instance Europe/Berlin") from error
        return value


class ControllerSettings(Strict):
    """A table [controllers.NAME]: the company answerable, and how its tills greet.

    `till_basis` is what a card needs: a granted till_greeting consent, a contract (a loyalty
    card), or a legitimate interest, which wants a written reason in `till_note`. `till_wishes`
    are service wishes that a card may show beside the usual ones.
    """

    name: str
    till_basis: Literal["consent", "contract", "legitimate_interest"] = "consent"
    till_note: str = ""
    till_wishes: tuple[str, ...] = ()
    form: Literal["sie", "du"] = "sie"


class ConnectionSettings(BaseModel):
    """A table [connections.NAME]: what every connection has; the rest is its connector's."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    connector: str
    controller: str
    production: bool = False
    country: str | None = None
    zone: str | None = None
    currency: str | None = None
    language: str | None = None
    customer_numbers: str | None = None
    owns: tuple[str, ...] = ()

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to the connector."""
        return dict(self.model_extra or {})


class OutreachSettings(Strict):
    """The table [outreach]: how often customers get adverts, and what must be told them.

    Within `cap_days` days nobody gets more than `cap_contacts` adverts. `holdout_percent` of the
    customers of each advert play are left out, to measure its effect. `phone_reason` is the
    written reason for presuming a business's consent to calls (§ 7(2) no. 1 UWG).
    """

    cap_contacts: int = Field(1, ge=1)
    cap_days: int = Field(14, ge=1)
    holdout_percent: int = Field(0, ge=0, le=50)
    holdout_seed: str = ""
    phone_reason: str = ""
    objection_notice: str = (
        "Sie können der Verwendung Ihrer Daten für Werbung jederzeit widersprechen; "
        "eine formlose Nachricht an uns genügt."
    )


class ServiceSettings(Strict):
    """The table [service]: by when customers are to hear from us.

    Targets are working days after the day on which something came, 0 meaning that day. `workdays`
    are ISO weekdays, 1 is Monday. Who was called `vain_calls` times and not reached was called in
    vain.
    """

    acknowledge_days: int = Field(0, ge=0)
    answer_days: int = Field(2, ge=0)
    call_back_days: int = Field(1, ge=0)
    vain_calls: int = Field(2, ge=1)
    workdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        (1, 2, 3, 4, 5, 6), min_length=1
    )


class ValueSettings(Strict):
    """The table [value]: what it costs to serve a customer, in the currency of [crmsync].

    `return_cost` is for each line that comes back, `contact_cost` for each complaint, enquiry, call
    or wish to be called, `delivery_cost` for each parcel, all without tax; 0 means that it is not
    counted. `margin_percent` is what is assumed to be left of the net price of goods whose cost no
    backend tells; without it nothing is assumed.
    """

    margin_percent: int | None = Field(None, ge=0, le=100)
    return_cost: Decimal = Field(Decimal(0), ge=0, le=10_000)
    contact_cost: Decimal = Field(Decimal(0), ge=0, le=10_000)
    delivery_cost: Decimal = Field(Decimal(0), ge=0, le=10_000)


class ReportSettings(Strict):
    """The table [report]: what the report measures by.

    `plan` is a CSV file below the folder with what is planned for regulars; without it the plan is
    what each bought in the year before.
    """

    plan: str = ""


class IdentitySettings(Strict):
    """The table [identity]: how it is told who is who.

    `model` is a file below the folder, made by `crmsync model train`; without it the model that
    crmsync brings is in use.
    """

    model: str = ""


class Settings(Strict):
    """Everything crmsync.toml says. Connections keep their order: earlier ones are preferred."""

    crmsync: CoreSettings = Field(default_factory=CoreSettings)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    outreach: OutreachSettings = Field(default_factory=OutreachSettings)
    report: ReportSettings = Field(default_factory=ReportSettings)
    service: ServiceSettings = Field(default_factory=ServiceSettings)
    value: ValueSettings = Field(default_factory=ValueSettings)
    controllers: dict[str, ControllerSettings] = {}
    connections: dict[str, ConnectionSettings] = {}
    base: Path = Path()

    def numbers(self) -> dict[str, str]:
        """Which connections share a namespace of customer numbers: connection to namespace."""
        return {
            name: connection.customer_numbers
            for name, connection in self.connections.items()
            if connection.customer_numbers
        }

    def model_file(self) -> Path | None:
        """The file of the retailer's own model, where one is configured."""
        return self.base / self.identity.model if self.identity.model else None

    def owners(self) -> dict[str, str]:
        """Which connection owns a field of the profile: field to connection."""
        return {
            field: name
            for name, connection in self.connections.items()
            for field in connection.owns
        }


def load(folder: Path) -> Settings:
    """The settings of `folder`; ConfigError with file, place and reason when they are wrong."""
    path = folder / FILE
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no {FILE} in {folder}.", hint="Run `crmsync init` there first."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", hint="IT: check the file and its rights."
        ) from error
    return _settings(data, folder)


def _settings(data: dict[str, Any], folder: Path) -> Settings:
    try:
        settings = Settings(**data, base=folder)
    except ValidationError as error:
        raise ConfigError(f"{folder / FILE}: {first_problem(error)}") from error
    for name, connection in settings.connections.items():
        if connection.controller not in settings.controllers:
            raise ConfigError(
                f"{folder / FILE}: connections.{name} names the controller "
                f"'{connection.controller}', which is not there.",
                hint=f"Add a table [controllers.{connection.controller}].",
            )
    return settings


def first_problem(error: ValidationError) -> str:
    """Where and why, without the value: a secret may stand there."""
    problem = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{place}: there is no such key."
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}."

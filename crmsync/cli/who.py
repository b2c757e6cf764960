"""How commands name people: a record, a customer id, a former id."""

from __future__ import annotations

from typing import Any

import click

from crmsync.errors import ConfigError
from crmsync.identity.read import customer_of
from crmsync.model.ref import Ref
from crmsync.store import Work


class RefType(click.ParamType[Any]):
    """A record: connection/stream/external id."""

    name = "RECORD"

    def convert(self, value: Any, param: Any, ctx: Any) -> Ref:
        """The Ref, or a usage error."""
        try:
            return Ref.parse(str(value))
        except ValueError:
            self.fail(f"'{value}' is no record; write connection/stream/id.", param, ctx)


REF = RefType()
by_option = click.option("--by", required=True, help="Who decides (a role or initials).")
note_option = click.option("--note", default="", help="Why; no personal data.")
language_option = click.option("--language", type=click.Choice(["de", "en"]), default="en",
                               help="German or English.")  # fmt: skip


def customer_id(work: Work, name: str) -> str:
    """The present customer behind an id, a former id or a record; ConfigError when unknown."""
    found = customer_of(work, name)
    if found is None:
        raise ConfigError(
            f"there is no customer '{name}'.", hint="Give a customer id or connection/stream/id."
        )
    return found

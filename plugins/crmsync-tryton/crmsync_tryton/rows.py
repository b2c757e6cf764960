"""The rows of one model, asked for with the fields that the server has and the user may see."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from crmsync.errors import CredentialsError
from crmsync_tryton.faults import RIGHTS, Refused
from crmsync_tryton.rpc import Domain, Row, Rpc
from crmsync_tryton.streams import Source


class Rows:
    """One model's rows.

    Tryton refuses a whole question for one field that the user may not see, and does not say which
    it is: where it does, the fields are asked for in halves, and those left out from then on that
    are refused alone.
    """

    def __init__(self, rpc: Rpc, source: Source) -> None:
        self._rpc, self._source = rpc, source
        self._fields: list[str] | None = None
        self._hidden: list[str] = []

    @cached_property
    def are_there(self) -> bool:
        """Whether the module that brings the model is activated."""
        return not self._source.module or bool(self._rpc.fields(self._source.model, ["id"]))

    @property
    def fields(self) -> list[str]:
        """The fields that are asked for, as far as is known by now."""
        if self._fields is None:
            self._fields = [*self._source.needed, *self._source.fields, *self._offered()]
        return self._fields

    def read(self, domain: Domain, *, limit: int | None = None) -> list[Row]:
        """The first `limit` rows of a domain in the order of their ids.

        Under "hidden" stand the fields that the user may not see, where there are any.
        """
        if self._hidden:
            rows = self._ask(self.fields, domain, limit)
            return [{**row, "hidden": self._hidden} for row in rows]
        try:
            return self._ask(self.fields, domain, limit)
        except Refused:
            self._narrow(domain, limit)
        return self.read(domain, limit=limit)

    def _narrow(self, domain: Domain, limit: int | None) -> None:
        """Leave out what is refused; CredentialsError where nothing can be read without it."""
        wanted, visible = self.fields, self._visible(self.fields, domain, limit)
        hidden = [name for name in wanted if name not in visible]
        lacking = sorted({*hidden} & {*self._source.needed})
        if lacking or not hidden:
            what = f"{self._source.model}: {', '.join(lacking) or 'all of it at once'}"
            raise CredentialsError(f"The user may not read {what}.", hint=RIGHTS)
        self._fields, self._hidden = visible, hidden

    def _ask(self, fields: Sequence[str], domain: Domain, limit: int | None) -> list[Row]:
        return self._rpc.search_read(self._source.model, domain, fields, limit=limit)

    def _visible(self, fields: list[str], domain: Domain, limit: int | None) -> list[str]:
        try:
            self._ask(fields, domain, limit)
        except Refused:
            half = len(fields) // 2
            if not half:
                return []
            parts = fields[:half], fields[half:]
            return [name for part in parts for name in self._visible(part, domain, limit)]
        return fields

    def _offered(self) -> list[str]:
        found = []
        for model, paths in self._source.optional.items():
            names = {path: path.rpartition(".")[2] for path in paths}
            there = self._rpc.fields(model, list(names.values()))
            found += [path for path, name in names.items() if name in there]
        return found


def children(row: Row, name: str) -> list[dict[str, Any]]:
    """The living child rows under a field; none where it is not visible."""
    found = row.get(f"{name}.")
    return [one for one in found or () if one.get("active", True)]

"""Writes customers back: makes and changes parties with their parts, notes objections, erases.

A call is one transaction, and Tryton compares the `_timestamp` of each record it writes with the
one that was read: what was changed meanwhile is refused. There is no idempotency key, so whoever is
to be made is looked for first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.writing import attempted, failed, halved
from crmsync.model.intent import Intent, Result, again, done, refused
from crmsync_tryton import codec
from crmsync_tryton.consents import Consents
from crmsync_tryton.erasing import erase
from crmsync_tryton.rows import Rows
from crmsync_tryton.rpc import Domain, Row, Rpc
from crmsync_tryton.streams import CUSTOMERS
from crmsync_tryton.wire import alike, values

PARTY = "party.party"
CHILDREN = {"addresses": "party.address", "contact_mechanisms": "party.contact_mechanism",
            "identifiers": "party.identifier"}  # fmt: skip
SEVERAL = "several parties there are this customer"
TWICE = "the same customer is being written right now"


class Writing:
    """The parties of one database; `ours` tells which of them are the house itself."""

    def __init__(self, rpc: Rpc, ours: Callable[[], Sequence[int]]) -> None:
        self._rpc, self._ours = rpc, ours
        self._rows, self._consents = Rows(rpc, CUSTOMERS), Consents(rpc)
        self._found: dict[tuple[str, str], int | None] = {}

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result for each intent."""
        kinds: defaultdict[str, list[Intent]] = defaultdict(list)
        for one in intents:
            kinds[one.change].append(one)
        found = self._save(kinds["save"])
        found += [attempted(one, self._consents.tell) for one in kinds["consent"]]
        found += [attempted(one, lambda it: erase(self._rpc, it)) for one in kinds["erase"]]
        found += [refused(one, "Tryton keeps no audiences") for one in kinds["audience"]]
        return found

    def _save(self, intents: Sequence[Intent]) -> list[Result]:
        """Look who is there; then change them, and make the others, each in one call."""
        try:
            placed = [self._placed(one) for one in intents]
            known = self._known([one for one in placed if isinstance(one, Intent)])
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]
        batch = _Batch(self, known)
        results = [one if isinstance(one, Result) else batch.take(one) for one in placed]
        return [one for one in results if one] + batch.send()

    def _placed(self, intent: Intent) -> Intent | Result:
        """The intent with the party that it is about, where it is there; a result where several
        are."""
        if intent.external_id is not None:
            return intent
        found = self._look(intent)
        if len(found) > 1:
            return refused(intent, SEVERAL, found=found)
        return replace(intent, external_id=str(found[0]), version="") if found else intent

    def _look(self, intent: Intent) -> list[int]:
        """The living parties with this e-mail address, else this number, else all that is told."""
        told = intent.fields
        if told.get("contacts.email"):
            email = str(told["contacts.email"]).strip()
            living = [["party.active", "=", True], ["party.replaced_by", "=", None]]
            domain = [["type", "=", "email"], ["value", "ilike", email],
                      ["active", "=", True], *living]  # fmt: skip
            points = self._rpc.search_read(CHILDREN["contact_mechanisms"], domain,
                                           ["value", "party"])  # fmt: skip
            # a sign of the address may be a wildcard: that finds more, never less
            return sorted({one["party"] for one in points if alike(one.get("value"), email)})
        living = [["active", "=", True], ["replaced_by", "=", None]]
        return self._rpc.search(PARTY, [*living, *self._same(intent)], limit=20)

    def _same(self, intent: Intent) -> Domain:
        if intent.fields.get("customer_number"):
            return [["code", "=", intent.fields["customer_number"]]]
        told = self.values(intent, {})
        if not told.get("name"):
            return [["id", "=", -1]]
        domain: Domain = [["name", "=", told["name"]]]
        for name in CHILDREN:
            for _, (one,) in told.get(name, ()):
                domain.append([name, "where", [_says(field, one[field]) for field in one]])
        return domain

    def _known(self, intents: Sequence[Intent]) -> dict[str, Row]:
        ids = [int(one.external_id) for one in intents
               if one.external_id is not None and one.external_id.isdecimal()]  # fmt: skip
        found = self._rows.read([["id", "in", ids]]) if ids else []
        return {str(row["id"]): row for row in found}

    def values(self, intent: Intent, row: Row) -> dict[str, Any]:
        """What is to be written for an intent; RecordError for what Tryton has no place for."""
        return values(intent.fields, intent.whole, row, self._find, self._offered)

    def is_ours(self, row: Row) -> bool:
        """Whether a party is one of the house's own companies."""
        return row["id"] in self._ours()

    def change(self, pairs: Sequence[tuple[Row, dict[str, Any]]]) -> None:
        """Write many parties in one transaction; Changed where one is no longer as it was read."""
        params = [part for row, told in pairs for part in ([row["id"]], told)]
        stamps = {key: value for row, _ in pairs for key, value in _timestamps(row)}
        context = {**self._rpc.context, "_timestamp": stamps}
        self._rpc.call(f"model.{PARTY}.write", *params, context, changes=True)

    def make(self, told: Sequence[dict[str, Any]]) -> list[int]:
        """The ids of new parties, made in one transaction."""
        ids = self._rpc.call(f"model.{PARTY}.create", list(told), self._rpc.context, changes=True)
        if not isinstance(ids, list) or len(ids) != len(told):
            raise NotReadable("Tryton does not say whom it made.", maybe_done=True)
        return ids

    def _find(self, model: str, code: str) -> int | None:
        code = code.upper() if model == "country.country" else code
        if (model, code) not in self._found:
            found = self._rpc.search(model, [["code", "=", code]], limit=1)
            self._found[model, code] = found[0] if found else None
        return self._found[model, code]

    @cached_property
    def _offered(self) -> set[str]:
        names = [path.rpartition(".")[2] for path in CUSTOMERS.optional["party.address"]]
        return self._rpc.fields("party.address", names)


class _Batch:
    """What is to be written for the saves of one batch."""

    def __init__(self, writing: Writing, known: dict[str, Row]) -> None:
        self._writing, self._known = writing, known
        self._changes: list[tuple[Intent, dict[str, Any]]] = []
        self._new: list[tuple[Intent, dict[str, Any]]] = []

    def take(self, intent: Intent) -> Result | None:
        """The result where nothing is to be sent, else None: it is sent with the others."""
        try:
            return self._make(intent) if intent.external_id is None else self._change(intent)
        except CrmsyncError as error:
            return failed(intent, error)

    def _change(self, intent: Intent) -> Result | None:
        row = self._known.get(str(intent.external_id))
        if row is None or row.get("active") in (False, 0):
            return refused(intent, "the party is no longer there")
        if self._writing.is_ours(row):
            return refused(intent, "the party is the house itself")
        told = self._writing.values(intent, row)
        if not told:
            return done(intent)
        if intent.version and intent.version != codec.version(row):
            return refused(intent, "the party was changed meanwhile")
        if any(one.external_id == intent.external_id for one, _ in self._changes):
            return again(intent, TWICE)
        self._changes.append((intent, told))
        return None

    def _make(self, intent: Intent) -> Result | None:
        told = self._writing.values(intent, {})
        if not told.get("name"):
            return refused(intent, "a party needs a name", field="family_name")
        if any(_same(intent, other) for other, _ in self._new):
            return again(intent, TWICE)
        self._new.append((intent, told))
        return None

    def send(self) -> list[Result]:
        """The results; a batch that is refused is sent in halves."""
        changes, new = ({one.id: told for one, told in some} for some in (self._changes, self._new))

        def change(some: Sequence[Intent]) -> list[Result]:
            pairs = [(self._known[str(one.external_id)], changes[one.id]) for one in some]
            self._writing.change(pairs)
            return [done(one) for one in some]

        def make(some: Sequence[Intent]) -> list[Result]:
            ids = self._writing.make([new[one.id] for one in some])
            return [done(one, identity) for one, identity in zip(some, ids, strict=True)]

        first = halved([one for one, _ in self._changes], change)
        return first + halved([one for one, _ in self._new], make)


def _timestamps(row: Row) -> list[tuple[str, str]]:
    """What Tryton shall compare: the stamps of a party and of its parts."""
    records = [(PARTY, row), *((model, one) for name, model in CHILDREN.items()
                               for one in row.get(f"{name}.") or ())]  # fmt: skip
    return [(f"{model},{one['id']}", one["_timestamp"]) for model, one in records
            if one.get("_timestamp")]  # fmt: skip


def _says(field: str, value: Any) -> Any:
    if field == "value":  # Tryton writes telephone numbers in a form of its own
        return ["OR", [["value", "=", value]], [["value_compact", "=", value]]]
    return [field, "=", value]


def _same(one: Intent, other: Intent) -> bool:
    """Whether two that are to be made are one: by what they would be looked for."""
    for name in ("contacts.email", "customer_number"):
        if one.fields.get(name):
            return alike(one.fields[name], other.fields.get(name))
    return one.fields == other.fields

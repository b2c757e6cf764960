"""Writes customers back: makes and changes them with their addresses, groups them, erases them.

Vendure's mutations are each a transaction of its own, one by one, without idempotency key and
without versions: whoever is to be made is looked for first, and what a customer says is compared
right before he is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from crmsync.errors import NotReadable, RecordError
from crmsync.http.writing import attempted, looked_up
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_vendure import queries, wire
from crmsync_vendure.customers import version
from crmsync_vendure.graphql import AdminApi
from crmsync_vendure.reading import Reading, Row

TAKEN = "another customer has this e-mail address"
NOBODY = {"title": "", "firstName": "Gelöscht", "lastName": "Gelöscht", "phoneNumber": ""}
"""What is left of a customer in the row that Vendure only marks as deleted."""


class Taken(Exception):
    """Another customer has the e-mail address."""


class Writing:
    """The customers of one shop; `country` is that of a new address that names none, and `makes`
    says whether those are made who are not there."""

    def __init__(self, api: AdminApi, reading: Reading, *, country: str, makes: bool) -> None:
        self._api, self._reading, self._country, self._makes = api, reading, country, makes
        self._grouping = Lock()  # two who make a group at once would make two of that name
        self._ways: Mapping[str, Callable[[Intent], Result]] = {
            "save": self._save,
            "audience": self._group,
            "erase": self._erase,
        }

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result for each intent."""
        return [self._one(one) for one in intents]

    def _one(self, intent: Intent) -> Result:
        if intent.change not in self._ways:
            return refused(intent, f"Vendure keeps no {intent.change}")
        return attempted(intent, self._ways[intent.change])

    # customers

    def _save(self, intent: Intent) -> Result:
        try:
            return looked_up(intent, self._look, self._make, self._change)
        except Taken:
            found = self._look(intent)
            if intent.external_id is None and len(found) == 1:  # made by somebody else meanwhile
                return self._change(intent, found[0])
            return refused(intent, TAKEN, field="contacts.email", found=found)

    def _look(self, intent: Intent) -> list[str]:
        email = str(intent.fields.get("contacts.email") or "").strip().lower()
        if not email:
            return []
        found = self._reading.some({"emailAddress": {"eq": email}}, take=10)
        return [str(row["id"]) for row in found]

    def _make(self, intent: Intent) -> Result:
        if not self._makes:
            return refused(intent, "make_customers is not set, without which nobody is made")
        told = wire.customer(intent.fields, intent.whole, {})
        places = list(wire.addresses(intent.fields, intent.whole, {}, self._country))
        if not told.get("emailAddress"):
            raise RecordError(wire.NEEDED, field="contacts.email")
        identity = self._made(queries.CREATE, {"firstName": "", "lastName": "", **told})
        for _, place in places:
            self._api.change(queries.ADD_ADDRESS, customer=identity, input=place)
        return done(intent, identity)

    def _change(self, intent: Intent, identity: str) -> Result:
        rows = self._reading.some({"id": {"eq": identity}}, take=1)
        if not rows:
            return refused(intent, "the customer is no longer there")
        told = wire.customer(intent.fields, intent.whole, rows[0])
        places = list(wire.addresses(intent.fields, intent.whole, rows[0], self._country))
        if (told or places) and intent.version and intent.version != version(rows[0]):
            return refused(intent, "the customer was changed meanwhile")
        if told:
            self._made(queries.UPDATE, {"id": identity, **told})
        for number, place in places:
            if number is None:
                self._api.change(queries.ADD_ADDRESS, customer=identity, input=place)
            else:
                self._api.change(queries.UPDATE_ADDRESS, input={"id": number, **place})
        return done(intent, identity)

    def _made(self, document: str, told: Mapping[str, Any]) -> str:
        """The id of a customer that was written; Taken, or RecordError for another error."""
        made = self._api.change(document, input=dict(told)).get("made")
        if not isinstance(made, dict):
            raise NotReadable("Vendure does not say what it wrote.", maybe_done=True)
        if made.get("errorCode") == "EMAIL_ADDRESS_CONFLICT_ERROR":
            raise Taken
        if "id" not in made:
            raise RecordError("the shop refuses the customer")
        return str(made["id"])

    # groups

    def _group(self, intent: Intent) -> Result:
        """Put a customer into a group, or take him out of it; twice does no harm."""
        name, member = str(intent.fields["name"]), bool(intent.fields["member"])
        row = next(iter(self._reading.some({"id": {"eq": intent.external_id}}, take=1)), None)
        if row is None:
            return refused(intent, "the customer is no longer there")
        if member == any(group["name"] == name for group in row.get("groups") or ()):
            return done(intent)
        with self._grouping:
            group = self._group_id(name, make=member)
        if not group:
            return refused(intent, "the group is no longer there", field="name")
        document = queries.JOIN if member else queries.LEAVE
        self._api.change(document, group=group, customers=[row["id"]])
        return done(intent)

    def _group_id(self, name: str, *, make: bool) -> str:
        options = {"filter": {"name": {"eq": name}}, "take": 1}
        found: Sequence[Row] = self._api.ask(queries.GROUPS, options=options)["found"]["items"]
        if found or not make:
            return str(found[0]["id"]) if found else ""
        return str(self._api.change(queries.CREATE_GROUP, input={"name": name})["made"]["id"])

    # erasing

    def _erase(self, intent: Intent) -> Result:
        """Vendure hides a deleted customer and keeps his row: it is emptied first."""
        identity = str(intent.external_id or "")
        for row in self._reading.some({"id": {"eq": identity}}, take=1):
            for place in row.get("addresses") or ():
                self._gone(queries.DELETE_ADDRESS, {"success": True}, place["id"])
            email = f"geloescht-{identity}@example.invalid"
            self._made(queries.UPDATE, {"id": identity, **NOBODY, "emailAddress": email})
            self._gone(queries.DELETE, {"result": "DELETED"}, identity)
        return done(intent)

    def _gone(self, document: str, wanted: Mapping[str, Any], identity: str) -> None:
        """Return when something was deleted; RecordError when the shop says that it was not."""
        if self._api.change(document, id=identity).get("made") != wanted:
            raise RecordError("the shop did not delete all of the customer")

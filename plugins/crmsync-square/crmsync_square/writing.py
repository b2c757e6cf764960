"""Changes of customers in Square: many at once as maps, with a key or a version for each.

A key makes it safe to ask twice for the same new customer; a version has a change refused when the
record is another one now. Square has no way to say whether somebody may be written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.writing import Unplaced, failed, keyed
from crmsync.model.intent import Intent, Result, again, done, refused, unknown
from crmsync.model.stream import reach
from crmsync_square.api import LATER, Api, code_of
from crmsync_square.customers import ADDRESS, NAMES

Row = Mapping[str, Any]

BATCH = 25
"""Square takes 100 at once; before somebody is made he is looked for, one request each."""

OURS = {theirs: ours for ours, theirs in NAMES.items()}
CONFLICTS = ("CONFLICT", "VERSION_MISMATCH")
GONE = ("NOT_FOUND", "CUSTOMER_NOT_FOUND")


class Writing:
    """Writes the customers of one seller."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._groups: dict[str, str] = {}

    def all(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of each change."""
        found: dict[str, Result] = {}
        changes: list[tuple[Intent, str]] = []
        makes: list[Intent] = []
        for one in intents:
            result = self._sorted(one, changes, makes)
            if result is not None:
                found[one.id] = result
        for some in _rounds(changes):
            found |= {one.id: one for one in self._change(some)}
        if makes:
            found |= {one.id: one for one in self._make(makes)}
        return [found[one.id] for one in intents]

    def _sorted(
        self, intent: Intent, changes: list[tuple[Intent, str]], makes: list[Intent]
    ) -> Result | None:
        """Put a save to those that go in one request; of anything else what came of it."""
        try:
            if intent.change != "save":
                return self._erase(intent) if intent.change == "erase" else self._audience(intent)
            wire(intent)
            there = [intent.external_id] if intent.external_id else self._look(intent)
        except Unplaced as error:
            return refused(intent, "Square has no place for it", field=error.field)
        except CrmsyncError as error:
            return lost(intent, error)
        if len(there) > 1:
            return refused(intent, "several records there are this customer", found=there)
        if there:
            changes.append((intent, there[0]))
        else:
            makes.append(intent)
        return None

    def _look(self, intent: Intent) -> list[str]:
        """The ids of those who have the e-mail address, else the phone, else the number."""
        for name in ("contacts.email", "contacts.phone", "customer_number"):
            value = str(intent.fields.get(name) or "").strip()
            if value:
                query = {"filter": {NAMES[name]: {"exact": value}}}
                told = self._api.search("customers/search", {"query": query, "limit": 10}).data
                return [str(row["id"]) for row in told.get("customers") or ()]
        return []

    def _make(self, intents: Sequence[Intent]) -> list[Result]:
        body = {key_of(one): made(one) for one in intents}
        return self._bulk("customers/bulk-create", intents, body, key=key_of)

    def _change(self, some: Sequence[tuple[Intent, str]]) -> list[Result]:
        ids = {one.id: identity for one, identity in some}
        body = {ids[one.id]: {**wire(one), **_version(one)} for one, _ in some}
        results = self._bulk("customers/bulk-update", [one for one, _ in some], body,
                             key=lambda one: ids[one.id])  # fmt: skip
        return [
            self._settled(one, identity, result)
            for (one, identity), result in zip(some, results, strict=True)
        ]

    def _bulk(self, path: str, intents: Sequence[Intent], body: Row, *, key: Any) -> list[Result]:
        try:
            told = self._api.change(path, {"customers": body})
            answers = told.get("responses") if isinstance(told, dict) else None
            if not isinstance(answers, dict):
                raise NotReadable("Square's answer to a batch holds no responses.")
            return keyed(intents, answers, read, key=key)
        except CrmsyncError as error:
            return [lost(one, error) for one in intents]

    def _settled(self, intent: Intent, identity: str, result: Result) -> Result:
        """A change refused for its version may be our own that was repeated: then it stands."""
        if result.outcome != "refused" or result.reason != MEANWHILE:
            return result
        try:
            row = self._api.customer(identity)
        except CrmsyncError as error:
            return lost(intent, error)
        if row is not None and all(row.get(name) == value for name, value in wire(intent).items()):
            return done(intent, identity, version=row.get("version", ""))
        return result

    def _audience(self, intent: Intent) -> Result:
        """A group of Square's, made where there is none of that name."""
        name, member = str(intent.fields["name"]), bool(intent.fields["member"])
        group = self._group(name, make=member)
        if group is None:
            return done(intent)
        method = "PUT" if member else "DELETE"
        status = self._api.membership(method, str(intent.external_id), group)
        return refused(intent, "is not there") if status == 404 and member else done(intent)

    def _group(self, name: str, *, make: bool) -> str | None:
        if name not in self._groups:
            self._groups |= self._known_groups()
        if name not in self._groups and make:
            body = {"idempotency_key": _digest(f"group {name}"), "group": {"name": name}}
            told = reach(self._api.change("customers/groups", body) or {}, "group.id")
            if not isinstance(told, str):
                raise NotReadable("Square's answer holds no group.")
            self._groups[name] = told
        return self._groups.get(name)

    def _known_groups(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor = None
        while True:
            told = self._api.get("customers/groups", cursor=cursor, limit=50).data
            if not isinstance(told, dict):
                raise NotReadable("Square's answer holds no groups.")
            found |= {row["name"]: row["id"] for row in told.get("groups") or ()}
            cursor = told.get("cursor")
            if not cursor:
                return found

    def _erase(self, intent: Intent) -> Result:
        self._api.delete(str(intent.external_id))
        return done(intent)


MEANWHILE = "was changed meanwhile"


def read(intent: Intent, told: Any) -> Result:
    """What Square says of one change in a batch."""
    row = told.get("customer") if isinstance(told, dict) else None
    if isinstance(row, dict) and row.get("id"):
        return done(intent, row["id"], version=row.get("version", ""))
    code = code_of(told)
    if code == "RATE_LIMITED":
        return again(intent, "Square asks for a pause")
    if not code or code in LATER:
        return unknown(intent, f"Square does not know whether it is done {code}".strip())
    if code in CONFLICTS:
        return refused(intent, MEANWHILE)
    if code in GONE:
        return refused(intent, "is not there")
    return refused(intent, f"Square refuses it ({code})", field=_field(told))


def _field(told: Any) -> str:
    """Our name of the field that an error names, as far as it is one we write."""
    name = str(reach(told, "errors.0.field") or "").rpartition(".")[2]
    return OURS.get(name, "")


def lost(intent: Intent, error: CrmsyncError) -> Result:
    """What an error says of one change; an answer that cannot be read may follow a change."""
    if isinstance(error, NotReadable):
        return unknown(intent, error.message)
    return failed(intent, error)


def wire(intent: Intent) -> dict[str, Any]:
    """The fields of an intent under Square's names; Unplaced for one that has none there."""
    found: dict[str, Any] = {}
    for name, value in intent.fields.items():
        if name in NAMES:
            found[NAMES[name]] = _day(value) if name == "birth_date" else value
        elif name == "vat_id":
            found["tax_ids"] = {"eu_vat": value}
        elif _is_of_address(name):
            found["address"] = _address({**intent.whole, **intent.fields})
        else:
            raise Unplaced(name)
    return found


def made(intent: Intent) -> dict[str, Any]:
    """A new customer: everything known of him that Square has a place for."""
    known = {name: value for name, value in {**intent.whole, **intent.fields}.items()
             if name in NAMES or name == "vat_id" or _is_of_address(name)}  # fmt: skip
    told = wire(Intent(id=intent.id, key=intent.key, fields=known))
    return {name: value for name, value in told.items() if value is not None}


def key_of(intent: Intent) -> str:
    """The idempotency key: Square takes 45 signs at most."""
    return _digest(intent.key)


def _is_of_address(name: str) -> bool:
    part = name.removeprefix("addresses.home.")
    return part != name and (part in ADDRESS or part in ("house_number", "lines"))


def _address(told: Row) -> dict[str, Any]:
    """The whole address, for what is left out of one may be lost."""
    before = "addresses.home."
    found = {theirs: told.get(before + ours) for ours, theirs in ADDRESS.items()}
    both = (told.get(f"{before}street"), told.get(f"{before}house_number"))
    found["address_line_1"] = " ".join(str(one) for one in both if one) or None
    lines = told.get(f"{before}lines") or ()
    if isinstance(lines, str):
        lines = (lines,)
    found["address_line_2"] = ", ".join(map(str, lines)) or None
    return {name: value for name, value in found.items() if value is not None}


def _day(value: Any) -> Any:
    """A birthday; one without a year is MM-DD here."""
    return value.removeprefix("--") if isinstance(value, str) else value


def _version(intent: Intent) -> dict[str, int]:
    return {"version": int(intent.version)} if intent.version.isdecimal() else {}


def _rounds(
    changes: Sequence[tuple[Intent, str]],
) -> list[list[tuple[Intent, str]]]:
    """The changes such that none of a round is of the same record: a map holds each id once."""
    rounds: list[dict[str, tuple[Intent, str]]] = []
    for one in changes:
        free = next((some for some in rounds if one[1] not in some), None)
        if free is None:
            rounds.append(free := {})
        free[one[1]] = one
    return [list(some.values()) for some in rounds]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:40]

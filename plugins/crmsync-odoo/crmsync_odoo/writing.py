"""Writes customers back: makes and changes contacts, notes objections, tags, erases.

A call is one transaction: what is made in one call is made, or none of it is. Odoo knows no
idempotency key, so whoever is to be made is looked for first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.writing import Unplaced, attempted, failed, halved
from crmsync.model.intent import Intent, Result, again, done, refused
from crmsync_odoo.api import Api, Domain, Row
from crmsync_odoo.consents import Consents
from crmsync_odoo.erasing import erase
from crmsync_odoo.values import filled
from crmsync_odoo.wire import values

PARTNER = "res.partner"
SEVERAL = "several contacts there are this customer"
MOVED = "he is on a blacklist under his present address or number: a new one would be free of that"
LISTED = {"contacts.email": ("email", "is_blacklisted"),
          "contacts.phone": ("phone", "phone_blacklisted"),
          "contacts.mobile": ("mobile", "phone_blacklisted")}  # fmt: skip
"""What Odoo's blacklists are about, and what says that it is on one."""


class Writing:
    """The contacts of one database."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._consents = Consents(api)
        self._countries: dict[str, int | None] = {}

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """One result for each intent."""
        found: list[Result] = []
        kinds: defaultdict[str, list[Intent]] = defaultdict(list)
        for one in intents:
            kinds[one.change].append(one)
        found += self._save([one for one in kinds["save"] if one.external_id is not None])
        found += self._make([one for one in kinds["save"] if one.external_id is None])
        found += [attempted(one, self._consents.write) for one in kinds["consent"]]
        found += self._audiences(kinds["audience"])
        found += [attempted(one, lambda it: erase(self._api, it)) for one in kinds["erase"]]
        return found

    # contacts

    def _save(self, intents: Sequence[Intent]) -> list[Result]:
        if not intents:
            return []
        try:
            known = self._by_id([int(one.external_id or 0) for one in intents])
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]
        return [attempted(one, lambda it: self._change(it, known)) for one in intents]

    def _change(self, intent: Intent, known: dict[int, Row]) -> Result:
        row = known.get(int(intent.external_id or 0))
        if row is None:
            return refused(intent, "the contact is no longer there")
        for field, (name, listed) in LISTED.items():
            bound = row.get(listed) is True and field in intent.fields
            if bound and _moves(intent.fields[field], row.get(name)):
                return refused(intent, MOVED, field=field)
        try:
            told = values(intent.fields, intent.whole, row, self._country)
        except Unplaced as error:
            return refused(intent, "Odoo has no place for it", field=error.field)
        if told:
            self._api.call(PARTNER, "write", changes=True, ids=[row["id"]], vals=told)
        return done(intent, row["id"])

    def _make(self, intents: Sequence[Intent]) -> list[Result]:
        """Who is there is changed; the others are made in one call, halved where it is refused."""
        results: list[Result] = []
        new: list[tuple[Intent, Row]] = []
        for one in intents:
            found = attempted(one, lambda it: self._unless_there(it, new))
            if found is not None:
                results.append(found)
        told = {one.id: row for one, row in new}

        def create(some: Sequence[Intent]) -> Sequence[Result]:
            ids = self._api.call(PARTNER, "create", changes=True,
                                 vals_list=[told[one.id] for one in some])  # fmt: skip
            if not isinstance(ids, list) or len(ids) != len(some):
                raise NotReadable("Odoo does not say whom it made.", maybe_done=True)
            return [done(one, identity) for one, identity in zip(some, ids, strict=True)]

        return results + halved([one for one, _ in new], create)

    def _unless_there(self, intent: Intent, new: list[tuple[Intent, Row]]) -> Any:
        """The result where somebody is there already, else None: he is to be made."""
        try:
            told = values(intent.fields, intent.whole, {}, self._country)
        except Unplaced as error:
            return refused(intent, "Odoo has no place for it", field=error.field)
        if not told.get("name"):
            return refused(intent, "a contact needs a name", field="family_name")
        if any(_same(told, other) for _, other in new):
            return again(intent, "the same contact is being made right now")
        found = self._api.search_read(PARTNER, self._look(told), ["id", "name", "is_company"])
        if len(found) > 1:
            return refused(intent, SEVERAL, found=[row["id"] for row in found])
        if found:
            return self._change(_for(intent, found[0]), {found[0]["id"]: found[0]})
        firm = bool(intent.fields.get("company")) and not intent.fields.get("family_name")
        new.append((intent, {**told, "is_company": True} if firm else told))
        return None

    def _look(self, told: Row) -> Domain:
        """How a contact is found: by its e-mail address, its number, or all that it says."""
        if filled(told.get("email")):
            return [["email", "=ilike", _exactly(told["email"])], ["active", "=", True]]
        if filled(told.get("ref")):
            return [["ref", "=", told["ref"]], ["active", "=", True]]
        return [[name, "=", value] for name, value in told.items()]

    def _by_id(self, ids: Sequence[int]) -> dict[int, Row]:
        offered = self._api.fields(PARTNER)
        more = dict.fromkeys(name for both in LISTED.values() for name in both if name in offered)
        rows = self._api.search_read(PARTNER, [["id", "in", list(ids)]],
                                     ["id", "name", "is_company", *more])  # fmt: skip
        return {row["id"]: row for row in rows}

    def _country(self, code: str) -> int | None:
        if code not in self._countries:
            found = self._api.search_read("res.country", [["code", "=", code.upper()]], ["id"])
            self._countries[code] = found[0]["id"] if found else None
        return self._countries[code]

    # audiences: tags of contacts

    def _audiences(self, intents: Sequence[Intent]) -> list[Result]:
        groups: defaultdict[tuple[str, bool], list[Intent]] = defaultdict(list)
        for one in intents:
            groups[str(one.fields["name"]), bool(one.fields["member"])].append(one)
        found: list[Result] = []
        for (name, member), some in groups.items():
            found += halved(some, lambda part, n=name, m=member: self._tag(part, n, m))  # type: ignore[misc]
        return found

    def _tag(self, intents: Sequence[Intent], name: str, member: bool) -> Sequence[Result]:
        """Put a tag on all of them, or take it off; twice does no harm."""
        tag = self._tag_id(name, make=member)
        if tag is not None:
            ids = [int(one.external_id or 0) for one in intents]
            change = [4 if member else 3, tag]
            self._api.call(PARTNER, "write", changes=True, ids=ids,
                           vals={"category_id": [change]})  # fmt: skip
        return [done(one) for one in intents]

    def _tag_id(self, name: str, *, make: bool) -> int | None:
        model = "res.partner.category"
        found = self._api.search_read(model, [["name", "=", name]], ["id"], limit=1)
        if found or not make:
            return int(found[0]["id"]) if found else None
        made = self._api.call(model, "create", changes=True, vals_list=[{"name": name}])
        if not isinstance(made, list) or len(made) != 1:
            raise NotReadable("Odoo does not say which tag it made.", maybe_done=True)
        return int(made[0])


def _for(intent: Intent, row: Row) -> Intent:
    return replace(intent, external_id=str(row["id"]))


def _moves(told: Any, there: Any) -> bool:
    """Whether an address or number is another one, however it is written."""
    new, old = (str(filled(one) or "").casefold() for one in (told, there))
    if "@" in new + old:
        return new.strip() != old.strip()
    digits = ["".join(filter(str.isdigit, one)).lstrip("0") for one in (new, old)]
    return digits[0] != digits[1]


def _same(one: Row, other: Row) -> bool:
    """Whether two that are to be made are one: by what they would be looked for."""
    for name in ("email", "ref"):
        if filled(one.get(name)):
            return str(one[name]).casefold() == str(other.get(name)).casefold()
    return one == other


def _exactly(text: str) -> str:
    """A text of which nothing is a wildcard of =ilike."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

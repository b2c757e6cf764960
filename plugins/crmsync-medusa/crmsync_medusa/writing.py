"""Changes of customers in Medusa, one after the other.

The shop takes an e-mail address once among guests and once among accounts, to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.errors import CrmsyncError
from crmsync.http.writing import Unplaced, failed, looked_up
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_medusa.api import Api, Refused
from crmsync_medusa.settings import MedusaSettings

Row = Mapping[str, Any]

BATCH = 10
NAMES = {"given_name": "first_name", "family_name": "last_name", "company": "company_name",
         "contacts.email": "email", "contacts.phone": "phone"}  # fmt: skip
ADDRESS = {"street": "address_1", "postal_code": "postal_code", "city": "city",
           "region": "province", "country": "country_code"}  # fmt: skip
BILLING = "addresses.billing."
MOVED = ("not_found",)


class Writing:
    """Writes the customers of one shop."""

    def __init__(self, api: Api, own: MedusaSettings) -> None:
        self._api, self._own = api, own
        self._groups: dict[str, str] = {}

    def all(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of each change."""
        return [self._one(intent) for intent in intents]

    def _one(self, intent: Intent) -> Result:
        try:
            match intent.change:
                case "save":
                    return looked_up(intent, self._look, self._make, self._change)
                case "audience":
                    return self._audience(intent)
            return self._erase(intent)
        except Unplaced as error:
            return refused(intent, "Medusa has no place for it", field=error.field)
        except Refused as error:
            reason = "is not there" if error.kind in MOVED else error.message
            return refused(intent, reason)
        except CrmsyncError as error:
            return failed(intent, error)

    def _look(self, intent: Intent) -> list[str]:
        """The ids of those with the e-mail address, as it is told and in small letters."""
        email = str(intent.fields.get("contacts.email") or "").strip()
        if not email:
            return []
        told = list(dict.fromkeys([email, email.lower()]))
        rows = self._api.rows("customers", "customers", fields="id", **{"email[]": told})
        return [str(row["id"]) for row in rows]

    def _make(self, intent: Intent) -> Result:
        whole = {name: value for name, value in intent.whole.items() if self._has_place(name)}
        told = {**whole, **intent.fields}
        known = {name: value for name, value in told.items() if value is not None}
        body, home = self._wire(known, known)
        if not body.get("email"):
            return refused(intent, "without e-mail address he could be made twice")
        try:
            identity = str(self._api.change("customers", "customer", body)["id"])
        except Refused:
            there = self._look(intent)
            if len(there) != 1:
                raise
            return self._change(intent, there[0])
        return self._home(intent, identity, home)

    def _change(self, intent: Intent, identity: str) -> Result:
        body, home = self._wire(intent.fields, {**intent.whole, **intent.fields})
        if body:
            self._api.change(f"customers/{identity}", "customer", body)
        return self._home(intent, identity, home)

    def _home(self, intent: Intent, identity: str, home: Row) -> Result:
        """The address that bills go to, changed or made."""
        if not home:
            return done(intent, identity)
        held = self._api.record(f"customers/{identity}", "customer", fields="*addresses")
        if held is None:
            return refused(intent, "is not there")
        there = [row["id"] for row in held.get("addresses") or () if row.get("is_default_billing")]
        path = f"customers/{identity}/addresses"
        if there:
            self._api.change(f"{path}/{there[0]}", "customer", home)
        else:
            body = {**home, "is_default_billing": True}
            self._api.change(path, "customer", body, repeatable=False)
        return done(intent, identity)

    def _has_place(self, name: str) -> bool:
        return name in NAMES or name in self._own.metadata or is_billing(name)

    def _wire(self, fields: Row, whole: Row) -> tuple[dict[str, Any], dict[str, Any]]:
        """The fields under Medusa's names, and the address; Unplaced for one that has none.

        Metadata are merged by the shop; an empty text takes a key out.
        """
        body: dict[str, Any] = {}
        home: dict[str, Any] = {}
        for name, value in fields.items():
            if name in NAMES:
                body[NAMES[name]] = value
            elif name in self._own.metadata:
                key = self._own.metadata[name]
                body.setdefault("metadata", {})[key] = "" if value is None else value
            elif is_billing(name):
                home = home or _address(whole)
            else:
                raise Unplaced(name)
        return body, home

    def _audience(self, intent: Intent) -> Result:
        """A customer group of that name, made where there is none."""
        name, member = str(intent.fields["name"]), bool(intent.fields["member"])
        group = self._group(name, make=member)
        if group is None:
            return done(intent)
        body = {"add" if member else "remove": [intent.external_id]}
        self._api.change(f"customer-groups/{group}/customers", "customer_group", body)
        return done(intent)

    def _group(self, name: str, *, make: bool) -> str | None:
        if name not in self._groups:
            rows = self._api.rows("customer-groups", "customer_groups", name=name, fields="id")
            if rows:
                self._groups[name] = str(rows[0]["id"])
            elif make:
                made = self._api.change("customer-groups", "customer_group", {"name": name})
                self._groups[name] = str(made["id"])
        return self._groups.get(name)

    def _erase(self, intent: Intent) -> Result:
        """Delete him: the shop hides him and keeps the row (see the README)."""
        self._api.delete(f"customers/{intent.external_id}")
        return done(intent)


def is_billing(name: str) -> bool:
    """Whether a field is one of the address that bills go to."""
    part = name.removeprefix(BILLING)
    return part != name and (part in ADDRESS or part in ("house_number", "lines"))


def _address(told: Row) -> dict[str, Any]:
    """The address; house number and street share a line."""
    found = {theirs: told[BILLING + ours] for ours, theirs in ADDRESS.items()
             if BILLING + ours in told}  # fmt: skip
    both = (told.get(f"{BILLING}street"), told.get(f"{BILLING}house_number"))
    if any(both):
        found["address_1"] = " ".join(str(one) for one in both if one)
    if found.get("country_code"):
        found["country_code"] = str(found["country_code"]).lower()
    if f"{BILLING}lines" in told:
        lines = told[f"{BILLING}lines"] or ()
        found["address_2"] = lines if isinstance(lines, str) else ", ".join(map(str, lines))
    return found

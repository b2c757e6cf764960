"""Joins customers with what hangs at them: contacts, addresses, opt-outs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from crmsync_erpnext.api import Api, Row
from crmsync_erpnext.doctypes import ADDRESS, CONTACT

OF_CUSTOMERS = ["link_doctype", "=", "Customer"]


class People:
    """The people of one site."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def joined(self, customers: Sequence[Row]) -> list[Row]:
        """The customers, each with its contacts, addresses and the addresses that opted out."""
        names = [str(one["name"]) for one in customers]
        contacts = self._linked("Contact", CONTACT, names)
        every = [one for found in contacts.values() for one in found]
        self._with_points(every)
        addresses = self._linked("Address", ADDRESS, names)
        for one in (one for found in addresses.values() for one in found):
            one["country_code"] = self._countries.get(str(one.get("country")))
        emails = [
            *_emails(every),
            *(str(one["email_id"]) for one in customers if one.get("email_id")),
        ]
        gone = {
            str(one.get("email")).casefold(): one.get("creation") for one in self.opted_out(emails)
        }
        found = []
        for one in customers:
            mine = contacts[str(one["name"])]
            told = {*_emails(mine), str(one.get("email_id") or "")}
            out = {
                email: gone[email.casefold()] for email in sorted(told) if email.casefold() in gone
            }
            found.append({**one, "contacts": mine, "addresses": addresses[str(one["name"])],
                          "unsubscribed": out})  # fmt: skip
        return found

    def opted_out(self, emails: Sequence[str]) -> list[Row]:
        """The e-mail addresses among these that get no mail at all any more."""
        return self._api.among("Email Unsubscribe", ("name", "email", "creation"), "email", emails,
                               ["global_unsubscribe", "=", 1])  # fmt: skip

    def of(self, doctype: str, names: Sequence[str]) -> list[str]:
        """The names of the customers that contacts or addresses belong to."""
        rows = self._api.among("Dynamic Link", ("link_name",), "parent", names, OF_CUSTOMERS,
                               ["parenttype", "=", doctype], parent=doctype)  # fmt: skip
        return [str(one["link_name"]) for one in rows]

    def with_emails(self, emails: Sequence[str]) -> list[str]:
        """The names of the customers that have one of these e-mail addresses."""
        own = self._api.among("Customer", ("name",), "email_id", emails)
        rows = self._api.among("Contact Email", ("parent",), "email_id", emails, parent="Contact")
        names = self.of("Contact", [str(one["parent"]) for one in rows])
        return sorted({*(str(one["name"]) for one in own), *names})

    def _linked(
        self, doctype: str, fields: Sequence[str], names: Sequence[str]
    ) -> dict[str, list[Row]]:
        """The documents that hang at each customer, in the order of their names."""
        rules = (OF_CUSTOMERS, ["parenttype", "=", doctype])
        links = self._api.among(
            "Dynamic Link", ("parent", "link_name"), "link_name", names, *rules, parent=doctype
        )
        found = self._api.among(doctype, fields, "name", [str(one["parent"]) for one in links])
        known = {str(one["name"]): one for one in found}
        hung: dict[str, list[Row]] = defaultdict(list)
        for parent, name in sorted({(str(one["parent"]), str(one["link_name"])) for one in links}):
            if parent in known:
                hung[name].append(known[parent])
        return hung

    def _with_points(self, contacts: Iterable[Row]) -> None:
        """Give contacts their e-mail addresses and numbers."""
        by_name = {str(one["name"]): one for one in contacts}
        tables = (("email_ids", "Contact Email", ("email_id", "is_primary")),
                  ("phone_nos", "Contact Phone", ("phone", "is_primary_mobile_no")))  # fmt: skip
        for field, doctype, fields in tables:
            wanted = ("parent", "idx", *fields)
            rows = self._api.among(doctype, wanted, "parent", list(by_name), parent="Contact")
            for one in by_name.values():
                one[field] = []
            for row in sorted(rows, key=lambda one: one.get("idx") or 0):
                by_name[str(row["parent"])][field].append(row)

    @cached_property
    def _countries(self) -> dict[str, str]:
        """The codes (ISO 3166) of countries by their names."""
        rows = self._api.rows("Country", ("name", "code"), [], "name asc", size=0)
        return {str(one["name"]): str(one.get("code") or "").upper() for one in rows}


def _emails(contacts: Iterable[Row]) -> list[str]:
    return [str(one["email_id"]) for contact in contacts for one in contact.get("email_ids") or ()
            if one.get("email_id")]  # fmt: skip

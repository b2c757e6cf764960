"""One invented customer: everything the three systems may know of it, and who it really is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crmsync.demo.places import Home

System = Literal["crm", "erp", "shop", "guest"]
Rhythm = Literal["new", "once", "occasional", "regular", "champion", "lapsed", "late", "at_risk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person, couple or firm; `key` is the truth that every record of it shares.

    `before` is the address before a move, `born` the family name before a marriage: one of the
    systems still has it. `suffix` (sen., jun.) is what clerks write to tell namesakes apart.
    `household` is shared by people who live together. `consents` maps a wish to "ja" or "nein"
    (newsletter, greeting, phone, letter); what is missing was never asked. `case` names what a
    planted person is there to show.
    """

    key: str
    kind: Literal["person", "firm", "couple"] = "person"
    origin: str = "de"
    salutation: str = ""
    titles: str = ""
    given: str = ""
    nobility: str = ""
    family: str = ""
    suffix: str = ""
    born: str = ""
    company: str = ""
    vat_id: str = ""
    birth_date: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""
    home: Home
    before: Home | None = None
    household: str = ""
    systems: frozenset[System] = frozenset({"crm", "erp"})
    rhythm: Rhythm = "occasional"
    card: str = ""
    consents: tuple[tuple[str, str], ...] = ()
    privileges: tuple[str, ...] = ()
    complaint: Literal["", "open", "done"] = ""
    case: str = ""

    @property
    def surname(self) -> str:
        """The family name with its nobility."""
        return f"{self.nobility} {self.family}".strip()

    def consent(self, wish: str) -> str:
        """ "ja", "nein" or "" (never asked)."""
        return dict(self.consents).get(wish, "")

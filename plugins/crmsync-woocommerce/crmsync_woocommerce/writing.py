"""Writes customers into a shop: in batches, each result read for itself, nobody made twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.errors import NotReadable, RecordError, Unreachable
from crmsync.http.writing import attempted, failed, halved, looked_up, ordered
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync_woocommerce.api import Api, code_of, strange
from crmsync_woocommerce.settings import WooCommerceSettings

ADDRESS = {"company": "company", "street": "address_1", "lines": "address_2", "city": "city",
           "postal_code": "postcode", "region": "state", "country": "country"}  # fmt: skip
NAMES = {
    "given_name": ("first_name",),
    "family_name": ("last_name",),
    "contacts.email": ("email",),
    "contacts.phone": ("billing", "phone"),
    "company": ("billing", "company"),
    **{f"addresses.{kind}.{name}": (kind, field) for kind in ("billing", "shipping")
       for name, field in ADDRESS.items()},
}  # fmt: skip
"""Our fields, and where WooCommerce has them."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TAKEN = "registration-error-email-exists"
NO_EMAIL = "WooCommerce keeps no customer without an e-mail address"
NO_MORE = ("woocommerce_rest_invalid_id", "wc_user_invalid_id", "rest_user_invalid_id")
WORDS = {
    "woocommerce_rest_customer_invalid_email": ("another customer has this e-mail address",
                                                "contacts.email"),
    "registration-error-invalid-email": ("is no e-mail address", "contacts.email"),
    "customer_invalid_email": ("is no e-mail address", "contacts.email"),
    "woocommerce_rest_cannot_edit": ("this account may not be changed over the API", ""),
    "woocommerce_rest_cannot_delete": ("this account may not be deleted over the API", ""),
    **dict.fromkeys(NO_MORE, ("the customer is not there any more", "")),
}  # fmt: skip


class Writing:
    """Brings intents into one shop."""

    def __init__(self, api: Api, own: WooCommerceSettings) -> None:
        self._api, self._own = api, own
        self._keys = {str(name): key for name, key in own.customer_meta.items()}
        self._salutations = {word: told for told, word in own.salutations.items() if word}

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result each: those that save in one batch, erasures one by one."""
        found: dict[str, Result] = {}
        ready: list[Intent] = []
        for one in intents:
            problem = self._problem(one)
            if problem is not None:
                found[one.id] = problem
            elif one.change == "erase":
                found[one.id] = attempted(one, self._erase)
            elif one.external_id is None and not self._own.create_customers:
                found[one.id] = attempted(one, self._changed_only)
            else:
                ready.append(one)
        found |= {result.id: result for result in halved(ready, self._batch)}
        return [self._settled(one, found[one.id]) for one in intents]

    def _problem(self, intent: Intent) -> Result | None:
        """The refusal of what WooCommerce has no place for."""
        if intent.change == "erase":
            return None if intent.external_id else refused(intent, "nobody is named")
        if intent.change != "save":
            return refused(intent, f"WooCommerce keeps no {intent.change}")
        try:
            self._wire(intent)
        except RecordError as error:
            return failed(intent, error)
        email = intent.fields.get("contacts.email")
        asked = intent.external_id is None or "contacts.email" in intent.fields
        if asked and not email:
            return refused(intent, NO_EMAIL, field="contacts.email")
        if email and not EMAIL.fullmatch(str(email)):
            return refused(intent, "is no e-mail address", field="contacts.email")
        return None

    def _batch(self, intents: Sequence[Intent]) -> list[Result]:
        """What the shop says of each, in a 200 though some may be refused."""
        if not intents:
            return []
        new = [one for one in intents if one.external_id is None]
        old = [one for one in intents if one.external_id is not None]
        changes = {
            "create": [self._wire(one) for one in new],
            "update": [{"id": _number(one.external_id), **self._wire(one)} for one in old],
        }
        try:
            said = self._api.batch({name: rows for name, rows in changes.items() if rows})
        except NotReadable as error:
            if error.maybe_done:
                raise
            raise Unreachable(error.message, hint=error.hint) from None
        made = ordered(new, _list(said, "create"), self._read)
        return [*made, *ordered(old, _list(said, "update"), self._read)]

    def _read(self, intent: Intent, said: Any) -> Result:
        if not isinstance(said, Mapping):
            return unknown(intent, "the shop's answer cannot be read")
        if "error" not in said:
            return done(intent, said.get("id") or intent.external_id)
        return _refusal(intent, said["error"])

    def _settled(self, intent: Intent, result: Result) -> Result:
        """Whoever has the e-mail address already is changed, or named."""
        if result.outcome != "refused" or result.field != "contacts.email":
            return result
        if result.reason == TAKEN:
            return attempted(intent, self._changed_only)
        if intent.external_id and EMAIL.fullmatch(str(intent.fields.get("contacts.email"))):
            found = attempted(intent, self._named(result))
            return found if found.outcome == "refused" else result
        return result

    def _changed_only(self, intent: Intent) -> Result:
        """A change of who has the e-mail address; nobody is made."""
        hint = "nobody there has this e-mail address, and create_customers is off"
        return looked_up(intent, self._look, lambda one: refused(one, hint), self._change)

    def _named(self, result: Result) -> Any:
        def named(intent: Intent) -> Result:
            found = self._look(intent)
            return refused(intent, result.reason, field=result.field, found=found)

        return named

    def _look(self, intent: Intent) -> list[Any]:
        """The ids of the accounts with this e-mail address; the filter also takes wild cards."""
        email = str(intent.fields["contacts.email"]).strip()
        asked = email.replace("*", "")
        rows = self._api.rows("/customers", email=asked, role="all", _fields="id,email")
        return [row["id"] for row in rows
                if str(row.get("email")).casefold() == email.casefold()]  # fmt: skip

    def _change(self, intent: Intent, identity: str) -> Result:
        body = {"id": _number(identity), **self._wire(intent)}
        said = _list(self._api.batch({"update": [body]}), "update")
        return ordered([intent], said, self._read)[0]

    def _erase(self, intent: Intent) -> Result:
        """The account goes; its orders stay, and with them the addresses in them."""
        answer = self._api.delete(f"/customers/{intent.external_id}", force="true")
        if not isinstance(answer.data, Mapping):
            raise strange("/customers", maybe_done=True)
        if answer.status == 404 and code_of(answer.data) not in NO_MORE:
            return _refusal(intent, answer.data)
        return done(intent)

    def _wire(self, intent: Intent) -> dict[str, Any]:
        """The fields of an intent under WooCommerce's names; RecordError for one it has not."""
        told: dict[str, Any] = {}
        for name, value in intent.fields.items():
            if name in self._keys:
                text = self._salutations.get(value, value) if name == "salutation" else value
                told.setdefault("meta_data", []).append(
                    {"key": self._keys[name], "value": text or ""}
                )
            elif name.endswith(".house_number"):
                continue
            elif name in NAMES:
                _put(told, NAMES[name], _value(intent, name))
            else:
                raise RecordError("WooCommerce has no such field", field=name)
        for kind in ("billing", "shipping"):
            if f"addresses.{kind}.house_number" in intent.fields:
                _put(told, (kind, "address_1"), _street(intent, kind))
        return told


def _refusal(intent: Intent, error: Any) -> Result:
    """What an error says of one change, in our words: its own may be personal."""
    code = code_of(error)
    data = error.get("data") if isinstance(error, Mapping) else None
    status = data.get("status") if isinstance(data, Mapping) else None
    if code == TAKEN:
        return refused(intent, TAKEN, field="contacts.email")
    if code in WORDS:
        reason, field = WORDS[code]
        return refused(intent, reason, field=field)
    if isinstance(status, int) and status >= 500:
        return unknown(intent, f"the shop failed ({status})")
    return refused(intent, f"the shop refuses it ({code or 'without a code'})")


def _list(said: Mapping[str, Any], name: str) -> list[Any]:
    found = said.get(name)
    return found if isinstance(found, list) else []


def _number(identity: Any) -> Any:
    text = str(identity)
    return int(text) if text.isascii() and text.isdigit() else text


def _put(told: dict[str, Any], way: Sequence[str], value: Any) -> None:
    *outer, last = way
    for name in outer:
        told = told.setdefault(name, {})
    told[last] = value


def _value(intent: Intent, name: str) -> Any:
    """A text; WooCommerce empties a field with an empty one."""
    kind, _, field = name.rpartition(".")
    if field == "street":
        return _street(intent, kind.rpartition(".")[2])
    value = intent.fields[name]
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _street(intent: Intent, kind: str) -> str:
    """Street and number, which WooCommerce has in one line."""
    known = {**intent.whole, **intent.fields}
    parts: Iterator[Any] = (
        known.get(f"addresses.{kind}.{name}") for name in ("street", "house_number")
    )
    return " ".join(str(one) for one in parts if one)

"""Writes customers: all or nothing in one request, halved until what is wrong stands alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from crmsync.errors import CrmsyncError, RecordError
from crmsync.http.writing import Several, attempted, failed, halved
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_shopware import wire
from crmsync_shopware.api import Api
from crmsync_shopware.consents import Consents
from crmsync_shopware.criteria import ACCOUNT, among, ascending, equals
from crmsync_shopware.customers import SALUTATIONS
from crmsync_shopware.settings import ShopwareSettings

KEYS = {word: key for key, word in SALUTATIONS.items() if word}
NOBODY = "no sales_channel is set in which it could be made"
FIELDS = {"email": "contacts.email", "firstName": "given_name", "lastName": "family_name",
          "customerNumber": "customer_number", "birthday": "birth_date",
          "title": "titles"}  # fmt: skip
"""The last part of an error's pointer, and what we call that field."""

Payload = dict[str, Any]


class Writing:
    """Brings intents into one shop."""

    def __init__(self, api: Api, own: ShopwareSettings, connection: str) -> None:
        self._api, self._own, self._connection = api, own, connection
        self._consents = Consents(api, own, connection)
        self._salutation: Callable[[str], str | None] = cache(self._find_salutation)
        self._country: Callable[[str], str | None] = cache(self._find_country)
        self._channel = cache(self._find_channel)

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result each: those that save together, consents and erasures one by one."""
        one_by_one = {"consent": self._consents.tell, "erase": self._erase}
        found: dict[str, Result] = {}
        for one in intents:
            if one.change in one_by_one:
                found[one.id] = attempted(one, one_by_one[one.change])
            elif one.change != "save":
                found[one.id] = refused(one, f"Shopware keeps no {one.change}")
            elif one.stream != "customers":
                found[one.id] = refused(one, f"the fields of {one.stream} are not written")
        saves = [one for one in intents if one.id not in found]
        found |= {result.id: result for result in self._save(saves)}
        return [found[one.id] for one in intents]

    def _save(self, intents: Sequence[Intent]) -> list[Result]:
        """Look who is there, then change or make."""
        try:
            ready, found = self._looked_at(intents)
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]
        sent = halved([one for one, _ in ready], self._sender(dict_of(ready)))
        return [*found, *(self._named(one, result) for (one, _), result in
                          zip(ready, sent, strict=True))]  # fmt: skip

    def _looked_at(
        self, intents: Sequence[Intent]
    ) -> tuple[list[tuple[Intent, Payload]], list[Result]]:
        """What is to be sent for each intent, and the results of those that need not be."""
        there = self._accounts(intents)
        ready: list[tuple[Intent, Payload]] = []
        found: list[Result] = []
        for one in intents:
            try:
                ready.append((one, self._payload(one, there)))
            except RecordError as error:
                found.append(failed(one, error))
            except Several as error:
                reason = "several records there are this customer"
                found.append(refused(one, reason, found=error.ids))
        return ready, found

    def _payload(self, intent: Intent, there: Mapping[str, Payload]) -> Payload:
        told = wire.fields(intent, self._own, self._salutation, self._country)
        if intent.external_id is not None:
            return _change(there.get(intent.external_id, {"id": intent.external_id}), told)
        email = str(intent.fields.get("contacts.email") or "").strip().casefold()
        alike = [row for row in there.values() if email and _email(row) == email]
        if len(alike) > 1:
            raise Several([row["id"] for row in alike])
        if alike:
            return _change(alike[0], told)
        if not self._own.sales_channel:
            raise RecordError(NOBODY)
        return wire.whole_customer(intent, told, self._channel(), self._own, self._connection)

    def _accounts(self, intents: Sequence[Intent]) -> dict[str, Payload]:
        """The accounts that the intents are about, by id: those named, those with the e-mail."""
        ids = [one.external_id for one in intents if one.external_id and _places(one)]
        emails = [str(one.fields["contacts.email"]).strip() for one in intents
                  if one.external_id is None and one.fields.get("contacts.email")]  # fmt: skip
        questions = [("id", [one for one in ids if wire_safe(one)]), ("email", emails)]
        return {
            row["id"]: row
            for field, values in questions
            if values
            for row in self._customers(among(field, values))
        }

    def _customers(self, wanted: dict[str, Any]) -> list[Payload]:
        fields = ["id", "email", "defaultBillingAddressId", "defaultShippingAddressId"]
        criteria = {"filter": [ACCOUNT, wanted], "sort": ascending("autoIncrement"),
                    "includes": {"customer": fields}}  # fmt: skip
        found = self._api.every("customer", criteria, size=self._own.page_size)
        return [dict(row) for row in found]

    def _sender(self, payloads: Mapping[str, Payload]) -> Any:
        def send(intents: Sequence[Intent]) -> list[Result]:
            rows = [payloads[one.id] for one in intents]
            operation = {"action": "upsert", "entity": "customer", "payload": rows}
            errors = self._api.sync([operation])
            if errors:
                raise problem_of(errors[0])
            return [done(one, row["id"]) for one, row in zip(intents, rows, strict=True)]

        return send

    def _named(self, intent: Intent, result: Result) -> Result:
        """Who has the e-mail address that the shop would not take twice."""
        if result.outcome != "refused" or TAKEN not in result.reason:
            return result
        try:
            rows = self._customers(equals("email", intent.fields["contacts.email"]))
        except CrmsyncError:
            return result
        found = [row["id"] for row in rows]
        return refused(intent, result.reason, field=result.field, found=found)

    def _erase(self, intent: Intent) -> Result:
        """The account and its newsletter go together; the orders stay, and what is in them."""
        identity = str(intent.external_id or "")
        if not wire_safe(identity):
            return refused(intent, "nobody is named")
        if intent.stream != "customers":
            return self._erase_recipient(intent, identity)
        emails = [row["email"] for row in self._customers(equals("id", identity))]
        operations = [{"action": "delete", "entity": "customer", "payload": [{"id": identity}]}]
        recipients = self._consents.recipients(emails[0]) if emails else []
        if recipients:
            rows = [{"id": row["id"]} for row in recipients]
            entity = "newsletter_recipient"
            operations.append({"action": "delete", "entity": entity, "payload": rows})
        if not emails:
            return done(intent)
        errors = self._api.sync(operations)
        if errors:
            raise problem_of(errors[0])
        return done(intent)

    def _erase_recipient(self, intent: Intent, identity: str) -> Result:
        """Of who is in the newsletter alone."""
        if not self._consents.is_there(identity):
            return done(intent)
        rows = [{"id": identity}]
        entity = "newsletter_recipient"
        errors = self._api.sync([{"action": "delete", "entity": entity, "payload": rows}])
        if errors:
            raise problem_of(errors[0])
        return done(intent)

    # what the shop calls things

    def _find_salutation(self, word: str) -> str | None:
        key = KEYS.get(word.capitalize(), word)
        return self._first("salutation", equals("salutationKey", key))

    def _find_country(self, code: str) -> str | None:
        return self._first("country", equals("iso", code.upper()))

    def _first(self, entity: str, wanted: dict[str, Any]) -> str | None:
        criteria = {"limit": 1, "filter": [wanted], "includes": {entity: ["id"]}}
        found = self._api.rows(entity, criteria)
        return str(found[0]["id"]) if found else None

    def _find_channel(self) -> Mapping[str, Any]:
        fields = ["id", "customerGroupId", "languageId", "paymentMethodId", "countryId"]
        criteria = {"limit": 1, "filter": [equals("id", self._own.sales_channel)],
                    "includes": {"sales_channel": fields}}  # fmt: skip
        found = self._api.rows("sales-channel", criteria)
        if not found:
            raise RecordError(NOBODY)
        return found[0]


TAKEN = "another customer has this e-mail address"


def problem_of(error: Mapping[str, Any]) -> RecordError:
    """What an error says, in our words: its own may be personal."""
    source = error.get("source")
    pointer = source.get("pointer") if isinstance(source, Mapping) else None
    field = FIELDS.get(str(pointer).rpartition("/")[2], "")
    code = str(error.get("code") or "")
    if "EMAIL_NOT_UNIQUE" in code:
        return RecordError(TAKEN, field="contacts.email")
    known = code if code.replace("_", "").replace(":", "").isupper() and len(code) < 80 else ""
    return RecordError(f"the shop refuses it ({known or 'without a code'})", field=field)


def wire_safe(identity: str) -> bool:
    """Whether this is an id of Shopware's: a list with anything else in it is refused whole."""
    return len(identity) == 32 and all(sign in "0123456789abcdef" for sign in identity)


def dict_of(ready: Sequence[tuple[Intent, Payload]]) -> dict[str, Payload]:
    """What is to be sent, by the intent's id."""
    return {one.id: payload for one, payload in ready}


def _places(intent: Intent) -> bool:
    return any(name.startswith(("addresses.", "contacts.phone")) for name in intent.fields)


def _email(row: Mapping[str, Any]) -> str:
    return str(row.get("email")).casefold()


def _change(row: Mapping[str, Any], told: Mapping[str, Any]) -> Payload:
    """The change of an account; an address that is there is changed, not added."""
    payload = {**told, "id": row["id"]}
    for name in wire.KINDS.values():
        if name in payload and row.get(f"{name}Id"):
            payload[name] = {**payload[name], "id": row[f"{name}Id"]}
        elif name in payload:
            raise RecordError("the customer has no such address")
    return payload

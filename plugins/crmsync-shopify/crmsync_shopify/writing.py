"""Changes of customers in Shopify, one after the other: each mutation is of one customer.

E-mail and phone are unique in a shop, so that nobody is made twice: a second time is refused, and
who is there is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.errors import CrmsyncError
from crmsync.http.writing import Unplaced, failed, looked_up
from crmsync.model.intent import Intent, Result, done, refused
from crmsync.model.stream import reach
from crmsync_shopify import queries
from crmsync_shopify.api import Api
from crmsync_shopify.consents import Consents
from crmsync_shopify.queries import Queries
from crmsync_shopify.settings import ShopifySettings
from crmsync_shopify.wire import TEXT, Wire, is_about, known, refusal, wire

Row = Mapping[str, Any]

BATCH = 10
LOOKED_FOR = {"contacts.email": "emailAddress", "contacts.phone": "phoneNumber"}
"""By what a customer is looked for, the first that is known."""
GONE = "is not there"
SHARED = "somebody with another e-mail address has this phone number"


class Shared(Exception):
    """Somebody else has the phone number; `identity` is his."""

    def __init__(self, identity: str) -> None:
        super().__init__("shared")
        self.identity = identity


class Writing:
    """Writes the customers of one shop."""

    def __init__(self, api: Api, own: ShopifySettings, asked: Queries) -> None:
        self._api, self._own, self._asked = api, own, asked
        self._consents = Consents(api, own)

    def all(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of each change."""
        return [self._one(intent) for intent in intents]

    def _one(self, intent: Intent) -> Result:
        try:
            match intent.change:
                case "save":
                    return looked_up(intent, self._look, self._make, self._change)
                case "consent":
                    return self._consents.tell(intent, self._held(str(intent.external_id)))
                case "audience":
                    return self._audience(intent)
            return self._erase(intent)
        except Unplaced as error:
            return refused(intent, "Shopify has no place for it", field=error.field)
        except Shared as error:
            return refused(intent, SHARED, field="contacts.phone", found=[error.identity])
        except CrmsyncError as error:
            return failed(intent, error)

    def _held(self, identity: str) -> Row | None:
        found = self._api.ask(self._asked.held(), id=identity).get("customer")
        return found if isinstance(found, dict) else None

    # saving

    def _look(self, intent: Intent) -> list[str]:
        """The id of who has the e-mail address, else of who has the phone.

        A household shares a phone: who has another e-mail address is somebody else (Shared).
        """
        for ours, theirs in LOOKED_FOR.items():
            value = str(intent.fields.get(ours) or intent.whole.get(ours) or "").strip()
            if not value:
                continue
            data = self._api.ask(queries.LOOK, identifier={theirs: value})
            if identity := reach(data, "customerByIdentifier.id"):
                if ours == "contacts.phone" and self._is_another(intent, str(identity)):
                    raise Shared(str(identity))
                return [str(identity)]
        return []

    def _is_another(self, intent: Intent, identity: str) -> bool:
        """Whether a customer has another e-mail address than the one that is told."""
        told = intent.fields.get("contacts.email") or intent.whole.get("contacts.email")
        there = reach(self._held(identity) or {}, "defaultEmailAddress.emailAddress")
        both = [str(one or "").strip().casefold() for one in (told, there)]
        return all(both) and both[0] != both[1]

    def _make(self, intent: Intent) -> Result:
        fields = {**known(intent.whole, self._own), **intent.fields}
        parts = wire({k: v for k, v in fields.items() if v is not None}, self._own, fields)
        if not parts.own.get("email") and not parts.own.get("phone"):
            return refused(intent, "without e-mail address and phone he could be made twice")
        told = self._api.change(queries.CREATE, input=parts.own)
        if errors := told.get("userErrors"):
            there = self._look(intent) if is_about(errors, "email", "phone") else []
            return self._change(intent, there[0]) if there else refusal(intent, errors)
        identity = str(told["customer"]["id"])
        return self._rest(intent, identity, parts, {"id": identity}, told)

    def _change(self, intent: Intent, identity: str) -> Result:
        parts = wire(intent.fields, self._own, intent.whole)
        held = self._held(identity) if parts.address or parts.metafields else {}
        if held is None:
            return refused(intent, GONE)
        told: Row = {}
        if parts.own:
            told = self._api.change(queries.UPDATE, input={"id": identity, **parts.own})
            if errors := told.get("userErrors"):
                return refusal(intent, errors)
        return self._rest(intent, identity, parts, held, told)

    def _rest(self, intent: Intent, identity: str, parts: Wire, held: Row, told: Row) -> Result:
        """Address and metafields, which are changes of their own; any may be told twice."""
        errors = self._address(identity, parts, held) if parts.address else []
        if errors:
            return refusal(intent, errors, "Shopify refuses the address alone")
        errors = self._metafields(identity, parts, held) if parts.metafields else []
        if errors:
            return refusal(intent, errors, "Shopify refuses a metafield alone")
        return done(intent, identity, version=reach(told, "customer.updatedAt") or "")

    def _address(self, identity: str, parts: Wire, held: Row) -> Sequence[Any]:
        there = reach(held, "defaultAddress.id")
        own: dict[str, Any] = {"customer": identity, "address": parts.address}
        if there:
            told = self._api.change(queries.ADDRESS_CHANGE, id=there, **own)
        else:
            told = self._api.change(queries.ADDRESS_NEW, repeatable=False, **own)
        return told.get("userErrors") or ()

    def _metafields(self, identity: str, parts: Wire, held: Row) -> Sequence[Any]:
        """Set them as long as they are what they were a moment ago; nothing of anybody is lost."""
        sets, emptied = [], []
        for ours, value in parts.metafields.items():
            namespace, _, key = self._own.metafields[ours].rpartition(".")  # type: ignore[index]
            place = {"ownerId": identity, "namespace": namespace, "key": key}
            before = held.get(f"meta_{ours}") or {}
            if value is None:
                emptied.append(place)
            elif before.get("value") != str(value):
                digest = before.get("compareDigest")
                sets.append({**place, "type": TEXT, "value": str(value), "compareDigest": digest})
        errors: Sequence[Any] = ()
        if sets:
            errors = self._api.change(queries.META_SET, metafields=sets).get("userErrors") or ()
        if emptied and not errors:
            told = self._api.change(queries.META_DELETE, metafields=emptied)
            errors = told.get("userErrors") or ()
        return errors

    # the rest

    def _audience(self, intent: Intent) -> Result:
        """A tag of that name."""
        name = str(intent.fields["name"])
        if "," in name:
            return refused(intent, "a tag at Shopify holds no comma", field="name")
        document = queries.TAGS_ADD if intent.fields["member"] else queries.TAGS_REMOVE
        told = self._api.change(document, id=intent.external_id, tags=[name])
        if errors := told.get("userErrors"):
            return refusal(intent, errors)
        return done(intent)

    def _erase(self, intent: Intent) -> Result:
        """Ask for the erasure, which Shopify does after a waiting period of its own."""
        told = self._api.change(queries.ERASE, urgent=True, id=intent.external_id)
        errors = told.get("userErrors") or ()
        if errors and not any(one.get("code") == "DOES_NOT_EXIST" for one in errors):
            return refusal(intent, errors)
        return done(intent)

"""Writes customers back: looks before it makes, changes only the state it knows, erases.

There is no upsert and no idempotency key; a change names the state (etag) it was made from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmsync.errors import BackendError, CredentialsError, CrmsyncError
from crmsync.http.writing import Unplaced, failed, looked_up
from crmsync.model.intent import Intent, Result, again, done, refused
from crmsync_businesscentral.api import Api, Changed, Gone, Row, There, quoted
from crmsync_businesscentral.wire import values

CUSTOMERS = "customers"
ETAG = "@odata.etag"
NOBODY = "Gelöscht"
"""The name of a customer whose entries must be kept (HGB § 257, AO § 147)."""

PERSONAL = ("addressLine1", "addressLine2", "city", "state", "postalCode", "phoneNumber", "email",
            "website", "taxRegistrationNumber")  # fmt: skip


class Writing:
    """The customers of one company."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """One result for each intent, which goes alone."""
        kinds: dict[str, Callable[[Intent], Result]] = {"save": self._save, "erase": self._erase}
        return [
            _alone(one, kinds[one.change])
            if one.stream == CUSTOMERS
            else refused(one, f"Business Central's {one.stream} are not written")
            for one in intents
        ]

    def _save(self, intent: Intent) -> Result:
        return looked_up(intent, self._look, self._make, self._change)

    def _look(self, intent: Intent) -> Sequence[str]:
        """Who is this customer already: by e-mail address, else number, else all that is said."""
        told = values(intent.fields, intent.whole, {})
        for field in ("email", "number"):
            if told.get(field):
                told = {field: told[field]}
                break
        where = " and ".join(f"{field} eq {quoted(str(value))}" for field, value in told.items())
        return [str(row["id"]) for row in self._api.rows(CUSTOMERS, where)] if where else []

    def _make(self, intent: Intent) -> Result:
        told = values(intent.fields, intent.whole, {})
        if not told.get("displayName"):
            return refused(intent, "a customer needs a name", field="family_name")
        firm = bool(intent.fields.get("company")) and not intent.fields.get("family_name")
        row = self._api.post(CUSTOMERS, {"type": "Company" if firm else "Person", **told})
        return done(intent, row["id"], version=row.get(ETAG))

    def _change(self, intent: Intent, identity: str) -> Result:
        row = self._api.get(CUSTOMERS, identity)
        etag = (
            intent.version if intent.external_id and intent.version else str(row.get(ETAG) or "*")
        )
        told = values(intent.fields, intent.whole, row)
        if not told:
            return done(intent, identity, version=row.get(ETAG))
        changed = self._api.patch(CUSTOMERS, identity, told, etag=etag)
        return done(intent, identity, version=changed.get(ETAG))

    def _erase(self, intent: Intent) -> Result:
        """Deleted where nothing needs him, else emptied of all that is personal and blocked."""
        identity = str(intent.external_id)
        try:
            self._api.delete(CUSTOMERS, identity)
        except (Gone, CredentialsError) as error:
            if not isinstance(error, Gone):
                raise
        except BackendError as error:
            if type(error) is not BackendError:
                raise
            self._empty(identity)
        return done(intent)

    def _empty(self, identity: str) -> None:
        empty: dict[str, str] = dict.fromkeys(PERSONAL, "")
        told: Row = {**empty, "displayName": NOBODY, "blocked": "All"}
        self._api.patch(CUSTOMERS, identity, told, etag="*")


def _alone(intent: Intent, send: Callable[[Intent], Result]) -> Result:
    try:
        return send(intent)
    except Unplaced as error:
        return refused(intent, "Business Central has no place for it", field=error.field)
    except Changed as error:
        if intent.version:
            return refused(intent, error.message)
        return again(intent, error.message)
    except There as error:
        return refused(intent, error.message, field="customer_number")
    except CrmsyncError as error:
        return failed(intent, error)

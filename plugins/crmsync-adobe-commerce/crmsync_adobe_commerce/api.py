"""The shop's REST API: who asks, what is asked for, and what its refusals mean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable, RecordError
from crmsync.http import (
    Answer,
    AtOnce,
    Bearer,
    Budget,
    Client,
    ClientCredentials,
    OAuth1,
    Request,
    Response,
    Session,
    TokenFile,
)
from crmsync.http.reading import server_time_of
from crmsync.model.stream import Connection
from crmsync_adobe_commerce.criteria import CUSTOMERS, Filter, Kind, criteria
from crmsync_adobe_commerce.settings import AdobeCommerceSettings

BEARS = 4
"""The shop sets no limit to its REST API; more at once than this take its PHP workers away."""

TAKEN = "another customer has this e-mail address"
FIELDS = {"firstname": "given_name", "lastname": "family_name", "email": "contacts.email",
          "dob": "birth_date", "taxvat": "vat_id", "street": "addresses.billing.street",
          "city": "addresses.billing.city", "postcode": "addresses.billing.postal_code",
          "telephone": "contacts.phone", "countryid": "addresses.billing.country"}  # fmt: skip
"""What the shop calls a field in its refusals, and what we call it."""


class Taken(RecordError):
    """Somebody else has the e-mail address."""

    def __init__(self) -> None:
        super().__init__(TAKEN, field="contacts.email")


class Api:
    """The REST API of one shop."""

    def __init__(self, settings: AdobeCommerceSettings, connection: Connection) -> None:
        url = str(settings.url).rstrip("/")
        cloud = bool(settings.client_id)
        base = url if cloud else f"{url}/rest/{settings.store_code}"
        headers = {"Accept": "application/json"}
        self._http = Client(
            base,
            auth=_proof(settings, connection, base),
            headers={**headers, "Store": settings.store_code} if cloud else headers,
            budget=Budget.beside(connection, AtOnce(count=BEARS)),
            faults=fault,
        )

    def search(
        self,
        kind: Kind,
        filters: Sequence[Filter],
        order: Sequence[str],
        *,
        size: int,
        fields: str | None = None,
        undecoded: str = "",
    ) -> Answer:
        """The answer to a search; its records stand at `items`."""
        wanted = kind.fields if fields is None else fields
        params = criteria(filters, order, size=size, fields=wanted)
        return self._http.get(kind.path, params=params, undecoded=undecoded)

    def rows(
        self, kind: Kind, filters: Sequence[Filter], order: Sequence[str], *, size: int,
        fields: str | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The records of a search; NotReadable where there are none to be read."""
        data = self.search(kind, filters, order, size=size, fields=fields).data
        found = data.get("items") if isinstance(data, dict) else None
        return _objects(found, kind.path)

    def all(self, path: str) -> list[dict[str, Any]]:
        """A list that comes as a whole."""
        return _objects(self._http.get(path).data, path)

    def one(self, path: str) -> dict[str, Any]:
        """An object."""
        (found,) = _objects([self._http.get(path).data], path)
        return found

    def make(self, customer: Mapping[str, Any]) -> dict[str, Any]:
        """Make a customer; Taken where somebody has the e-mail address."""
        answer = self._http.post("/V1/customers", json={"customer": customer}, repeatable=False)
        return _written(answer, "/V1/customers")

    def change(self, identity: str, customer: Mapping[str, Any]) -> dict[str, Any]:
        """Put a whole customer in the place of what was there."""
        path = f"/V1/customers/{identity}"
        return _written(self._http.put(path, json={"customer": customer}), "/V1/customers")

    def erase(self, identity: str) -> None:
        """Delete a customer, or find that he is gone already."""
        self._http.delete(f"/V1/customers/{identity}", accept=(404,))

    def bulk(self, method: str, path: str, bodies: Sequence[Any]) -> dict[str, Any]:
        """Hand changes to the message queue; gives its receipt."""
        path = f"/async/bulk{path}"
        answer = self._http.send(method, path, json=list(bodies), repeatable=method == "PUT")
        return _written(answer, path)

    def operations(self, bulk: str) -> list[dict[str, Any]]:
        """What became of the changes of a receipt."""
        found = self.one(f"/V1/bulk/{bulk}/detailed-status").get("operations_list")
        return _objects(found, "/V1/bulk")

    def server_time(self) -> datetime:
        """The shop's clock."""
        return server_time_of(self.search(CUSTOMERS, [], [], size=1, fields="id"))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def _proof(own: AdobeCommerceSettings, connection: Connection, base: str) -> Any:
    """How requests prove who asks."""
    if own.client_id:
        return ClientCredentials(
            str(own.token_url),
            client_id=own.client_id,
            client_secret=own.client_secret,
            scope=own.scopes,
            store=TokenFile.beside(connection),
        )
    if own.consumer_key:
        token = own.access_token.get_secret_value()
        return OAuth1(own.consumer_key, own.consumer_secret, token=token,
                      token_secret=own.access_token_secret)  # fmt: skip
    if own.username:
        return _session(own, base)
    return Bearer(own.access_token)


def _session(own: AdobeCommerceSettings, base: str) -> Session:
    """An administrator's token, which ends after four hours unless the shop says otherwise."""

    def login() -> Request:
        told = {"username": own.username, "password": own.password.get_secret_value()}
        return Request("POST", f"{base}/V1/integration/admin/token", json=told)

    def enter(answer: Response) -> Mapping[str, str]:
        token = _json(answer)
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise NotReadable("the shop gives no token.", hint=SECOND_FACTOR)
        return {"Authorization": f"Bearer {token}"}

    return Session(login=login, enter=enter, ended=lambda answer: answer.status_code == 401)


SECOND_FACTOR = "IT: check the url; a second factor stops this login, an integration needs none."


def fault(answer: Response) -> CrmsyncError | None:
    """What a refused change stands for; the shop's own words may be personal, and stay there."""
    if answer.status_code not in (400, 404) or answer.request.method == "GET":
        return None
    told = _json(answer)
    message = told.get("message") if isinstance(told, dict) else None
    if not isinstance(message, str) or (answer.status_code == 404 and "Request does" in message):
        return None
    return _refusal(message, told.get("parameters"))


def _refusal(message: str, parameters: Any) -> RecordError | None:
    if is_taken(message):
        return Taken()
    if message.startswith("No such entity"):
        return None
    told = parameters.get("fieldName") if isinstance(parameters, dict) else None
    field = FIELDS.get(str(told).replace("_", "").lower(), "")
    if not field and "email" in message.lower():
        field = "contacts.email"
    return RecordError("the shop refuses it", field=field)


def is_taken(message: str) -> bool:
    """Whether a refusal says that somebody has the e-mail address."""
    return "customer with the same email" in message.lower()


def _json(answer: Response) -> Any:
    try:
        return json.loads(answer.content)
    except ValueError:
        return None


def _written(answer: Answer, path: str) -> dict[str, Any]:
    if not isinstance(answer.data, dict):
        raise strange(path, maybe_done=True)
    return answer.data


def _objects(found: Any, path: str) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise strange(path)
    return found


def strange(path: str, *, maybe_done: bool = False) -> NotReadable:
    """The error for an answer that is not what the shop gives."""
    hint = "Check the url; a proxy may answer in the shop's place."
    return NotReadable(f"the answer to {path} is none of Adobe Commerce.", hint=hint,
                       maybe_done=maybe_done)  # fmt: skip

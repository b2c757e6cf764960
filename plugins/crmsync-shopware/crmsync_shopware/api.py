"""Shopware's Admin API: who asks, what is asked for, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.errors import BackendError, CredentialsError, NotReadable
from crmsync.http import Answer, AtOnce, Budget, Client, ClientCredentials, TokenFile
from crmsync.http.reading import server_time_of
from crmsync.model.stream import Connection
from crmsync_shopware.settings import ShopwareSettings

BEARS = 4
"""Shopware sets no limit to its Admin API; more at once than this take its PHP workers away."""

LIVE = "0fa91ce3e96a4bc2be4bd9ce752c3425"
"""The version of every record that counts; others are orders that somebody is editing."""


class Api:
    """The Admin API of one shop."""

    def __init__(self, settings: ShopwareSettings, connection: Connection) -> None:
        base = f"{str(settings.url).rstrip('/')}/api"
        proof = ClientCredentials(
            f"{base}/oauth/token",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            store=TokenFile.beside(connection),  # logins are limited to ten in ten seconds
        )
        self._http = Client(
            base,
            auth=proof,
            headers={"Accept": "application/json", "sw-version-id": LIVE},
            budget=Budget.beside(connection, AtOnce(count=BEARS)),
        )

    def search(self, entity: str, criteria: Mapping[str, Any], *, undecoded: str = "") -> Answer:
        """The answer to a search; its records stand at `data`."""
        headers = {"sw-include-search-info": "0", "sw-inheritance": "1"}
        return self._http.post(f"/search/{entity}", json=criteria, headers=headers,
                               undecoded=undecoded)  # fmt: skip

    def rows(self, entity: str, criteria: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """The records of a search; NotReadable where there are none to be read."""
        data = self.search(entity, criteria).data
        found = data.get("data") if isinstance(data, dict) else None
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise strange(f"/search/{entity}")
        return found

    def every(
        self, entity: str, criteria: Mapping[str, Any], *, size: int
    ) -> Iterator[Mapping[str, Any]]:
        """All records of a search that few are expected of, `size` at once."""
        number, more = 1, True
        while more:
            found = self.rows(entity, {**criteria, "limit": size, "page": number})
            yield from found
            number, more = number + 1, len(found) >= size

    def server_time(self) -> Any:
        """The shop's clock."""
        return server_time_of(self._http.get("/_info/version"))

    def sync(self, operations: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Do all of these, or none; gives the errors that kept them from being done.

        Nobody gets a mail by it. Sent twice it does no harm, for every record brings its id.
        """
        headers = {"fail-on-error": "true", "indexing-behavior": "use-queue-indexing",
                   "sw-skip-trigger-flow": "1"}  # fmt: skip
        answer = self._http.post("/_action/sync", json=list(operations), headers=headers,
                                 accept=(400, 403, 404, 409))  # fmt: skip
        data = answer.data if isinstance(answer.data, dict) else {}
        errors = data.get("errors")
        if isinstance(errors, list) and errors:
            return [one if isinstance(one, dict) else {} for one in errors]
        if answer.status == 403:
            raise CredentialsError("the shop refuses to write.", hint=WRITES)
        if answer.status >= 400:
            raise BackendError(f"the shop answers {answer.status}.", hint=WRITES)
        if not isinstance(data.get("data"), dict | list) or data.get("success") is False:
            raise strange("/_action/sync", maybe_done=True)
        return ()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


WRITES = "IT: give the integration's role the rights that the README names."


def strange(path: str, *, maybe_done: bool = False) -> NotReadable:
    """The error for an answer that is not what Shopware gives."""
    hint = "Check the url; a proxy may answer in the shop's place."
    return NotReadable(f"the answer to {path} is none of Shopware.", hint=hint,
                       maybe_done=maybe_done)  # fmt: skip

"""Calls to Odoo behind one face: JSON-2 from 19 on, JSON-RPC's execute_kw before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, NotReadable
from crmsync.http import Answer, Bearer, Budget, Client
from crmsync.http.reading import server_time_of
from crmsync_odoo.faults import RIGHTS, Missing, Refused, json2_fault, rpc_fault

Row = dict[str, Any]
Domain = list[Any]
Dialect = Literal["auto", "json2", "jsonrpc"]

OLD = {301, 302, 303, 404, 405}
"""What an Odoo before 19 answers to /web/version: there is no such page, or a login page."""

FIRST_JSON2 = 19
POSITIONAL = {"create": "vals_list"}
"""What execute_kw wants by its place, since it looks at the first argument itself."""


class Api:
    """One user's way into one Odoo database. It is asked once which dialect the server speaks."""

    def __init__(
        self,
        url: str,
        *,
        database: str,
        user: str,
        key: str,
        dialect: Dialect,
        language: str,
        budget: Budget | None = None,
    ) -> None:
        self._database, self._user, self._key = database, user, key
        self._dialect, self._url, self._budget = dialect, url.rstrip("/"), budget
        self._context = {"lang": language, "active_test": False}
        self._rpc = Client(self._url, faults=rpc_fault, budget=budget)
        self._offered: dict[str, dict[str, str]] = {}

    @cached_property
    def version(self) -> int:
        """The series of the server: 19, 18 …"""
        if self._dialect == "jsonrpc":
            return FIRST_JSON2 - 1
        try:
            told = self._rpc.get("/web/version").data
        except BackendError as error:
            if self._dialect == "json2" or error.status not in OLD:
                raise
            return _series(self._service("common", "version").data)
        return _series(told)

    @property
    def speaks_json2(self) -> bool:
        """Whether calls go to /json/2."""
        return self._dialect == "json2" or self.version >= FIRST_JSON2

    def call(self, model: str, method: str, *, changes: bool = False, **arguments: Any) -> Any:
        """What a method of a model gives back; `ids` and all else by name.

        What only reads is sure to have done nothing, whatever failed.
        """
        send = self._by_json2 if self.speaks_json2 else self._by_rpc
        try:
            return send(model, method, arguments, changes=changes)
        except CrmsyncError as error:
            error.maybe_done = error.maybe_done and changes
            raise

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int | None = None,
        order: str = "id",
    ) -> list[Row]:
        """The rows of a domain, archived ones among them, in one transaction."""
        more: dict[str, Any] = {} if limit is None else {"limit": limit}
        names = list(fields)
        found = self.call(model, "search_read", domain=domain, fields=names, order=order, **more)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise NotReadable("Odoo's answer to search_read is no list of records.")
        return found

    def fields(self, model: str) -> dict[str, str]:
        """The fields this user may see of a model, each with its type; {} where there is none.

        An Odoo without the module of a model knows nothing of it.
        """
        if model not in self._offered:
            self._offered[model] = self._fields_get(model)
        return self._offered[model]

    def server_time(self) -> datetime:
        """The server's clock in whole seconds; its stamps are UTC."""
        if self.speaks_json2:
            return server_time_of(self._rpc.get("/web/version"))
        return server_time_of(self._service("common", "version"))

    def close(self) -> None:
        """Let go of the connections."""
        self._rpc.close()
        if "_json2" in self.__dict__:
            self._json2.close()

    def _fields_get(self, model: str) -> dict[str, str]:
        try:
            found = self.call(model, "fields_get", attributes=["type"])
        except (Missing, Refused):
            return {}
        except BackendError as error:
            if error.status == 404:
                return {}
            raise
        if not isinstance(found, dict):
            raise NotReadable("Odoo's answer to fields_get is no object.")
        return {str(name): str(one.get("type")) for name, one in found.items()
                if isinstance(one, dict)}  # fmt: skip

    # JSON-2

    @cached_property
    def _json2(self) -> Client:
        headers = {"X-Odoo-Database": self._database} if self._database else {}
        return Client(self._url, auth=Bearer(self._key), headers=headers,
                      faults=json2_fault, budget=self._budget)  # fmt: skip

    def _by_json2(
        self, model: str, method: str, arguments: Mapping[str, Any], *, changes: bool
    ) -> Any:
        body = {**arguments, "context": self._context}
        answer = self._json2.post(f"/json/2/{model}/{method}", json=body, repeatable=not changes)
        if answer.data is None:
            raise _silent(changes)
        return answer.data

    # JSON-RPC

    @cached_property
    def _uid(self) -> int:
        found = self._result(
            self._service("common", "authenticate", self._database, self._user, self._key, {}),
            changes=False,
        )
        if not isinstance(found, int) or not found:
            raise CredentialsError("Odoo does not know this user and password.", hint=RIGHTS)
        return found

    def _by_rpc(
        self, model: str, method: str, arguments: Mapping[str, Any], *, changes: bool
    ) -> Any:
        named = {**arguments, "context": self._context}
        first = [named.pop(name) for name in ("ids", POSITIONAL.get(method)) if name in named]
        who = (self._database, self._uid, self._key)
        call = (*who, model, method, first, named)
        answer = self._service("object", "execute_kw", *call, repeatable=not changes)
        return self._result(answer, changes=changes)

    def _service(self, service: str, method: str, *args: Any, repeatable: bool = True) -> Answer:
        params = {"service": service, "method": method, "args": list(args)}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}
        return self._rpc.post("/jsonrpc", json=body, repeatable=repeatable)

    def _result(self, answer: Answer, *, changes: bool) -> Any:
        if not isinstance(answer.data, dict) or "result" not in answer.data:
            raise _silent(changes)
        return answer.data["result"]


def _silent(changes: bool) -> NotReadable:
    hint = "Check the url: a proxy may have answered in Odoo's place."
    return NotReadable("Odoo's answer has no result.", hint=hint, maybe_done=changes)


def _series(told: Any) -> int:
    """The series in what /web/version or common.version says."""
    told = told.get("result", told) if isinstance(told, dict) else {}
    try:
        # Odoo Online calls its series "saas~18.2"
        return int(str(told["server_version_info" if "server_version_info" in told else
                            "version_info"][0]).rpartition("~")[2].split(".")[0])  # fmt: skip
    except (KeyError, IndexError, TypeError, ValueError):
        hint = "Check the url, or say with `api` which one the server speaks."
        raise NotReadable("Odoo does not say which version it is.", hint=hint) from None

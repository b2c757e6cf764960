"""A kit for connector authors: a client with proofs and budgets; reading, webhooks, writing."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from crmsync.http import _httpx  # noqa: F401  (before whatever imports httpx)
from crmsync.http._asked import Answer, Streamed
from crmsync.http._client import Client
from crmsync.http._faults import Faults, retry_after

if TYPE_CHECKING:
    from httpx import Request, Response

    from crmsync.http.auth.bare import access_token
    from crmsync.http.auth.fixed import ApiKey, Basic, Bearer, Signed
    from crmsync.http.auth.jwt import signed_jwt
    from crmsync.http.auth.oauth1 import OAuth1
    from crmsync.http.auth.oauth2 import (
        AuthorizationCode,
        ClientCredentials,
        JwtBearer,
        RefreshToken,
    )
    from crmsync.http.auth.renewing import Session
    from crmsync.http.auth.tokens import TokenFile
    from crmsync.http.budget.budget import Budget, Permit, Priority
    from crmsync.http.budget.limits import (
        AtOnce,
        DailyQuota,
        FixedWindow,
        LeakyBucket,
        Limit,
        Standing,
    )

_WHERE = {
    "ApiKey": "crmsync.http.auth.fixed",
    "AtOnce": "crmsync.http.budget.limits",
    "AuthorizationCode": "crmsync.http.auth.oauth2",
    "Basic": "crmsync.http.auth.fixed",
    "Bearer": "crmsync.http.auth.fixed",
    "Budget": "crmsync.http.budget.budget",
    "ClientCredentials": "crmsync.http.auth.oauth2",
    "DailyQuota": "crmsync.http.budget.limits",
    "FixedWindow": "crmsync.http.budget.limits",
    "JwtBearer": "crmsync.http.auth.oauth2",
    "LeakyBucket": "crmsync.http.budget.limits",
    "Limit": "crmsync.http.budget.limits",
    "OAuth1": "crmsync.http.auth.oauth1",
    "Permit": "crmsync.http.budget.budget",
    "Priority": "crmsync.http.budget.budget",
    "RefreshToken": "crmsync.http.auth.oauth2",
    "Request": "httpx",
    "Response": "httpx",
    "Session": "crmsync.http.auth.renewing",
    "Signed": "crmsync.http.auth.fixed",
    "Standing": "crmsync.http.budget.limits",
    "TokenFile": "crmsync.http.auth.tokens",
    "access_token": "crmsync.http.auth.bare",
    "signed_jwt": "crmsync.http.auth.jwt",
}
"""Loaded when they are first used: few connectors need more than one of them."""

__all__ = [
    "Answer",
    "ApiKey",
    "AtOnce",
    "AuthorizationCode",
    "Basic",
    "Bearer",
    "Budget",
    "Client",
    "ClientCredentials",
    "DailyQuota",
    "Faults",
    "FixedWindow",
    "JwtBearer",
    "LeakyBucket",
    "Limit",
    "OAuth1",
    "Permit",
    "Priority",
    "RefreshToken",
    "Request",
    "Response",
    "Session",
    "Signed",
    "Standing",
    "Streamed",
    "TokenFile",
    "access_token",
    "retry_after",
    "signed_jwt",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'crmsync.http' has no attribute '{name}'")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

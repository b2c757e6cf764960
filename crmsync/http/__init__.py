"""A kit for connector authors: a client with proofs and budgets; reading, webhooks, writing."""

from httpx import Request, Response

from crmsync.http._asked import Answer, Streamed
from crmsync.http._client import Client
from crmsync.http._faults import Faults, retry_after
from crmsync.http.auth.fixed import ApiKey, Basic, Bearer, Signed
from crmsync.http.auth.jwt import signed_jwt
from crmsync.http.auth.oauth1 import OAuth1
from crmsync.http.auth.oauth2 import AuthorizationCode, ClientCredentials, JwtBearer, RefreshToken
from crmsync.http.auth.renewing import Session
from crmsync.http.auth.tokens import TokenFile
from crmsync.http.budget.budget import Budget, Permit, Priority
from crmsync.http.budget.limits import AtOnce, DailyQuota, FixedWindow, LeakyBucket, Limit, Standing

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
    "retry_after",
    "signed_jwt",
]

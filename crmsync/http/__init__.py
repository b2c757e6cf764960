"""A small kit for connector authors: a client with timeouts, retries, sessions, clear errors."""

from httpx import Request, Response

from crmsync.http._asked import Answer, Streamed
from crmsync.http._auth import ApiKey, Basic, Bearer, Signed
from crmsync.http._budget import Budget, Permit, Priority
from crmsync.http._client import Client
from crmsync.http._faults import Faults, retry_after
from crmsync.http._jwt import signed_jwt
from crmsync.http._limits import AtOnce, DailyQuota, FixedWindow, LeakyBucket, Limit, Standing
from crmsync.http._oauth1 import OAuth1
from crmsync.http._oauth2 import AuthorizationCode, ClientCredentials, JwtBearer, RefreshToken
from crmsync.http._renewing import Session
from crmsync.http._tokens import TokenFile
from crmsync.http._writing import failed, halved, keyed, looked_up, named, ordered

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
    "failed",
    "halved",
    "keyed",
    "looked_up",
    "named",
    "ordered",
    "retry_after",
    "signed_jwt",
]

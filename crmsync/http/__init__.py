"""A small kit for connector authors: a client with timeouts, retries, sessions, clear errors."""

from httpx import Request, Response

from crmsync.http._asked import Answer, Streamed
from crmsync.http._auth import ApiKey, Basic, Bearer, Signed
from crmsync.http._budget import Budget, Permit, Priority
from crmsync.http._client import Client
from crmsync.http._faults import Faults, retry_after
from crmsync.http._limits import AtOnce, DailyQuota, FixedWindow, LeakyBucket, Limit, Standing
from crmsync.http._renewing import Session

__all__ = [
    "Answer", "ApiKey", "AtOnce", "Basic", "Bearer", "Budget", "Client", "DailyQuota", "Faults",
    "FixedWindow", "LeakyBucket", "Limit", "Permit", "Priority", "Request", "Response", "Session",
    "Signed", "Standing", "Streamed", "retry_after",
]  # fmt: skip
